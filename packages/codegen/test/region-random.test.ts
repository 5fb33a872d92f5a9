/** Random regions: blocks in any order of control flow, with slots in locals, against the oracle block by block. */
import { expect, test } from 'vitest'
import {
  Block,
  Builder,
  defineRegion,
  Exit,
  Head,
  hostFunction,
  ModuleWriter,
  type Node,
  Oracle,
  Rec,
  type Region,
  type RegionBlock,
  type Runtime,
  type Type,
  verifyIr,
} from '../src/index.ts'
import { clean, interesting, type Rng, randomStatements, rng, type Slots } from './random-ir.ts'
import { noRuntime } from './runtime.ts'

const runtime: Runtime = { ...noRuntime, deliver: hostFunction('deliver', []) }
const cpu = 1024
const records = 4096
/** Set when an exception has been delivered. */
const delivered = 1024
/** Slots that live in locals: four i64, four i32; behind them eight that stay in memory. */
const [wide, narrow, memory] = [512, 544, 576]
/** Slots that are counted in: of plugins, and one that never gets a local; then where the next record goes. */
const [counter, other, pointer] = [640, 648, 656]
/** Slots that live in locals: two v128, two f64, two f32 (8 bytes apart). */
const [vectors, doubles, singles] = [672, 704, 720]
const stateSlots = 28
const recordsStart = 0x4000
const promote = (offset: number): Type | undefined => {
  if (offset >= wide && offset < narrow) return 'i64'
  if (offset >= narrow && offset < memory) return 'i32'
  if (offset >= vectors && offset < doubles) return offset % 16 ? undefined : 'v128'
  if (offset >= doubles && offset < singles) return 'f64'
  return offset >= singles && offset < wide + 8 * stateSlots ? 'f32' : undefined
}

/** A vector, or a part of one as a slot of its type. */
const inVector = (random: Rng, type: Type): number =>
  vectors + (type === 'v128' ? 16 * random(2) : type.endsWith('64') ? 8 * random(4) : 4 * random(8))

const shared = (offset: number): Type | undefined =>
  offset === counter ? 'i64' : offset === pointer ? 'i32' : undefined

/** Counts, a record, or a look at what has been counted. */
function counted(b: Builder, random: Rng, pick: (type: Type) => Node): void {
  const kind = random(4)
  if (kind === 0) b.set([counter, other][random(2)] as number, pick('i64'))
  else if (kind === 1) {
    b.rstore('64', b.get(pointer, 'i32'), pick('i64'))
    b.rstore('32u', b.get(pointer, 'i32'), pick('i32'), 8)
    b.tally(pointer, b.i32(16))
  } else b.tally([counter, other][random(2)] as number, b.i64(random(9) - 2))
}

const slots: Slots = {
  get: (b, random, type) => {
    if (type === 'v128' || !random(3)) return b.get(inVector(random, type), type)
    if (type === 'f64') return b.get(doubles + 8 * random(2), type)
    if (type === 'f32') return b.get(singles + 8 * random(2), type)
    if (!random(4))
      return type === 'i32' ? b.get(pointer, type) : b.get([counter, other][random(2)] as number, type)
    const at = 8 * random(4)
    return b.get(random(3) ? at + (type === 'i64' ? wide : narrow) : at + memory, type)
  },
  set: (b, random, pick) => {
    if (random(2)) return counted(b, random, pick)
    if (random(2)) {
      const type = (['i32', 'i64', 'f32', 'f64', 'v128'] as const)[random(5)] ?? 'v128'
      return b.set(inVector(random, type), clean(b, pick(type)))
    }
    if (!random(3)) {
      const type = random(2) ? 'f64' : 'f32'
      return b.set((type === 'f64' ? doubles : singles) + 8 * random(2), clean(b, pick(type)))
    }
    const at = 8 * random(4)
    const [first, type] = (
      [
        [wide, 'i64'],
        [narrow, 'i32'],
        [memory, 'i64'],
      ] as const
    )[random(3)] ?? [memory, 'i64']
    b.set(first + at, pick(type))
  },
  dynamic: memory,
}

const pcOf = (n: number): bigint => BigInt(16 * n)

/** A block that goes on in the region, mostly. */
function randomBlock(random: Rng, n: number, blocks: number): RegionBlock {
  const b = new Builder(['i32', 'i64', 'i64', 'v128'], offset => promote(offset) !== undefined)
  b.insn(0)
  // Variables begin with nothing of meaning.
  b.vset(0, b.get(narrow + 8, 'i32'))
  for (const v of [1, 2]) b.vset(v, b.get(wide + 8 * v, 'i64'))
  b.vset(3, b.get(vectors, 'v128'))
  const pools = randomStatements(b, random, slots, 3 + random(10))
  const target = (): Node => b.i64(pcOf(random(blocks + 1)))
  if (!random(4)) b.if(b.eqz(b.get(narrow, 'i32')), () => b.raise(b.i32(n), b.get(wide, 'i64')))
  const kind = random(8)
  let returnsTo: bigint[] = []
  if (kind < 2) b.goto(target())
  else if (kind === 2) {
    // As a return: to where nobody knows, or to one of two blocks, of which one or both are expected.
    const [one, other] = [target(), target()]
    const known = b.select(b.and(b.get(narrow, 'i32'), b.i32(1)), one, other)
    b.goto(random(2) ? known : (pools.i64.at(-1) ?? b.get(wide, 'i64')))
    returnsTo = [one, other].slice(random(2)).map(n => BigInt(n.imm))
  } else if (kind === 3) b.leave(Exit.target, target())
  else b.branch(b.and(pools.i32.at(-1) ?? b.get(narrow, 'i32'), b.i32(1)), target(), target())
  expect(verifyIr(b.body, b.vars)).toEqual([])
  const block = records + n * (Block.size + Rec.bytes)
  const { body, count, vars } = b
  return { pc: pcOf(n), body, count, vars, length: 1, offsets: [0], records: block + Block.size, returnsTo }
}

function fill(
  view: DataView,
  state: readonly bigint[],
  budget: number,
  blocks: readonly RegionBlock[],
): void {
  state.forEach((value, i) => {
    view.setBigInt64(cpu + wide + 8 * i, value, true)
  })
  view.setInt32(cpu + pointer, recordsStart, true)
  view.setInt32(cpu + Head.budget, budget, true)
  for (const { pc, records: record } of blocks) {
    view.setBigUint64(record - Block.size + Block.pc, pc, true)
    view.setInt32(record + Rec.block, record - Block.size, true)
    view.setUint16(record + Rec.left, 1, true)
  }
}

/** Of all records. */
function hash(view: DataView): number {
  const end = view.getInt32(cpu + pointer, true)
  let h = 0
  for (let at = recordsStart; at < end; at += 4) h = (Math.imul(h, 31) + view.getInt32(at, true)) | 0
  return h
}

/**
 * What the region does, an instruction at a time. It may leave between blocks where it likes: so this ends there, too.
 */
function interpret(
  view: DataView,
  { blocks }: Region,
  left: { pc: bigint; budget: number; exit: number },
): number {
  const oracle = new Oracle(view, new Map(), [], runtime)
  let pc = 0n
  for (;;) {
    const block = blocks.find(b => b.pc === pc)
    view.setBigUint64(cpu + Head.pc, pc, true)
    const budget = view.getInt32(cpu + Head.budget, true)
    if (!block || budget < block.length) return Exit.next
    if (left.exit === Exit.next && left.pc === pc && left.budget === budget) return Exit.next
    view.setInt32(cpu + Head.budget, budget - 1, true)
    const outcome = oracle.instruction(block.body, block.vars, cpu)
    if (outcome.kind === 'early') {
      // An exception is delivered, and has used its time.
      expect(outcome.exit).toBe(Exit.trap)
      view.setInt32(cpu + delivered, 1, true)
      return Exit.next
    }
    if (outcome.kind === 'next') throw new Error('a block without an end')
    pc = outcome.pc
    if (outcome.kind !== 'leave') continue
    view.setBigUint64(cpu + Head.pc, pc, true)
    return outcome.exit
  }
}

test('random regions: WebAssembly equals the oracle', () => {
  let executed = 0
  for (let seed = 1; seed <= 400; seed++) {
    const random = rng(seed * 7919)
    const count = 1 + random(9)
    const blocks = Array.from({ length: count }, (_, n) => randomBlock(random, n, count))
    const state = Array.from({ length: stateSlots }, () =>
      BigInt.asIntN(64, interesting[random(interesting.length)] as bigint),
    )

    const module = new ModuleWriter()
    module.importMemory('env', 'memory')
    const deliver = module.importFunction('env', 'deliver', { params: ['i32'], result: undefined })
    const index = module.declare({ params: ['i32'], result: 'i32' })
    const budget =
      defineRegion(module, index, { blocks, promote, shared }, () => deliver, runtime) + random(40)
    module.export('f', index)
    const compiled = new WebAssembly.Module(module.finish())
    const run = (how: (view: DataView, wasm: WebAssembly.Memory) => number) => {
      const wasm = new WebAssembly.Memory({ initial: 16 })
      const view = new DataView(wasm.buffer)
      fill(view, state, budget, blocks)
      const exit = how(view, wasm)
      return {
        exit,
        pc: view.getBigUint64(cpu + Head.pc, true),
        budget: view.getInt32(cpu + Head.budget, true),
        records: hash(view),
        trap: view.getInt32(cpu + delivered, true) && [
          view.getInt32(cpu + Head.trapCause, true),
          view.getBigInt64(cpu + Head.trapValue, true),
        ],
        // An i32 slot ends where it ends.
        state: state.map((_, i) => {
          const at = cpu + wide + 8 * i
          return /32$/.test(promote(at - cpu) ?? shared(at - cpu) ?? '')
            ? view.getInt32(at, true)
            : view.getBigInt64(at, true)
        }),
      }
    }
    const generated = run((_, wasm) => {
      const view = new DataView(wasm.buffer)
      const deliver = (): void => view.setInt32(cpu + delivered, 1, true)
      const instance = new WebAssembly.Instance(compiled, { env: { memory: wasm, deliver } })
      return (instance.exports.f as (cpu: number) => number)(cpu)
    })
    expect(generated, `seed ${seed}`).toStrictEqual(
      run(view => interpret(view, { blocks, promote }, generated)),
    )
    executed += budget - generated.budget
  }
  expect(executed).toBeGreaterThan(1000)
})
