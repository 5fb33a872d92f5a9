import { Machine, type Tier } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { riscv64, virt64 } from '@guestscope/target-riscv'
import { decode, lengthOf } from '@guestscope/target-riscv/isa'
import { expect, test } from 'vitest'
import { Code, Label } from '../src/generate/code.ts'
import { writeColdProgram } from '../src/generate/cold-functions.ts'

const small = { functions: 300, rounds: 3, seed: 2 }
/** What QEMU 11.1 prints for it. */
const checkOfSmall = 'CHECK ea93fda346a28c6c\n'

test('the program depends on the seed alone', () => {
  expect(writeColdProgram(small)).toEqual(writeColdProgram(small))
  expect(writeColdProgram({ ...small, seed: 3 })).not.toEqual(writeColdProgram(small))
})

test.each<Tier>([0, 1])('the program gives the checksum that QEMU gives, tier %s', tier => {
  let out = ''
  const machine = new Machine({
    target: riscv64(),
    board: virt64,
    tier,
    hotThreshold: 2,
    batch: 1,
    memoryBytes: 64 * 2 ** 20,
    cpus: 1,
    console: {
      write: bytes => {
        out += new TextDecoder().decode(bytes)
      },
    },
    image: loadElf(writeColdProgram(small)),
    semihosting: false,
  })
  machine.run(1_000_000)
  expect(out).toBe(checkOfSmall)
  expect(machine.stopReason).toMatchObject({ kind: 'exit', status: 0 })
})

test('functions are as long and as mixed as promised', () => {
  const { segments } = loadElf(writeColdProgram(small))
  const { bytes } = segments[0] ?? {}
  if (bytes === undefined) throw new Error('no segment')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const seen = new Map<string, number>()
  const lengths: number[] = []
  let length = 0
  let total = 0
  for (let at = 0; lengths.length < small.functions + 1; ) {
    const low = view.getUint16(at, true)
    const size = lengthOf(low)
    const insn = decode(64, size === 2 ? low : view.getUint32(at, true))
    if (insn === undefined) throw new Error(`no instruction at ${at}`)
    seen.set(insn.row.sem, (seen.get(insn.row.sem) ?? 0) + 1)
    length++
    total++
    // Each function ends in its one return; the first is that of the output.
    if (insn.row.sem === 'jalr' && insn.rd === 0 && insn.rs1 === 1) {
      lengths.push(length)
      length = 0
    }
    at += size
  }
  const functions = lengths.slice(1)
  expect(Math.min(...functions)).toBeGreaterThanOrEqual(9)
  expect(Math.max(...functions)).toBeLessThanOrEqual(48)
  for (const name of ['ld', 'sd', 'beq', 'bltu', 'mul', 'jalr', 'auipc', 'lui', 'addi', 'add', 'slli'])
    expect(seen.get(name) ?? 0, name).toBeGreaterThan(total / 500)
})

test('code: compressed where it can be, labels both ways, and refusals', () => {
  const code = new Code(0x1000)
  const back = new Label()
  const ahead = new Label()
  code.place(back)
  code.put('addi', { rd: 10, rs1: 10, imm: 5 })
  code.put('addi', { rd: 10, rs1: 11, imm: 5 })
  code.to(ahead, 'beq', { rs1: 10 })
  code.to(back, 'jal')
  code.address(12, ahead)
  code.place(ahead)
  const bytes = code.finish()
  const view = new DataView(bytes.buffer)
  expect(decode(64, view.getUint16(0, true))).toMatchObject({ row: { name: 'c.addi' }, rd: 10, imm: 5 })
  expect(decode(64, view.getUint32(2, true))).toMatchObject({ row: { name: 'addi' }, rd: 10, rs1: 11 })
  expect(decode(64, view.getUint32(6, true))).toMatchObject({ row: { name: 'beq' }, imm: 16 })
  expect(decode(64, view.getUint32(10, true))).toMatchObject({ row: { name: 'jal' }, imm: -10 })
  expect(decode(64, view.getUint32(14, true))).toMatchObject({ row: { name: 'auipc' }, imm: 0 })
  expect(decode(64, view.getUint32(18, true))).toMatchObject({ row: { name: 'addi' }, imm: 8 })
  expect(code.count).toBe(6)
  expect(() => code.place(back)).toThrow('placed twice')
  expect(() => code.put('addi', { rd: 10, imm: 2048 })).toThrow('addi cannot have')
  expect(() => code.put('movq', {})).toThrow('no instruction movq')
  code.to(new Label(), 'jal')
  expect(() => code.finish()).toThrow('never placed')
})
