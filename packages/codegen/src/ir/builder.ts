import { KnownSlots } from './known.ts'
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
import type { AccessDescriptor, Callee, Node, Observer, Type, Width } from './types.ts'

function toConst(type: Type, value: Val): number | bigint {
  if (type === 'i64') return BigInt.asIntN(64, BigInt(value))
  if (type === 'v128') return BigInt.asUintN(128, BigInt(value))
  return type === 'i32' ? Number(value) | 0 : Number(value)
}

/** Is this node a constant with that value? Asked of integers. */
const isConst = (n: Node, value: number): boolean =>
  n.op === 'const' && Number(n.imm) === value && n.type !== 'f64'

/**
 * Appends IR nodes to a body. Constants are folded while building, so that semantics written for unknown operands
 * shrink by themselves where operands are known.
 */
export class Builder {
  #body: Node[] = []
  readonly vars: Type[]
  #count = 0
  /** Set once the body has ended (goto, branch, raise, leave, return): what follows is unreachable. */
  #ended = false

  /** What slots hold at this point, where slots are tracked: a constant, or a value known to be narrow. */
  #known = new KnownSlots()
  /** What the slot held that a `get` reads, where that is known to be narrow. */
  readonly #slotValues = new WeakMap<Node, Node>()
  readonly #tracks: (offset: number) => boolean
  /** Told of accesses and ends of the current instruction. */
  observer: Observer | undefined

  /**
   * `vars`: types of the variables. `tracks`: state slots that nothing but `set` of this builder changes; reading one
   * that was set to a constant gives the constant, so that address computations fold across instructions.
   */
  constructor(vars: readonly Type[] = [], tracks: (offset: number) => boolean = () => false) {
    this.vars = [...vars]
    this.#tracks = tracks
  }

  /** The statements so far. */
  get body(): readonly Node[] {
    return this.#body
  }

  /** Number of nodes made so far; every id is below it. */
  get count(): number {
    return this.#count
  }

  /** True when the current body cannot be left at its end. */
  get ended(): boolean {
    return this.#ended
  }

  #push(fields: Omit<Node, 'id'>): Node {
    const node: Node = { id: this.#count++, ...fields }
    if (!this.#ended) this.#body.push(node)
    return node
  }

  #node(
    op: string,
    type: Type | undefined,
    args: readonly Node[],
    imm: number | bigint = 0,
    width?: Width,
  ): Node {
    return this.#push(width ? { op, type, args, imm, width } : { op, type, args, imm })
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
    return this.#node(name, info.result, args, imm)
  }
  /** An integer operation in the type of its first argument. */
  #int(name: IntegerBinary | IntegerCompare, a: Node, b: Node): Node {
    return this.op(`${a.type as 'i32' | 'i64'}.${name}`, a, b)
  }

  const(type: Type, value: Val): Node {
    return this.#node('const', type, [], toConst(type, value))
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
    const [x, y] = [this.#narrow(a), this.#narrow(b)]
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
    return this.#node('select', a.type, [cond, a, b])
  }
  /** To another integer width; signed extension unless said otherwise. */
  resize(a: Node, type: 'i32' | 'i64', unsigned = false): Node {
    if (a.type === type) return a
    if (type === 'i32' && a.op.startsWith('i64.extend_')) return a.args[0] as Node
    if (type === 'i32') return this.op('i32.wrap', a)
    return this.op(unsigned || isPositive(a) ? 'i64.extend_u' : 'i64.extend_s', a)
  }

  /** How an i64 that is a 32-bit value with extended sign came about; undefined: it may be any. */
  #narrow(node: Node): Narrow | undefined {
    return narrow(this.#slotValues.get(node) ?? node)
  }

  // State.
  get(offset: number, type: Type): Node {
    const known = this.#known.get(offset, type)
    if (!known) return this.#node('get', type, [], offset)
    if (known.op === 'const') return this.const(type, known.imm)
    const node = this.#node('get', type, [], offset)
    this.#slotValues.set(node, known)
    return node
  }
  set(offset: number, value: Node): void {
    const tells = value.op === 'const' || this.#narrow(value) !== undefined
    this.#known.set(offset, value, tells && this.#tracks(offset))
    this.#node('set', undefined, [value], offset)
  }
  getx(offset: Node, type: Type): Node {
    return this.#node('getx', type, [offset])
  }
  setx(offset: Node, value: Node): void {
    this.#known.clear()
    this.#node('setx', undefined, [offset, value])
  }
  cpu(): Node {
    return this.#node('cpu', 'i32', [])
  }
  operand(field: number, type: Type): Node {
    return this.#node('operand', type, [], field)
  }
  here(): Node {
    return this.#node('here', 'i64', [])
  }

  // Variables.
  newVar(type: Type): number {
    return this.vars.push(type) - 1
  }
  vget(index: number): Node {
    return this.#node('vget', this.vars[index] as Type, [], index)
  }
  vset(index: number, value: Node): void {
    this.#node('vset', undefined, [value], index)
  }

  // Memory of the engine: state, tables, records.
  rload(type: Type, width: Width, address: Node, offset = 0): Node {
    return this.#node('rload', type, [address], offset, width)
  }
  rstore(width: Width, address: Node, value: Node, offset = 0): void {
    this.#node('rstore', undefined, [address, value], offset, width)
  }
  fill(address: Node, byte: Node, count: Node): void {
    this.#node('fill', undefined, [address, byte, count])
  }

  // Memory of the guest: at linear addresses, then through the soft TLB.
  mload(type: Type, width: Width, address: Node, offset = 0): Node {
    return this.#node('mload', type, [address], offset, width)
  }
  mstore(width: Width, address: Node, value: Node, offset = 0): void {
    this.#node('mstore', undefined, [address, value], offset, width)
  }
  #access(
    op: string,
    type: Type | undefined,
    args: readonly Node[],
    width: Width,
    access: AccessDescriptor | undefined,
  ): Node {
    return this.#push({ op, type, args, imm: 0, width, ...(access && { access }) })
  }
  #observe(address: Node, value: Node, width: Width, store: boolean): void {
    if (!this.#ended) this.observer?.access(address, value, width, store)
  }
  gload(type: Type, width: Width, address: Node, access?: AccessDescriptor): Node {
    const value = this.#access('gload', type, [address], width, access)
    this.#observe(address, value, width, false)
    return value
  }
  gstore(width: Width, address: Node, value: Node, access?: AccessDescriptor): void {
    this.#access('gstore', undefined, [address, value], width, access)
    this.#observe(address, value, width, true)
  }
  /** Makes sure that a store to the address would succeed; faults as a store. */
  gprobe(width: Width, address: Node, access?: AccessDescriptor): void {
    this.#access('gprobe', undefined, [address], width, access)
  }
  /**
   * Exchanges what is at an address for what `change` makes of it, and gives what was there: a load and a store with one look
   * for the place, which must allow the store before anything is read. Faults as a store. `change` only computes.
   */
  gmodify(
    type: Type,
    width: Width,
    address: Node,
    change: (old: Node) => Node,
    access?: AccessDescriptor,
  ): Node {
    const old = this.#access('gmodify', type, [address], width, access)
    this.#observe(address, old, width, false)
    const value = change(old)
    this.#access('gput', undefined, [value], width, access)
    this.#observe(address, value, width, true)
    return old
  }
  call(callee: Callee, ...args: Node[]): Node {
    return this.#push({ op: 'call', type: callee.result, args, imm: 0, callee })
  }

  // Control inside an instruction or a function.
  if(cond: Node, then: () => void, orelse?: () => void): void {
    if (cond.op === 'const') {
      if (cond.imm) then()
      else orelse?.()
      return
    }
    const [body, bodyEnds] = this.#nested(then)
    const [other, otherEnds] = orelse ? this.#nested(orelse) : [[], false]
    this.#push({ op: 'if', type: undefined, args: [cond], imm: 0, body, orelse: other })
    if (bodyEnds && otherEnds) this.#ended = true
  }
  loop(body: () => void): void {
    this.#known.clear()
    const [nested] = this.#nested(body)
    this.#push({ op: 'loop', type: undefined, args: [], imm: 0, body: nested })
  }
  break(): void {
    this.#node('break', undefined, [])
    this.#ended = true
  }
  return(value?: Node): void {
    this.#node('return', undefined, value ? [value] : [])
    this.#ended = true
  }
  #nested(fill: () => void): [Node[], boolean] {
    const [outer, ended] = [this.#body, this.#ended]
    const known = this.#known
    this.#body = []
    this.#ended = false
    this.#known = known.copy()
    fill()
    const result: [Node[], boolean] = [this.#body, this.#ended]
    // A body that is always left does not touch what follows.
    if (!this.#ended) known.meet(this.#known)
    this.#body = outer
    this.#ended = ended
    this.#known = known
    return result
  }

  // Ends of an instruction or block.
  insn(index: number): void {
    this.#node('insn', undefined, [], index)
  }
  goto(pc: Node, viaDispatcher = false): void {
    if (!this.#ended) this.observer?.end(pc)
    this.#node('goto', undefined, [pc], viaDispatcher ? 1 : 0)
    this.#ended = true
  }
  branch(cond: Node, taken: Node, fall: Node, viaDispatcher = false): void {
    if (!this.#ended) this.observer?.end(taken, cond, fall)
    if (viaDispatcher) {
      const { observer } = this
      this.observer = undefined
      this.if(cond, () => this.goto(taken, true))
      this.goto(fall, true)
      this.observer = observer
      return
    }
    this.#node('branch', undefined, [cond, taken, fall])
    this.#ended = true
  }
  raise(cause: Node, value: Node): void {
    this.#node('raise', undefined, [cause, value])
    this.#ended = true
  }
  leave(code: number, nextPc: Node): void {
    this.#node('leave', undefined, [nextPc], code)
    this.#ended = true
  }
  exact(): void {
    this.#node('exact', undefined, [])
  }
  /** The body reads the time, and does not leave. */
  timed(body: () => void): void {
    this.#node('timed', undefined, [], 1)
    body()
    this.#node('timed', undefined, [], 0)
  }
  pause(): void {
    this.#node('pause', undefined, [])
  }
  check(): void {
    this.#node('check', undefined, [])
  }
  /** Calls hook number `id`; `reads`: it wants every state slot in memory; `writes`: it may change them. */
  hook(id: number, reads: boolean, writes = false): void {
    if (writes) this.#known.clear()
    this.#node('hook', undefined, [], 4 * id + (reads ? 1 : 0) + (writes ? 2 : 0))
  }
  /** After the hooks before an instruction: leaves if one of them asked for the run loop. */
  hooked(): void {
    this.#node('hooked', undefined, [])
  }
  /** Adds a constant to a slot that nobody but `count`, `get`, `set` and hooks touch; regions only. */
  tally(offset: number, value: Node): void {
    this.#node('count', undefined, [value], offset)
  }
  /** Budget that is left before the current instruction; regions only. */
  left(): Node {
    return this.#node('left', 'i32', [])
  }
}
