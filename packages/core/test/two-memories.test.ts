/**
 * The guest's memory as a memory of its own: everything that the engine generates, and the oracle, must keep it apart from
 * the engine's state and tables. Here both have the same size, and what would be the guest's part of the other is filled
 * with something that nobody may touch.
 */
import {
  Block,
  Builder,
  defineFunction,
  defineInterpreter,
  defineRegion,
  Exit,
  Head,
  type IrFunction,
  irFunction,
  ModuleWriter,
  type Node,
  Oracle,
  Rec,
  type Runtime,
} from '@guestscope/codegen'
import { expect, test } from 'vitest'
import { coreHost, linearCallee, updateEntryCallee } from '../src/engine/callees.ts'
import { coreFunctions } from '../src/engine/functions.ts'
import { GuestMemory, Layout, Space, type Target } from '../src/index.ts'

const ram = { name: 'ram', base: 0x8000_0000n, size: 0x10000 }
/** An entry of the page tables, which each translation reads and writes. */
const entry = ram.base + 0xf000n
const slot = Head.size

/** The body of an instruction that reaches memory in every way there is. Addresses are constants; the sum goes to a slot. */
function emit(b: Builder): void {
  const sum = b.newVar('i64')
  b.vset(sum, b.i64(0))
  const at = (offset: number): Node => b.i64(ram.base + BigInt(offset))
  const add = (value: Node): void => b.vset(sum, b.add(b.vget(sum), value))
  for (const order of [{}, { order: 'big' }, { mode: 1 }] as const)
    for (const offset of [0x100, 0x203, 0xffb, 0x2ffd]) {
      b.gstore('64', at(offset), b.i64(0x0123456789abcdefn), order)
      b.gstore('16u', at(offset + 9), b.i64(0x1234n), order)
      add(b.gload('i64', '64', at(offset), order))
      add(b.gload('i64', '32s', at(offset + 6), order))
      add(b.gmodify('i64', '32s', at(offset + 3), old => b.add(old, b.i64(offset)), order))
      b.gprobe('64', at(offset), order)
      const vector = b.gload('v128', '128', at(offset + 2), order)
      b.gstore('128', at(offset + 0x20), vector, order)
    }
  b.set(slot, b.vget(sum))
}

const translate = irFunction('test.translate', ['i64', 'i32'], 'i64', b => {
  const place = b.newVar('i32')
  b.vset(place, b.call(linearCallee, b.i64(entry)))
  const bits = b.mload('i64', '64', b.vget(place))
  b.call(updateEntryCallee, b.vget(place), b.or(b.resize(bits, 'i32'), b.i32(0x40)), b.vget(1))
  b.return(b.add(b.vget(0), b.and(bits, b.i64(-4096))))
})
/** What `coreFunctions` asks of a target. */
const target = {
  addressType: 'i64',
  state: { tlbModes: 2 },
  functions: { translate, others: [] },
  enterTrap: () => {},
  causeType: (_: Builder, cause: Node) => cause,
  busError: () => 0,
} satisfies { [K in keyof Target]?: unknown } as unknown as Target

class Machine {
  readonly memory = new GuestMemory(1, [ram], 0x10000)
  readonly guest = new WebAssembly.Memory({ initial: this.memory.wasm.buffer.byteLength / 65536 })
  readonly #linear: number
  readonly cpu: number = Layout.firstCpu
  readonly functions: readonly IrFunction[]
  readonly runtime: Runtime

  constructor() {
    const { view, bytes } = this.memory
    const core = coreFunctions(target, this.memory)
    this.functions = [...core.all, translate]
    this.runtime = { ...core.runtime, guestMemory: 1 }
    this.#linear = this.memory.regions[0]?.linear as number
    bytes.fill(0xee, this.#linear, this.#linear + ram.size)
    const space = this.cpu + Layout.spaces
    bytes.fill(0xff, space + Space.tlb, space + Space.tlb + 2 * Layout.tlbSize)
    view.setInt32(this.cpu + Head.space, space, true)
    view.setInt32(this.cpu + Head.tlb, space + Space.tlb, true)
    view.setInt32(this.cpu + Head.budget, 1, true)
    view.setInt32(this.cpu + Head.single, 1, true)
  }

  /** Runs it as generated code. */
  run(way: 'T0' | 'region' | 'flat region'): void {
    const module = new ModuleWriter()
    module.importMemory('env', 'memory')
    module.importMemory('env', 'guest')
    module.importTable('env', 'table')
    const index = new Map<string, number>()
    const host: Record<string, () => number> = {}
    for (const { name, params, result } of Object.values(coreHost)) {
      index.set(name, module.importFunction('host', name, { params: ['i32', ...params], result }))
      host[name] = () => {
        throw new Error(`${name} is called`)
      }
    }
    for (const { name, params, result } of this.functions)
      index.set(name, module.declare({ params: ['i32', ...params], result }))
    const callees = (callee: { readonly name: string }): number => index.get(callee.name) as number
    for (const f of this.functions) defineFunction(module, callees(f), f, callees, this.runtime)
    const run = module.declare({ params: ['i32'], result: 'i32' })
    const b = new Builder()
    b.insn(0)
    emit(b)
    const { view, pool, flat } = this.memory
    const record = pool.start + Block.size
    if (way === 'T0') {
      b.leave(Exit.target, b.i64(0))
      const { body, count, vars } = b
      defineInterpreter(module, run, [{ name: 'all', body, count, vars }], callees, this.runtime, {
        hotThreshold: 0,
      })
      view.setInt32(pool.start + Block.length, 1, true)
      view.setInt32(record + Rec.block, pool.start, true)
      view.setInt32(this.cpu + Head.rec, record, true)
    } else {
      b.goto(b.i64(0))
      const { body, count, vars } = b
      const block = { pc: 0n, body, count, vars, length: 1, offsets: [0], records: record }
      const region = { blocks: [block], promote: () => undefined, ...(way === 'flat region' && { flat }) }
      defineRegion(module, run, region, callees, this.runtime)
    }
    module.export('run', run)
    const table = new WebAssembly.Table({ element: 'anyfunc', initial: 1 })
    const env = { memory: this.memory.wasm, guest: this.guest, table }
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env, host })
    ;(instance.exports.run as (cpu: number) => number)(this.cpu)
  }

  runOracle(guest: DataView): void {
    const oracle = new Oracle(this.memory.view, new Map(), this.functions, this.runtime, guest)
    const b = new Builder()
    emit(b)
    expect(oracle.instruction(b.body, b.vars, this.cpu)).toEqual({ kind: 'next' })
  }

  #own(memory: Uint8Array): Uint8Array {
    return memory.subarray(this.#linear, this.#linear + ram.size)
  }

  /** What it gives with everything in one memory. */
  inOneMemory(): [string, bigint] {
    const { bytes, view } = this.memory
    this.#own(bytes).fill(0)
    this.runOracle(view)
    return [Buffer.from(this.#own(bytes)).toString('hex'), view.getBigInt64(this.cpu + slot, true)]
  }

  /** The guest's memory, and the sum. */
  result(): [string, bigint] {
    const { bytes, view } = this.memory
    const guest = new Uint8Array(this.guest.buffer)
    expect(
      this.#own(bytes).every(byte => byte === 0xee),
      'the engine keeps to its own memory',
    ).toBe(true)
    const stored = Buffer.from(this.#own(guest)).toString('hex')
    this.#own(guest).fill(0)
    expect(
      guest.every(byte => byte === 0),
      'the guest keeps to its memory',
    ).toBe(true)
    return [stored, view.getBigInt64(this.cpu + slot, true)]
  }
}

const wanted = new Machine().inOneMemory()

test('the oracle keeps the two memories apart', () => {
  const machine = new Machine()
  machine.runOracle(new DataView(machine.guest.buffer))
  expect(machine.result()).toEqual(wanted)
  const [stored] = wanted
  expect(stored.slice(0x1e000, 0x1e002), 'the entry of the page tables is updated').toBe('40')
})

/** (module (memory 1) (memory 1)) */
const twoMemories = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 5, 2, 0, 1, 0, 1)
const known = WebAssembly.validate(twoMemories)

test.for(['T0', 'region', 'flat region'] as const)('%s keeps the two memories apart', (way, { skip }) => {
  if (!known) skip('this host knows modules with one memory alone')
  const machine = new Machine()
  machine.run(way)
  expect(machine.result()).toEqual(wanted)
})
