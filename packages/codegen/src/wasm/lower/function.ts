/** Lowers IR functions (page walks, trap entry, access to system registers …) to WebAssembly functions. */
import type { IrFunction, Node } from '../../ir/types.ts'
import { Code, type ModuleWriter } from '../asm/encode.ts'
import { type CalleeIndex, Lowerer, type Runtime } from './lower.ts'

class FunctionLowerer extends Lowerer {
  readonly #vars: number[]

  constructor(code: Code, index: CalleeIndex, runtime: Runtime, fn: IrFunction) {
    super(code, index, runtime)
    this.#vars = fn.vars.map((type, i) => (i < fn.params.length ? i + 1 : code.local(type)))
    this.lower(fn.body, fn.count)
  }

  protected override varLocal(index: number): number {
    return this.#vars[index] as number
  }
  protected override control(node: Node): void {
    if (node.op !== 'return') throw new Error(`IR: ${node.op} does not belong in a function`)
    if (node.args[0]) this.value(node.args[0])
    this.code.op('return')
  }
}

/** Adds a function to a module under the index that was declared for it. */
export function defineFunction(
  module: ModuleWriter,
  index: number,
  fn: IrFunction,
  callees: CalleeIndex,
  runtime: Runtime,
): void {
  const code = new Code(['i32', ...fn.params])
  new FunctionLowerer(code, callees, runtime, fn)
  if (fn.result) code.op('unreachable') // every path has returned
  module.define(index, code)
}
