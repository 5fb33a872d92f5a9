/**
 * Counts in a region. What a block adds to a slot becomes one addition at its end; wherever the block is left before, or
 * others see the slots, what is owed so far is paid there. The pointer of trace records is such a slot, too.
 */
import type { Node, Type } from '../../ir/types.ts'
import type { Code } from '../asm/encode.ts'
import { cpuLocal } from '../lower/head.ts'
import type { Slot } from './slots.ts'

/** An amount that a slot lacks. */
interface Owed {
  readonly type: 'i32' | 'i64'
  amount: bigint
}

/** The slots that a nested body changes or shows to others. */
function touches(node: Node): Set<number> | 'all' {
  const found = new Set<number>()
  const walk = (body: readonly Node[]): boolean =>
    body.every(n => {
      if (n.op === 'set') found.add(Number(n.imm))
      return n.op !== 'hook' && walk(n.body ?? []) && walk(n.orelse ?? [])
    })
  return walk([node]) ? found : 'all'
}

export class Counts {
  readonly #code: Code
  readonly #slots: ReadonlyMap<number, Slot>
  #owed = new Map<number, Owed>()
  /** Nested bodies of the block around what is lowered. */
  #depth = 0

  constructor(code: Code, slots: ReadonlyMap<number, Slot>) {
    this.#code = code
    this.#slots = slots
  }

  /** Lowers another block: nothing is owed in it. */
  block(lower: () => void): void {
    const outer = [this.#owed, this.#depth] as const
    this.#owed = new Map()
    this.#depth = 0
    lower()
    ;[this.#owed, this.#depth] = outer
  }

  /** Lowers a statement with nested bodies; what they change or show is paid before. */
  nested(node: Node, lower: () => void): void {
    const touched = this.#owed.size ? touches(node) : 'all'
    for (const [offset, { type, amount }] of this.#owed) {
      if (touched !== 'all' && !touched.has(offset)) continue
      this.#add(offset, type, amount)
      this.#owed.delete(offset)
    }
    this.#depth++
    lower()
    this.#depth--
  }

  /** Adds a constant to a slot. In a nested body, which may be passed by, at once. */
  count(offset: number, { type, imm }: Node): void {
    const kind = type === 'i64' ? 'i64' : 'i32'
    if (this.#depth) return this.#add(offset, kind, BigInt(imm))
    const owed = this.#owed.get(offset)
    if (owed) owed.amount += BigInt(imm)
    else this.#owed.set(offset, { type: kind, amount: BigInt(imm) })
  }

  /** What a slot lacks here. */
  lacks(offset: number): bigint {
    return this.#owed.get(offset)?.amount ?? 0n
  }
  /** A slot gets a new value. */
  forget(offset: number): void {
    this.#owed.delete(offset)
  }

  /** Pays on a way out; on others it stays owed. */
  payOnWayOut(): void {
    for (const [offset, { type, amount }] of this.#owed) this.#add(offset, type, amount)
  }
  /** Pays, at the end of a block or where others see the slots. A nested body is a way of its own. */
  pay(): void {
    this.payOnWayOut()
    if (!this.#depth) this.#owed.clear()
  }

  #add(offset: number, type: 'i32' | 'i64', amount: bigint): void {
    const code = this.#code
    const local = this.#slots.get(offset)?.local
    if (local === undefined) {
      code.get(cpuLocal)
      code.get(cpuLocal)
      code.mem(type === 'i64' ? 'i64.load' : 'i32.load', offset)
    } else code.get(local)
    addConstant(code, type, amount)
    if (local === undefined) code.mem(type === 'i64' ? 'i64.store' : 'i32.store', offset)
    else code.set(local)
  }
}

/** Adds a constant to what is on the stack. */
export function addConstant(code: Code, type: Type, amount: bigint): void {
  const wide = type === 'i64'
  code.const(type, wide ? BigInt.asIntN(64, amount) : Number(BigInt.asIntN(32, amount)))
  code.op(wide ? 'i64.add' : 'i32.add')
}
