/**
 * Functions for the operations that the inline code of `float-arithmetic.ts` does not finish: they find out whether a
 * result was inexact, with the tests of codegen's `float`, or ask the host.
 * Each gives the register contents and leaves the flags in `Head.value`. None touches fflags, which the caller
 * may keep in a local.
 */
import {
  type Builder,
  Head,
  type IrFunction,
  irFunction,
  type Node,
  nativeFloat,
  type Type,
} from '@guestscope/codegen'
import { bitsOf, double, type Format, single } from './float.ts'
import { floatCallee, floatOperation } from './float-host.ts'

const halves = (b: Builder, x: Node): [Node, Node] => [
  b.resize(x, 'i32'),
  b.resize(b.shrU(x, b.i64(32)), 'i32'),
]

/** (operation, rounding mode, a, b, c as i64): by the host. */
const slow: IrFunction = irFunction('riscv.floatSlow', ['i32', 'i32', 'i64', 'i64', 'i64'], 'i64', b => {
  const operands = [2, 3, 4].flatMap(i => halves(b, b.vget(i)))
  const flags = b.call(floatCallee, b.vget(0), b.vget(1), ...operands)
  const result = b.get(Head.value, 'i64')
  b.set(Head.value, flags)
  b.return(result)
})

/** Calls `slow`; operands may be i32. */
export const slowly = (b: Builder, operation: string, rm: Node, ...operands: readonly Node[]): Node => {
  const [x, y = b.i64(0), z = b.i64(0)] = operands.map(n => b.resize(n, 'i64', true))
  return b.call(slow, b.i32(floatOperation(operation)), rm, x as Node, y, z)
}

const returnResult = (f: Format, b: Builder, value: Node, flags: Node): void => {
  b.set(Head.value, flags)
  b.return(f.box(b, bitsOf(f, b, value)))
}

/** (register x, register y but for sqrt, rounding mode). */
const operation = (f: Format, name: nativeFloat.NativeOperation): IrFunction => {
  const registers = name === 'sqrt' ? [0] : [0, 1]
  const params: Type[] = [...registers.map((): Type => 'i64'), 'i32']
  return irFunction(`riscv.${name}.${f.suffix}`, params, 'i64', b => {
    const rm = b.vget(registers.length)
    const bits = registers.map(i => f.unbox(b, b.vget(i)))
    b.if(b.eqz(rm), () =>
      nativeFloat.tryArithmetic(f, b, name, bits, (r, inexact) => returnResult(f, b, r, inexact)),
    )
    b.return(slowly(b, `${name}.${f.suffix}`, rm, ...bits))
  })
}

/** (registers x, y, z, rounding mode, is NX set already?): x * y + z rounded once. */
const fused = (f: Format): IrFunction =>
  irFunction(`riscv.fma.${f.suffix}`, ['i64', 'i64', 'i64', 'i32', 'i32'], 'i64', b => {
    const bits = [0, 1, 2].map(i => f.unbox(b, b.vget(i)))
    const rm = b.vget(3)
    b.if(b.eqz(rm), () =>
      nativeFloat.tryFused(f, b, bits, b.vget(4), (r, inexact) => returnResult(f, b, r, inexact)),
    )
    b.return(slowly(b, `fma.${f.suffix}`, rm, ...bits))
  })

const functions: readonly (readonly [string, IrFunction])[] = [
  ['add.d', operation(double, 'add')],
  ['mul.d', operation(double, 'mul')],
  ['div.d', operation(double, 'div')],
  ['sqrt.d', operation(double, 'sqrt')],
  ['fma.d', fused(double)],
  ['add.s', operation(single, 'add')],
  ['mul.s', operation(single, 'mul')],
  ['div.s', operation(single, 'div')],
  ['sqrt.s', operation(single, 'sqrt')],
  ['fma.s', fused(single)],
]

/** The function of an operation: `add.d`. */
export const floatFunction = (name: string): IrFunction => {
  const found = functions.find(([n]) => n === name)
  if (!found) throw new Error(`no floating-point function ${name}`)
  return found[1]
}

/** All of them, for the engine. */
export const floatFunctions: readonly IrFunction[] = [slow, ...functions.map(([, fn]) => fn)]
