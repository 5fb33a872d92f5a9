/** The engine of a machine: generated code, or the oracle, and the host functions that either calls. */
import { Head } from '@guestscope/codegen'
import type { GuestCode } from '../code/guest-code.ts'
import { Engine } from '../engine/engine.ts'
import { cpuAt, type HostFunctionOptions, hostFunctions } from '../engine/host-functions.ts'
import type { Machine } from './machine.ts'
import type { MachineOptions } from './machine-options.ts'

/** Executions of a block in T0 before it heads a region, if the user does not say. */
const usualThreshold = 2500

export interface MachineEngineParts extends Pick<HostFunctionOptions, 'leaves' | 'report'> {
  readonly machine: Machine
  readonly options: Pick<MachineOptions, 'tier' | 'hotThreshold'>
  readonly code: GuestCode
  /** Stores have reached these bytes of linear memory, where there is code. */
  overwritten(linear: number, length: number): void
  /** Nobody answers at a physical address. */
  absent(physical: number): void
}

export function machineEngine({ machine, options, code, ...host }: MachineEngineParts): Engine {
  const { tier = 1, hotThreshold = usualThreshold } = options
  const { target, memory } = machine
  const engine = new Engine({
    target,
    memory,
    hook: id => code.hook(id),
    hotThreshold: tier === 1 || tier === 2 ? hotThreshold : 0,
    host: hostFunctions({
      ...host,
      machine,
      code,
      access: {
        target,
        memory,
        translate: (cpu, address, kind) => engine.translate(cpu.base, BigInt.asIntN(64, address), kind),
        invalidate: host.overwritten,
        absent: host.absent,
        reached: record => code.reachedDevice(record),
      },
    }),
  })
  if (tier === 'oracle') {
    engine.useOracle({
      cpuAt: base => cpuAt(machine, base),
      blockAt: address => code.at(address),
      isValid: tb => code.isValid(tb),
      hooks: code.hooks,
      leaves: cpu => host.leaves() || cpu.get32(Head.request) !== 0,
    })
  }
  return engine
}
