/**
 * Functions for the operations that the inline code of `float-arithmetic.ts` does not finish: they find out whether a
 * result was inexact, or ask the host. Each gets FPSCR last and leaves the flags to be set there in `Head.value`.
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
import {
  accrue,
  bitsOf,
  type Format,
  Fpscr,
  formats,
  fpscr,
  inexactFlag,
  negate,
  plainMode,
} from './float.ts'
import { floatSlow, slowlyIn } from './float-host.ts'

export type FloatOperation = nativeFloat.NativeOperation | 'sub' | 'fma'

const operandsOf = (name: FloatOperation): number => (name === 'sqrt' ? 1 : name === 'fma' ? 3 : 2)

const define = (f: Format, name: FloatOperation): IrFunction => {
  const count = operandsOf(name)
  const params = [...Array.from({ length: count }, (): Type => f.bits), 'i32' as Type]
  return irFunction(`arm.${name}.${f.suffix}`, params, f.bits, b => {
    const bits = Array.from({ length: count }, (_, i) => b.vget(i))
    const modes = b.vget(count)
    const done: nativeFloat.Done = (value, inexact) => {
      b.set(Head.value, inexactFlag(b, inexact))
      b.return(bitsOf(f, b, value))
    }
    b.if(plainMode(b, modes), () => {
      if (name === 'fma') nativeFloat.tryFused(f, b, bits, b.and(modes, b.i32(Fpscr.ixc)), done)
      else if (name === 'sub') {
        const [x, y] = bits as [Node, Node]
        nativeFloat.tryArithmetic(f, b, 'add', [x, negate(f, b, y)], done)
      } else nativeFloat.tryArithmetic(f, b, name, bits, done)
    })
    b.return(b.resize(slowlyIn(b, `${name}.${f.suffix}`, modes, bits), f.bits))
  })
}

const names: readonly FloatOperation[] = ['add', 'sub', 'mul', 'div', 'sqrt', 'fma']
const functions: ReadonlyMap<string, IrFunction> = new Map(
  formats.flatMap(f => names.map(name => [`${name}.${f.suffix}`, define(f, name)] as const)),
)

/** Calls the function of an operation; the flags are set in FPSCR. */
export function byFunction(f: Format, b: Builder, name: FloatOperation, operands: readonly Node[]): Node {
  const result = b.call(functions.get(`${name}.${f.suffix}`) as IrFunction, ...operands, fpscr(b))
  accrue(b, b.get(Head.value, 'i32'))
  return result
}

/** IR functions that the semantics call. */
export const floatFunctions: readonly IrFunction[] = [floatSlow, ...functions.values()]
