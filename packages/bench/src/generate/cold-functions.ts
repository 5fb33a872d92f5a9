/**
 * Cold code: a program of very many functions, each run a few times, in another order every round. Half of them are
 * leaves, the others call one or two leaves anywhere in the program.
 */
import { writeElf } from '@guestscope/images'
import { Code, Label } from './code.ts'
import { dataBytes, FunctionWriter } from './functions.ts'
import { writeMain } from './main.ts'
import { Random } from './random.ts'

export interface ColdProgram {
  readonly functions: number
  /** How often each is called directly; leaves are called by others besides. */
  readonly rounds: number
  readonly seed: number
}

/** The one that is measured. */
export const coldFunctions: ColdProgram = {
  functions: 50_000,
  rounds: 4,
  seed: 1,
}

const ram = 0x80000000
const stackBytes = 0x1000

/** The program as an ELF file for the `virt` board. */
export function writeColdProgram({ functions, rounds, seed }: ColdProgram): Uint8Array {
  const random = new Random(seed)
  const code = new Code(ram)
  const places = {
    order: new Label(),
    orderEnd: new Label(),
    data: new Label(),
    memoryEnd: new Label(),
  }
  writeMain(code, places)

  const labels = Array.from({ length: functions }, () => new Label())
  const leaves = labels.filter((_, i) => i === 0 || random.chance(50))
  const isLeaf = new Set(leaves)
  for (const label of labels) {
    code.place(label)
    new FunctionWriter(code, random, isLeaf.has(label) ? [] : leaves).write(random.between(10, 40))
  }

  code.align(8)
  code.place(places.order)
  const calls = Array.from({ length: rounds }, () => random.shuffled(labels)).flat()
  code.data(new Uint8Array(BigUint64Array.from(calls, ({ pc = 0 }) => BigInt(pc)).buffer))
  code.place(places.orderEnd)
  const data = Uint8Array.from({ length: dataBytes }, () => random.below(256))
  code.data(data.subarray(0, dataBytes / 2))
  code.place(places.data)
  code.data(data.subarray(dataBytes / 2))
  const memorySize = code.pc - ram + stackBytes
  places.memoryEnd.pc = ram + memorySize
  return writeElf({
    bits: 64,
    machine: 243,
    flags: 5, // compressed instructions, double-precision ABI
    entry: ram,
    segments: [{ base: ram, bytes: code.finish(), memorySize, flags: 7, align: 8 }],
  })
}
