/** `guestscope disas`: a listing of the code in an image. */
import {
  BytesReader,
  FetchFault,
  type ImageSymbol,
  type Segment,
  type Target,
  withoutHeaders,
} from '@guestscope/core'
import type { CommandAction } from '../args/spec.ts'
import { CommandError, nearest } from '../errors.ts'
import { pickCpu } from '../run/guests.ts'
import { openProgram } from '../run/image.ts'
import { SymbolTable } from '../run/symbols.ts'
import type { DisasOptions } from './options.ts'

/** A stretch of code: addresses from `start` to before `end`. */
interface Range {
  readonly start: bigint
  readonly end: bigint
}

export const disas: CommandAction<DisasOptions> = async (host, options, [path = '']) => {
  const { image, loaded } = await openProgram(host, path, options)
  const cpu = pickCpu(options.cpu ?? loaded.widest, loaded.cpus)
  const symbols = new SymbolTable(image)
  const code = image.segments.filter(segment => segment.executable).map(withoutHeaders)
  const { start, end } = wantedRange(options, symbols, code, path)
  let left = options.count ?? Number.POSITIVE_INFINITY
  for (const segment of code) {
    const range = overlap(segment, start, end)
    for (const line of listing(cpu.target(), segment, range, symbols)) {
      if (line.insn && left-- <= 0) break
      host.stdout.write(`${line.text}\n`)
      if (host.stdout.gone || host.stdout.failure) return 0
    }
  }
  return 0
}

function overlap(segment: Segment, start: bigint, end: bigint): Range {
  const range = { start: segment.virtual, end: segmentEnd(segment) }
  if (start > range.start) range.start = start
  if (end < range.end) range.end = end
  return range
}

const segmentEnd = (segment: Segment): bigint => segment.virtual + BigInt(segment.bytes.length)

function wantedRange(
  { start, symbol }: DisasOptions,
  symbols: SymbolTable,
  code: readonly Segment[],
  path: string,
): Range {
  const inside = (address: bigint): Segment | undefined =>
    code.find(segment => address >= segment.virtual && address < segmentEnd(segment))
  if (symbol !== undefined) {
    const found = symbols.all.find(s => s.name === symbol)
    if (found === undefined) throw noSymbol(symbol, symbols.all, path)
    return { start: found.address, end: symbolEnd(found, symbols.all) }
  }
  if (start === undefined) return { start: 0n, end: 1n << 64n }
  if (inside(start) === undefined) {
    const ranges = code.map(s => `0x${s.virtual.toString(16)} … 0x${(segmentEnd(s) - 1n).toString(16)}`)
    throw new CommandError(
      'usage/address',
      `${path} has no code at 0x${start.toString(16)}.`,
      ranges.length === 0 ? 'It has none at all.' : `Its code lies at ${ranges.join(', ')}.`,
    )
  }
  return { start, end: 1n << 64n }
}

function symbolEnd(symbol: ImageSymbol, all: readonly ImageSymbol[]): bigint {
  if (symbol.size > 0) return symbol.address + BigInt(symbol.size)
  return all.find(other => other.address > symbol.address)?.address ?? 1n << 64n
}

function noSymbol(name: string, all: readonly ImageSymbol[], path: string): CommandError {
  const near = nearest(
    name,
    all.map(symbol => symbol.name),
  )
  const hint =
    all.length === 0
      ? 'It has no symbols at all (stripped): use --start.'
      : near === undefined
        ? `'guestscope disas ${path}' shows the names it has.`
        : `Did you mean '${near}'?`
  return new CommandError('usage/symbol', `${path} has no symbol '${name}'.`, hint)
}

interface Line {
  readonly text: string
  readonly insn: boolean
}

function* listing(target: Target, segment: Segment, range: Range, symbols: SymbolTable): Generator<Line> {
  const names = new Map<bigint, string[]>()
  for (const { address, name } of symbols.all) {
    const others = names.get(address)
    if (others === undefined) names.set(address, [name])
    else others.push(name)
  }
  const digits = segmentEnd(segment).toString(16).length
  const hex = (address: bigint): string => address.toString(16).padStart(digits)
  let first = true
  let state = 0
  for (let pc = range.start; pc < range.end; ) {
    const offset = Number(pc - segment.virtual)
    for (const name of names.get(pc) ?? []) {
      yield { text: `${first ? '' : '\n'}${hex(pc)} <${name}>:`, insn: false }
      first = false
    }
    const zeros = zeroRun(segment.bytes, offset, range, names, pc)
    if (zeros > 0) {
      yield { text: '    ...', insn: false }
      pc += BigInt(zeros)
      continue
    }
    const { size, text, next } = decodeAt(target, segment.bytes, offset, pc, state)
    state = next
    const bytes = [...segment.bytes.subarray(offset, offset + size)].reverse()
    const word = bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')
    yield { text: `${hex(pc)}:  ${word.padEnd(8)}  ${text}`, insn: true }
    first = false
    pc += BigInt(size)
  }
}

/** Bytes of a run of zeros worth leaving out: 16 at least, up to the next symbol; padding, not code. */
function zeroRun(
  bytes: Uint8Array,
  offset: number,
  range: Range,
  names: ReadonlyMap<bigint, unknown>,
  pc: bigint,
): number {
  const most = Math.min(bytes.length - offset, Number(range.end - pc))
  let length = 0
  while (length < most && bytes[offset + length] === 0 && (length === 0 || !names.has(pc + BigInt(length))))
    length++
  return length === most ? (length >= 16 ? length : 0) : length >= 16 ? length & ~3 : 0
}

function decodeAt(
  target: Target,
  bytes: Uint8Array,
  offset: number,
  pc: bigint,
  state: number,
): { size: number; text: string; next: number } {
  const code = new BytesReader(bytes, offset, Number(pc & 0xfffn), target)
  try {
    const insn = target.decode(code, state)
    const text = target
      .disassemble(insn, pc, bytes.subarray(offset, offset + insn.size))
      .replace(/^\S+(?=\s)/, name => name.padEnd(7))
    return { size: insn.size, text, next: insn.nextState ?? state }
  } catch (error) {
    if (!(error instanceof FetchFault)) throw error
    const rest = [...bytes.subarray(offset)].map(byte => `0x${byte.toString(16).padStart(2, '0')}`)
    return { size: rest.length, text: `.byte ${rest.join(', ')}`, next: state }
  }
}
