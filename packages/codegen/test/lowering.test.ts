import { expect, test } from 'vitest'
import {
  Builder,
  defineFunction,
  hostFunction,
  type IrFunction,
  irFunction,
  ModuleWriter,
  type Node,
  type NumericOp,
  Oracle,
  opTable,
  type Runtime,
  type Type,
  type Val,
} from '../src/index.ts'

const none = hostFunction('none', [])
const runtime: Runtime = {
  slowLoad: none,
  slowStore: none,
  slowProbe: none,
  hook: none,
  recordHook: none,
  deliver: none,
}
const cpu = 1024

/** Compiles a function and runs it and the oracle on equal memories. */
function both(
  fn: IrFunction,
  args: Val[],
  fill: (m: Uint8Array) => void,
): { wasm: [Val, string]; oracle: [Val, string] } {
  const run = (how: (memory: WebAssembly.Memory) => Val): [Val, string] => {
    const memory = new WebAssembly.Memory({ initial: 1 })
    fill(new Uint8Array(memory.buffer))
    const value = how(memory)
    return [value, [...new BigInt64Array(memory.buffer, 0, 512)].join()]
  }
  const module = new ModuleWriter()
  module.importMemory('env', 'memory')
  const index = module.declare({ params: ['i32', ...fn.params], result: fn.result })
  defineFunction(module, index, fn, () => index, runtime)
  module.export('f', index)
  const compiled = new WebAssembly.Module(module.finish())
  return {
    wasm: run(memory => {
      const { f } = new WebAssembly.Instance(compiled, { env: { memory } }).exports as {
        f: (...a: Val[]) => Val
      }
      return f(cpu, ...args)
    }),
    oracle: run(
      memory => new Oracle(new DataView(memory.buffer), new Map(), [fn], runtime).call(fn, cpu, args) as Val,
    ),
  }
}

/** xorshift32: a seed reproduces a failure. */
const rng = (seed: number) => (n: number) => {
  seed ^= seed << 13
  seed ^= seed >>> 17
  seed ^= seed << 5
  return (seed >>> 0) % n
}
const interesting = [
  0n,
  1n,
  -1n,
  2n,
  31n,
  63n,
  64n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  1n << 52n,
  1n << 63n,
  0x4330000000000000n,
]

/** Without those that show a NaN's sign or payload, which WebAssembly leaves open. */
const numerics = Object.entries(opTable).filter(
  (e): e is [string, NumericOp] =>
    e[1].kind === 'numeric' && !/bits$|copysign/.test(e[0].replace('from_bits', '')),
)

/** A random function: arithmetic, state slots, variables, branches, a bounded loop. */
function randomFunction(random: (n: number) => number): IrFunction {
  return irFunction('f', ['i32', 'i64', 'i64'], 'i64', b => {
    const pools: Record<Type, Node[]> = { i32: [], i64: [], f32: [], f64: [] }
    const scope = (body: () => void): void => {
      const kept = Object.fromEntries(Object.entries(pools).map(([t, p]) => [t, [...p]])) as typeof pools
      body()
      Object.assign(pools, kept)
    }
    const pick = (type: Type): Node => {
      const pool = pools[type]
      if (pool.length && random(5)) return pool[random(pool.length)] as Node
      if (type === 'i32') return random(2) ? b.vget(0) : b.get(8 * random(8), 'i32')
      if (type === 'i64') return random(2) ? b.vget(1 + random(2)) : b.get(8 * random(8), 'i64')
      return type === 'f32' ? b.op('f32.from_bits', pick('i32')) : b.op('f64.from_bits', pick('i64'))
    }
    const statement = (depth: number): void => {
      const kind = random(12)
      if (kind < 6) {
        const [name, op] = numerics[random(numerics.length)] as [string, NumericOp]
        const args = op.args.map(pick)
        if (/(div|rem)_[su]/.test(name)) {
          // A divisor that neither traps nor overflows.
          args[1] = b.or(
            b.and(args[1] as Node, b.const(op.args[1] as Type, 0xff)),
            b.const(op.args[1] as Type, 3),
          )
        }
        pools[op.result].push(b.op(name, ...args))
      } else if (kind === 6) b.set(8 * random(8), pick('i64'))
      else if (kind === 7) {
        const v = random(3)
        b.vset(v, pick(b.vars[v] as Type))
      } else if (kind === 8) b.setx(b.and(b.resize(pick('i32'), 'i32'), b.i32(56)), pick('i64'))
      else if (kind === 9) pools.i64.push(b.select(pick('i32'), pick('i64'), pick('i64')))
      else if (kind === 10 && depth < 3) {
        b.if(
          pick('i32'),
          () => scope(() => statements(depth + 1, 4)),
          () => scope(() => statements(depth + 1, 4)),
        )
      } else if (depth < 2) {
        const i = b.newVar('i32')
        b.vset(i, b.i32(0))
        b.loop(() =>
          scope(() => {
            b.if(b.cmp('gt_s', b.vget(i), b.i32(2)), () => b.break())
            b.vset(i, b.add(b.vget(i), b.i32(1)))
            statements(depth + 1, 4)
          }),
        )
      }
    }
    const statements = (depth: number, n: number): void => {
      for (let k = 0; k < n; k++) statement(depth)
    }
    statements(0, 30)
    for (const type of ['f32', 'f64'] as const) {
      // NaN payloads are not defined: compare what guests may see, canonical ones.
      for (const x of pools[type].slice(-2)) {
        const bits = b.op(type === 'f32' ? 'i32.bits' : 'i64.bits', x)
        b.set(512, b.select(b.op(`${type}.eq`, x, x), b.resize(bits, 'i64'), b.i64(-1)))
      }
    }
    b.return(pools.i64.at(-1) ?? pick('i64'))
  })
}

test('random functions: WebAssembly equals the oracle', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = rng(seed * 7919)
    const fn = randomFunction(random)
    const value = (): bigint => interesting[random(interesting.length)] as bigint
    const args = [Number(BigInt.asIntN(32, value())), BigInt.asIntN(64, value()), BigInt.asIntN(64, value())]
    const state = Uint8Array.from({ length: 64 }, () => random(256))
    const { wasm, oracle } = both(fn, args, m => m.set(state, cpu))
    expect(wasm, `seed ${seed}`).toStrictEqual(oracle)
  }
})

test('constants fold to what the code would compute', () => {
  const b = new Builder()
  const x = b.shl(b.add(b.i64(40), b.i64(2)), b.i64(1))
  expect([x.op, x.imm]).toEqual(['const', 84n])
  expect(b.select(b.eqz(b.i32(0)), b.i32(5), b.i32(6)).imm).toBe(5)
  const y = b.get(8, 'i64')
  expect(b.add(y, b.i64(0))).toBe(y)
})
