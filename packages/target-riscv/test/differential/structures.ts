/** The kinds of pieces that random chunks are made of, with their weights. */
import { csrNumbers, type Insn } from '../../src/isa/index.ts'
import { dataSize, Place } from './layout.ts'
import type { Stream } from './stream.ts'

type Piece = (stream: Stream) => void
type Weighted = readonly (readonly [weight: number, make: Piece])[]

const writable = (s: Stream) => (insn: Insn) => insn.row.regs.rd !== 'x' || !s.reserved.has(insn.rd)

const integer: Piece = s => void s.insn(s.pick.insn('integer', writable(s)))
const float: Piece = s => void s.insn(s.pick.insn('float', writable(s)))
const fence: Piece = s => void s.insn(s.pick.insn('fence', () => true))

/** Can the row name any register as its base? */
const baseBits = (insn: Insn): number =>
  insn.row.fields
    .filter(field => field.slot === 'rs1')
    .reduce((n, field) => n + (field.mask === 31 ? 5 : 3), 0)

const sizes: readonly (readonly [RegExp, number])[] = [
  [/d(sp|u)?(\.|$)/, 8],
  [/w(sp|u)?(\.|$)/, 4],
  [/hu?$/, 2],
]

function accessSize({ row }: Insn): number {
  if (row.ext === 'A') return row.name.endsWith('.d') ? 8 : 4
  return sizes.find(([pattern]) => pattern.test(row.name))?.[1] ?? 1
}

/** An access to somewhere in `size` bytes from `from`: first its base register, then itself. */
function access(s: Stream, found: Insn, from: number, size: number, aligned: number): void {
  const bytes = accessSize(found)
  let target = from + s.below(size - 8)
  if (s.chance(aligned)) target -= target % bytes
  const offsets = found.row.args.includes('imm(')
  const { imm } = found
  const constant = baseBits(found) === 0
  // A register that points near enough already serves half of the time.
  if (offsets && found.size === 4 && s.chance(0.5)) {
    const near = [...s.pointers].filter(([, address]) => Math.abs(target - address) < 2000)
    const choice = near[s.below(near.length)]
    if (choice) {
      const [base, address] = choice
      s.insn(s.pick.change(found, { rs1: base, imm: target - address }))
      return
    }
  }
  const base = constant ? found.rs1 : baseBits(found) === 3 ? lowRegister(s) : s.register()
  if (base === undefined || s.reserved.has(base)) return integer(s)
  s.point(base, target - (offsets ? imm : 0))
  s.insn(constant ? found : s.pick.change(found, { rs1: base }))
}

function lowRegister(s: Stream): number | undefined {
  const free = [8, 9, 10, 11, 12, 13, 14, 15].filter(n => !s.reserved.has(n))
  return free[s.below(free.length)]
}

const load: Piece = s => access(s, s.pick.insn('load', writable(s)), Place.data, dataSize, 0.6)
const store: Piece = s =>
  access(
    s,
    s.pick.insn('store', () => true),
    Place.data,
    dataSize,
    0.6,
  )
/** A fresh value for some register. */
const refresh: Piece = s => access(s, s.pick.insn('load', writable(s)), Place.pool, dataSize, 0.9)
const atomic: Piece = s => access(s, s.pick.insn('atomic', writable(s)), Place.data, dataSize, 0.95)

/** lr, a few instructions, sc to the same place; or an sc alone, which fails. */
const reserving: Piece = s => {
  const width = s.xlen === 64 && s.chance(0.5) ? 'd' : 'w'
  const bytes = width === 'd' ? 8 : 4
  const base = s.register()
  const target = Place.data + s.below(dataSize / bytes) * bytes
  s.point(base, target)
  // A misaligned sc is left out: whether it traps where it would fail anyway is up to the hart.
  if (s.chance(0.05)) {
    s.make('addi', { rd: base, rs1: base, imm: 1 })
    s.make(`lr.${width}`, { rd: s.register(), rs1: base })
    return
  }
  s.reserved.add(base)
  const result = s.register()
  if (s.chance(0.9)) {
    s.quiet = true
    s.make(`lr.${width}`, { rd: s.register(), rs1: base, aux: s.below(4) })
    for (let n = s.below(4); n > 0; n--) integer(s)
    s.quiet = false
  } else {
    s.make(`sc.${width}`, { rd: s.register(), rs1: base, rs2: s.below(32), aux: s.below(4) })
  }
  s.make(`sc.${width}`, { rd: s.chance(0.1) ? 0 : result, rs1: base, rs2: s.below(32), aux: s.below(4) })
  s.reserved.delete(base)
}

const outside: Piece = s => {
  // Below 2 KiB and in the last 2 KiB of the address space there is nothing.
  const kind = s.chance(0.5) ? 'load' : 'store'
  const found = s.pick.insn(kind, insn => writable(s)(insn) && insn.size === 4)
  s.insn(s.pick.change(found, { rs1: 0 }))
}

const csrs = [
  ...[
    'fflags',
    'fflags',
    'frm',
    'frm',
    'fcsr',
    'fcsr',
    'sscratch',
    'sepc',
    'scause',
    'stval',
    'mcause',
    'mtval',
  ],
  ...['mepc', 'mie', 'scounteren', 'stvec'],
].map(name => csrNumbers.get(name) as number)
const mie = csrNumbers.get('mie')
const sscratch = csrNumbers.get('sscratch') as number
/** Reading them is defined; writing the first two is illegal, the last two do not exist. */
const odd = [...['mhartid', 'mvendorid'].map(name => csrNumbers.get(name) as number), 0x800, 0x5c0]

const csr: Piece = s => {
  const found = s.pick.insn('csr', writable(s))
  const list = s.chance(0.05) ? odd : csrs
  let number = list[s.below(list.length)] as number
  // QEMU keeps the bits of mie that are for custom interrupts, also of harts that have none: none of them here.
  if (number === mie && !found.row.name.endsWith('i')) number = sscratch
  s.insn(s.pick.change(found, { imm: number }))
  // With a reserved rounding mode most of what follows would trap.
  if ((number === 2 || number === 3) && s.chance(0.8)) s.make('csrrwi', { rd: 0, aux: s.below(5), imm: 2 })
}

/** Floating point off, initial or clean for a while. */
const floatStatus: Piece = s => {
  const r = s.register()
  s.make('lui', { rd: r, imm: 0x6000 })
  s.make('csrrc', { rd: s.register(), rs1: r, imm: 0x300 })
  for (let n = s.below(3); n > 0; n--) float(s)
  s.make('lui', { rd: r, imm: 0x2000 * (1 + s.below(3)) })
  s.make('csrrs', { rd: s.register(), rs1: r, imm: 0x300 })
  // The first instruction writes a float register. One that raises flags alone makes the state dirty as well, since
  // they are part of it; not so on QEMU.
  if (s.chance(0.5)) s.make('fsgnj.d', { rd: s.below(32), rs1: s.below(32), rs2: s.below(32) })
  else s.make('csrrwi', { rd: s.register(), aux: s.below(32), imm: 1 })
  s.make('csrrs', { rd: s.register(), rs1: 0, imm: 0x300 })
}

const environment: Piece = s => {
  const names = ['ecall', 'ebreak', 'c.ebreak']
  s.make(names[s.below(names.length)] as string, {})
}

const illegal: Piece = s => {
  const { word, size } = s.pick.illegal()
  s.word(word, size)
}

/** What was known about pointers before and still is after code that may have been skipped. */
function join(s: Stream, before: ReadonlyMap<number, number>): void {
  s.pointers = new Map([...s.pointers].filter(([r, address]) => before.get(r) === address))
}

const branch: Piece = s => {
  const found = s.pick.insn('branch', () => true)
  // Equal operands now and then, or some conditions would never hold.
  const patch = s.insn(found.size === 4 && s.chance(0.2) ? s.pick.change(found, { rs1: found.rs2 }) : found)
  const before = new Map(s.pointers)
  if (found.size === 4) s.body(4)
  else s.shortBody(2)
  s.code.patch(patch, s.code.pc - patch.pc)
  join(s, before)
}

/** A jump over code that never runs. */
const jump: Piece = s => {
  const kind = s.below(s.xlen === 32 && !s.reserved.has(1) ? 3 : 2)
  const patch = kind === 0 ? s.make('jal', { rd: s.register() }) : s.make(kind === 1 ? 'c.j' : 'c.jal', {})
  const before = new Map(s.pointers)
  s.shortBody(3)
  s.code.patch(patch, s.code.pc - patch.pc)
  join(s, before)
}

const indirect: Piece = s => {
  const r = s.register()
  const start = s.code.pc
  s.quiet = true
  s.make('auipc', { rd: r, imm: 0 })
  const compressed = s.chance(0.5)
  const add = compressed ? s.make('addi', { rd: r, rs1: r, imm: 0 }) : undefined
  s.quiet = false
  const linked = s.chance(0.5) && !s.reserved.has(1)
  const patch = compressed
    ? s.make(linked ? 'c.jalr' : 'c.jr', { rs1: r })
    : s.make('jalr', { rd: s.chance(0.5) ? 0 : s.register(), rs1: r })
  const before = new Map(s.pointers)
  s.shortBody(3)
  // The lowest bit of the target does not count.
  s.code.patch(add ?? patch, s.code.pc - start + s.below(2))
  join(s, before)
}

const loop: Piece = s => {
  const counter = s.register()
  s.make('addi', { rd: counter, rs1: 0, imm: 1 + s.below(5) })
  s.reserved.add(counter)
  s.pointers.clear()
  const head = s.code.pc
  s.body(5)
  s.reserved.delete(counter)
  const kind = s.below(3)
  if (kind === 0) s.make('c.addi', { rd: counter, imm: -1 })
  else s.make('addi', { rd: counter, rs1: counter, imm: -1 })
  const imm = head - s.code.pc
  if (kind === 0 && counter >= 8 && counter < 16 && imm >= -256) s.make('c.bnez', { rs1: counter, imm })
  else if (kind === 1) s.make('blt', { rs1: 0, rs2: counter, imm })
  else s.make('bne', { rs1: counter, rs2: 0, imm })
}

/** A function, skipped, then called once or twice. */
const call: Piece = s => {
  const link = s.chance(0.6) && !s.reserved.has(1) ? 1 : s.register()
  const over = s.make('jal', { rd: 0 })
  const entry = s.code.pc
  s.pointers.clear()
  s.reserved.add(link)
  s.body(4)
  if (s.chance(0.5)) s.make('c.jr', { rs1: link })
  else s.make('jalr', { rd: 0, rs1: link })
  s.code.patch(over, s.code.pc - over.pc)
  s.pointers.clear()
  for (let n = 1 + s.below(2); n > 0; n--) {
    s.make('jal', { rd: link, imm: entry - s.code.pc })
    if (s.chance(0.5)) integer(s)
  }
  s.reserved.delete(link)
}

const flat: Weighted = [
  [30, integer],
  [30, float],
  [10, load],
  [8, store],
  [8, refresh],
  [4, atomic],
  [2, reserving],
  [1, fence],
  [3, csr],
  [0.3, floatStatus],
  [0.4, outside],
  [0.7, environment],
  [0.7, illegal],
]

const nested: Weighted = [
  [5, branch],
  [1.5, jump],
  [1, indirect],
  [2, loop],
  [1, call],
]

export const structures: { readonly flat: Weighted; readonly nested: Weighted } = { flat, nested }
