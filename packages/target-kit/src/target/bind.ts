/**
 * Binds the instructions of a processor to what they do: from its rows and semantics follow decoding, text and
 * description as core asks for them.
 */
import type {
  CodeReader,
  DecodedInsn,
  Flow,
  InsnDescription,
  InsnKind,
  Semantics,
  Target,
} from '@guestscope/core'
import type { Code, Decoder, Insn, ReadUnit, Row, Terms } from '../isa/index.ts'
import { DecodeCache } from './cache.ts'

/** What a processor's instructions are, and what a target says of them. */
export interface Instructions<T extends Terms> {
  /** For error messages. */
  readonly title: string
  readonly decoder: Decoder<T>
  readonly semantics: readonly Semantics[]
  /** Rows for codes that are no instruction. */
  readonly undefinedRows: readonly Row<T>[]
  /** The instruction in a decoding state; where there is none, one of an undefined row. */
  insnOf(code: Code, state: number): Insn<T>
  /** Names of the semantics that instructions of a row have; absent: that of the row. */
  semanticsOf?(row: Row<T>): readonly string[]
  /** The name of one of those; absent: `Insn.sem`. */
  semOf?(insn: Insn<T>): string
  /** State offset of a register operand. */
  offsetOf(file: T['file'], n: number, slot: T['register']): number
  /** Bits of the decoding state that an instruction depends on; absent: none. */
  readonly stateMask?: number
  /** Decoding state after an instruction; absent: as before. */
  nextState?(insn: Insn<T>, state: number): number
  /** The decoding state, out of what was decoded; absent: there is none. */
  stateOf?(insn: DecodedInsn): number
  place(pc: bigint, insn: Insn<T>): T['place']
  /** Name without operands; absent: that of the row. */
  mnemonicOf?(row: Row<T>): string
  /** Part of the architecture, as the manual calls it; absent: the row's extension. */
  groupOf?(row: Row<T>): string
  kindOf(row: Row<T>): InsnKind
  flowOf(insn: Insn<T>): Flow
  /** May a condition outside of the instruction keep it from running? */
  isConditional?(insn: Insn<T>): boolean
}

/** The parts of a target that are about instructions. */
export type InsnParts = Pick<Target, 'semantics' | 'decode' | 'disassemble' | 'describe'>

/** What `bindInstructions` gives. */
export interface Bound {
  readonly parts: InsnParts
  /** Number of the semantics of this name, for what a target's decoder chooses by itself. */
  handlerOf(name: string): number
}

/** Names of semantics that rows ask for and that are not there. */
export function unboundSemantics<T extends Terms>({
  decoder,
  undefinedRows,
  semantics,
  semanticsOf = ({ sem }) => [sem],
}: Pick<Instructions<T>, 'decoder' | 'undefinedRows' | 'semantics' | 'semanticsOf'>): string[] {
  const known = new Set(semantics.map(({ name }) => name))
  const wanted = new Set([...decoder.rows, ...undefinedRows].flatMap(row => semanticsOf(row)))
  return [...wanted].filter(name => !known.has(name))
}

/** Throws if a row has no semantics, and names all that are missing. */
export function bindInstructions<T extends Terms>(instructions: Instructions<T>): Bound {
  const { title, decoder, semantics, stateMask = 0, insnOf, stateOf, nextState } = instructions
  const missing = unboundSemantics(instructions)
  if (missing.length > 0) throw new Error(`${title}: no semantics for ${missing.join(', ')}`)
  const handlers = new Map(semantics.map(({ name }, i) => [name, i]))
  const handlerOf = (name: string): number => {
    const found = handlers.get(name)
    if (found === undefined) throw new Error(`${title}: no semantics for ${name}`)
    return found
  }
  const decodeCode = (code: Code, state: number): DecodedInsn => {
    const insn = insnOf(code, state)
    const { imm = 0, aux = 0 }: Readonly<Record<string, number>> = insn
    const decoded: DecodedInsn = {
      handler: handlerOf(instructions.semOf?.(insn) ?? insn.sem),
      endsBlock: insn.row.ending !== undefined,
      regs: registersOf(instructions, insn),
      imm,
      aux,
      size: code.size,
      word: code.word | 0,
    }
    return nextState === undefined ? decoded : { ...decoded, nextState: nextState(insn, state) }
  }
  const cache = new DecodeCache()
  const again = (insn: DecodedInsn, bytes: Uint8Array): Insn<T> =>
    insnOf(codeOf(decoder, insn, bytes), stateOf?.(insn) ?? 0)
  const parts: InsnParts = {
    semantics,
    decode: (reader, state) => {
      const code = decoder.codeAt(unitOf(decoder, reader))
      const key = state & stateMask
      let found = cache.get(code, key)
      if (found === undefined) {
        found = decodeCode(code, state)
        cache.set(code, key, found)
      }
      return found
    },
    disassemble: (decoded, pc, bytes) => {
      const insn = again(decoded, bytes)
      return decoder.textOf(insn, instructions.place(pc, insn))
    },
    describe: (decoded, bytes) => describe(instructions, again(decoded, bytes)),
  }
  return { parts, handlerOf }
}

/** State offsets in the order of the language's registers; 0 where there is none. */
function registersOf<T extends Terms>(
  { decoder, offsetOf }: Instructions<T>,
  insn: Insn<T>,
): DecodedInsn['regs'] {
  const { regs } = insn.row
  const numbers: Readonly<Record<string, number>> = insn
  const offset = (slot: T['register'] | undefined): number => {
    const file = slot === undefined ? null : regs[slot as T['register']]
    return slot === undefined || file === null ? 0 : offsetOf(file, numbers[slot] ?? 0, slot)
  }
  const [first, second, third, fourth] = decoder.language.registers
  return [offset(first), offset(second), offset(third), offset(fourth)]
}

function unitOf<T extends Terms>({ language }: Decoder<T>, reader: CodeReader): ReadUnit {
  if (language.unit === 2) return offset => reader.u16(offset)
  return language.unit === 1 ? offset => reader.u8(offset) : offset => reader.u32(offset)
}

/** The code of a decoded instruction; only of long ones the bytes are needed. */
function codeOf<T extends Terms>({ language }: Decoder<T>, insn: DecodedInsn, bytes: Uint8Array): Code {
  const { size } = insn
  const rest: number[] = []
  for (let start = 4; start < size; start += 4) {
    const part = [...bytes.subarray(start, Math.min(start + 4, size))]
    const inOrder = language.first === 'high' ? part : part.reverse()
    rest.push(inOrder.reduce((word, byte) => word * 256 + byte, 0))
  }
  return { size, word: insn.word >>> 0, rest }
}

function describe<T extends Terms>(instructions: Instructions<T>, insn: Insn<T>): InsnDescription {
  const { row } = insn
  if (instructions.undefinedRows.includes(row))
    return { mnemonic: 'undefined', group: '', kind: 'undefined', flow: 'trap' }
  const description = {
    mnemonic: instructions.mnemonicOf?.(row) ?? row.name,
    group: instructions.groupOf?.(row) ?? row.ext,
    kind: instructions.kindOf(row),
    flow: instructions.flowOf(insn),
  }
  const conditional = instructions.isConditional?.(insn)
  return conditional === undefined ? description : { ...description, conditional }
}
