/** Functions that IR calls: made of IR, or the host's. */
import { Builder } from './builder.ts'
import type { Callee, IrFunction, Type } from './types.ts'

/**
 * Defines a function of IR. `build` gets a builder whose variables 0… are the parameters (after the vCPU base, which
 * `cpu()` gives).
 */
export function irFunction(
  name: string,
  params: readonly Type[],
  result: Type | undefined,
  build: (b: Builder) => void,
): IrFunction {
  const b = new Builder(params)
  build(b)
  return { name, params, result, vars: b.vars, body: b.body, count: b.count }
}

/** A function of the host that IR may call: an import of every module. Vectors do not reach JavaScript. */
export function hostFunction(
  name: string,
  params: readonly Exclude<Type, 'v128'>[],
  result?: Exclude<Type, 'v128'>,
): Callee {
  return { name, params, result }
}
