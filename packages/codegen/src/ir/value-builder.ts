/** Appends values to a body: constants, arithmetic, comparisons, conversions. Control and memory are the builder's. */
import { isPositive, type Narrow, narrow } from './narrow.ts'
import {
  type IntegerBinary,
  type IntegerCompare,
  type LaneOp,
  type NumericName,
  numericOp,
  type OpName,
  type Val,
} from './ops/index.ts'
import type { Node, Type, Width } from './types.ts'

function toConst(type: Type, value: Val): number | bigint {
  if (type === 'i64') return BigInt.asIntN(64, BigInt(value))
  if (type === 'v128') return BigInt.asUintN(128, BigInt(value))
  return type === 'i32' ? Number(value) | 0 : Number(value)
}

/** Is this node a constant with that value? Asked of integers. */
const isConst = (n: Node, value: number): boolean =>
  n.op === 'const' && Number(n.imm) === value && n.type !== 'f64'

export abstract class ValueBuilder {
  protected statements: Node[] = []
  protected made = 0
  /** Set once the body has ended (goto, branch, raise, leave, return): what follows is unreachable. */
  protected closed = false
  /** What the slot held that a `get` reads, where that is known to be narrow. */
  protected readonly slotValues: WeakMap<Node, Node> = new WeakMap()

  /** The statements so far. */
  get body(): readonly Node[] {
    return this.statements
  }

  /** Number of nodes made so far; every id is below it. */
  get count(): number {
    return this.made
  }

  /** True when the current body cannot be left at its end. */
  get ended(): boolean {
    return this.closed
  }

  protected push(fields: Omit<Node, 'id'>): Node {
    const node: Node = { id: this.made++, ...fields }
    if (!this.closed) this.statements.push(node)
    return node
  }

  protected node(
    op: string,
    type: Type | undefined,
    args: readonly Node[],
    imm: number | bigint = 0,
    width?: Width,
  ): Node {
    return this.push(width ? { op, type, args, imm, width } : { op, type, args, imm })
  }

  /** Any numeric operation without an immediate, folded when all arguments are constant. */
  op(name: OpName, ...args: Node[]): Node {
    return this.#numeric(name, args)
  }
  /** An operation on one lane, or a shuffle with its pattern. */
  lane(name: LaneOp, imm: number | bigint, ...args: Node[]): Node {
    return this.#numeric(name, args, imm)
  }
  #numeric(name: NumericName, args: readonly Node[], imm?: number | bigint): Node {
    const info = numericOp(name)
    const foldable = info.result[0] === 'i' || (info.result === 'v128' && name[0] !== 'f')
    if (args.every(a => a.op === 'const') && foldable && !/\.(div|rem)_[su]/.test(name)) {
      const values = args.map(a => a.imm)
      if (imm !== undefined) values.push(imm)
      return this.const(info.result, (info.eval as (...a: Val[]) => Val)(...values))
    }
    return this.node(name, info.result, args, imm)
  }
  /** An integer operation in the type of its first argument. */
  #int(name: IntegerBinary | IntegerCompare, a: Node, b: Node): Node {
    return this.op(`${a.type as 'i32' | 'i64'}.${name}`, a, b)
  }

  const(type: Type, value: Val): Node {
    return this.node('const', type, [], toConst(type, value))
  }
  i32(value: number): Node {
    return this.const('i32', value)
  }
  i64(value: number | bigint): Node {
    return this.const('i64', value)
  }

  // Integer arithmetic: the type follows the first argument.
  add(a: Node, b: Node): Node {
    if (isConst(b, 0)) return a
    if (isConst(a, 0)) return b
    return this.#int('add', a, b)
  }
  sub(a: Node, b: Node): Node {
    return isConst(b, 0) ? a : this.#int('sub', a, b)
  }
  mul(a: Node, b: Node): Node {
    return this.#int('mul', a, b)
  }
  and(a: Node, b: Node): Node {
    return isConst(b, -1) ? a : this.#bitwise('and', a, b)
  }
  or(a: Node, b: Node): Node {
    return isConst(b, 0) ? a : isConst(a, 0) ? b : this.#bitwise('or', a, b)
  }
  xor(a: Node, b: Node): Node {
    return isConst(b, 0) ? a : isConst(a, 0) ? b : this.#bitwise('xor', a, b)
  }
  /** Of values that are 32-bit ones with extended signs, in 32 bits, if that saves an extension. */
  #bitwise(name: 'and' | 'or' | 'xor', a: Node, b: Node): Node {
    const [x, y] = [this.narrow(a), this.narrow(b)]
    const gains = x !== undefined && y !== undefined && (x === 'extended' || y === 'extended')
    if (a.type !== 'i64' || !gains) return this.#int(name, a, b)
    const low = this.op(`i32.${name}`, this.resize(a, 'i32'), this.resize(b, 'i32'))
    return this.resize(low, 'i64')
  }
  /** Shifts take their amount modulo the width, in the type of the value. */
  shl(a: Node, b: Node): Node {
    return isConst(b, 0) ? a : this.#int('shl', a, b)
  }
  shrS(a: Node, b: Node): Node {
    return isConst(b, 0) ? a : this.#int('shr_s', a, b)
  }
  shrU(a: Node, b: Node): Node {
    return isConst(b, 0) ? a : this.#int('shr_u', a, b)
  }
  not(a: Node): Node {
    return this.xor(a, this.const(a.type as Type, -1))
  }
  /** Comparison by table name without type: eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u; i32 result. */
  cmp(name: IntegerCompare, a: Node, b: Node): Node {
    return this.#int(name, a, b)
  }
  eq(a: Node, b: Node): Node {
    return this.cmp('eq', a, b)
  }
  ne(a: Node, b: Node): Node {
    return this.cmp('ne', a, b)
  }
  eqz(a: Node): Node {
    return this.op(`${a.type as 'i32' | 'i64'}.eqz`, a)
  }
  select(cond: Node, a: Node, b: Node): Node {
    if (cond.op === 'const') return cond.imm ? a : b
    return this.node('select', a.type, [cond, a, b])
  }
  /** To another integer width; signed extension unless said otherwise. */
  resize(a: Node, type: 'i32' | 'i64', unsigned = false): Node {
    if (a.type === type) return a
    if (type === 'i32' && a.op.startsWith('i64.extend_')) return a.args[0] as Node
    if (type === 'i32') return this.op('i32.wrap', a)
    return this.op(unsigned || isPositive(a) ? 'i64.extend_u' : 'i64.extend_s', a)
  }

  /** How an i64 that is a 32-bit value with extended sign came about; undefined: it may be any. */
  protected narrow(node: Node): Narrow | undefined {
    return narrow(this.slotValues.get(node) ?? node)
  }
}
