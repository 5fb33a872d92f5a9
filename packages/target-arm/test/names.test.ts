import type { PluginApi } from '@guestscope/core'
import { expect, test } from 'vitest'
import { type ArmMNames, cortexM0Target, cortexM4Target, cortexM7Target } from '../src/index.ts'
import { namedRegisters } from '../src/names.ts'

test('the names that the compiler knows are those of the targets', () => {
  const targets = [cortexM0Target(), cortexM4Target(), cortexM7Target()]
  const real = new Set(targets.flatMap(target => target.registers.map(r => r.name)))
  expect([...real].filter(name => !/^[rsd]\d+$/.test(name)).sort()).toEqual([...namedRegisters].sort())
})

test('a misspelt register is an error of types', () => {
  const use = (api: PluginApi<ArmMNames>): void => {
    api.readRegister(0, 'r7')
    // @ts-expect-error No such register.
    api.readRegister(0, 'cpsr')
  }
  expect(use).toBeTypeOf('function')
})
