/** Decoder and disassembler: an answer for every bit pattern. */
import { type DecodedInsn, FetchFault, insnKinds } from '@guestscope/core'
import { none } from '../assert.ts'
import { bits32, type Random, seeded } from '../random.ts'
import { randomInsns, reader } from './decoding.ts'
import type { Check, ContractOptions } from './options.ts'

const int32 = (n: number): boolean => (n | 0) === n

export function decodeCases(options: ContractOptions): Check[] {
  const { target } = options
  const flags = options.flags ?? [0]

  const faultsOf = (insn: DecodedInsn, all: readonly number[]): string[] => {
    const bytes = Uint8Array.from(all.slice(0, insn.size))
    const faults: string[] = []
    if (!target.semantics[insn.handler]) faults.push(`handler ${insn.handler}`)
    if (!Number.isInteger(insn.size) || insn.size < 1 || insn.size > 16) faults.push(`size ${insn.size}`)
    if (insn.regs.length !== 4 || insn.regs.some(r => !(r >= 0 && r < target.state.size)))
      faults.push(`registers ${insn.regs}`)
    if (![insn.imm, insn.aux, insn.word].every(int32))
      faults.push(`imm ${insn.imm} aux ${insn.aux} word ${insn.word}`)
    for (const pc of [0n, 0xffff_f000n])
      if (target.disassemble(insn, pc, bytes).trim() === '') faults.push('no text')
    const { mnemonic, group, kind } = target.describe(insn, bytes)
    if (mnemonic === '' || !insnKinds.includes(kind) || (group === '') !== (kind === 'undefined'))
      faults.push(`described as '${mnemonic}' of '${group}', ${kind}`)
    return faults
  }
  const word = (random: Random): number[] =>
    Array.from({ length: 5 }, () => bits32(random)).flatMap(w =>
      [w, w >> 8, w >> 16, w >> 24].map(b => b & 0xff),
    )
  const hex = (bytes: readonly number[]): string => bytes.map(b => b.toString(16).padStart(2, '0')).join('')

  return [
    [
      'every bit pattern decodes to something that can run and has a text',
      () => {
        const random = seeded(options.seed ?? 1)
        const faults: string[] = []
        for (let n = 0; n < 20_000; n++) {
          const bytes = word(random)
          for (const f of flags) {
            try {
              faults.push(
                ...faultsOf(target.decode(reader(bytes), f), bytes).map(
                  fault => `${hex(bytes.slice(0, 8))}: ${fault}`,
                ),
              )
            } catch (error) {
              faults.push(`${hex(bytes.slice(0, 8))}: ${error}`)
            }
          }
        }
        none('bit patterns', faults)
      },
    ],
    [
      'an instruction that cannot be fetched whole is a fetch fault, and nothing else',
      () => {
        const random = seeded(options.seed ?? 1)
        const faults: string[] = []
        for (let n = 0; n < 5000; n++) {
          const bytes = n % 2 ? options.random.instruction(random) : word(random)
          const whole = target.decode(reader([...bytes, ...new Array(16).fill(0)], 0x800), flags[0] ?? 0)
          for (let length = 0; length <= whole.size; length += 2) {
            try {
              const { size, handler } = target.decode(
                reader(bytes.slice(0, length), 4096 - length),
                flags[0] ?? 0,
              )
              if (size > length) faults.push(`${hex(bytes.slice(0, length))}: ${size} bytes long`)
              // What lies beyond may only matter to how an instruction is served, not to where it ends.
              else if (size !== whole.size)
                faults.push(`${hex(bytes.slice(0, length))}: size ${size}, handler ${handler}`)
            } catch (error) {
              if (!(error instanceof FetchFault)) faults.push(`${hex(bytes.slice(0, length))}: ${error}`)
              else if (length >= whole.size)
                faults.push(`${hex(bytes.slice(0, length))}: fault, though it is whole`)
            }
          }
        }
        none('cut instructions', faults)
      },
    ],
    [
      'the random generator makes instructions of which most kinds are valid',
      () => {
        const kinds = new Set(flags.flatMap(f => randomInsns(options, 5000, f).map(insn => insn.handler)))
        if (kinds.size < target.semantics.length / 2)
          throw new Error(`only ${kinds.size} of ${target.semantics.length} kinds of instructions come up`)
      },
    ],
  ]
}
