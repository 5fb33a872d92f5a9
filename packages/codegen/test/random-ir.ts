/** Random IR, for tests that hold generated code against the oracle. */
import {
  type Builder,
  type LaneOp,
  type Node,
  type NumericOp,
  type OpName,
  opTable,
  type Type,
} from '../src/index.ts'

/** An integer from 0 to n - 1. */
export type Rng = (n: number) => number

/** xorshift32: a seed reproduces a failure. */
export const rng =
  (seed: number): Rng =>
  n => {
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    return (seed >>> 0) % n
  }

/** Values at which carries, signs and widths go wrong. */
export const interesting: readonly bigint[] = [
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
const numerics = Object.entries(opTable()).filter(
  (e): e is [string, NumericOp] =>
    e[1].kind === 'numeric' && !/bits$|^f..\.copysign/.test(e[0].replace('from_bits', '')),
)

/** An operation with an immediate as it needs it. The NaNs of vectors become canonical: anybody may see their bits. */
export function numericNode(
  b: Builder,
  random: Rng,
  [name, op]: readonly [string, NumericOp],
  args: readonly Node[],
): Node {
  const { immediate } = op
  let pattern = 0n
  for (let i = 0n; i < 128n; i += 8n) pattern |= BigInt(random(32)) << i
  const result =
    immediate === undefined
      ? b.op(name as OpName, ...args)
      : b.lane(name as LaneOp, immediate === 'shuffle' ? pattern : random(immediate), ...args)
  const shape = /^f(32x4|64x2)/.exec(name)?.[0] as 'f32x4' | 'f64x2' | undefined
  return shape && op.result === 'v128' ? b.op(`${shape}.canonical`, result) : result
}

/** Another operation with random arguments. */
function numeric(b: Builder, random: Rng, pick: (type: Type) => Node): Node {
  const [name, op] = numerics[random(numerics.length)] as (typeof numerics)[number]
  const args = op.args.map(pick)
  if (/(div|rem)_[su]/.test(name)) {
    // A divisor that neither traps nor overflows.
    const divisor = b.and(args[1] as Node, b.const(op.args[1] as Type, 0xff))
    args[1] = b.or(divisor, b.const(op.args[1] as Type, 3))
  }
  return numericNode(b, random, [name, op], args)
}

const vector = (b: Builder, random: Rng, pick: (type: Type) => Node): Node => {
  const low = b.op('i64x2.splat', pick('i64'))
  return random(2) ? low : b.lane('i64x2.replace_lane', 1, low, pick('i64'))
}
/** The same without a NaN that shows where it came from. */
export const clean = (b: Builder, x: Node): Node =>
  x.type === 'f32' || x.type === 'f64'
    ? b.select(b.op(`${x.type}.eq`, x, x), x, b.const(x.type, Number.NaN))
    : x

/** Which state slots there are. */
export interface Slots {
  get(b: Builder, random: Rng, type: Type): Node
  set(b: Builder, random: Rng, pick: (type: Type) => Node): void
  /** First of eight slots of 8 bytes that computed offsets may reach. */
  readonly dynamic: number
}

export type Pools = Record<Type, Node[]>

/**
 * Appends about so many statements: arithmetic, slots, variables, branches, bounded loops. The builder has variables i32,
 * i64, i64, v128. Gives the values that are visible at the end, by type.
 */
export function randomStatements(b: Builder, random: Rng, slots: Slots, count: number): Pools {
  const pools: Pools = { i32: [], i64: [], f32: [], f64: [], v128: [] }
  const scope = (body: () => void): void => {
    const kept = Object.fromEntries(Object.entries(pools).map(([t, p]) => [t, [...p]]))
    body()
    Object.assign(pools, kept)
  }
  const pick = (type: Type): Node => {
    const pool = pools[type]
    if (pool.length && random(5)) return pool[random(pool.length)] as Node
    if (type === 'i32') return random(2) ? b.vget(0) : slots.get(b, random, 'i32')
    if (type === 'i64') return random(2) ? b.vget(1 + random(2)) : slots.get(b, random, 'i64')
    if (random(2)) return slots.get(b, random, type)
    if (type === 'v128') return random(2) ? b.vget(3) : vector(b, random, pick)
    return type === 'f32' ? b.op('f32.from_bits', pick('i32')) : b.op('f64.from_bits', pick('i64'))
  }
  const statement = (depth: number): void => {
    const kind = random(12)
    if (kind < 6) {
      const result = numeric(b, random, pick)
      pools[result.type as Type].push(result)
    } else if (kind === 6) slots.set(b, random, pick)
    else if (kind === 7) {
      const v = random(4)
      b.vset(v, pick(b.vars[v] as Type))
    } else if (kind === 8) {
      const offset = b.and(b.resize(pick('i32'), 'i32'), b.i32(56))
      b.setx(b.add(offset, b.i32(slots.dynamic)), pick('i64'))
    } else if (kind === 9) {
      const type = random(2) ? 'i64' : 'v128'
      pools[type].push(b.select(pick('i32'), pick(type), pick(type)))
    } else if (kind === 10 && depth < 3) {
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
  statements(0, count)
  return pools
}
