/** The generated code of a machine: the engine module (interpreter, dispatcher, functions) and modules of regions. */
import {
  Builder,
  type Callee,
  defineFunction,
  defineInterpreter,
  defineRegion,
  type Handler,
  hookCallee,
  hooksOf,
  type IrFunction,
  ModuleWriter,
  Oracle,
  type Region,
  recordOperands,
  type Val,
} from '@guestscope/codegen'
import type { DecodedBlock } from '../code/tb.ts'
import type { GuestMemory } from '../memory/memory.ts'
import type { Semantics, Target } from '../target.ts'
import { coreHost } from './callees.ts'
import { type CoreFunctions, coreFunctions } from './functions.ts'
import { type OracleHostView, oracleRun } from './oracle.ts'
import { TierCounters } from './tiers.ts'

/** A host function as WebAssembly calls it: the vCPU's base address, then i32 arguments. */
export type HostFunction = (cpu: number, ...args: number[]) => number | void

export interface EngineOptions {
  readonly target: Target
  readonly memory: GuestMemory
  /** Host functions by callee name. */
  readonly host: ReadonlyMap<string, HostFunction>
  /** The function of a hook in a region. */
  readonly hook: (id: number) => (cpu: number) => void
  /** Executions of a block in T0 before a region is made; 0: never. */
  readonly hotThreshold: number
}

interface RegionModuleSource {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly needs: readonly number[]
  readonly imports: WebAssembly.Imports
}

/** Compiled regions: functions `r0`, `r1` …, and the budget that each needs at its entry. */
export interface CompiledModule {
  readonly instance: WebAssembly.Instance
  readonly needs: readonly number[]
  /** Of WebAssembly. */
  readonly bytes: number
}

/** Builds semantics over record operands: a handler of T0. */
function handlerOf(s: Semantics): Handler {
  const b = new Builder()
  s.emit(b, recordOperands(b), undefined)
  return { name: s.name, body: b.body, count: b.count, vars: b.vars }
}

export class Engine {
  readonly core: CoreFunctions
  /** Runs a vCPU until something needs the run loop; returns an `Exit` code. */
  run!: (cpu: number) => number
  /** (cpu, virtual address, access) → physical address or -1n, as `Target.functions.translate`. */
  translate!: (cpu: number, address: bigint, access: number) => bigint
  /** (cpu, virtual address) → physical address or -1n, for a fetch whose result will be remembered. */
  fetch!: (cpu: number, address: bigint) => bigint
  /** Delivers the trap described in the vCPU's head. */
  deliver!: (cpu: number) => void
  readonly #options: EngineOptions
  readonly #callees: readonly Callee[]
  readonly #functions: readonly IrFunction[]
  readonly #host: readonly Callee[]
  #imports: WebAssembly.Imports = {}
  /** All handlers are there, or none is needed. */
  #complete = false
  /** Blocks with callbacks of plugins can run. */
  #hooks = false
  readonly #table: WebAssembly.Table
  readonly #freeSlots: number[] = []
  #nextSlot = 1
  /** What was made, by tier. */
  readonly tiers: readonly [TierCounters, TierCounters, TierCounters] = [
    new TierCounters(0),
    new TierCounters(1),
    new TierCounters(2),
  ]

  constructor(options: EngineOptions) {
    this.#options = options
    const { target, memory } = options
    this.core = coreFunctions(target, memory)
    this.#functions = [...this.core.all, target.functions.translate, ...target.functions.others]
    this.#host = [...Object.values(coreHost), ...target.host.map(h => h.callee)]
    this.#callees = [...this.#host, ...this.#functions]
    this.#table = new WebAssembly.Table({ element: 'anyfunc', initial: 1024 })
    this.#make()
  }

  /** From now on the block must be able to run. Not while generated code runs. */
  prepare({ insns, hooks }: Pick<DecodedBlock, 'insns' | 'hooks'>): void {
    const { semantics } = this.#options.target
    const late = !this.#complete && insns.some(({ handler }) => semantics[handler]?.late)
    const hooked = !this.#hooks && hooks !== undefined
    if (!late && !hooked) return
    this.#complete ||= late
    this.#hooks ||= hooked
    this.#make()
  }

  /** Makes the engine module. One made before goes on serving the regions that call its functions. */
  #make(): void {
    const begin = performance.now()
    const { target, memory, host } = this.#options
    const functions = this.#functions
    const module = new ModuleWriter()
    module.importMemory('env', 'memory')
    module.importTable('env', 'table')
    const index = new Map<string, number>()
    const imports: Record<string, HostFunction> = {}
    for (const callee of new Map(this.#host.map(c => [c.name, c])).values()) {
      const implementation = host.get(callee.name)
      if (!implementation) throw new Error(`no host function ${callee.name}`)
      imports[callee.name] = implementation
      index.set(callee.name, module.importFunction('host', callee.name, withCpu(callee)))
    }
    for (const f of functions) index.set(f.name, module.declare(withCpu(f)))
    const run = module.declare({ params: ['i32'], result: 'i32' })
    const callees = resolver(index)
    for (const f of functions) {
      defineFunction(module, index.get(f.name) as number, f, callees, this.core.runtime)
      module.export(f.name, index.get(f.name) as number)
    }
    const handlers = target.semantics.map(s => (s.late && !this.#complete ? undefined : handlerOf(s)))
    defineInterpreter(module, run, handlers, callees, this.core.runtime, {
      ...this.#options,
      hooks: this.#hooks,
    })
    module.export('run', run)

    const env = { memory: memory.wasm, table: this.#table }
    const bytes = module.finish()
    const generated = performance.now()
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env, host: imports })
    this.tiers[0].add(functions.length + 1, bytes.length, begin, generated)
    const exports = instance.exports as Record<string, (...args: never[]) => unknown>
    this.run = exports.run as (cpu: number) => number
    this.translate = exports[target.functions.translate.name] as (c: number, a: bigint, k: number) => bigint
    this.fetch = exports[this.core.fetch.name] as (c: number, a: bigint) => bigint
    this.deliver = exports[this.core.runtime.deliver.name] as (cpu: number) => void
    this.#imports = { env, host: imports, engine: exports as WebAssembly.ModuleImports }
  }

  /** From now on everything runs on the oracle: no generated code at all. */
  useOracle(host: Omit<OracleHostView, 'target' | 'view' | 'deliver'>): void {
    this.#complete = this.#hooks = true
    const { target, memory } = this.#options
    const oracle = new Oracle(memory.view, this.#options.host, this.#functions, this.core.runtime)
    const call = (callee: Callee, cpu: number, ...args: Val[]): Val | undefined =>
      oracle.call(callee, cpu, args)
    this.translate = (cpu, address, access) =>
      call(target.functions.translate, cpu, address, access) as bigint
    this.fetch = (cpu, address) => call(this.core.fetch, cpu, address) as bigint
    this.deliver = cpu => void call(this.core.runtime.deliver, cpu)
    this.run = oracleRun(oracle, { ...host, target, view: memory.view, deliver: this.deliver })
  }

  /** A module of regions. In tier 2 it asks for the optimising compiler. */
  #moduleOf(regions: readonly Region[], tier: 1 | 2): RegionModuleSource {
    const module = new ModuleWriter()
    module.importMemory('env', 'memory')
    module.importTable('env', 'table')
    const index = new Map<string, number>()
    for (const c of this.#callees) {
      if (index.has(c.name)) continue
      const from = this.#options.host.has(c.name) ? 'host' : 'engine'
      index.set(c.name, module.importFunction(from, c.name, withCpu(c)))
    }
    const hook: Record<string, (cpu: number) => void> = {}
    for (const id of new Set(regions.flatMap(r => [...hooksOf(r)]))) {
      const callee = hookCallee(id)
      index.set(callee.name, module.importFunction('hook', String(id), withCpu(callee)))
      hook[id] = this.#options.hook(id)
    }
    const callees = resolver(index)
    const indices = regions.map(() => module.declare({ params: ['i32'], result: 'i32' }))
    const needs = regions.map((r, i) => {
      module.export(`r${i}`, indices[i] as number)
      return defineRegion(module, indices[i] as number, r, callees, this.core.runtime, true)
    })
    return { bytes: module.finish(tier === 2), needs, imports: { ...this.#imports, hook } }
  }

  /** Compiles regions in one module, at once. */
  compile(regions: readonly Region[], tier: 1 | 2 = 1): CompiledModule {
    const begin = performance.now()
    const { bytes, needs, imports } = this.#moduleOf(regions, tier)
    const generated = performance.now()
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports)
    this.tiers[tier].add(regions.length, bytes.length, begin, generated)
    return { instance, needs, bytes: bytes.length }
  }

  /** Compiles regions for tier 2 in the host's own threads. Rejected where the host refuses. */
  async compileInBackground(regions: readonly Region[]): Promise<CompiledModule> {
    const begin = performance.now()
    const { bytes, needs, imports } = this.#moduleOf(regions, 2)
    const generated = performance.now()
    const module = await WebAssembly.compile(bytes)
    const instance = new WebAssembly.Instance(module, imports)
    this.tiers[2].add(regions.length, bytes.length, begin, generated)
    return { instance, needs, bytes: bytes.length }
  }

  /** Puts a region of a compiled module into the table; returns its slot. */
  place({ instance }: CompiledModule, region: number): number {
    const slot = this.#freeSlots.pop() ?? this.#nextSlot++
    if (slot >= this.#table.length) this.#table.grow(this.#table.length)
    this.#table.set(slot, instance.exports[`r${region}`])
    return slot
  }

  /** Forgets a region's code. */
  release(slot: number, tier: 1 | 2): void {
    this.tiers[tier].released++
    this.#table.set(slot, null)
    this.#freeSlots.push(slot)
  }
}

const withCpu = (c: Callee): Pick<Callee, 'params' | 'result'> => ({
  params: ['i32', ...c.params],
  result: c.result,
})

const resolver =
  (index: ReadonlyMap<string, number>) =>
  (callee: Callee): number => {
    const found = index.get(callee.name)
    if (found === undefined) throw new Error(`generated code calls ${callee.name}, which nobody defines`)
    return found
  }
