/** The engine of a machine: generated code, or the oracle, and the host functions that either calls. */
import { Head } from '@guestscope/codegen'
import { GuestCode, type GuestCodeOptions } from '../code/guest-code.ts'
import type { CpuHost } from '../cpu.ts'
import { Engine } from '../engine/engine.ts'
import { cpuAt, type HostFunctionOptions, hostFunctions } from '../engine/host-functions.ts'
import type { MachineOptions } from './machine-options.ts'

/** Executions of a block in T0 before it heads a region, if the user does not say. */
const usualThreshold = 2500

export interface MachineEngineParts
  extends Pick<HostFunctionOptions, 'leaves' | 'report'>,
    Pick<GuestCodeOptions, 'tuning' | 'redirected' | 'instrumentation'> {
  readonly machine: CpuHost
  readonly options: Pick<MachineOptions, 'target' | 'tier' | 'hotThreshold'>
  /** Stores have reached these bytes of linear memory, where there is code. */
  overwritten(linear: number, length: number): void
  /** Nobody answers at a physical address. */
  absent(physical: number): void
}

/** The guest's code, and the engine that runs it. */
export function machineEngine({
  machine,
  options,
  tuning,
  redirected,
  instrumentation,
  ...host
}: MachineEngineParts): { readonly code: GuestCode; readonly engine: Engine } {
  const { target, tier = 1, hotThreshold = usualThreshold } = options
  const { memory, cpus } = machine
  const charge = (instructions: number): void => machine.charge(instructions)
  const code = new GuestCode({ target, memory, cpus, tuning, redirected, charge, instrumentation })
  const engine = new Engine({
    target,
    memory,
    hook: id => code.hook(id),
    hotThreshold: tier === 1 || tier === 2 ? hotThreshold : 0,
    host: hostFunctions({
      ...host,
      machine,
      target,
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
  code.engine = engine
  return { code, engine }
}
