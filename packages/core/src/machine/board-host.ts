/** What the board's devices, and those inside the CPUs, may use of a machine. */
import type { BoardHost } from '../board/board.ts'
import type { Timer } from '../board/device.ts'
import type { CpuHost } from '../cpu.ts'
import type { Target } from '../target.ts'
import type { MachineTime } from './time.ts'
import type { Deadline } from './timers.ts'

export interface BoardHostParts {
  readonly machine: CpuHost
  readonly target: Target
  readonly time: MachineTime
  /** The slice that runs must end. */
  interrupt(): void
  reset(): void
  clockChanged(hz: number): void
  /** See `BoardHost.absentRead`. */
  absentRead(address: number): void
}

class BoardTimer implements Timer {
  readonly #time: MachineTime
  readonly #interrupt: () => void
  readonly #deadline: Deadline

  constructor(time: MachineTime, interrupt: () => void, due: () => void) {
    this.#time = time
    this.#interrupt = interrupt
    this.#deadline = time.deadline(due)
  }
  set(at: number): void {
    if (this.#time.set(this.#deadline, at)) this.#interrupt()
  }
  cancel(): void {
    this.#time.cancel(this.#deadline)
  }
}

export function boardHost({
  machine,
  target,
  time,
  interrupt,
  clockChanged,
  ...rest
}: BoardHostParts): BoardHost {
  return {
    clock: () => time.virtual(),
    timer: due => new BoardTimer(time, interrupt, due),
    exit: status => machine.exit(status),
    setLine: (cpu, line, level) => {
      const at = machine.cpus[cpu]
      if (at) target.setLine(at, line, level)
    },
    setClock: clockChanged,
    ...rest,
    writeMemory: (address, bytes) => {
      const { memory } = machine
      const linear = memory.linear(BigInt(address))
      const last = bytes.length - 1
      if (!linear || memory.linear(BigInt(address + last)) !== linear + last) return false
      machine.invalidate(linear, bytes.length)
      memory.bytes.set(bytes, linear)
      return true
    },
    readMemory: (address, length) => machine.readPhysical(BigInt(address), length),
    charge: instructions => machine.charge(instructions),
    notice: (key, text) => machine.notice(key, text),
  }
}
