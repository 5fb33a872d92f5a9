/** Names the first instruction after which two emulators differ. */
import { fNames, type Xlen, xNames } from '../../src/isa/index.ts'
import { listing } from './code.ts'
import { chunkCsrs, Slot } from './layout.ts'
import { makeProgram, type Program, type ProgramOptions } from './program.ts'
import { marker } from './runtime.ts'

/** An emulator: from an ELF file to what it prints. */
export type Run = (elf: Uint8Array) => Promise<string>

/** What a word of the saved state is. */
function slotName(xlen: Xlen, offset: number): string {
  const slot = offset >> 3
  const half = xlen === 32 && slot >= Slot.f && slot < Slot.fcsr ? (offset & 4 ? ' (high)' : ' (low)') : ''
  if (slot < Slot.f) return `${xNames[slot]}${half}`
  if (slot < Slot.fcsr) return `${fNames[slot - Slot.f]}${half}`
  if (slot === Slot.fcsr) return 'fcsr'
  if (slot === Slot.mstatus) return 'mstatus'
  return slot === Slot.traps ? 'traps (hash)' : (chunkCsrs[slot - Slot.csrs] ?? `slot ${slot}`)
}

/** The changes of a dumped line, by name. */
function changes(xlen: Xlen, line: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const word of line.split(' ').slice(1)) {
    const [offset, value] = word.split('=')
    if (value === undefined) found.set('data (hash)', word)
    else found.set(slotName(xlen, Number.parseInt(offset ?? '', 16)), value)
  }
  return found
}

/** `register: ours …, QEMU …` for whatever differs between two dumped lines. */
function difference(xlen: Xlen, ours: string, theirs: string): string[] {
  const [a, b] = [changes(xlen, ours), changes(xlen, theirs)]
  const names = new Set([...a.keys(), ...b.keys()])
  return [...names]
    .filter(name => a.get(name) !== b.get(name))
    .map(name => `    ${name}: ours ${a.get(name) ?? '(unchanged)'}, QEMU ${b.get(name) ?? '(unchanged)'}`)
}

interface Split {
  readonly index: number
  readonly ours: string
  readonly theirs: string
  readonly before: readonly string[]
}

async function firstSplit(program: Program, ours: Run, theirs: Run): Promise<Split | undefined> {
  const [a, b] = await Promise.all([theirs(program.elf), ours(program.elf)])
  const [qemu, own] = [a.split('\n'), b.split('\n')]
  const index = own.findIndex((line, i) => line !== qemu[i])
  if (index < 0 && own.length === qemu.length) return undefined
  const at = index < 0 ? own.length : index
  return { index: at, ours: own[at] ?? '', theirs: qemu[at] ?? '', before: own.slice(0, at) }
}

function code(program: Program, xlen: Xlen): string[] {
  const chunk = program.chunks[0]?.code
  return chunk ? listing(xlen, chunk.base, chunk.bytes) : []
}

const isMarker = (line: string): boolean => line.includes(`: ${marker.toString(16).padStart(8, '0')} `)

/** Runs one chunk alone with the state printed after every instruction. */
async function byMarkers(options: ProgramOptions, ours: Run, theirs: Run): Promise<string[] | undefined> {
  const { xlen } = options
  let program: Program
  try {
    program = makeProgram({ ...options, repeats: 1, dump: 'each' })
  } catch {
    return undefined // with the markers in between some jump does not reach its target
  }
  const split = await firstSplit(program, ours, theirs)
  if (!split) return undefined
  const address = Number.parseInt(split.ours.split(' ')[0] ?? '', 16) >>> 0
  const lines = code(program, xlen)
  const at = lines.findIndex(line => line.startsWith(`${address.toString(16)}: `))
  let from = at - 1
  while (from > 0 && !isMarker(lines[from - 1] ?? '')) from--
  const culprit =
    at < 0 ? ['    (at the end of the chunk)'] : lines.slice(from, at).map(line => `    ${line}`)
  const inputs = split.before.flatMap(line => [...changes(xlen, line)])
  const last = new Map(inputs)
  const names = new Set(culprit.join(' ').match(/\b[a-z]+\d*\b/g) ?? [])
  const operands = [...last]
    .filter(([name]) => names.has(name.replace(/ .*/, '')) || name === 'fcsr')
    .map(([name, value]) => `    before: ${name} = ${value}`)
  return [
    '  The first instruction whose result differs:',
    ...culprit,
    ...operands,
    ...difference(xlen, split.ours, split.theirs),
  ]
}

/** Cuts the chunk shorter and shorter: the last piece of the shortest one that differs. */
async function byPieces(options: ProgramOptions, ours: Run, theirs: Run): Promise<string[] | undefined> {
  const { xlen } = options
  const cut = (pieces: number): Program => makeProgram({ ...options, pieces, dump: 'end' })
  let high = makeProgram(options).chunks[0]?.pieces ?? 0
  let split = await firstSplit(cut(high), ours, theirs)
  if (!split) return undefined
  for (let low = -1; high - low > 1; ) {
    const middle = (low + high) >> 1
    const found = await firstSplit(cut(middle), ours, theirs)
    if (found) [high, split] = [middle, found]
    else low = middle
  }
  const tail = 4 // the instructions that leave the chunk
  const whole = code(cut(high), xlen).slice(0, -tail)
  const before = high > 0 ? code(cut(high - 1), xlen).length - tail : 0
  return [
    `  The piece (of ${high}) with which the result differs, in run ${split.index + 1} of ${options.repeats}:`,
    ...whole.slice(before).map(line => `    ${line}`),
    ...difference(xlen, split.ours, split.theirs),
  ]
}

/** Lines for the user. */
export async function localise(options: ProgramOptions, ours: Run, theirs: Run): Promise<string[]> {
  return (
    (await byMarkers(options, ours, theirs)) ??
    (await byPieces(options, ours, theirs)) ?? ['  The chunk alone gives no difference.']
  )
}
