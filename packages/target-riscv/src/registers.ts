/** The registers that plugins, debuggers and tests can name: x, pc, f, and every CSR of the table. */
import { Head, hostFunction, type IrFunction, Oracle, type OracleRuntime } from '@guestscope/codegen'
import { type Cpu, type CpuHost, coreHost, type HostImport, type RegisterInfo } from '@guestscope/core'
import { fNames, type Xlen, xNames } from './isa/index.ts'
import { S } from './state.ts'
import type { Csr, Sysregs } from './sysregs/index.ts'
import { Priv } from './trap.ts'

/** A register of the state; x slots of RV32 are 32 bits wide. */
const plain = (name: string, group: string, bits: 32 | 64, offset: number): RegisterInfo => ({
  name,
  group,
  bits,
  read: cpu => (bits === 32 ? BigInt(cpu.get32(offset) >>> 0) : cpu.get64(offset)),
  write: (cpu, value) =>
    bits === 32 ? cpu.set32(offset, Number(BigInt.asIntN(32, value))) : cpu.set64(offset, value),
})

/** CSR access touches nothing that the runtime's functions are for. */
const nobody = hostFunction('riscv.none', [])
const noRuntime: OracleRuntime = {
  slowLoad: nobody,
  slowStore: nobody,
  slowProbe: nobody,
}

/** Interprets the IR functions behind the CSRs, outside generated code; one oracle for each machine. */
function interpreter(functions: readonly IrFunction[], imports: readonly HostImport[]): (cpu: Cpu) => Oracle {
  const made = new WeakMap<CpuHost, Oracle>()
  return cpu => {
    const { machine } = cpu
    let oracle = made.get(machine)
    if (!oracle) {
      const cpuAt = (base: number): Cpu => machine.cpus.find(c => c.base === base) as Cpu
      const host = new Map<string, (base: number, ...args: number[]) => number | void>([
        [coreHost.clock.name, (base: number) => cpuAt(base).set64(Head.value, BigInt(machine.clock()))],
        [
          coreHost.executed.name,
          (base: number) => cpuAt(base).set64(Head.value, BigInt(machine.executedBy(cpuAt(base)))),
        ],
        [coreHost.time.name, (base: number) => cpuAt(base).set64(Head.value, machine.time())],
        [
          coreHost.enterSpace.name,
          (base: number, asid: number) =>
            machine.enterSpace(cpuAt(base), asid, cpuAt(base).get64(Head.value)),
        ],
        [coreHost.flush.name, (base: number) => machine.flushTranslations(cpuAt(base))],
      ])
      for (const { callee, implement } of imports) {
        const run = implement(machine)
        host.set(callee.name, (base, ...args) => run(cpuAt(base), ...args))
      }
      oracle = new Oracle(machine.memory.view, host, functions, noRuntime)
      made.set(machine, oracle)
    }
    return oracle
  }
}

/** Reads and writes what the instructions would, without their checks of mode and legality. */
function csrRegister(csr: Csr, xlen: Xlen, sysregs: Sysregs, oracle: (cpu: Cpu) => Oracle): RegisterInfo {
  const { kind, number, name } = csr
  const { read, write } = sysregs.functions
  const info: RegisterInfo = {
    name,
    group: 'csr',
    bits: xlen,
    read: cpu => BigInt.asUintN(xlen, BigInt(oracle(cpu).call(read, cpu.base, [number]) ?? 0)),
  }
  if (!kind.write) return info
  return {
    ...info,
    write: (cpu, value) => {
      const bits = BigInt.asIntN(64, BigInt.asUintN(xlen, value))
      oracle(cpu).call(write, cpu.base, [number, bits])
    },
  }
}

/** `functions`: all that CSR access may call. */
export function createRegisters(
  xlen: Xlen,
  sysregs: Sysregs,
  functions: readonly IrFunction[],
  imports: readonly HostImport[],
): readonly RegisterInfo[] {
  const oracle = interpreter(functions, imports)
  const zero: RegisterInfo = { name: 'zero', group: 'general', bits: xlen, read: () => 0n }
  const pc: RegisterInfo = {
    name: 'pc',
    group: 'general',
    bits: xlen,
    read: cpu => cpu.get64(Head.pc),
    write: (cpu, value) => cpu.set64(Head.pc, BigInt.asUintN(xlen, value) & ~1n),
  }
  /** The mode, as gdb names and numbers it; only traps and returns change it. */
  const priv: RegisterInfo = {
    name: 'priv',
    group: 'virtual',
    bits: 2,
    read: cpu => BigInt(cpu.get32(S.priv) & Priv.M),
  }
  return [
    zero,
    ...xNames.slice(1).map((name, i) => plain(name, 'general', xlen, S.x + 8 * (i + 1))),
    pc,
    ...fNames.map((name, i) => plain(name, 'float', 64, S.f + 8 * i)),
    ...sysregs.table.map(csr => csrRegister(csr, xlen, sysregs, oracle)),
    priv,
  ]
}
