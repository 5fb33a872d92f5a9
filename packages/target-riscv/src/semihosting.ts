/** Semihosting ("RISC-V Semihosting" 0.4): operation in a0, its parameter in a1, the result goes to a0. */
import { type Callee, hostFunction } from '@guestscope/codegen'
import type { Cpu, HostImport } from '@guestscope/core'
import { Semihosting, semihostingIsOff } from '@guestscope/devices'
import { S } from './state.ts'

/** The service itself; runs when a trap with `Cause.semihosting` is entered. */
export const semihostCallee: Callee = hostFunction('riscv.semihost', [])

/** Tells the user that a call is not served. */
export const unservedCallee: Callee = hostFunction('riscv.unserved', [])
export const unserved: HostImport = {
  callee: unservedCallee,
  implement: machine => () => semihostingIsOff(machine),
}

const [a0, a1] = [S.x + 80, S.x + 88]

/** The import that serves semihosting calls of harts with registers of so many bytes, and moves them on. */
export function semihosting(bytes: 4 | 8): HostImport {
  const register = (cpu: Cpu, offset: number): bigint => BigInt.asUintN(8 * bytes, cpu.get64(offset))
  return {
    callee: semihostCallee,
    implement: machine => {
      const services = new Semihosting(machine, bytes)
      return cpu => {
        const result = services.call(cpu, cpu.get32(a0), register(cpu, a1))
        if (result === undefined) return
        if (bytes === 4) cpu.set32(a0, Number(BigInt.asIntN(32, result)))
        else cpu.set64(a0, result)
        cpu.pc = BigInt.asUintN(8 * bytes, cpu.pc + 4n)
      }
    },
  }
}
