/**
 * Lines that say what instructions do, in one text for people and tests:
 *
 *     13 05 15 00 | addi a0,a0,1 | a0=1 => a0=2
 *
 * Bytes as they lie in memory, assembly, inputs, outputs. `rv32` or `rv64` in front: for that base alone. Several
 * instructions are separated by semicolons. Memory that is no input is 0, integer registers 85, float registers
 * 0x5555555555555555; what is no output does not change. Values are decimal, hexadecimal, `data+n`, `s:NUMBER` or `d:NUMBER` (floating point). Besides registers:
 *
 *     m0, m8     eight bytes at `data`, and at `data+8`
 *     fs         mstatus.FS, otherwise 3 (input)
 *     pc         where execution goes on, if not behind the row (output)
 *     trap       cause:mtval, with `@pc` behind if it was not the first instruction (output)
 */
import { fNames, type Xlen, xNames } from '../../src/isa/index.ts'

export const rowAt = 0x8000_1800
export const handlerAt = 0x8000_2000
export const data = 0x8000_3000
/** c.ebreak: surrounds the row, so that wherever execution goes, it stops there. */
export const stop = 0x9002

export interface RowLine {
  /** As it stands in the file. */
  readonly line: string
  readonly number: number
  /** Bases that it holds for. */
  readonly bases: readonly Xlen[]
  readonly bytes: readonly number[]
  readonly texts: readonly string[]
  /** The right-hand columns. */
  readonly input: string
  readonly output: string | undefined
}

/** All that a row can read or change. */
export interface RowState {
  readonly x: readonly bigint[]
  readonly f: readonly bigint[]
  readonly fcsr: number
  readonly m0: bigint
  readonly m8: bigint
}
/** Where it went: into the handler, always. */
export interface RowEnd {
  readonly mepc: bigint
  readonly mcause: number
  readonly mtval: bigint
}

const otherInteger = 85n
const otherFloat = 0x5555_5555_5555_5555n

export const sizeOf = (row: RowLine): number =>
  row.texts.reduce((size, text) => size + (text.startsWith('c.') ? 2 : 4), 0)

export function parseRows(file: string): (RowLine | string)[] {
  return file
    .trimEnd()
    .split('\n')
    .map((line, i) => (line === '' || line.startsWith('#') ? line : parseRow(line, i + 1)))
}

function parseRow(line: string, number: number): RowLine {
  const [, base, rest = ''] = /^(?:rv(32|64) )?(.*)$/.exec(line) ?? []
  const columns = rest.split('|').map(column => column.trim())
  const effect = columns.at(-1) ?? ''
  const [input = '', output] = effect.split('=>').map(side => side.trim())
  return {
    line,
    number,
    bases: base === undefined ? [32, 64] : [base === '32' ? 32 : 64],
    bytes: columns.length > 2 ? (columns[0] ?? '').split(' ').map(byte => Number.parseInt(byte, 16)) : [],
    texts: (columns.at(-2) ?? '').split(';').map(text => text.trim()),
    input,
    output,
  }
}

const bits = new DataView(new ArrayBuffer(8))
const single = (value: number): bigint => {
  bits.setFloat32(0, value)
  return 0xffffffff_00000000n | BigInt(bits.getUint32(0))
}
const double = (value: number): bigint => {
  bits.setFloat64(0, value)
  return bits.getBigUint64(0)
}
const floats: Record<string, number> = { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY }

function parseValue(text: string): bigint {
  const [, format, float = ''] = /^([sd]):(.*)$/.exec(text) ?? []
  if (format !== undefined) return (format === 's' ? single : double)(floats[float] ?? Number(float))
  const place = /^data([+-]\d+)?$/.exec(text)
  if (place) return BigInt(data + Number(place[1] ?? 0))
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text)
}

/** The state before the row, and mstatus.FS. */
export function inputsOf(row: RowLine, xlen: Xlen): RowState & { readonly fs: number } {
  const given = new Map(
    row.input
      .split(' ')
      .filter(part => part !== '')
      .map(part => part.split('=') as [string, string])
      .map(([name, value]) => [name, parseValue(value)]),
  )
  const take = (name: string, width: number, otherwise = 0n): bigint => {
    const value = given.get(name) ?? otherwise
    given.delete(name)
    return BigInt.asUintN(width, value)
  }
  const state = {
    x: xNames.map(name => take(name, xlen, name === 'zero' ? 0n : otherInteger)),
    f: fNames.map(name => take(name, 64, otherFloat)),
    fcsr: Number((take('frm', 3) << 5n) | take('fflags', 5)),
    m0: take('m0', 64),
    m8: take('m8', 64),
    fs: Number(take('fs', 2, 3n)),
  }
  if (given.size) throw new Error(`line ${row.number}: no input is called ${[...given.keys()].join()}`)
  return state
}

const hex = (value: bigint): string => `0x${value.toString(16)}`

function integer(value: bigint, xlen: number): string {
  const signed = BigInt.asIntN(xlen, value)
  return signed >= -4096n && signed <= 4096n ? `${signed}` : hex(value)
}
/** As a number where that says all. */
function float(value: bigint): string {
  const boxed = value >> 32n === 0xffffffffn
  bits.setBigUint64(0, value)
  const number = boxed ? bits.getFloat32(4) : bits.getFloat64(0)
  if (Number.isNaN(number) || (!boxed && Math.abs(number) < 1e-300 && number !== 0)) return hex(value)
  const text = Object.is(number, -0) ? '-0' : Object.keys(floats).find(name => floats[name] === number)
  return `${boxed ? 's' : 'd'}:${text ?? number}`
}

/** What has changed, as the last column has it. */
export function outputsOf(row: RowLine, xlen: Xlen, before: RowState, after: RowState, end: RowEnd): string {
  const parts: string[] = []
  const show = <T>(name: string, was: T, is: T, text: (value: T) => string): void => {
    if (was !== is) parts.push(`${name}=${text(is)}`)
  }
  xNames.forEach((name, i) => show(name, before.x[i], after.x[i], value => integer(value ?? 0n, xlen)))
  fNames.forEach((name, i) => show(name, before.f[i], after.f[i], value => float(value ?? 0n)))
  show('fflags', before.fcsr & 31, after.fcsr & 31, String)
  show('frm', before.fcsr >> 5, after.fcsr >> 5, String)
  show('m0', before.m0, after.m0, hex)
  show('m8', before.m8, after.m8, hex)
  const [first, behind] = [BigInt(rowAt), BigInt(rowAt + sizeOf(row))]
  const inside = end.mepc >= first && end.mepc < behind
  if (end.mcause !== 3 || inside) {
    parts.push(`trap=${end.mcause}:${hex(end.mtval)}${end.mepc === first ? '' : `@${hex(end.mepc)}`}`)
  } else if (end.mepc !== behind) parts.push(`pc=${hex(end.mepc)}`)
  return parts.join(' ')
}
