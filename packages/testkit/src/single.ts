/**
 * Runs single instructions in every way there is: as handlers of the cold-code interpreter (T0), as regions (T1) and
 * by the oracle, without a machine around them. Guest memory is a window in which nothing is translated.
 */
import {
  AccessHow,
  Block,
  Builder,
  type Callee,
  defineFunction,
  defineInterpreter,
  defineRegion,
  Exit,
  Head,
  hostFunction,
  type IrFunction,
  irFunction,
  knownOperands,
  ModuleWriter,
  type Node,
  Oracle,
  type OracleHost,
  Rec,
  type Runtime,
  recordOperands,
  verifyIr,
  type Width,
} from '@guestscope/codegen'
import type { Semantics, Target } from '@guestscope/core'

export type SingleWay = 'T0' | 'T1' | 'oracle'
export const singleWays: readonly SingleWay[] = ['T0', 'T1', 'oracle']

/** Guest addresses that exist; those from `readOnly` on cannot be written. */
export const singleWindow = { start: 0x40000, readOnly: 0x48000, end: 0x50000 } as const

const places = { tlb: 0x8000, cpu: 0x10000, records: 0x80000 } as const
const stateBytes = 0x2000

/** An instruction in its context. */
export interface SingleInsn {
  readonly name: string
  /** Name of its semantics. */
  readonly sem: string
  readonly operands: Parameters<typeof knownOperands>[1]
  readonly flags: number
}

/** What a target brings. */
export interface SingleOptions {
  readonly semantics: readonly Semantics[]
  /** Functions in IR that they call; and those of the host. */
  readonly functions: readonly IrFunction[]
  readonly host: readonly { readonly callee: Callee; readonly run: OracleHost }[]
  readonly addressType: Target['addressType']
  readonly fixed: Target['state']['fixed']
  readonly promote: Target['state']['promote']
  /** Where each instruction lies. */
  readonly pc: bigint
  /** Causes of accesses outside of the window. */
  readonly faults: { readonly load: number; readonly store: number }
  readonly insns: readonly SingleInsn[]
}

/** How an instruction ended. */
export interface SingleEnd {
  readonly pc: bigint
  /** 0, `Exit.trap`, or why else it left. */
  readonly exit: number
  /** Of a trap. */
  readonly cause: number
  readonly value: bigint
}

const widths: readonly (readonly [bytes: number, width: Width])[] = [
  [1, '8u'],
  [2, '16u'],
  [4, '32u'],
  [8, '64'],
]

/** The window, for accesses that miss the soft TLB: as all do. */
function windowFunctions(
  faults: SingleOptions['faults'],
): Record<'slowLoad' | 'slowStore' | 'slowModify' | 'slowProbe', IrFunction> {
  const bytesOf = (b: Builder): Node => b.and(b.vget(1), b.i32(AccessHow.bytes))
  const fail = (b: Builder, cause: number): void => {
    b.set(Head.trapCause, b.i32(cause))
    b.set(Head.trapValue, b.vget(0))
    b.set(Head.exit, b.i32(Exit.trap))
  }
  const outside = (b: Builder, end: number): Node => {
    const offset = b.op('i64.sub', b.vget(0), b.i64(singleWindow.start))
    return b.cmp('gt_u', b.add(offset, b.resize(bytesOf(b), 'i64')), b.i64(end - singleWindow.start))
  }
  const load = irFunction('load', ['i64', 'i32'], 'i64', b => {
    b.if(outside(b, singleWindow.end), () => {
      fail(b, faults.load)
      b.return(b.i64(0))
    })
    const at = b.op('i32.wrap', b.vget(0))
    for (const [bytes, width] of widths.slice(0, 3))
      b.if(b.eq(bytesOf(b), b.i32(bytes)), () => b.return(b.rload('i64', width, at)))
    b.return(b.rload('i64', '64', at))
  })
  const store = irFunction('store', ['i64', 'i32', 'i64'], undefined, b => {
    b.if(outside(b, singleWindow.readOnly), () => {
      fail(b, faults.store)
      b.return()
    })
    const at = b.op('i32.wrap', b.vget(0))
    for (const [bytes, width] of widths)
      b.if(b.eq(bytesOf(b), b.i32(bytes)), () => b.rstore(width, at, b.vget(2)))
  })
  const probe = irFunction('probe', ['i64', 'i32'], undefined, b => {
    b.if(outside(b, singleWindow.readOnly), () => fail(b, faults.store))
  })
  const modify = irFunction('modify', ['i64', 'i32'], 'i64', b => {
    b.call(probe, b.vget(0), b.vget(1))
    b.if(b.get(Head.exit, 'i32'), () => b.return(b.i64(0)))
    b.return(b.call(load, b.vget(0), b.vget(1)))
  })
  return { slowLoad: load, slowStore: store, slowModify: modify, slowProbe: probe }
}

const withCpu = (c: Callee): Pick<Callee, 'params' | 'result'> => ({
  params: ['i32', ...c.params],
  result: c.result,
})

/** The builder's IR, if it is well formed. */
function checked<Body extends Pick<IrFunction, 'body' | 'vars'>>(name: string, body: Body): Body {
  const faults = verifyIr(body.body, body.vars)
  if (faults.length) throw new Error(`${name}: ${faults.join('; ')}`)
  return body
}

/** Instructions that are ready to run; targets add names for their registers. */
export class SingleInsns {
  readonly view: DataView
  readonly #memory = new WebAssembly.Memory({ initial: 64 })
  readonly #options: SingleOptions
  readonly #handlers: ReadonlyMap<string, number>
  readonly #exports: Record<string, (cpu: number) => number>
  readonly #oracle: Oracle
  #delivered = false

  constructor(options: SingleOptions) {
    this.view = new DataView(this.#memory.buffer)
    this.#options = options
    this.#handlers = new Map(options.semantics.map((s, i) => [s.name, i]))
    const window = windowFunctions(options.faults)
    const runtime = {
      ...window,
      missedLoad: window.slowLoad,
      missedStore: window.slowStore,
      tlbs: places.tlb,
      deliver: hostFunction('deliver', []),
      recordHook: hostFunction('recordHook', ['i32'], 'i32'),
      accessHook: hostFunction('accessHook', ['i32']),
      edgeHook: hostFunction('edgeHook', ['i32']),
      lookup: hostFunction('lookup', [], 'i32'),
    } satisfies Runtime
    const functions = [...Object.values(window), ...options.functions]
    const delivered = (): void => {
      this.#delivered = true
    }
    const nothing = (): number => 0
    const host = [
      { callee: runtime.deliver, run: delivered },
      ...[runtime.recordHook, runtime.accessHook, runtime.edgeHook, runtime.lookup].map(callee => ({
        callee,
        run: nothing,
      })),
      ...options.host,
    ]
    const implementations = new Map<string, OracleHost>(host.map(h => [h.callee.name, h.run]))
    this.#oracle = new Oracle(this.view, implementations, functions, runtime)
    const callees = host.map(h => h.callee)
    this.#exports = this.#compile(Object.fromEntries(implementations), callees, functions, runtime)
  }

  #compile(
    host: WebAssembly.ModuleImports,
    hostCallees: readonly Callee[],
    functions: readonly IrFunction[],
    runtime: Runtime,
  ): Record<string, (cpu: number) => number> {
    const module = new ModuleWriter()
    module.importMemory('env', 'memory')
    module.importTable('env', 'table')
    const index = new Map<string, number>()
    for (const c of hostCallees) index.set(c.name, module.importFunction('host', c.name, withCpu(c)))
    for (const f of functions) index.set(f.name, module.declare(withCpu(f)))
    const callees = (c: Callee): number => index.get(c.name) as number
    for (const f of functions) defineFunction(module, callees(f), checked(f.name, f), callees, runtime)
    const run = module.declare({ params: ['i32'], result: 'i32' })
    const handlers = this.#options.semantics.map(s => {
      const b = new Builder()
      s.emit(b, recordOperands(b), undefined)
      const { body, count, vars } = checked(s.name, b)
      return { name: s.name, body, count, vars }
    })
    defineInterpreter(module, run, handlers, callees, runtime, { hotThreshold: 0 })
    module.export('run', run)
    const { insns, pc, promote } = this.#options
    insns.forEach(({ name }, i) => {
      const { body, count, vars } = checked(name, this.#known(i, true))
      const at = module.declare({ params: ['i32'], result: 'i32' })
      const block = { pc, body, count, vars, length: 1, offsets: [0], records: this.#record(i) }
      defineRegion(module, at, { blocks: [block], promote }, callees, runtime)
      module.export(`r${i}`, at)
    })
    const table = new WebAssembly.Table({ element: 'anyfunc', initial: 1 })
    const env = { memory: this.#memory, table }
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env, host })
    return instance.exports as Record<string, (cpu: number) => number>
  }

  #insn(i: number): SingleInsn {
    const insn = this.#options.insns[i]
    if (!insn) throw new RangeError(`no instruction ${i}`)
    return insn
  }
  #handler({ name, sem }: SingleInsn): number {
    const handler = this.#handlers.get(sem)
    if (handler === undefined) throw new Error(`${name}: no semantics ${sem}`)
    return handler
  }

  /** The IR of an instruction; for regions with what they keep in locals followed, as in a machine. */
  #known(i: number, forRegion: boolean): Builder {
    const { addressType, fixed, pc, promote, semantics } = this.#options
    const insn = this.#insn(i)
    const b = new Builder([], offset => forRegion && promote(offset) !== undefined)
    b.insn(0)
    const o = knownOperands(b, insn.operands, pc, fixed)
    semantics[this.#handler(insn)]?.emit(b, o, insn.flags)
    if (!b.ended) b.goto(o.nextPc(addressType))
    return b
  }

  /** Writes the record that the interpreter reads; gives its address. */
  #record(i: number): number {
    const insn = this.#insn(i)
    const { regs, imm, aux, size, word } = insn.operands
    const block = places.records + i * (Block.size + Rec.bytes)
    const record = block + Block.size
    this.view.setInt32(block + Block.length, 1, true)
    this.view.setBigUint64(block + Block.pc, this.#options.pc, true)
    this.view.setUint16(record + Rec.handler, this.#handler(insn), true)
    this.view.setUint8(record + Rec.size, size)
    this.view.setUint16(record + Rec.left, 1, true)
    regs.forEach((r, k) => void this.view.setUint16(record + Rec.regs + 2 * k, r, true))
    this.view.setInt32(record + Rec.imm, imm, true)
    this.view.setInt32(record + Rec.aux, aux, true)
    this.view.setInt32(record + Rec.block, block, true)
    this.view.setInt32(record + Rec.word, word, true)
    return record
  }

  get count(): number {
    return this.#options.insns.length
  }

  /** Clears the state; the context is that of the instruction. */
  reset(i: number): void {
    new Uint8Array(this.#memory.buffer, places.cpu, stateBytes).fill(0)
    // The soft TLBs match nothing.
    new Uint8Array(this.#memory.buffer, places.tlb, places.cpu - places.tlb).fill(0xff)
    this.set32(Head.tlb, places.tlb)
    this.set32(Head.flags, this.#insn(i).flags)
    this.set32(Head.generation, 1)
  }
  get32(offset: number): number {
    return this.view.getInt32(places.cpu + offset, true)
  }
  set32(offset: number, value: number): void {
    this.view.setInt32(places.cpu + offset, value, true)
  }
  get64(offset: number): bigint {
    return this.view.getBigUint64(places.cpu + offset, true)
  }
  set64(offset: number, value: bigint): void {
    this.view.setBigUint64(places.cpu + offset, BigInt.asUintN(64, value), true)
  }
  /** The translation flags as the state has them now. */
  get flags(): number {
    return this.get32(Head.flags)
  }

  /** Runs an instruction from the state as it is. */
  single(i: number, way: SingleWay): SingleEnd {
    this.set32(Head.exit, 0)
    this.set32(Head.budget, 1)
    this.set64(Head.pc, this.#options.pc)
    this.#delivered = false
    const exit = way === 'T1' ? this.#region(i) : way === 'T0' ? this.#interpreted(i) : this.#interpret(i)
    return {
      pc: this.get64(Head.pc),
      exit,
      cause: this.get32(Head.trapCause),
      value: this.get64(Head.trapValue),
    }
  }
  #region(i: number): number {
    const exit = this.#exports[`r${i}`]?.(places.cpu) as number
    if (this.#delivered) return Exit.trap
    return exit === Exit.step ? this.#interpreted(i) : exit
  }
  #interpreted(i: number): number {
    this.set32(Head.exit, 0)
    this.set32(Head.single, 1)
    this.set32(Head.request, 1)
    this.set32(Head.rec, this.#record(i))
    const exit = this.#exports.run?.(places.cpu) as number
    return this.#delivered ? Exit.trap : exit === Exit.request ? 0 : exit
  }
  #interpret(i: number): number {
    this.set32(Head.single, 1)
    const { body, vars } = this.#known(i, false)
    const outcome = this.#oracle.instruction(body, vars, places.cpu)
    if (outcome.kind === 'goto' || outcome.kind === 'leave') this.set64(Head.pc, outcome.pc)
    return outcome.kind === 'early' || outcome.kind === 'leave' ? outcome.exit : 0
  }
}
