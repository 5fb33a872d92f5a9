import type { PluginApi } from '@guestscope/core'
import { expect, test } from 'vitest'
import { type RiscvNames, riscv32, riscv64 } from '../src/index.ts'
import { floatRegisters, integerRegisters, systemRegisters } from '../src/names.ts'

const families = /^(pmpcfg|pmpaddr|mhpmevent)\d+$|^m?hpmcounter\d+h?$/

test('the names that the compiler knows are those of the targets', () => {
  const typed = [...integerRegisters, ...floatRegisters, ...systemRegisters, 'pc', 'priv']
  const real = new Set([riscv32(), riscv64()].flatMap(target => target.registers.map(r => r.name)))
  expect([...real].filter(name => !families.test(name)).sort()).toEqual([...typed].sort())
})

test('a misspelt register or cause is an error of types', () => {
  const use = (api: PluginApi<RiscvNames>): void => {
    api.readRegister(0, 'a0')
    api.readRegister(0, 'pmpaddr3')
    // @ts-expect-error No such register.
    api.readRegister(0, 'r0')
    api.onDiscon(7, ({ cause }) => {
      if (cause.name === 'load page fault') api.writeRegister(0, 'mepc', 0n)
      // @ts-expect-error No such cause.
      if (cause.name === 'page fault') api.exit(1)
    })
  }
  expect(use).toBeTypeOf('function')
})
