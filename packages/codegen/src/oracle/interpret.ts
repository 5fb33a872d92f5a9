/**
 * The oracle: runs IR directly, slowly and plainly, on the same linear memory as generated code. Tests hold the
 * lowering against it; the machine's tier `oracle` runs whole programs on it.
 */
import { accessHow, accessInfo, Exit, Head } from '../abi.ts'
import { opInfo, type Val } from '../ir/ops/index.ts'
import { type Callee, type IrFunction, type Node, type Type, type Width, widthBytes } from '../ir/types.ts'
import type { Runtime } from '../wasm/lower/lower.ts'

/** What guest accesses go through: everything is translated anew. */
export type OracleRuntime = Pick<Runtime, 'slowLoad' | 'slowStore' | 'slowProbe'>

/** A host function, as in the import object of generated code. */
export type OracleHost = (cpu: number, ...args: number[]) => number | void

/** How an instruction ended. */
export type Outcome =
  | { readonly kind: 'next' }
  /** `taken` is absent if it was no branch. */
  | { readonly kind: 'goto'; readonly pc: bigint; readonly taken?: boolean }
  /** Not completed: `Head.exit` says why. */
  | { readonly kind: 'early'; readonly exit: number }
  | { readonly kind: 'leave'; readonly exit: number; readonly pc: bigint }

const next: Outcome = { kind: 'next' }

/** Thrown to unwind nested bodies. */
class Unwind {
  readonly outcome: Outcome | undefined
  readonly value: Val | undefined
  constructor(outcome: Outcome | undefined, value?: Val) {
    this.outcome = outcome
    this.value = value
  }
}
const breakOut = new Unwind(undefined)

/** A guest address. */
interface Place {
  readonly address: bigint
  /** It is an i64. */
  readonly wide: boolean
}
const nowhere: Place = { address: 0n, wide: true }

interface Frame {
  readonly cpu: number
  readonly values: (Val | undefined)[]
  readonly vars: Val[]
  readonly accessed?: (() => void) | undefined
  /** Of the `gmodify` whose `gput` is to come. */
  held: Place
}

const zero = (type: Type): Val => (type === 'i64' || type === 'v128' ? 0n : 0)
const unsignedPc = (node: Node, value: Val): bigint =>
  BigInt.asUintN(node.type === 'i32' ? 32 : 64, BigInt(value))

/** The bytes of an access in the order that they have in memory, as a little-endian number; and back. */
function inOrder(value: bigint, { width, access }: Node): bigint {
  if (access?.order !== 'big') return value
  let reversed = 0n
  for (let i = 0; i < widthBytes[width as Width]; i++)
    reversed = (reversed << 8n) | ((value >> BigInt(8 * i)) & 0xffn)
  return reversed
}

/** Unsigned. */
function raw(view: DataView, at: number, width: Width): bigint {
  const bytes = widthBytes[width]
  if (bytes === 16) return raw(view, at, '64') | (raw(view, at + 8, '64') << 64n)
  if (bytes === 8) return view.getBigUint64(at, true)
  if (bytes === 4) return BigInt(view.getUint32(at, true))
  return BigInt(bytes === 2 ? view.getUint16(at, true) : view.getUint8(at))
}

function rawStore(view: DataView, at: number, width: Width, value: bigint): undefined {
  for (let i = 0; i < widthBytes[width]; i++) view.setUint8(at + i, Number((value >> BigInt(8 * i)) & 0xffn))
}

export class Oracle {
  readonly #view: DataView
  readonly #guest: DataView
  readonly #host: ReadonlyMap<string, OracleHost>
  readonly #functions: ReadonlyMap<string, IrFunction>
  readonly #runtime: OracleRuntime

  /** `guest`: the memory of the guest, if that is another one than the engine's. */
  constructor(
    view: DataView,
    host: ReadonlyMap<string, OracleHost>,
    functions: readonly IrFunction[],
    runtime: OracleRuntime,
    guest: DataView = view,
  ) {
    this.#view = view
    this.#guest = guest
    this.#host = host
    this.#functions = new Map(functions.map(f => [f.name, f]))
    this.#runtime = runtime
  }

  /** Calls a function of IR or of the host. */
  call(callee: Callee, cpu: number, args: readonly Val[]): Val | undefined {
    const host = this.#host.get(callee.name)
    if (host) return host(cpu, ...args.map(Number)) ?? undefined
    const fn = this.#functions.get(callee.name)
    if (!fn) throw new Error(`oracle: nobody defines ${callee.name}`)
    const vars = fn.vars.map((type, i) => args[i] ?? zero(type))
    try {
      this.#list(fn.body, { cpu, values: [], vars, held: nowhere })
    } catch (unwind) {
      if (!(unwind instanceof Unwind)) throw unwind
      return unwind.value
    }
    return undefined
  }

  /**
   * Runs the statements of one instruction. `Head.single` must be 1: the oracle is always exact. `accessed` is called
   * after each guest access, which the head describes.
   */
  instruction(
    body: readonly Node[],
    vars: readonly Type[],
    cpu: number,
    accessed?: (() => void) | undefined,
  ): Outcome {
    try {
      this.#list(body, { cpu, values: [], vars: vars.map(zero), accessed, held: nowhere })
    } catch (unwind) {
      if (unwind instanceof Unwind && unwind.outcome) return unwind.outcome
      throw unwind
    }
    return next
  }

  #list(body: readonly Node[], f: Frame): undefined {
    for (const node of body) f.values[node.id] = this.#node(node, f)
  }

  #node(node: Node, f: Frame): Val | undefined {
    const info = opInfo(node.op)
    const arg = (i: number): Val => f.values[(node.args[i] as Node).id] as Val
    if (info.kind === 'numeric') {
      const args = node.args.map((_, i) => arg(i))
      if (info.immediate !== undefined) args.push(node.imm)
      return (info.eval as (...a: Val[]) => Val)(...args)
    }
    const imm = Number(node.imm)
    switch (node.op) {
      case 'const':
        return node.imm
      case 'select':
        return arg(0) ? arg(1) : arg(2)
      case 'cpu':
        return f.cpu
      case 'get':
        return this.#load(f.cpu + imm, node.type as Type)
      case 'count': {
        const type = (node.args[0] as Node).type as 'i32' | 'i64'
        const sum = BigInt(this.#load(f.cpu + imm, type)) + BigInt(arg(0))
        return this.#store(f.cpu + imm, type, type === 'i64' ? sum : Number(BigInt.asIntN(32, sum)))
      }
      case 'set':
        return this.#store(f.cpu + imm, (node.args[0] as Node).type as Type, arg(0))
      case 'getx':
        return this.#load(f.cpu + Number(arg(0)), node.type as Type)
      case 'setx':
        return this.#store(f.cpu + Number(arg(0)), (node.args[1] as Node).type as Type, arg(1))
      case 'vget':
        return f.vars[imm]
      case 'vset':
        f.vars[imm] = arg(0)
        return
      case 'rload':
      case 'mload':
        return this.#extend(raw(this.#memory(node), (Number(arg(0)) >>> 0) + imm, node.width as Width), node)
      case 'rstore':
      case 'mstore':
        return rawStore(this.#memory(node), (Number(arg(0)) >>> 0) + imm, node.width as Width, BigInt(arg(1)))
      case 'fill':
        new Uint8Array(this.#view.buffer).fill(
          Number(arg(1)),
          Number(arg(0)),
          Number(arg(0)) + Number(arg(2)),
        )
        return
      case 'call':
        return this.call(
          node.callee as Callee,
          f.cpu,
          node.args.map((_, i) => arg(i)),
        )
      case 'gload':
        return this.#guestLoad(f, node, this.#place(node, arg(0)))
      case 'gmodify':
        f.held = this.#place(node, arg(0))
        this.#slow(f, this.#runtime.slowProbe, node, f.held)
        return this.#guestLoad(f, node, f.held)
      case 'gprobe':
        this.#slow(f, this.#runtime.slowProbe, node, this.#place(node, arg(0)))
        return
      case 'gstore':
        return this.#guestStore(f, node, this.#place(node, arg(0)), arg(1))
      case 'gput':
        return this.#guestStore(f, node, f.held, arg(0))
      case 'if':
        return this.#list((arg(0) ? node.body : node.orelse) ?? [], f)
      case 'loop':
        return this.#loop(node.body ?? [], f)
      case 'break':
        throw breakOut
      case 'return':
        throw new Unwind(undefined, node.args[0] ? arg(0) : undefined)
      case 'insn':
      case 'exact':
      case 'timed':
        return
      case 'goto':
        throw new Unwind({ kind: 'goto', pc: unsignedPc(node.args[0] as Node, arg(0)) })
      case 'branch': {
        const taken = arg(0) ? 1 : 2
        const pc = unsignedPc(node.args[taken] as Node, arg(taken))
        throw new Unwind({ kind: 'goto', pc, taken: taken === 1 })
      }
      case 'raise':
        this.#view.setInt32(f.cpu + Head.trapCause, Number(arg(0)), true)
        this.#view.setBigUint64(f.cpu + Head.trapValue, unsignedPc(node.args[1] as Node, arg(1)), true)
        throw new Unwind({ kind: 'early', exit: Exit.trap })
      case 'leave':
        throw new Unwind({ kind: 'leave', exit: imm, pc: unsignedPc(node.args[0] as Node, arg(0)) })
      case 'check':
        return this.#check(f)
      default:
        throw new Error(`oracle: cannot run ${node.op}`)
    }
  }

  #loop(body: readonly Node[], f: Frame): undefined {
    try {
      for (;;) this.#list(body, f)
    } catch (unwind) {
      if (unwind !== breakOut) throw unwind
    }
  }

  /** Leaves the instruction if the access or call before has failed. */
  #check(f: Frame): undefined {
    const exit = this.#view.getInt32(f.cpu + Head.exit, true)
    if (!exit) return
    this.#view.setInt32(f.cpu + Head.exit, 0, true)
    throw new Unwind({ kind: 'early', exit })
  }

  /**
   * Calls a function of the runtime for an access in parts of 8 bytes at most, the lowest first, and leaves the instruction if one
   * fails. `stored`: what is handed over; gives what comes back.
   */
  #slow(f: Frame, callee: Callee, node: Node, { address, wide }: Place, stored?: bigint): bigint {
    let whole = 0n
    const bytes = widthBytes[node.width as Width]
    for (let at = 0; at < bytes; at += 8) {
      const shift = BigInt(8 * at)
      const how = accessHow(Math.min(8, bytes - at), node.access)
      const part = address + BigInt(at)
      const args: Val[] = [wide ? BigInt.asIntN(64, part) : BigInt.asUintN(32, part), how]
      if (stored !== undefined) args.push(BigInt.asIntN(64, stored >> shift))
      const value = this.call(callee, f.cpu, args)
      this.#check(f)
      if (value !== undefined) whole |= BigInt.asUintN(64, BigInt(value)) << shift
    }
    return whole
  }

  #guestLoad(f: Frame, node: Node, place: Place): Val {
    const bytes = this.#slow(f, this.#runtime.slowLoad, node, place)
    const value = this.#extend(inOrder(bytes, node), node)
    this.#accessed(f, node, place, value, false)
    return value
  }

  #guestStore(f: Frame, node: Node, place: Place, value: Val): undefined {
    if (node.width === '128') this.#slow(f, this.#runtime.slowProbe, node, place)
    this.#slow(f, this.#runtime.slowStore, node, place, inOrder(BigInt(value), node))
    this.#accessed(f, node, place, value, true)
  }

  #accessed(f: Frame, node: Node, { address }: Place, value: Val, store: boolean): void {
    if (!f.accessed) return
    const width = node.width as Width
    this.#view.setBigUint64(f.cpu + Head.accessAddress, address, true)
    this.#view.setBigInt64(f.cpu + Head.accessValue, BigInt(value), true)
    if (width === '128') this.#view.setBigInt64(f.cpu + Head.accessHigh, BigInt(value) >> 64n, true)
    this.#view.setInt32(f.cpu + Head.accessInfo, accessInfo(width, store), true)
    f.accessed()
    this.#check(f)
  }

  #place({ args: [address] }: Node, value: Val): Place {
    const wide = address?.type === 'i64'
    return { address: wide ? BigInt(value) : BigInt(Number(value) >>> 0), wide }
  }

  /** The memory that an operation reaches. */
  #memory({ op }: Node): DataView {
    return op === 'mload' || op === 'mstore' ? this.#guest : this.#view
  }

  #load(at: number, type: Type): Val {
    if (type === 'i32') return this.#view.getInt32(at, true)
    if (type === 'i64') return this.#view.getBigInt64(at, true)
    if (type === 'v128') return raw(this.#view, at, '128')
    return type === 'f32' ? this.#view.getFloat32(at, true) : this.#view.getFloat64(at, true)
  }
  #store(at: number, type: Type, value: Val): undefined {
    if (type === 'i32') this.#view.setInt32(at, Number(value), true)
    else if (type === 'i64') this.#view.setBigInt64(at, BigInt(value), true)
    else if (type === 'v128') rawStore(this.#view, at, '128', BigInt(value))
    else if (type === 'f32') this.#view.setFloat32(at, Number(value), true)
    else this.#view.setFloat64(at, Number(value), true)
  }
  /** A loaded value in the node's type, sign-extended if the width says so. */
  #extend(value: bigint, node: Node): Val {
    const width = node.width as Width
    if (node.type === 'v128') return value
    const bits = 8 * widthBytes[width]
    const signed = width.endsWith('s') ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
    return node.type === 'i32' ? Number(BigInt.asIntN(32, signed)) : BigInt.asIntN(64, signed)
  }
}
