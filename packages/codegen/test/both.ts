/** Runs an IR function as WebAssembly and in the oracle, on equal memories. */
import { defineFunction, type IrFunction, ModuleWriter, Oracle, type Val } from '../src/index.ts'
import { noRuntime } from './runtime.ts'

/** Where the state lies in memory. */
export const cpu = 1024

/** What a function gives, and the memory after it, as text. */
export type Ran = [result: Val, memory: string]

/** Compiles a function once; what it gives runs it in both ways. */
export function both(
  fn: IrFunction,
): (args: Val[], fill: (m: Uint8Array) => void) => { wasm: Ran; oracle: Ran } {
  const module = new ModuleWriter()
  module.importMemory('env', 'memory')
  const index = module.declare({ params: ['i32', ...fn.params], result: fn.result })
  defineFunction(module, index, fn, () => index, noRuntime)
  module.export('f', index)
  const compiled = new WebAssembly.Module(module.finish())
  return (args, fill) => {
    const run = (how: (memory: WebAssembly.Memory) => Val): Ran => {
      const memory = new WebAssembly.Memory({ initial: 1 })
      fill(new Uint8Array(memory.buffer))
      const value = how(memory)
      return [value, [...new BigInt64Array(memory.buffer, 0, 512)].join()]
    }
    return {
      wasm: run(memory => {
        const { f } = new WebAssembly.Instance(compiled, { env: { memory } }).exports as {
          f: (...a: Val[]) => Val
        }
        return f(cpu, ...args)
      }),
      oracle: run(
        memory =>
          new Oracle(new DataView(memory.buffer), new Map(), [fn], noRuntime).call(fn, cpu, args) as Val,
      ),
    }
  }
}
