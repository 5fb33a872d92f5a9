/**
 * Functions as a compiler might have made them: straight-line arithmetic, loads and stores of global data, branches over
 * a few instructions, now and then a short loop, calls. Each takes and gives a value in a0 and ends for every value.
 */
import { type Code, Label } from './code.ts'
import type { Random } from './random.ts'

/** Bytes of global data that functions use; s1 points to the middle. */
export const dataBytes = 0x1000

const zero = 0
const ra = 1
const sp = 2
const s0 = 8
const s1 = 9
const a0 = 10
/** Registers that calls do not keep: a0 … a7, t0 … t2. a6 is the counter of loops. */
const scratch = [10, 11, 12, 13, 14, 15, 17, 5, 6, 7]
const counter = 16

type Kind = 'binary' | 'immediate' | 'shift' | 'constant' | 'load' | 'store' | 'branch' | 'loop'

const kinds: readonly (readonly [Kind, number])[] = [
  ['binary', 24],
  ['immediate', 20],
  ['shift', 9],
  ['constant', 5],
  ['load', 18],
  ['store', 12],
  ['branch', 12],
  ['loop', 1],
]
const binaries = ['add', 'add', 'sub', 'xor', 'or', 'and', 'addw', 'subw', 'sll', 'sltu', 'mul']
const immediates = ['addi', 'addi', 'addiw', 'andi', 'ori', 'xori', 'sltiu']
const shifts = ['slli', 'srli', 'srai']
const branches = ['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu']
const loads: readonly (readonly [name: string, size: number])[] = [
  ['ld', 8],
  ['ld', 8],
  ['lw', 4],
  ['lwu', 4],
  ['lhu', 2],
  ['lbu', 1],
]
const stores: readonly (readonly [name: string, size: number])[] = [
  ['sd', 8],
  ['sd', 8],
  ['sw', 4],
  ['sh', 2],
  ['sb', 1],
]

/** One function under construction. */
export class FunctionWriter {
  readonly #code: Code
  readonly #random: Random
  /** Registers with a value of this function. */
  #known: number[] = [a0]
  /** What it may call. */
  readonly #callees: readonly Label[]

  constructor(code: Code, random: Random, callees: readonly Label[]) {
    this.#code = code
    this.#random = random
    this.#callees = callees
  }

  /** About `length` instructions; with callees, one or two of them are called. */
  write(length: number): void {
    const code = this.#code
    const calls = this.#callees.length > 0
    const start = code.count
    const end = start + length - (calls ? 7 : 3)
    if (calls) {
      code.put('addi', { rd: sp, rs1: sp, imm: -16 })
      code.put('sd', { rs1: sp, rs2: ra, imm: 8 })
      code.put('sd', { rs1: sp, rs2: s0 })
      code.put('add', { rd: s0, rs2: a0 })
    }
    let left = calls ? this.#random.between(1, 2) : 0
    while (code.count < end || left > 0) {
      if (left > 0 && code.count >= end - 6 * left) {
        this.#call()
        left--
      } else this.#item(true)
    }
    for (const register of this.#known.slice(-2))
      if (register !== a0) code.put('xor', { rd: a0, rs1: a0, rs2: register })
    if (calls) {
      code.put('add', { rd: a0, rs1: a0, rs2: s0 })
      code.put('ld', { rd: ra, rs1: sp, imm: 8 })
      code.put('ld', { rd: s0, rs1: sp })
      code.put('addi', { rd: sp, rs1: sp, imm: 16 })
    }
    code.put('jalr', { rs1: ra })
  }

  /**
   * A result register, often that of the first operand, which compressed instructions want. `fresh`: perhaps one that has
   * no value yet; else it might not be defined on every way.
   */
  #result(fresh: boolean, first?: number): number {
    if (first !== undefined && this.#random.chance(50)) return first
    const rd = fresh ? this.#random.pick(scratch) : this.#random.pick(this.#known)
    if (!this.#known.includes(rd)) this.#known.push(rd)
    return rd
  }

  #source(): number {
    return this.#random.pick(this.#known)
  }

  /** Any of the items, but inside a branch or loop no other. */
  #item(outside: boolean): void {
    const code = this.#code
    const random = this.#random
    const rs1 = this.#source()
    switch (random.weighted(kinds)) {
      case 'binary': {
        const rs2 = this.#source()
        return code.put(random.pick(binaries), {
          rd: this.#result(outside, rs1),
          rs1,
          rs2,
        })
      }
      case 'immediate': {
        const imm = random.chance(60) ? random.between(-32, 31) : random.between(-2048, 2047)
        return code.put(random.pick(immediates), {
          rd: this.#result(outside, rs1),
          rs1,
          imm,
        })
      }
      case 'shift':
        return code.put(random.pick(shifts), {
          rd: this.#result(outside, rs1),
          rs1,
          imm: random.between(1, 40),
        })
      case 'constant':
        return code.put('lui', {
          rd: this.#result(outside),
          imm: random.between(1, 0x7ffff) << 12,
        })
      case 'load': {
        const [name, size] = random.pick(loads)
        return code.put(name, {
          rd: this.#result(outside),
          rs1: s1,
          imm: this.#offset(size),
        })
      }
      case 'store': {
        const [name, size] = random.pick(stores)
        return code.put(name, { rs1: s1, rs2: rs1, imm: this.#offset(size) })
      }
      case 'branch': {
        if (!outside) return
        const label = new Label()
        const rs2 = random.chance(40) ? zero : this.#source()
        code.to(label, random.pick(branches), { rs1, rs2 })
        for (let n = random.between(1, 4); n > 0; n--) this.#item(false)
        return code.place(label)
      }
      case 'loop': {
        if (!outside) return
        const label = new Label()
        code.put('addi', { rd: counter, imm: random.between(2, 6) })
        code.place(label)
        for (let n = random.between(3, 6); n > 0; n--) this.#item(false)
        code.put('addi', { rd: counter, rs1: counter, imm: -1 })
        return code.to(label, 'bne', { rs1: counter })
      }
    }
  }

  #call(): void {
    this.#code.put('add', { rd: a0, rs1: a0, rs2: this.#source() })
    this.#code.call(this.#random.pick(this.#callees))
    this.#known = [a0]
  }

  #offset(size: number): number {
    const half = dataBytes / 2
    return this.#random.between(-half / size, half / size - 1) * size
  }
}
