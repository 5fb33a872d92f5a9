/** Semihosting through BKPT 0xAB: operation in r0, its parameter in r1, the result goes to r0. */
import type { Cpu, CpuHost } from '@guestscope/core'
import { Semihosting } from '@guestscope/devices'
import { reg } from './system/registers.ts'

/** What serves the calls of a machine's CPUs: true if the call is done, and the exception logic moves pc. */
export function semihosting(machine: CpuHost): (cpu: Cpu) => boolean {
  const services = new Semihosting(machine, 4)
  return cpu => {
    const parameter = BigInt(cpu.get32(reg(1)) >>> 0)
    const result = services.call(cpu, cpu.get32(reg(0)), parameter)
    if (result === undefined) return false
    cpu.set32(reg(0), Number(BigInt.asIntN(32, result)))
    return true
  }
}
