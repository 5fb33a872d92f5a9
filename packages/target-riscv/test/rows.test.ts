/** Single instructions and short sequences, with the outcomes recorded in `rows/*.txt`, in every tier alike. */

import { readdirSync, readFileSync } from 'node:fs'
import { BytesReader, Machine, type Tier } from '@guestscope/core'
import { bare } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import { createRiscvTarget, fullHart, virt32, virt64 } from '../src/index.ts'
import { rowsOf as isaRows, type Xlen } from '../src/isa/index.ts'
import { Mstatus, S } from '../src/state.ts'
import {
  data,
  handlerAt,
  inputsOf,
  outputsOf,
  parseRows,
  type RowLine,
  type RowState,
  rowAt,
  stop,
} from './rows/row.ts'

const folder = new URL('rows/', import.meta.url)
const files = readdirSync(folder).filter(name => name.endsWith('.txt'))
const rowsOf = (name: string): RowLine[] =>
  parseRows(readFileSync(new URL(name, folder), 'utf8')).filter(row => typeof row !== 'string')

const pageOf = (word: number): Uint8Array =>
  Uint8Array.from({ length: 4096 }, (_, i) => (i % 2 ? word >> 8 : word & 0xff))

/** A hart whose rows run in one tier; in tier 1 as regions from the first time on. */
class Rig {
  readonly xlen: Xlen
  readonly machine: Machine
  readonly #registers: ReadonlyMap<string, Machine['target']['registers'][number]>

  constructor(xlen: Xlen, tier: Tier) {
    this.xlen = xlen
    this.machine = new Machine({
      target: createRiscvTarget(fullHart(xlen)),
      board: xlen === 32 ? virt32 : virt64,
      tier,
      hotThreshold: 1,
      batch: 1,
      memoryBytes: 1 << 20,
      cpus: 1,
      ...bare,
    })
    this.#registers = new Map(this.machine.target.registers.map(r => [r.name, r]))
    this.#write(handlerAt, pageOf(0xa001)) // c.j to itself
  }

  get cpu(): Machine['cpus'][number] {
    return this.machine.cpus[0] as Machine['cpus'][number]
  }
  set(name: string, value: bigint): void {
    this.#registers.get(name)?.write?.(this.cpu, value)
  }
  read(name: string): bigint {
    return this.#registers.get(name)?.read(this.cpu) ?? 0n
  }
  #write(address: number, bytes: Uint8Array): void {
    if (!this.machine.writeVirtual(this.cpu, BigInt(address), bytes)) throw new Error('no memory')
  }

  /** The row's last column, as it comes out here. */
  run(row: RowLine): string {
    const { cpu, machine, xlen } = this
    const before = inputsOf(row, xlen)
    const page = pageOf(stop)
    page.set(row.bytes, rowAt & 0xfff)
    this.#write(rowAt - (rowAt & 0xfff), page)
    const memory = new DataView(new ArrayBuffer(16))
    memory.setBigUint64(0, before.m0, true)
    memory.setBigUint64(8, before.m8, true)
    this.#write(data, new Uint8Array(memory.buffer))
    for (const name of ['mscratch', 'mepc', 'mcause', 'mtval', 'mcounteren']) this.set(name, 0n)
    this.set('mtvec', BigInt(handlerAt))
    this.set('mstatus', Mstatus.FS)
    this.set('fcsr', BigInt(before.fcsr))
    before.f.forEach((value, n) => cpu.set64(S.f + 8 * n, value))
    for (let n = 1; n < 32; n++) cpu.set64(S.x + 8 * n, before.x[n] as bigint)
    cpu.set64(S.reservation, -1n)
    this.set('mstatus', (BigInt(before.fs) << 13n) | Mstatus.MPP)
    cpu.pc = BigInt(rowAt)

    machine.run(row.texts.length + 3) // the handler waits for the rest
    expect(cpu.pc, 'has got to the handler').toBe(BigInt(handlerAt))
    const [m0, m8] = [data, data + 8].map(at =>
      new DataView((machine.readVirtual(cpu, BigInt(at), 8) as Uint8Array).buffer).getBigUint64(0, true),
    ) as [bigint, bigint]
    const after: RowState = {
      x: before.x.map((_, n) => (n ? BigInt.asUintN(xlen, cpu.get64(S.x + 8 * n)) : 0n)),
      f: before.f.map((_, n) => cpu.get64(S.f + 8 * n)),
      fcsr: cpu.get32(S.fflags) | (cpu.get32(S.frm) << 5),
      m0,
      m8,
    }
    const end = { mepc: this.read('mepc'), mcause: Number(this.read('mcause')), mtval: this.read('mtval') }
    return outputsOf(row, xlen, before, after, end)
  }

  /** What the disassembler makes of the row. */
  texts(row: RowLine): string[] {
    const { target } = this.machine
    const texts: string[] = []
    for (let at = 0; at < row.bytes.length; ) {
      const bytes = Uint8Array.from(row.bytes)
      // A breakpoint looks at what is around it.
      const around = Uint8Array.from([0, 0, 0, 0, ...row.bytes, 0, 0, 0, 0])
      const insn = target.decode(new BytesReader(around, 4 + at, (rowAt & 0xfff) + at), 3)
      texts.push(target.disassemble(insn, BigInt(rowAt + at), bytes.subarray(at, at + insn.size)))
      at += insn.size
    }
    return texts
  }
}

describe.each<[Xlen, Tier]>(
  [32, 64].flatMap(xlen => (['oracle', 0, 1] as const).map((tier): [Xlen, Tier] => [xlen as Xlen, tier])),
)('RV%i, tier %s', (xlen, tier) => {
  const rig = new Rig(xlen, tier)
  test.each(files)('%s', name => {
    const wrong: string[] = []
    const regions = rig.machine.engine.tiers[1].functions
    const rows = rowsOf(name).filter(row => row.bases.includes(xlen))
    for (const row of rows) {
      const output = rig.run(row)
      if (output !== row.output) wrong.push(`${name}:${row.number}: ${row.line}\n    is: ${output}`)
      if (tier !== 0) continue
      const texts = rig.texts(row).join('; ')
      if (texts !== row.texts.join('; ')) wrong.push(`${name}:${row.number}: ${row.line}\n    is: ${texts}`)
    }
    expect(wrong.join('\n')).toBe('')
    expect(rows.length).toBeGreaterThan(10)
    if (tier === 1)
      expect(rig.machine.engine.tiers[1].functions - regions).toBeGreaterThanOrEqual(rows.length)
  })
})

/** What these do is a matter of the whole machine; the guests show it. */
const privileged = new Set(['mret', 'sret', 'wfi', 'sfence.vma'])

test('every instruction has a row', () => {
  const seen = new Set(
    files.flatMap(rowsOf).flatMap(row => row.texts.map(text => text.replace(/\.(aq|rl|aqrl)? .*| .*/, ''))),
  )
  const missing = [...isaRows(64), ...isaRows(32)].map(row => row.name)
  expect(missing.filter(name => !seen.has(name) && !privileged.has(name))).toEqual([])
})
