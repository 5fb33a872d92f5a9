/**
 * The line number table (DWARF 5, 6.2; versions 2 to 5): bytes in, rows out. A row holds from its address to the next
 * row's of its sequence.
 */

import type { Strings } from './forms.ts'
import { type LineHeader, readHeader } from './line-header.ts'
import { DwarfReader } from './reader.ts'

/** A row of the table. */
export interface LineRow {
  readonly address: bigint
  /** Full path, as far as the program tells. */
  readonly file: string
  /** From 1; 0: the code belongs to no line. */
  readonly line: number
  readonly column: number
  /** A good place for a breakpoint: the line begins here. */
  readonly isStatement: boolean
  /** The first address behind a sequence; it has no code of its own. */
  readonly endSequence: boolean
}

/** The sections that say which code came from which line. */
export interface LineSections extends Strings {
  readonly line: Uint8Array
  /** Byte order of the program; absent: true. */
  readonly littleEndian?: boolean
  /** Offset of a unit's line program → directory of the compilation; versions before 5 need it. */
  readonly directories: ReadonlyMap<number, string>
}

/** All rows of all programs, in the order of the table. */
export function* lineRows({ line, littleEndian, directories, ...strings }: LineSections): Generator<LineRow> {
  const r = new DwarfReader('.debug_line', line, littleEndian)
  const budget = { left: 64 * line.length + 2 ** 22 }
  while (r.at < line.length) {
    const start = r.at
    r.end = line.length
    const next = r.unit()
    yield* runProgram(r, readHeader(r, strings, directories.get(start) ?? '', budget))
    r.at = next
  }
}

/** Opcodes of DWARF 5, 7.22; from `opcodeBase` on they are special, and before unknown ones are skipped. */
const Standard = {
  copy: 1,
  advancePc: 2,
  advanceLine: 3,
  setFile: 4,
  setColumn: 5,
  negateStatement: 6,
  basicBlock: 7,
  addConstPc: 8,
  fixedAdvancePc: 9,
} as const
const Extended = { endSequence: 1, setAddress: 2 } as const

/** What the program computes with. */
interface Registers {
  address: bigint
  operation: number
  file: number
  line: number
  column: number
  isStatement: boolean
}

function* runProgram(r: DwarfReader, header: LineHeader): Generator<LineRow> {
  const fresh = (): Registers => ({
    address: 0n,
    operation: 0,
    file: 1,
    line: 1,
    column: 0,
    isStatement: header.defaultIsStatement,
  })
  let state = fresh()
  const row = (endSequence: boolean): LineRow => ({
    address: BigInt.asUintN(64, state.address),
    file: header.file(state.file),
    line: state.line,
    column: state.column,
    isStatement: state.isStatement,
    endSequence,
  })
  /** Very long instruction words have several operations; others one. */
  const advance = (operations: number): void => {
    const all = state.operation + operations
    state.address += BigInt(header.minimumLength * Math.floor(all / header.maximumOperations))
    state.operation = all % header.maximumOperations
  }
  const special = (opcode: number): void =>
    advance(Math.floor((opcode - header.opcodeBase) / header.lineRange))

  while (r.at < r.end) {
    const opcode = r.u8()
    if (opcode >= header.opcodeBase) {
      special(opcode)
      state.line += header.lineBase + ((opcode - header.opcodeBase) % header.lineRange)
      yield row(false)
    } else if (opcode === 0) {
      const length = r.uleb()
      const next = r.at + length
      const extended = length === 0 ? 0 : r.u8()
      if (extended === Extended.endSequence) {
        yield row(true)
        state = fresh()
      } else if (extended === Extended.setAddress) {
        state.address = r.uint(length - 1)
        state.operation = 0
      }
      r.at = next
    } else {
      switch (opcode) {
        case Standard.copy:
          yield row(false)
          break
        case Standard.advancePc:
          advance(r.uleb())
          break
        case Standard.advanceLine:
          state.line += Number(r.sleb())
          break
        case Standard.setFile:
          state.file = r.uleb()
          break
        case Standard.setColumn:
          state.column = r.uleb()
          break
        case Standard.negateStatement:
          state.isStatement = !state.isStatement
          break
        case Standard.basicBlock:
          break
        case Standard.addConstPc:
          special(255)
          break
        case Standard.fixedAdvancePc:
          state.address += BigInt(r.u16())
          state.operation = 0
          break
        default:
          for (let n = header.operands[opcode] ?? 0; n > 0; n--) r.uleb()
      }
    }
  }
}
