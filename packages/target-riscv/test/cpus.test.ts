/** What users choose with `--cpu`: extensions on and off, and what follows in decoder, CSRs and device tree. */

import { BytesReader, ConfigError } from '@guestscope/core'
import { seeded } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import { nameOf } from '../src/extension.ts'
import { extensions } from '../src/extensions.ts'
import { createRiscvTarget, fullHart, hartWith, type RiscvCpuModel, riscvCpuModels } from '../src/index.ts'
import { randomWord, rowsOf, type Xlen } from '../src/isa/index.ts'
import { sysregsOf } from '../src/target.ts'
import { bases } from './isa/bases.ts'

const model = (xlen: Xlen): RiscvCpuModel => riscvCpuModels(xlen)[0] as RiscvCpuModel
const hart = (xlen: Xlen, text: string) =>
  hartWith(
    model(xlen),
    text.split(',').map(part => part.split('=') as [string, string]),
  )
const isa = (xlen: Xlen, text: string): string => hart(xlen, text).isa
const usual = 'imafdc_zicbom_zicbop_zicboz_zicntr_zicond_zicsr_zifencei_zba_zbb_zbc_zbs_sstc'

test('the usual harts have what those of QEMU have, and max has everything', () => {
  for (const xlen of bases) expect(model(xlen).hart.isa).toBe(`rv${xlen}${usual}`)
  const full =
    'imafdc_zicbom_zicbop_zicboz_zicntr_zicond_zicsr_zifencei_zfh_zfhmin_zba_zbb_zbc_zbkb_zbs_sstc_svinval'
  expect(fullHart(64).isa).toBe(`rv64${full}_svnapot`)
  expect(fullHart(32).isa).toBe(`rv32${full}`)
  expect(riscvCpuModels(64).map(({ name }) => name)).toEqual(['rv64', 'max'])
})

test('what an extension needs comes with it; what needs it must go with it', () => {
  expect(isa(64, 'zfh=on')).toContain('_zfh_zfhmin_')
  expect(isa(64, 'd=off,f=off')).toBe(`rv64${usual.replace('fd', '')}`)
  expect(isa(64, 'zicond=off,zicond=on')).toContain('_zicond_')
  expect(isa(64, 'zicond=false,sstc=no,zba=true')).toBe(
    `rv64${usual.replace('_zicond', '').replace('_sstc', '')}`,
  )
  expect(hart(64, 'a=off').misa).toBe(model(64).hart.misa & ~1n)
})

test.each([
  ['zfoo=on', "The CPU rv32 has no property 'zfoo'.", 'zbkb'],
  ['zba=maybe', "'maybe' is no value of the property zba.", 'Write zba=on or zba=off.'],
  ['c=off', 'The CPU rv32 always has the extension c.', 'Leave c=off out.'],
  ['f=off', 'The extension d needs f, which is off.', 'd=off'],
  ['zfh=on,zfhmin=off', 'The extension zfh needs zfhmin, which is off.', 'zfh=off'],
  ['svnapot=on', 'The extension svnapot exists on RV64 only, and rv32 is RV32.', 'Leave svnapot=on out'],
])('%s is refused', (text, reason, remedy) => {
  const attempt = (): unknown => hart(32, text)
  expect(attempt).toThrow(ConfigError)
  expect(attempt).toThrow(reason)
  expect(attempt).toThrow(remedy)
})

describe.each(bases)('RV%i: without an extension its instructions are illegal', xlen => {
  const optional = extensions.filter(e => !e.unnamed && e.usual !== 'always' && e.rows !== undefined)
  test.each(optional.map(e => [e.title, e] as const))('%s', (_, extension) => {
    const name = nameOf(extension)
    const full = { name: 'max', hart: fullHart(xlen) }
    // What needs it, and what else has its rows, goes too.
    const off = new Set([name])
    for (const other of extensions)
      if (other.needs?.some(need => off.has(need)) || shares(other, extension)) off.add(nameOf(other))
    const selectable = [...off].filter(n => extensions.some(e => nameOf(e) === n && !e.unnamed))
    const [without, within] = [
      createRiscvTarget(
        hartWith(
          full,
          selectable.map(n => [n, 'off']),
        ),
      ),
      createRiscvTarget(full.hart),
    ]
    const rng = seeded(1)
    const rows = rowsOf(xlen).filter(row => extension.rows?.includes(row))
    for (const row of rows) {
      const word = randomWord(rng, xlen, row)
      const bytes = new Uint8Array(Uint32Array.of(word).buffer)
      const code = new BytesReader(bytes, 0, 0x100)
      const nameIn = (target: typeof without): string | undefined =>
        target.semantics[target.decode(code, 3).handler]?.name
      expect([row.name, nameIn(within)]).toEqual([row.name, row.sem])
      expect([row.name, nameIn(without)]).toEqual([row.name, 'illegal'])
      const insn = without.decode(code, 3)
      expect(without.disassemble(insn, 0n, bytes)).toMatch(/^\.4byte 0x/)
      expect(without.describe(insn, bytes).kind).toBe('undefined')
    }
    expect(rows.length).toBeGreaterThan(0)
  })
})

const shares = (a: (typeof extensions)[number], b: typeof a): boolean =>
  a.rows?.some(row => b.rows?.includes(row)) ?? false

test('CSRs follow', () => {
  const names = (text: string): string[] => sysregsOf(hart(32, text)).table.map(({ name }) => name)
  expect(names('zba=on')).toEqual(expect.arrayContaining(['stimecmp', 'stimecmph', 'fcsr']))
  const less = names('sstc=off,d=off,f=off')
  for (const name of ['stimecmp', 'stimecmph', 'fcsr', 'frm', 'fflags']) expect(less).not.toContain(name)
})
