/**
 * Runs single instructions in every way there is: as handlers of the cold-code interpreter (T0), as regions (T1) and
 * by the oracle, without a machine or a decoder around them. Guest memory is a window in which nothing is translated.
 */
import {
  Block,
  Builder,
  type Callee,
  defineFunction,
  defineInterpreter,
  defineRegion,
  Exit,
  type FixedSlots,
  Head,
  hostFunction,
  type IrFunction,
  irFunction,
  knownOperands,
  ModuleWriter,
  Oracle,
  type OracleHost,
  Rec,
  type Runtime,
  recordOperands,
  type Type,
  verifyIr,
} from '@guestscope/codegen'
import type { Cpu, Machine, Semantics } from '@guestscope/core'
import { S } from '../../src/state.ts'
import { floatCalls, systemCalls } from '../../src/system-calls.ts'
import { Aux } from '../../src/translate/aux.ts'
import {
  floatFunctions,
  floatHost,
  floating,
  integer,
  integerFunctions,
  promoteFloat,
} from '../../src/translate/index.ts'

export type Way = 'T0' | 'T1' | 'oracle'
export const ways: readonly Way[] = ['T0', 'T1', 'oracle']

const cpuBase = 0x10000
const recordBase = 0x80000
/** Guest addresses that exist; those from `readOnly` on cannot be written. */
export const window = { start: 0x40000, readOnly: 0x48000, end: 0x50000 } as const
export const pc = 0x1002
/** Causes of the window's faults. */
export const Fault = { load: 100, store: 101 } as const

const fixed: FixedSlots = { zero: 0, sink: S.sink }

const fail = (b: Builder, cause: number): void => {
  b.set(Head.trapCause, b.i32(cause))
  b.set(Head.trapValue, b.vget(0))
  b.set(Head.exit, b.i32(Exit.trap))
}
const outside = (b: Builder, end: number): ReturnType<Builder['eq']> => {
  const offset = b.op('i64.sub', b.vget(0), b.i64(window.start))
  return b.cmp('gt_u', b.add(offset, b.resize(b.vget(1), 'i64')), b.i64(end - window.start))
}
const slowLoad = irFunction('load', ['i64', 'i32'], 'i64', b => {
  b.if(outside(b, window.end), () => {
    fail(b, Fault.load)
    b.return(b.i64(0))
  })
  const at = b.op('i32.wrap', b.vget(0))
  b.if(b.eq(b.vget(1), b.i32(1)), () => b.return(b.rload('i64', '8u', at)))
  b.if(b.eq(b.vget(1), b.i32(2)), () => b.return(b.rload('i64', '16u', at)))
  b.return(b.rload('i64', '32u', at))
})
const slowStore = irFunction('store', ['i64', 'i32', 'i64'], undefined, b => {
  b.if(outside(b, window.readOnly), () => {
    fail(b, Fault.store)
    b.return()
  })
  const at = b.op('i32.wrap', b.vget(0))
  b.if(b.eq(b.vget(1), b.i32(1)), () => b.rstore('8u', at, b.vget(2)))
  b.if(b.eq(b.vget(1), b.i32(2)), () => b.rstore('16u', at, b.vget(2)))
  b.if(b.eq(b.vget(1), b.i32(4)), () => b.rstore('32u', at, b.vget(2)))
})
const slowProbe = irFunction('probe', ['i64', 'i32'], undefined, b => {
  b.if(outside(b, window.readOnly), () => fail(b, Fault.store))
})
const runtime: Runtime = {
  slowLoad,
  slowStore,
  slowProbe,
  deliver: hostFunction('deliver', []),
  recordHook: hostFunction('recordHook', ['i32'], 'i32'),
  accessHook: hostFunction('accessHook', ['i32']),
  edgeHook: hostFunction('edgeHook', ['i32']),
  lookup: hostFunction('lookup', [], 'i32'),
}
const functions: readonly IrFunction[] = [
  slowLoad,
  slowStore,
  slowProbe,
  ...integerFunctions,
  ...floatFunctions,
]
const hostCallees = [
  runtime.deliver,
  runtime.recordHook,
  runtime.accessHook,
  runtime.edgeHook,
  runtime.lookup,
  ...Object.values(systemCalls),
  floatCalls.prepare,
  ...floatHost.map(h => h.callee),
]
const withCpu = (c: Callee): Pick<Callee, 'params' | 'result'> => ({
  params: ['i32', ...c.params],
  result: c.result,
})

/** A decoded instruction and the block that it stands in. */
export interface Case {
  readonly sem: string
  /** Register numbers. */
  readonly rd?: number
  readonly rn?: number
  readonly rm?: number
  readonly ra?: number
  /** State offsets in place of register numbers: rd, rn, rm, ra. */
  readonly slots?: readonly [number, number, number, number]
  readonly imm?: number
  readonly aux?: number
  readonly word?: number
  readonly size?: 2 | 4
  /** Translation flags besides ITSTATE. */
  readonly flags?: number
  /** ITSTATE; not 0: the instruction is in an IT block. */
  readonly it?: number
}

/** How it ended. */
export interface End {
  readonly pc: number
  readonly trap?: readonly [cause: number, value: number]
  readonly leave?: number
}

type Exports = Record<string, (cpu: number) => number>

const semantics: readonly Semantics[] = [...integer, ...floating]

const promoted = [S.n, S.z, S.c, S.v, S.q, S.ge]
const promote = (offset: number): Type | undefined =>
  (offset >= S.r && offset < S.r + 8 * 15) || promoted.includes(offset) ? 'i32' : promoteFloat(true, offset)

const byName = new Map(semantics.map((s, i) => [s.name, i]))

function checked(name: string, b: Builder): Builder {
  const faults = verifyIr(b.body, b.vars)
  if (faults.length) throw new Error(`${name}: ${faults.join('; ')}`)
  return b
}

export class Harness {
  readonly view: DataView
  readonly #memory = new WebAssembly.Memory({ initial: 64 })
  readonly #cases: readonly Case[]
  readonly #exports: Exports
  readonly #oracle: Oracle
  #delivered = false
  /** Calls of the system module: name and arguments. */
  calls: [string, ...number[]][] = []
  /** What `floatCalls.prepare` answers. */
  floatFault = 0

  constructor(cases: readonly Case[]) {
    this.view = new DataView(this.#memory.buffer)
    this.#cases = cases
    const host: Record<string, OracleHost> = {
      deliver: () => {
        this.#delivered = true
      },
      recordHook: () => 0,
      accessHook: () => {},
      edgeHook: () => {},
      lookup: () => 0,
      [systemCalls.writeMask.name]: (_cpu, ...args) => void this.calls.push(['writeMask', ...args]),
      [systemCalls.writeControl.name]: (_cpu, value) => {
        this.calls.push(['writeControl', value as number])
        this.set32(S.control, (value as number) & 3)
      },
      [floatCalls.prepare.name]: () => {
        this.calls.push(['prepareFloat'])
        return this.floatFault
      },
      ...Object.fromEntries(
        floatHost.map(({ callee, implement }) => {
          const run = implement(undefined as unknown as Machine)
          const cpu = {
            set64: (at: number, v: bigint) => this.view.setBigUint64(cpuBase + at, v, true),
          } as unknown as Cpu
          return [callee.name, (_cpu: number, ...args: number[]) => run(cpu, ...args) as number]
        }),
      ),
    }
    this.#oracle = new Oracle(this.view, new Map(Object.entries(host)), functions, runtime)
    this.#exports = this.#compile(host)
  }

  #compile(host: WebAssembly.ModuleImports): Exports {
    const module = new ModuleWriter()
    module.importMemory('env', 'memory')
    module.importTable('env', 'table')
    const index = new Map<string, number>()
    for (const c of hostCallees) index.set(c.name, module.importFunction('host', c.name, withCpu(c)))
    for (const f of functions) index.set(f.name, module.declare(withCpu(f)))
    const callees = (c: Callee): number => index.get(c.name) as number
    for (const f of functions) {
      const faults = verifyIr(f.body, f.vars)
      if (faults.length) throw new Error(`${f.name}: ${faults.join('; ')}`)
      defineFunction(module, callees(f), f, callees, runtime)
    }
    const run = module.declare({ params: ['i32'], result: 'i32' })
    const handlers = semantics.map(s => {
      const b = new Builder()
      s.emit(b, recordOperands(b), undefined)
      const { body, count, vars } = checked(s.name, b)
      return { name: s.name, body, count, vars }
    })
    defineInterpreter(module, run, handlers, callees, runtime, { hotThreshold: 0 })
    module.export('run', run)
    for (let i = 0; i < this.#cases.length; i++) {
      const { body, count, vars } = checked(this.case(i).sem, this.#known(i, true))
      const at = module.declare({ params: ['i32'], result: 'i32' })
      const block = { pc: BigInt(pc), body, count, vars, length: 1, offsets: [0], records: this.#record(i) }
      defineRegion(module, at, { blocks: [block], promote }, callees, runtime)
      module.export(`r${i}`, at)
    }
    const table = new WebAssembly.Table({ element: 'anyfunc', initial: 1 })
    const env = { memory: this.#memory, table }
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env, host })
    return instance.exports as Exports
  }

  case(i: number): Case {
    return this.#cases[i] as Case
  }
  #handler(i: number): number {
    const { sem, it } = this.case(i)
    const handler = byName.get(it ? `${sem} if` : sem)
    if (handler === undefined) throw new Error(`no semantics ${sem}`)
    return handler
  }
  #flags(i: number): number {
    const { flags = 0, it = 0 } = this.case(i)
    return flags | it
  }
  #operands(i: number): Parameters<typeof knownOperands>[1] {
    const { rd, rn, rm, ra, slots, imm = 0, aux = 0, size = 4, word = 0, it = 0 } = this.case(i)
    const at = (n: number | undefined): number => (n === undefined ? S.sink : S.r + 8 * n)
    const last = it && !(it & 7) ? Aux.last : 0
    const regs = slots ?? ([at(rd), at(rn), at(rm), at(ra)] as const)
    return { regs: [...regs], imm, aux: aux | (it << Aux.itShift) | last, size, word }
  }

  #known(i: number, tracked: boolean): Builder {
    const b = new Builder([], offset => tracked && promote(offset) !== undefined)
    b.insn(0)
    const o = knownOperands(b, this.#operands(i), BigInt(pc), fixed)
    semantics[this.#handler(i)]?.emit(b, o, this.#flags(i))
    if (!b.ended) b.goto(o.nextPc('i32'))
    return b
  }

  #record(i: number): number {
    const { regs, imm, aux, size, word } = this.#operands(i)
    const block = recordBase + i * (Block.size + Rec.bytes)
    const record = block + Block.size
    this.view.setInt32(block + Block.length, 1, true)
    this.view.setBigUint64(block + Block.pc, BigInt(pc), true)
    this.view.setUint16(record + Rec.handler, this.#handler(i), true)
    this.view.setUint8(record + Rec.size, size)
    this.view.setUint16(record + Rec.left, 1, true)
    regs.forEach((r, k) => this.view.setUint16(record + Rec.regs + 2 * k, r, true))
    this.view.setInt32(record + Rec.imm, imm, true)
    this.view.setInt32(record + Rec.aux, aux, true)
    this.view.setInt32(record + Rec.block, block, true)
    this.view.setInt32(record + Rec.word, word, true)
    return record
  }

  get count(): number {
    return this.#cases.length
  }

  /** Clears the state. */
  reset(i: number): void {
    new Uint8Array(this.#memory.buffer, cpuBase, 8192).fill(0)
    // The soft TLB is 256 entries that match nothing.
    new Uint8Array(this.#memory.buffer, 0x8000, 0x2000).fill(0xff)
    this.set32(Head.tlb, 0x8000)
    this.set32(Head.context, this.#flags(i) | 0x1000)
    this.set32(S.exclusive, -1)
    this.calls = []
    this.floatFault = 0
  }
  get32(offset: number): number {
    return this.view.getInt32(cpuBase + offset, true)
  }
  set32(offset: number, value: number): void {
    this.view.setInt32(cpuBase + offset, value, true)
  }
  r(n: number): number {
    return this.get32(S.r + 8 * n) >>> 0
  }
  setR(n: number, value: number): void {
    this.set32(S.r + 8 * n, value)
  }
  registers(): number[] {
    return Array.from({ length: 15 }, (_, n) => this.r(n))
  }
  /** N Z C V Q as APSR[31:27] shifted down. */
  get nzcvq(): number {
    const bit = (x: boolean, n: number): number => (x ? 1 << n : 0)
    const nz = bit(this.get32(S.n) < 0, 4) | bit(this.get32(S.z) === 0, 3)
    return nz | (this.get32(S.c) << 2) | bit(this.get32(S.v) < 0, 1) | this.get32(S.q)
  }
  set nzcvq(value: number) {
    this.set32(S.n, value & 16 ? -1 : 0)
    this.set32(S.z, value & 8 ? 0 : 5)
    this.set32(S.c, (value >> 2) & 1)
    this.set32(S.v, value & 2 ? -5 : 7)
    this.set32(S.q, value & 1)
  }
  /** Translation flags and ITSTATE as they are now. */
  get flags(): number {
    return this.get32(Head.context) & 0xfff
  }

  run(i: number, way: Way): End {
    this.set32(Head.exit, 0)
    this.set32(Head.budget, 1)
    this.view.setBigUint64(cpuBase + Head.pc, BigInt(pc), true)
    this.#delivered = false
    const exit = way === 'T1' ? this.#region(i) : way === 'T0' ? this.#interpreted(i) : this.#interpret(i)
    const at = Number(this.view.getBigUint64(cpuBase + Head.pc, true))
    if (exit === Exit.trap) {
      const value = Number(this.view.getBigUint64(cpuBase + Head.trapValue, true))
      return { pc: at, trap: [this.get32(Head.trapCause), value] }
    }
    return exit ? { pc: at, leave: exit } : { pc: at }
  }
  #region(i: number): number {
    const exit = this.#exports[`r${i}`]?.(cpuBase) as number
    if (this.#delivered) return Exit.trap
    return exit === Exit.step ? this.#interpreted(i) : exit
  }
  #interpreted(i: number): number {
    this.set32(Head.exit, 0)
    this.set32(Head.single, 1)
    this.set32(Head.request, 1)
    this.set32(Head.rec, this.#record(i))
    const exit = this.#exports.run?.(cpuBase) as number
    return this.#delivered ? Exit.trap : exit === Exit.request ? 0 : exit
  }
  #interpret(i: number): number {
    this.set32(Head.single, 1)
    const { body, vars } = this.#known(i, false)
    const outcome = this.#oracle.instruction(body, vars, cpuBase)
    if (outcome.kind === 'goto' || outcome.kind === 'leave') {
      this.view.setBigUint64(cpuBase + Head.pc, outcome.pc, true)
    }
    return outcome.kind === 'early' || outcome.kind === 'leave' ? outcome.exit : 0
  }
}
