/** The instruction sets of the processors, and the kit's tools for them. Of 32 bits the first halfword is the high one. */
import * as kit from '@guestscope/target-kit'
import { Aux, Data } from './aux.ts'
import { language } from './language.ts'
import type { Insn, Operands, Row, Thumb } from './row.ts'
import { extensionsOf, groups, type Profile, rows, rowsOf } from './rows.ts'
import { fallback } from './undefined.ts'

const made = new Map<string, kit.Decoder<Thumb>>()

/** The instructions of a processor, without regard to IT blocks. */
export function decoderOf(profile: Profile): kit.Decoder<Thumb> {
  const present = extensionsOf(profile)
  const key = present.join()
  let decoder = made.get(key)
  if (decoder === undefined) {
    decoder = new kit.Decoder(language, present.map(ext => groups[ext]).join(', '), rowsOf(profile))
    made.set(key, decoder)
  }
  return decoder
}

/** ITSTATE of the next instruction (ITAdvance, A7.3.3). */
export function itAdvance(it: number): number {
  return it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0
}

/** What an IT block makes of an instruction; undefined: it may not stand there. */
function inItBlock(insn: Insn, it: number): Insn | undefined {
  if (it === 0) return insn
  const { outsideIt, setsOutsideIt } = insn.row.more
  if (outsideIt) return undefined
  const last = it & 7 ? 0 : Aux.last
  const flags = setsOutsideIt ? ~(1 << Data.setFlags) : -1
  return { ...insn, it, aux: (insn.aux & flags) | (it << Aux.itShift) | last }
}

/** The instruction, by one of the rows; undefined: not allocated. */
export const decode = (profile: Profile, word: number, size: number, it = 0): Insn | undefined =>
  decodeCode(profile, kit.shortCode(word, size), it)

function decodeCode(profile: Profile, code: kit.Code, it: number): Insn | undefined {
  const insn = decoderOf(profile).decode(code)
  return insn && inItBlock(insn, it)
}

/** The same that always finds something: `undefined` and its like have rows, too. */
export function insnOf(profile: Profile, code: kit.Code, it: number): Insn {
  const found = decodeCode(profile, code, it)
  if (found !== undefined) return found
  const plain = kit.decodeAs(language, fallback(profile, code.word, code.size), code)
  const insn = plain && inItBlock(plain, it)
  if (insn === undefined) throw new Error('undefined instructions are allowed everywhere')
  return insn
}

/** ITSTATE of the next instruction. */
export const nextIt = (insn: Insn): number => (insn.sem === 'it' ? insn.imm : itAdvance(insn.it))

/** The instruction outside of IT blocks if the word is of this row. */
export const decodeAs = (row: Row, word: number): Insn | undefined =>
  kit.decodeAs(language, row, kit.shortCode(word, row.size))

/** In the words of UAL as GNU objdump writes them, without comments: `addeq.w r0, r1, r2, lsl #2`. */
export const disassemble = (insn: Insn, pc: number): string =>
  kit.disassemble(language, insn, { pc, it: insn.it })

/** An instruction as the assembler gives it. */
export interface Word {
  readonly word: number
  readonly size: number
}

/** One instruction at `pc` and with this ITSTATE. */
export function assemble(profile: Profile, text: string, pc = 0, it = 0): Word {
  const { title, rows } = decoderOf(profile)
  const set = { language, title, rows, decode: (code: kit.Code) => decodeCode(profile, code, it) }
  const { word, size } = kit.assemble(set, text, { pc, it })
  return { word, size }
}

/** The word with these operands; undefined: they do not fit. */
export const encode = (row: Row, values: Operands): number | undefined =>
  kit.encode(language, row, values)?.word

/** A random valid instruction of the rows that pass the filter; of the special registers those that exist occur. */
export function randomInsn(rng: () => number, profile: Profile, filter?: (row: Row) => boolean): Word {
  const { word, size } = kit.randomInsn(rng, decoderOf(profile), filter)
  return { word, size }
}

/** A random word of this row. */
export const randomWord = (rng: () => number, profile: Profile, row: Row): number =>
  kit.randomOf(rng, decoderOf(profile), row).word

/** The documentation table. */
export const thumbTable = (): string =>
  kit.isaTable(rows, [{ title: 'Semantics', cell: ({ sem }) => `\`${sem}\`` }])
