/**
 * Random chunks of code: instructions of every row that computes, loads or stores, IT blocks, forward branches, and now
 * and then something that faults. A chunk depends on its seed alone.
 */
import type { Core } from '../../src/cores.ts'
import { Mem } from '../../src/isa/thumb/aux.ts'
import { decode, type Insn, type Row, randomWord, rowsOf } from '../../src/isa/thumb/index.ts'
import { excluded } from './excluded.ts'
import { dataSize, Place } from './layout.ts'
import { below, choose, type Rng } from './values.ts'

export class Code {
  readonly base: number
  count = 0
  readonly halves: number[] = []

  constructor(base: number) {
    this.base = base
  }

  get pc(): number {
    return this.base + 2 * this.halves.length
  }

  put(word: number, size: number): void {
    if (size === 4) this.halves.push(word >>> 16)
    this.halves.push(word & 0xffff)
    this.count++
  }
}

const families = (core: Core): readonly (readonly [weight: number, rows: readonly Row[]])[] => {
  const usable = rowsOf(core).filter(row => row.ending === undefined && !excluded.row(row))
  const isMemory = (row: Row): boolean => memory(row) !== undefined
  const floating = (row: Row): boolean => row.ext.startsWith('fp')
  const of = (test: (row: Row) => boolean): Row[] => usable.filter(test)
  const list: [number, Row[]][] = [
    [5, of(row => row.size === 2 && !isMemory(row))],
    [
      core.baseline ? 0.3 : 6,
      of(row => row.size === 4 && !isMemory(row) && !floating(row) && row.ext !== 'dsp'),
    ],
    [4, of(row => row.ext === 'dsp')],
    [5, of(row => floating(row) && !isMemory(row) && !/^vm(sr|rs|ov)/.test(row.sem))],
    [1.5, of(row => floating(row) && !isMemory(row) && /^vm(sr|rs|ov)/.test(row.sem))],
    [1.5, of(row => floating(row) && isMemory(row))],
    [2, of(row => row.size === 2 && isMemory(row))],
    [2.5, of(row => row.size === 4 && isMemory(row) && !floating(row))],
  ]
  return list.filter(([, rows]) => rows.length > 0)
}

/** What a row does with memory by a base register: bytes from the address on, at most; undefined: nothing. */
function memory(row: Row): 'single' | 'list' | undefined {
  if (/^v?(ld|st)m/.test(row.sem)) return 'list'
  return /^v?(ld|st)r|^ldr|^str/.test(row.sem) && !row.sem.includes('.lit') ? 'single' : undefined
}

const bits = (n: number): number => (n ? 1 + bits(n & (n - 1)) : 0)

/** Core registers that the instruction may write. */
export function written({ row, rd, rn, ra, imm }: Insn): Set<number> {
  const set = new Set<number>()
  const { regs, more } = row
  if (regs.rd === 'r' && !more.source) set.add(rd)
  if (regs.ra === 'r') set.add(ra)
  if (memory(row)) {
    set.add(rn)
    if (/^ldm/.test(row.sem)) for (let n = 0; n < 16; n++) if (imm & (1 << n)) set.add(n)
  }
  if (/^strex/.test(row.sem)) set.add(rd)
  return set
}

/** A value that a register must have before an instruction. */
type Setup = ReadonlyMap<number, number>

export class Stream {
  readonly code: Code
  readonly #core: Core
  readonly #rng: Rng
  readonly #families: readonly (readonly [number, readonly Row[]])[]
  #depth = 0

  constructor(core: Core, rng: Rng, base: number) {
    this.#core = core
    this.#rng = rng
    this.code = new Code(base)
    this.#families = families(core)
  }

  run(length: number, pieces: number): number {
    let made = 0
    while (this.code.count < length && made < pieces) {
      this.#piece()
      made++
    }
    return made
  }

  #piece(): void {
    const kind = this.#rng()
    if (kind < 0.04 && this.#depth < 3) return this.#branch()
    if (kind < 0.12 && !this.#core.baseline) return this.#block()
    if (kind < 0.125) return this.#trap()
    if (kind < 0.14 && !this.#core.baseline) return this.#exclusive()
    const insn = this.#insn(0)
    this.#prepare(this.#setup(insn))
    this.code.put(insn.word, insn.size)
  }

  /** A random instruction that may stand here. */
  #insn(it: number): Insn {
    for (;;) {
      let at = this.#rng() * this.#families.reduce((sum, [weight]) => sum + weight, 0)
      const [, rows] = this.#families.find(([weight]) => {
        at -= weight
        return at < 0
      }) ?? [0, this.#families[0]?.[1] ?? []]
      const row = choose(this.#rng, rows)
      const insn = decode(this.#core, randomWord(this.#rng, this.#core, row), row.size, it)
      if (insn && insn.row === row && !excluded.insn(insn, memory(row), written(insn))) return insn
    }
  }

  /** The registers that put its address into the data area. */
  #setup(insn: Insn): Setup {
    const { row, sem, imm, aux, rn, rm } = insn
    const kind = memory(row)
    const setup = new Map<number, number>()
    if (!kind) return setup
    const span = kind === 'single' ? 8 : 4 * (row.sem.startsWith('v') ? imm + 1 : bits(imm))
    const places = dataSize - 2 * span
    let target = Place.data + span + below(this.#rng, places)
    if (kind === 'list' || this.#rng() < 0.7) target &= this.#rng() < 0.97 ? -4 : -1
    let offset = 0
    if (row.regs.rm === 'r' && !/^strex/.test(sem)) {
      const value = below(this.#rng, 256)
      setup.set(rm, value)
      offset = value << ((aux >> Mem.shift) & 3)
    } else if (kind === 'single') {
      const always = /^(v|ldrex|strex)/.test(sem) || /t$/.test(sem)
      offset = always || aux & (1 << Mem.index) ? imm : 0
    }
    if (this.#rng() < 0.005 && rn !== 13) target = choose(this.#rng, [0x60000000, 0xc0000000, 0x21000000]) // may be nothing there
    setup.set(rn, (target - offset) >>> 0)
    return setup
  }

  #prepare(setup: Setup): void {
    for (const [register, value] of setup) {
      if (register !== 13) this.#constant(register, value)
    }
    const sp = setup.get(13)
    if (sp === undefined) return
    const low = [0, 1, 2, 3, 4, 5, 6, 7].filter(n => !setup.has(n))
    const register = choose(this.#rng, low)
    this.#constant(register, sp & ~3)
    this.code.put(0x4685 | (register << 3), 2)
  }

  /** Without a change of the flags. */
  #constant(register: number, value: number): void {
    const { code } = this
    if (this.#core.baseline) {
      if (code.pc & 2) code.put(0xbf00, 2)
      code.put(0x4800 | (register << 8), 2) // ldr register, [pc, #0]
      code.put(0xe001, 2) // b over it
      code.halves.push(value & 0xffff, value >>> 16)
      code.halves.push(0xbf00)
      return
    }
    for (const [op, half] of [
      [0xf2400000, value & 0xffff],
      [0xf2c00000, value >>> 16],
    ] as const) {
      const parts =
        ((half >>> 12) << 16) | (((half >>> 11) & 1) << 26) | (((half >>> 8) & 7) << 12) | (half & 0xff)
      code.put((op | parts | (register << 8)) >>> 0, 4)
    }
  }

  #block(): void {
    const length = 1 + below(this.#rng, 4)
    const cond = below(this.#rng, 15)
    const other = cond === 14 ? 0 : below(this.#rng, 16)
    const stop = 1 << (4 - length)
    const same = (cond & 1) * 15
    const mask = (((other ^ same) & 15 & ~(2 * stop - 1)) | stop) & 15
    let it = (cond << 4) | mask
    const head = 0xbf00 | it
    const all = new Map<number, number>()
    const changed = new Set<number>()
    const insns: Insn[] = []
    for (let i = 0; i < length; i++) {
      for (;;) {
        const insn = this.#insn(it)
        const setup = this.#setup(insn)
        const clash = [...setup.keys()].some(n => changed.has(n) || all.has(n))
        const touches = [...written(insn)].some(n => all.has(n) && !setup.has(n))
        if (clash || touches) continue
        for (const [n, value] of setup) all.set(n, value)
        for (const n of written(insn)) changed.add(n)
        insns.push(insn)
        break
      }
      it = it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0
    }
    this.#prepare(all)
    this.code.put(head, 2)
    for (const { word, size } of insns) this.code.put(word, size)
  }

  /** Over some pieces. */
  #branch(): void {
    const { code } = this
    const kinds = this.#core.baseline ? 3 : 6
    const kind = below(this.#rng, kinds)
    const size = kind === 2 || kind > 3 ? 4 : 2
    const at = code.halves.length
    const [cond, register, invert] = [below(this.#rng, 14), below(this.#rng, 8), below(this.#rng, 2)]
    code.put(0xbf00bf00, size)
    if (size === 4) code.halves[at] = 0xbf00
    this.#depth++
    const limit = kind === 3 ? 60 : 120
    for (let n = 1 + below(this.#rng, 3); n > 0; n--) {
      const before = code.halves.length
      this.#piece()
      if (2 * (code.halves.length - at) > limit) {
        code.halves.length = before // too far: without this piece
        break
      }
    }
    this.#depth--
    const offset = 2 * (code.halves.length - at) - 4
    if (offset < 0) return
    const half = offset >> 1
    const words: readonly number[] = [
      0xd000 | (cond << 8) | half,
      0xe000 | half,
      0xf000f800 | half, // bl
      0xb100 | (invert << 11) | ((half >> 5) << 9) | ((half & 31) << 3) | register,
      0xf0008000 | (cond << 22) | half,
      0xf000b800 | half,
    ]
    const word = words[kind] as number
    if (size === 4) code.halves[at] = word >>> 16
    code.halves[at + size / 2 - 1] = word & 0xffff
  }

  #trap(): void {
    const n = below(this.#rng, 0xa0)
    this.code.put(
      choose(this.#rng, [0xdf00, 0xde00, 0xdf00, ...(this.#core.baseline ? [] : [0xde00])]) | n,
      2,
    )
  }

  /** LDREX, STREX of the same address. */
  #exclusive(): void {
    const address = Place.data + 4 * below(this.#rng, dataSize / 4)
    this.#constant(1, address)
    this.code.put(0xe8510f00 | (2 << 12), 4)
    this.code.put(0xe8410000 | (3 << 12) | (4 << 8), 4)
  }
}
