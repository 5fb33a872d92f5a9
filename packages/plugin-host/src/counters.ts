/** Counts that generated code keeps while somebody wants them. */
import { type Counter, Discon } from '@guestscope/core'
import { PluginArea } from '@guestscope/core/hooks'
import { cpuAt } from './cells.ts'
import type { PluginMachine } from './machine.ts'

/** A counter; `read` gives the running count of a vCPU, from any beginning. */
export class HostCounter implements Counter {
  readonly #machine: PluginMachine
  readonly #read: (cpu: number) => bigint
  readonly #end: () => void
  readonly #before: readonly bigint[]
  #last: readonly bigint[] | undefined

  /** `end` is called once, when the registration ends. */
  constructor(machine: PluginMachine, read: (cpu: number) => bigint, end: () => void) {
    this.#machine = machine
    this.#read = read
    this.#end = end
    this.#before = machine.cpus.map(cpu => read(cpu.index))
  }

  get(cpu: number): bigint {
    cpuAt(this.#machine, cpu)
    return this.#last?.[cpu] ?? BigInt.asUintN(64, this.#read(cpu) - (this.#before[cpu] ?? 0n))
  }
  sum(): bigint {
    return this.#machine.cpus.reduce((sum, cpu) => sum + this.get(cpu.index), 0n)
  }
  dispose(): void {
    if (this.#last) return
    this.#last = this.#machine.cpus.map(cpu => this.get(cpu.index))
    this.#end()
  }
}

/** Discontinuities of these types so far, while they are counted. */
export function disconCount(machine: PluginMachine, types: number, cpu: number): bigint {
  const at = cpuAt(machine, cpu)
  let sum = 0n
  for (const type of [Discon.Interrupt, Discon.Exception, Discon.HostCall])
    if (types & type) sum += at.get64(PluginArea.disconCounts + 8 * (type >> 1))
  return sum
}
