/** What the board's devices, and those inside the CPUs, may use of a machine. */
import type { BoardHost } from './board.ts'
import type { Machine } from './machine.ts'
import type { MachineTime } from './time.ts'

export interface BoardHostParts {
  readonly machine: Machine
  readonly time: MachineTime
  /** The slice that runs must end. */
  interrupt(): void
  reset(): void
  clockChanged(hz: number): void
}

export function boardHost({ machine, time, interrupt, reset, clockChanged }: BoardHostParts): BoardHost {
  return {
    clock: () => time.virtual(),
    schedule: (token, at, callback) => {
      if (time.schedule(token, at, callback)) interrupt()
    },
    cancel: token => time.cancel(token),
    exit: status => machine.exit(status),
    setLine: (cpu, line, level) => {
      const target = machine.cpus[cpu]
      if (target) machine.target.setLine(target, line, level)
    },
    setClock: clockChanged,
    reset,
    charge: instructions => machine.charge(instructions),
    notice: (key, text) => machine.notice(key, text),
  }
}
