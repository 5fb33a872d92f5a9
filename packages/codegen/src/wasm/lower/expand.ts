/**
 * Operations that WebAssembly has no instruction for, as trees of those that it has. What a tree lacks is expanded in its
 * turn.
 */
import { type FloatShape, quietNan, type Shape, shapes } from '../../ir/ops/lanes.ts'
import type { Type } from '../../ir/types.ts'
import type { Code } from '../asm/encode.ts'
import { isOpcode, type Opcode } from '../asm/opcodes.ts'

/** What puts one value on the stack. */
type Tree =
  | { readonly kind: 'op'; readonly name: string; readonly args: readonly Tree[]; readonly lane?: number }
  | { readonly kind: 'shuffle'; readonly pattern: bigint; readonly args: readonly Tree[] }
  | { readonly kind: 'const'; readonly type: Type; readonly value: number | bigint }
  | { readonly kind: 'let'; readonly value: Tree; readonly body: (x: Tree) => Tree }
  | { readonly kind: 'local'; readonly local: number }
  | { readonly kind: 'argument'; readonly push: () => void; readonly type: Type }

const op = (name: string, ...args: Tree[]): Tree => ({ kind: 'op', name, args })
const i32 = (value: number): Tree => ({ kind: 'const', type: 'i32', value })
/** A vector with the same bits in all lanes. */
const all = (shape: Shape, value: bigint): Tree => {
  const { bits, count } = shapes[shape]
  let whole = 0n
  for (let i = 0; i < count; i++) whole |= BigInt.asUintN(bits, value) << BigInt(i * bits)
  return { kind: 'const', type: 'v128', value: whole }
}
const signOf = (shape: Shape): Tree => all(shape, 1n << BigInt(shapes[shape].bits - 1))

/** Lane by lane, in scalars. */
function eachLane(shape: Shape, extract: (n: number) => Tree): Tree {
  let whole = op(`${shape}.splat`, extract(0))
  for (let lane = 1; lane < shapes[shape].count; lane++)
    whole = { kind: 'op', name: `${shape}.replace_lane`, lane, args: [whole, extract(lane)] }
  return whole
}
const lane = (shape: Shape, vector: Tree, n: number, sign: 's' | 'u' = 's'): Tree => {
  const suffix = shape === 'i8x16' || shape === 'i16x8' ? `_${sign}` : ''
  return { kind: 'op', name: `${shape}.extract_lane${suffix}`, lane: n, args: [vector] }
}

/** Shifts of every lane by its own amount. */
const shiftLanes =
  (name: 'shl' | 'shr_s' | 'shr_u') =>
  (shape: Shape, a: Tree, b: Tree): Tree => {
    const { scalar, bits } = shapes[shape]
    const amount = (n: number): Tree =>
      bits < 32 ? op('i32.and', lane(shape, b, n, 'u'), i32(bits - 1)) : lane(shape, b, n)
    return eachLane(shape, n =>
      op(`${scalar}.${name}`, lane(shape, a, n, name === 'shr_u' ? 'u' : 's'), amount(n)),
    )
  }

/** Unsigned comparisons by signed ones. */
const unsigned =
  (name: 'lt' | 'gt' | 'le' | 'ge') =>
  (shape: Shape, a: Tree, b: Tree): Tree =>
    op(`${shape}.${name}_s`, op('v128.xor', a, signOf(shape)), op('v128.xor', b, signOf(shape)))

/** The result, or where it has overflowed the limit on the side of a. */
const saturated = (shape: Shape, a: Tree, result: Tree, overflow: (result: Tree) => Tree): Tree => {
  const last = i32(shapes[shape].bits - 1)
  const spread = (x: Tree): Tree => op(`${shape}.shr_s`, x, last)
  const limit = op('v128.xor', spread(a), op('v128.not', signOf(shape)))
  return {
    kind: 'let',
    value: result,
    body: r => op('v128.bitselect', limit, r, spread(overflow(r))),
  }
}

/** Those of one lane size by the name behind the shape. */
const byName: Readonly<Record<string, (shape: Shape, a: Tree, b: Tree) => Tree>> = {
  // 8-bit lanes: the even ones and the odd ones as 16-bit lanes.
  mul: (_, a, b) => {
    const odd = (x: Tree): Tree => op('i16x8.shr_u', x, i32(8))
    return op(
      'v128.or',
      op('v128.and', op('i16x8.mul', a, b), all('i16x8', 0xffn)),
      op('i16x8.shl', op('i16x8.mul', odd(a), odd(b)), i32(8)),
    )
  },
  popcnt: (shape, a) => {
    const half = { i16x8: 'i8x16', i32x4: 'i16x8', i64x2: 'i32x4' }[shape as 'i16x8' | 'i32x4' | 'i64x2']
    return op(`${shape}.extadd_pairwise_${half}_u`, op(`${half}.popcnt`, a))
  },
  shlv: shiftLanes('shl'),
  shrv_s: shiftLanes('shr_s'),
  shrv_u: shiftLanes('shr_u'),
  lt_u: unsigned('lt'),
  gt_u: unsigned('gt'),
  le_u: unsigned('le'),
  ge_u: unsigned('ge'),
  min_s: (shape, a, b) => op('v128.bitselect', a, b, op(`${shape}.lt_s`, a, b)),
  min_u: (shape, a, b) => op('v128.bitselect', a, b, op(`${shape}.lt_u`, a, b)),
  max_s: (shape, a, b) => op('v128.bitselect', a, b, op(`${shape}.gt_s`, a, b)),
  max_u: (shape, a, b) => op('v128.bitselect', a, b, op(`${shape}.gt_u`, a, b)),
  avgr_u: (shape, a, b) =>
    op(`${shape}.sub`, op('v128.or', a, b), op(`${shape}.shr_u`, op('v128.xor', a, b), i32(1))),
  add_sat_u: (shape, a, b) =>
    op('v128.or', op(`${shape}.add`, a, b), op(`${shape}.gt_u`, b, op('v128.not', a))),
  sub_sat_u: (shape, a, b) => op('v128.andnot', op(`${shape}.sub`, a, b), op(`${shape}.lt_u`, a, b)),
  add_sat_s: (shape, a, b) =>
    saturated(shape, a, op(`${shape}.add`, a, b), r =>
      op('v128.and', op('v128.xor', a, r), op('v128.xor', b, r)),
    ),
  sub_sat_s: (shape, a, b) =>
    saturated(shape, a, op(`${shape}.sub`, a, b), r =>
      op('v128.and', op('v128.xor', a, r), op('v128.xor', a, b)),
    ),
  copysign: (shape, a, b) => op('v128.bitselect', b, a, signOf(shape)),
  canonical: (shape, a) =>
    op('v128.bitselect', a, all(shape, quietNan(shape as FloatShape)), op(`${shape}.eq`, a, a)),
}

/** The low half of each lane of 64 bits, of two vectors. */
const evenWords = 0x1b1a1918_13121110_0b0a0908_03020100n
const narrowed =
  (low: bigint, high: bigint) =>
  (_: Shape, a: Tree, b: Tree): Tree => {
    const clamp = (x: Tree): Tree =>
      op('i64x2.min_s', op('i64x2.max_s', x, all('i64x2', low)), all('i64x2', high))
    return { kind: 'shuffle', pattern: evenWords, args: [clamp(a), clamp(b)] }
  }
const perLane =
  (name: Opcode, from: Shape) =>
  (shape: Shape, a: Tree): Tree =>
    eachLane(shape, n => op(name, lane(from, a, n)))

/** Those of a single shape, by their whole name. */
const byWholeName: Readonly<Record<string, (shape: Shape, a: Tree, b: Tree, c: Tree) => Tree>> = {
  // Once the arguments are vectors there is an instruction; see `hasFusedMultiplyAdd`.
  'f64.fma': (_, a, b, c) => {
    const vectors = [a, b, c].map(x => op('f64x2.splat', x))
    return lane('f64x2', op('f64x2.relaxed_madd', ...vectors), 0)
  },
  'i64x2.extadd_pairwise_i32x4_s': (_, a) =>
    op('i64x2.add', op('i64x2.shr_s', a, i32(32)), op('i64x2.shr_s', op('i64x2.shl', a, i32(32)), i32(32))),
  'i64x2.extadd_pairwise_i32x4_u': (_, a) =>
    op('i64x2.add', op('i64x2.shr_u', a, i32(32)), op('v128.and', a, all('i64x2', 0xffffffffn))),
  'i32x4.narrow_i64x2_s': narrowed(-(1n << 31n), (1n << 31n) - 1n),
  'i32x4.narrow_i64x2_u': narrowed(0n, (1n << 32n) - 1n),
  'f64x2.convert_i64x2_s': perLane('f64.convert_i64_s', 'i64x2'),
  'f64x2.convert_i64x2_u': perLane('f64.convert_i64_u', 'i64x2'),
  'i64x2.trunc_sat_f64x2_s': perLane('i64.trunc_sat_f64_s', 'f64x2'),
  'i64x2.trunc_sat_f64x2_u': perLane('i64.trunc_sat_f64_u', 'f64x2'),
}

/** How often a tree asks for a value. */
function uses(tree: Tree, value: Tree): number {
  if (tree === value) return 1
  if (tree.kind === 'let') return uses(tree.value, value) + uses(tree.body(tree.value), value)
  if (tree.kind !== 'op' && tree.kind !== 'shuffle') return 0
  return tree.args.reduce((n, a) => n + uses(a, value), 0)
}

class Expander {
  readonly #code: Code

  constructor(code: Code) {
    this.#code = code
  }

  /** Emits what an operation does with its arguments. */
  expand(name: string, args: readonly Tree[]): void {
    const [shape = '', rest = ''] = name.split('.')
    const template = byWholeName[name] ?? byName[rest]
    if (!template) throw new Error(`IR: nothing says how to lower ${name}`)
    // An argument that is asked for more than once is computed once, into a local.
    const names = args.map((): Tree => ({ kind: 'local', local: -1 }))
    const make = (given: readonly Tree[]): Tree => template(shape as Shape, ...(given as [Tree, Tree, Tree]))
    const pattern = make(names)
    this.#bind(
      args,
      args.map((_, i) => uses(pattern, names[i] as Tree) > 1),
      bound => this.emit(make(bound)),
    )
  }

  #bind(args: readonly Tree[], shared: readonly boolean[], then: (bound: readonly Tree[]) => void): void {
    const locals: number[] = []
    const bound = args.map((arg, i): Tree => {
      if (!shared[i] || arg.kind === 'local') return arg
      const local = this.#code.local(arg.kind === 'argument' ? arg.type : 'v128')
      this.emit(arg)
      this.#code.set(local)
      locals.push(local)
      return { kind: 'local', local }
    })
    then(bound)
    for (const local of locals) this.#code.release(local)
  }

  emit(tree: Tree): void {
    const code = this.#code
    switch (tree.kind) {
      case 'local':
        return code.get(tree.local)
      case 'argument':
        return tree.push()
      case 'const':
        return code.const(tree.type, tree.value)
      case 'let':
        return this.#bind([tree.value], [true], ([x]) => this.emit(tree.body(x as Tree)))
      case 'shuffle':
        for (const arg of tree.args) this.emit(arg)
        return code.shuffle(tree.pattern)
      case 'op': {
        const { name, args } = tree
        if (!isOpcode(name)) return this.expand(name, args)
        for (const arg of args) this.emit(arg)
        return tree.lane === undefined ? code.op(name) : code.lane(name, tree.lane)
      }
    }
  }
}

/** Emits an operation that has no instruction; each argument is pushed once. */
export function emitExpanded(
  code: Code,
  name: string,
  args: readonly { readonly type: Type; readonly push: () => void }[],
): void {
  new Expander(code).expand(
    name,
    args.map(arg => ({ kind: 'argument', ...arg })),
  )
}
