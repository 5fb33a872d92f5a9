/**
 * Runs single instructions in every way there is: as handlers of the cold-code interpreter (T0), as regions (T1) and
 * by the oracle, without a machine around them. Guest memory is a window in which nothing is translated.
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
import type { Cpu, Semantics } from '@guestscope/core'
import { decode, type Insn, type RegFile, type Xlen } from '../../src/isa/index.ts'
import { Flags, Mstatus, S } from '../../src/state.ts'
import { atomic } from '../../src/translate/a.ts'
import { doubleFloat } from '../../src/translate/d.ts'
import { singleFloat } from '../../src/translate/f.ts'
import { floatFunctions } from '../../src/translate/float-functions.ts'
import { floatHost } from '../../src/translate/float-host.ts'
import { integer } from '../../src/translate/i.ts'
import { multiply } from '../../src/translate/m.ts'
import { bits } from '../../src/translate/zb.ts'

export type Way = 'T0' | 'T1' | 'oracle'
export const ways: readonly Way[] = ['T0', 'T1', 'oracle']

const cpuBase = 0x10000
const recordBase = 0x20000
/** Guest addresses that exist; those from `readOnly` on cannot be written. */
export const window = { start: 0x40000, readOnly: 0x48000, end: 0x50000 } as const
export const pc = 0x1000n

const fixed: FixedSlots = { zero: S.x, sink: S.sink }
const chapters = [integer, multiply, atomic, bits, singleFloat, doubleFloat]
export const semanticsOf = (xlen: Xlen): readonly Semantics[] => chapters.flatMap(chapter => chapter(xlen))

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
    fail(b, 13)
    b.return(b.i64(0))
  })
  const at = b.op('i32.wrap', b.vget(0))
  b.if(b.eq(b.vget(1), b.i32(1)), () => b.return(b.rload('i64', '8u', at)))
  b.if(b.eq(b.vget(1), b.i32(2)), () => b.return(b.rload('i64', '16u', at)))
  b.if(b.eq(b.vget(1), b.i32(4)), () => b.return(b.rload('i64', '32u', at)))
  b.return(b.rload('i64', '64', at))
})
const slowStore = irFunction('store', ['i64', 'i32', 'i64'], undefined, b => {
  b.if(outside(b, window.readOnly), () => {
    fail(b, 15)
    b.return()
  })
  const at = b.op('i32.wrap', b.vget(0))
  b.if(b.eq(b.vget(1), b.i32(1)), () => b.rstore('8u', at, b.vget(2)))
  b.if(b.eq(b.vget(1), b.i32(2)), () => b.rstore('16u', at, b.vget(2)))
  b.if(b.eq(b.vget(1), b.i32(4)), () => b.rstore('32u', at, b.vget(2)))
  b.if(b.eq(b.vget(1), b.i32(8)), () => b.rstore('64', at, b.vget(2)))
})
const slowProbe = irFunction('probe', ['i64', 'i32'], undefined, b => {
  b.if(outside(b, window.readOnly), () => fail(b, 15))
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
const functions: readonly IrFunction[] = [slowLoad, slowStore, slowProbe, ...floatFunctions]
const withCpu = (c: Callee): Pick<Callee, 'params' | 'result'> => ({
  params: ['i32', ...c.params],
  result: c.result,
})

/** An instruction in a context: translation flags, which `FS` in mstatus must match. */
export interface Case {
  readonly word: number
  readonly fs: 0 | 1 | 2
}

/** Translation flags in M-mode. */
export const flagsOf = (fs: Case['fs']): number =>
  3 | (([Flags.fsOff, Flags.fsOn, Flags.fsDirty][fs] as number) << Flags.fsShift)

/** How it ended. */
export interface End {
  readonly pc: bigint
  readonly trap: readonly [cause: number, value: bigint] | undefined
}

type Exports = Record<string, (cpu: number) => number>

interface Prepared {
  readonly insn: Insn
  readonly case: Case
  readonly handler: number
  readonly regs: [number, number, number, number]
}

export class Harness {
  readonly xlen: Xlen
  readonly view: DataView
  readonly #memory = new WebAssembly.Memory({ initial: 16 })
  readonly #cases: readonly Prepared[]
  readonly #semantics: readonly Semantics[]
  readonly #exports: Exports
  readonly #oracle: Oracle
  #delivered = false
  /** How often the host has computed. */
  hostCalls = 0

  constructor(xlen: Xlen, cases: readonly Case[]) {
    this.xlen = xlen
    this.view = new DataView(this.#memory.buffer)
    this.#semantics = semanticsOf(xlen)
    const byName = new Map(this.#semantics.map((s, i) => [s.name, i]))
    this.#cases = cases.map(c => {
      const insn = decode(xlen, c.word)
      const handler = byName.get(insn?.row.sem ?? '')
      if (!insn || handler === undefined) throw new Error(`cannot run ${c.word.toString(16)}`)
      const { regs } = insn.row
      const offset = (file: RegFile, n: number): number => (file === 'f' ? S.f : S.x) + 8 * n
      const rd = regs.rd === 'x' && insn.rd === 0 ? S.sink : offset(regs.rd, insn.rd)
      return {
        insn,
        case: c,
        handler,
        regs: [rd, offset(regs.rs1, insn.rs1), offset(regs.rs2, insn.rs2), offset(regs.rs3, insn.rs3)],
      }
    })
    const host: Record<string, OracleHost> = {
      deliver: () => {
        this.#delivered = true
      },
      recordHook: () => 0,
      accessHook: () => {},
      edgeHook: () => {},
      lookup: () => 0,
    }
    const hostCallees = [
      runtime.deliver,
      runtime.recordHook,
      runtime.accessHook,
      runtime.edgeHook,
      runtime.lookup,
      ...floatHost.map(h => h.callee),
    ]
    const cpu = {
      set64: (at: number, x: bigint) => this.view.setBigUint64(cpuBase + at, x & 0xffffffffffffffffn, true),
    }
    for (const { callee, implement } of floatHost) {
      const implementation = implement({} as never)
      host[callee.name] = (_base, ...args) => {
        this.hostCalls++
        return implementation(cpu as unknown as Cpu, ...args)
      }
    }
    this.#oracle = new Oracle(this.view, new Map(Object.entries(host)), functions, runtime)
    this.#exports = this.#compile(host, hostCallees)
  }

  #compile(host: WebAssembly.ModuleImports, hostCallees: readonly Callee[]): Exports {
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
    const handlers = this.#semantics.map(s => {
      const b = new Builder()
      s.emit(b, recordOperands(b), undefined)
      const faults = verifyIr(b.body, b.vars)
      if (faults.length) throw new Error(`${s.name}: ${faults.join('; ')}`)
      return { name: s.name, body: b.body, count: b.count, vars: b.vars }
    })
    defineInterpreter(module, run, handlers, callees, runtime, { hotThreshold: 0 })
    module.export('run', run)
    for (const [i, { insn }] of this.#cases.entries()) {
      const { body, count, vars } = this.#known(i)
      const faults = verifyIr(body, vars)
      if (faults.length) throw new Error(`${insn.row.name}: ${faults.join('; ')}`)
      const at = module.declare({ params: ['i32'], result: 'i32' })
      const x = this.xlen === 32 ? 'i32' : 'i64'
      const promote = (offset: number): Type | undefined => {
        if (offset > S.x && offset < S.x + 256) return x
        if (offset >= S.f && offset < S.f + 256) return 'i64'
        return offset === S.fflags || offset === S.frm ? 'i32' : undefined
      }
      const block = { pc, body, count, vars, length: 1, offsets: [0], records: this.#record(i) }
      defineRegion(module, at, { blocks: [block], promote }, callees, runtime)
      module.export(`r${i}`, at)
    }
    const table = new WebAssembly.Table({ element: 'anyfunc', initial: 1 })
    const env = { memory: this.#memory, table }
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env, host })
    return instance.exports as Record<string, (cpu: number) => number>
  }

  #known(i: number): Builder {
    const c = this.#cases[i] as Prepared
    const { imm, aux, size, word } = c.insn
    const b = new Builder()
    b.insn(0)
    const operands = { regs: c.regs, imm, aux, size, word: word | 0 }
    const o = knownOperands(b, operands, pc, fixed)
    this.#semantics[c.handler]?.emit(b, o, flagsOf(c.case.fs))
    if (!b.ended) b.goto(o.nextPc(this.xlen === 32 ? 'i32' : 'i64'))
    return b
  }

  #record(i: number): number {
    const c = this.#cases[i] as Prepared
    const block = recordBase + i * (Block.size + Rec.bytes)
    const record = block + Block.size
    this.view.setInt32(block + Block.length, 1, true)
    this.view.setBigUint64(block + Block.pc, pc, true)
    this.view.setUint16(record + Rec.handler, c.handler, true)
    this.view.setUint8(record + Rec.size, c.insn.size)
    this.view.setUint16(record + Rec.left, 1, true)
    c.regs.forEach((r, k) => this.view.setUint16(record + Rec.regs + 2 * k, r, true))
    this.view.setInt32(record + Rec.imm, c.insn.imm, true)
    this.view.setInt32(record + Rec.aux, c.insn.aux, true)
    this.view.setInt32(record + Rec.block, block, true)
    this.view.setInt32(record + Rec.word, c.insn.word | 0, true)
    return record
  }

  get count(): number {
    return this.#cases.length
  }
  insn(i: number): Insn {
    return (this.#cases[i] as Prepared).insn
  }

  /** Clears the state and sets FS as the case says. */
  reset(i: number): void {
    const { fs } = (this.#cases[i] as Prepared).case
    new Uint8Array(this.#memory.buffer, cpuBase, 8192).fill(0)
    // The soft TLB is 256 entries that match nothing.
    new Uint8Array(this.#memory.buffer, 0x8000, 0x2000).fill(0xff)
    this.set32(Head.tlb, 0x8000)
    this.set32(Head.context, flagsOf(fs))
    this.set64(S.mstatus, fs === 2 ? Mstatus.FS : BigInt(fs) << 13n)
    this.set64(S.reservation, -1n)
  }
  get32(offset: number): number {
    return this.view.getInt32(cpuBase + offset, true)
  }
  set32(offset: number, value: number): void {
    this.view.setInt32(cpuBase + offset, value, true)
  }
  get64(offset: number): bigint {
    return this.view.getBigUint64(cpuBase + offset, true)
  }
  set64(offset: number, value: bigint): void {
    this.view.setBigUint64(cpuBase + offset, BigInt.asUintN(64, value), true)
  }
  x(n: number): bigint {
    return this.xlen === 32 ? BigInt(this.get32(S.x + 8 * n) >>> 0) : this.get64(S.x + 8 * n)
  }
  setX(n: number, value: bigint): void {
    if (n) this.set64(S.x + 8 * n, BigInt.asUintN(this.xlen, value))
  }
  registers(): bigint[] {
    return Array.from({ length: 32 }, (_, n) => this.x(n))
  }
  get reservation(): bigint {
    return BigInt.asIntN(64, this.get64(S.reservation))
  }
  /** As after an lr at this address that read this value. */
  reserve(address: bigint, value: bigint): void {
    this.set64(S.reservation, address)
    this.set64(S.reservedValue, value)
  }
  get fflags(): number {
    return this.get32(S.fflags)
  }
  set fflags(value: number) {
    this.set32(S.fflags, value)
  }
  set frm(value: number) {
    this.set32(S.frm, value)
  }
  get mstatus(): bigint {
    return this.get64(S.mstatus)
  }
  /** The translation flags as the state has them now. */
  get flags(): number {
    return this.get32(Head.context)
  }
  f(n: number): bigint {
    return this.get64(S.f + 8 * n)
  }
  setF(n: number, value: bigint): void {
    this.set64(S.f + 8 * n, value)
  }

  run(i: number, way: Way): End {
    this.set32(Head.exit, 0)
    this.set32(Head.budget, 1)
    this.set64(Head.pc, pc)
    this.#delivered = false
    let trapped = false
    if (way === 'T1') {
      ;(this.#exports[`r${i}`] as (cpu: number) => number)(cpuBase)
      trapped = this.#delivered
    } else if (way === 'T0') {
      this.set32(Head.single, 1)
      this.set32(Head.request, 1)
      this.set32(Head.rec, this.#record(i))
      const exit = (this.#exports.run as (cpu: number) => number)(cpuBase)
      if (exit !== Exit.request) throw new Error(`T0 left with ${exit}`)
      trapped = this.#delivered
    } else {
      this.set32(Head.single, 1)
      const { body, vars } = this.#known(i)
      const outcome = this.#oracle.instruction(body, vars, cpuBase)
      trapped = outcome.kind === 'early'
      if (outcome.kind === 'goto') this.set64(Head.pc, outcome.pc)
    }
    const trap = trapped ? ([this.get32(Head.trapCause), this.get64(Head.trapValue)] as const) : undefined
    return { pc: this.get64(Head.pc), trap }
  }
}
