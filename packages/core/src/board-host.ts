/** What the board's devices, and those inside the CPUs, may use of a machine. */
import type { BoardHost } from './board.ts'
import type { Machine } from './machine.ts'
import { Polls } from './polls.ts'
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
  const polls = new Polls((key, text) => machine.notice(key, text))
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
    readMemory: (address, length) => machine.readPhysical(BigInt(address), length),
    writeMemory: (address, bytes) => writeMemory(machine, address, bytes),
    absentRead: address => polls.add(address),
    notice: (key, text) => machine.notice(key, text),
  }
}

/** Writes RAM or ROM inside one region; false: nobody is there. */
function writeMemory(machine: Machine, address: number, bytes: Uint8Array): boolean {
  const { memory } = machine
  const linear = memory.linear(BigInt(address))
  const last = bytes.length - 1
  if (!linear || memory.linear(BigInt(address + last)) !== linear + last) return false
  machine.invalidate(linear, bytes.length)
  memory.bytes.set(bytes, linear)
  return true
}
