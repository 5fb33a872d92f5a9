import { KnownSlots } from './known.ts'
import type { AccessDescriptor, Callee, IrFunction, Node, Type, Width } from './types.ts'
import { ValueBuilder } from './value-builder.ts'

/** Hears of what an instruction does while it is built, and may add to it there. */
export interface Observer {
  /** A guest access has been made. */
  access(address: Node, value: Node, width: Width, store: boolean): void
  /** The block is about to end: at `pc`, or, if `condition` is 0, at `otherwise`. */
  end(pc: Node, condition?: Node, otherwise?: Node): void
}

/**
 * Appends IR nodes to a body. Constants are folded while building, so that semantics written for unknown operands
 * shrink by themselves where operands are known.
 */
export class Builder extends ValueBuilder {
  readonly vars: Type[]
  /** What slots hold at this point, where slots are tracked: a constant, or a value known to be narrow. */
  #known = new KnownSlots()
  readonly #tracks: (offset: number) => boolean
  /** Hears of accesses and ends of the current instruction. */
  observer: Observer | undefined

  /**
   * `vars`: types of the variables. `tracks`: state slots that nothing but `set` of this builder changes; reading one
   * that was set to a constant gives the constant, so that address computations fold across instructions.
   */
  constructor(vars: readonly Type[] = [], tracks: (offset: number) => boolean = () => false) {
    super()
    this.vars = [...vars]
    this.#tracks = tracks
  }

  // State.
  get(offset: number, type: Type): Node {
    const known = this.#known.get(offset, type)
    if (!known) return this.node('get', type, [], offset)
    if (known.op === 'const') return this.const(type, known.imm)
    const node = this.node('get', type, [], offset)
    this.slotValues.set(node, known)
    return node
  }
  set(offset: number, value: Node): void {
    const tells = value.op === 'const' || this.narrow(value) !== undefined
    this.#known.set(offset, value, tells && this.#tracks(offset))
    this.node('set', undefined, [value], offset)
  }
  getx(offset: Node, type: Type): Node {
    return this.node('getx', type, [offset])
  }
  setx(offset: Node, value: Node): void {
    this.#known.clear()
    this.node('setx', undefined, [offset, value])
  }
  cpu(): Node {
    return this.node('cpu', 'i32', [])
  }
  operand(field: number, type: Type): Node {
    return this.node('operand', type, [], field)
  }
  here(): Node {
    return this.node('here', 'i64', [])
  }

  // Variables.
  newVar(type: Type): number {
    return this.vars.push(type) - 1
  }
  vget(index: number): Node {
    return this.node('vget', this.vars[index] as Type, [], index)
  }
  vset(index: number, value: Node): void {
    this.node('vset', undefined, [value], index)
  }

  // Memory of the engine: state, tables, records.
  rload(type: Type, width: Width, address: Node, offset = 0): Node {
    return this.node('rload', type, [address], offset, width)
  }
  rstore(width: Width, address: Node, value: Node, offset = 0): void {
    this.node('rstore', undefined, [address, value], offset, width)
  }
  fill(address: Node, byte: Node, count: Node): void {
    this.node('fill', undefined, [address, byte, count])
  }

  // Memory of the guest: at linear addresses, then through the soft TLB.
  mload(type: Type, width: Width, address: Node, offset = 0): Node {
    return this.node('mload', type, [address], offset, width)
  }
  mstore(width: Width, address: Node, value: Node, offset = 0): void {
    this.node('mstore', undefined, [address, value], offset, width)
  }
  #access(
    op: string,
    type: Type | undefined,
    args: readonly Node[],
    width: Width,
    access: AccessDescriptor | undefined,
  ): Node {
    return this.push({ op, type, args, imm: 0, width, ...(access && { access }) })
  }
  #observe(address: Node, value: Node, width: Width, store: boolean): void {
    if (!this.closed) this.observer?.access(address, value, width, store)
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
    return this.push({ op: 'call', type: callee.result, args, imm: 0, callee })
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
    this.push({ op: 'if', type: undefined, args: [cond], imm: 0, body, orelse: other })
    if (bodyEnds && otherEnds) this.closed = true
  }
  loop(body: () => void): void {
    this.#known.clear()
    const [nested] = this.#nested(body)
    this.push({ op: 'loop', type: undefined, args: [], imm: 0, body: nested })
  }
  break(): void {
    this.node('break', undefined, [])
    this.closed = true
  }
  return(value?: Node): void {
    this.node('return', undefined, value ? [value] : [])
    this.closed = true
  }
  #nested(fill: () => void): [Node[], boolean] {
    const [outer, ended] = [this.statements, this.closed]
    const known = this.#known
    this.statements = []
    this.closed = false
    this.#known = known.copy()
    fill()
    const result: [Node[], boolean] = [this.statements, this.closed]
    // A body that is always left does not touch what follows.
    if (!this.closed) known.meet(this.#known)
    this.statements = outer
    this.closed = ended
    this.#known = known
    return result
  }

  // Ends of an instruction or block.
  insn(index: number): void {
    this.node('insn', undefined, [], index)
  }
  goto(pc: Node, viaDispatcher = false): void {
    if (!this.closed) this.observer?.end(pc)
    this.node('goto', undefined, [pc], viaDispatcher ? 1 : 0)
    this.closed = true
  }
  branch(cond: Node, taken: Node, fall: Node, viaDispatcher = false): void {
    if (!this.closed) this.observer?.end(taken, cond, fall)
    if (viaDispatcher) {
      const { observer } = this
      this.observer = undefined
      this.if(cond, () => this.goto(taken, true))
      this.goto(fall, true)
      this.observer = observer
      return
    }
    this.node('branch', undefined, [cond, taken, fall])
    this.closed = true
  }
  raise(cause: Node, value: Node): void {
    this.node('raise', undefined, [cause, value])
    this.closed = true
  }
  leave(code: number, nextPc: Node): void {
    this.node('leave', undefined, [nextPc], code)
    this.closed = true
  }
  exact(): void {
    this.node('exact', undefined, [])
  }
  /** The body reads the time, and does not leave. */
  timed(body: () => void): void {
    this.node('timed', undefined, [], 1)
    body()
    this.node('timed', undefined, [], 0)
  }
  pause(): void {
    this.node('pause', undefined, [])
  }
  check(): void {
    this.node('check', undefined, [])
  }
  /** Calls hook number `id`; `reads`: it wants every state slot in memory; `writes`: it may change them. */
  hook(id: number, reads: boolean, writes = false): void {
    if (writes) this.#known.clear()
    this.node('hook', undefined, [], 4 * id + (reads ? 1 : 0) + (writes ? 2 : 0))
  }
  /** After the hooks before an instruction: leaves if one of them asked for the run loop. */
  hooked(): void {
    this.node('hooked', undefined, [])
  }
  /** Adds a constant to a slot that nobody but `count`, `get`, `set` and hooks touch; regions only. */
  tally(offset: number, value: Node): void {
    this.node('count', undefined, [value], offset)
  }
  /** Budget that is left before the current instruction; regions only. */
  left(): Node {
    return this.node('left', 'i32', [])
  }
}

/**
 * Defines a function of IR. `build` gets a builder whose variables 0… are the parameters (after the vCPU base, which
 * `cpu()` gives).
 */
export function irFunction(
  name: string,
  params: readonly Type[],
  result: Type | undefined,
  build: (b: Builder) => void,
): IrFunction {
  const b = new Builder(params)
  build(b)
  return { name, params, result, vars: b.vars, body: b.body, count: b.count }
}

/** A function of the host that IR may call: an import of every module. Vectors do not reach JavaScript. */
export function hostFunction(
  name: string,
  params: readonly Exclude<Type, 'v128'>[],
  result?: Exclude<Type, 'v128'>,
): Callee {
  return { name, params, result }
}
