/**
 * Floating point that generated code leaves to the host: all rounding modes, all flags, by the exact reference. One
 * host function serves every operation.
 */
import { type Callee, Head, hostFunction, softfloat } from '@guestscope/codegen'
import type { HostImport } from '@guestscope/core'

type FloatEnv = softfloat.FloatEnv
type FloatFormat = softfloat.FloatFormat
/** Operands and result are register contents: narrow formats boxed, integers sign-extended. */
type Operation = (env: FloatEnv, a: bigint, b: bigint, c: bigint) => bigint

const { binary16, binary32, binary64 } = softfloat
const low32 = (x: bigint): bigint => BigInt.asUintN(32, x)
const low16 = (x: bigint): bigint => BigInt.asUintN(16, x)
const boxedHalf = (x: bigint): bigint => x | 0xffffffffffff0000n
const boxed = (x: bigint): bigint => x | 0xffffffff00000000n

/** Operations of one format; `unbox` and `box` lead from and to registers. */
const operationsOf = (
  suffix: string,
  format: FloatFormat,
  unbox: (x: bigint) => bigint,
  box: (x: bigint) => bigint,
): readonly (readonly [string, Operation])[] => {
  const two = (
    name: string,
    fn: (env: FloatEnv, format: FloatFormat, a: bigint, b: bigint) => bigint,
  ): readonly [string, Operation] => [
    `${name}.${suffix}`,
    (env, a, b) => box(fn(env, format, unbox(a), unbox(b))),
  ]
  const integers = (['w', 'wu', 'l', 'lu'] as const).flatMap(name => {
    const signed = !name.endsWith('u')
    const width = name.startsWith('w') ? 32 : 64
    const toInt: Operation = (env, a) =>
      BigInt.asIntN(width, softfloat.toInt(env, format, unbox(a), signed, width))
    const fromInt: Operation = (env, a) => box(softfloat.fromInt(env, format, a, signed, width))
    return [
      [`${name}.${suffix}`, toInt],
      [`${suffix}.${name}`, fromInt],
    ] as const
  })
  return [
    two('add', softfloat.add),
    two('mul', softfloat.mul),
    two('div', softfloat.div),
    two('min', softfloat.minimumNumber),
    two('max', softfloat.maximumNumber),
    [`sqrt.${suffix}`, (env, a) => box(softfloat.sqrt(env, format, unbox(a)))],
    [`fma.${suffix}`, (env, a, b, c) => box(softfloat.fma(env, format, unbox(a), unbox(b), unbox(c)))],
    ...integers,
  ]
}

const operations: readonly (readonly [string, Operation])[] = [
  ...operationsOf('s', binary32, low32, boxed),
  ...operationsOf(
    'd',
    binary64,
    x => x,
    x => x,
  ),
  ...operationsOf('h', binary16, low16, boxedHalf),
  ['h.s', (env, a) => boxedHalf(softfloat.convertFormat(env, binary32, binary16, low32(a)))],
  ['s.h', (env, a) => boxed(softfloat.convertFormat(env, binary16, binary32, low16(a)))],
  ['h.d', (env, a) => boxedHalf(softfloat.convertFormat(env, binary64, binary16, a))],
  ['d.h', (env, a) => softfloat.convertFormat(env, binary16, binary64, low16(a))],
  ['s.d', (env, a) => boxed(softfloat.convertFormat(env, binary64, binary32, a))],
  ['d.s', (env, a) => softfloat.convertFormat(env, binary32, binary64, low32(a))],
]

/** Number of an operation: `add.d`; conversions are named after destination and source, `w.d`, `d.w`, `s.d`. */
export const floatOperation = (name: string): number => {
  const found = operations.findIndex(([n]) => n === name)
  if (found < 0) throw new Error(`no floating-point operation ${name}`)
  return found
}

const join = (low: number, high: number): bigint => BigInt(low >>> 0) | (BigInt(high >>> 0) << 32n)

/** (operation, rounding mode, three operands in halves, low first) → flags; the result is in `Head.value`. */
export const floatCallee: Callee = hostFunction('riscv.float', Array(8).fill('i32'), 'i32')

const implement: HostImport['implement'] = () => {
  const env = softfloat.createEnv()
  return (cpu, operation = 0, rm = 0, ...halves) => {
    env.rounding = rm as softfloat.Rounding
    env.flags = 0
    const [, run] = operations[operation] as (typeof operations)[number]
    const [a0 = 0, a1 = 0, b0 = 0, b1 = 0, c0 = 0, c1 = 0] = halves
    cpu.set64(Head.value, run(env, join(a0, a1), join(b0, b1), join(c0, c1)))
    return env.flags
  }
}

export const floatHost: readonly HostImport[] = [{ callee: floatCallee, implement }]
