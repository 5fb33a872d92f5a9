/** The registers that plugins, debuggers and tests can name, as gdb's descriptions of the M-profile have them. */
import { Head } from '@guestscope/codegen'
import type { Cpu, RegisterInfo } from '@guestscope/core'
import type { Core } from './cores.ts'
import { Flags, S } from './state.ts'
import {
  Control,
  inHandler,
  keepingStacks,
  readXpsr,
  reg,
  sp,
  usesProcessStack,
  writeXpsr,
} from './system/registers.ts'
import { Fpscr } from './translate/float.ts'
import { systemOf } from './trap.ts'

const word = (value: bigint): number => Number(BigInt.asIntN(32, value))
const unsigned = (value: number): bigint => BigInt(value >>> 0)

/** A slot of the state, of which the bits in `mask` exist. */
const slot = (
  name: string,
  group: string,
  offset: number,
  bits = 32,
  mask: number | ((cpu: Cpu) => number) = -1,
): RegisterInfo => ({
  name,
  group,
  bits,
  read: cpu => unsigned(cpu.get32(offset)),
  write: (cpu, value) => {
    cpu.set32(offset, word(value) & (typeof mask === 'number' ? mask : mask(cpu)))
    systemOf(cpu).update()
  },
})

/** MSP or PSP, whether it is in use or not. */
const stack = (name: string, process: boolean): RegisterInfo => {
  const offset = (cpu: Cpu): number => (usesProcessStack(cpu) === process ? sp : S.otherSp)
  return {
    name,
    group: 'system',
    bits: 32,
    read: cpu => unsigned(cpu.get32(offset(cpu))),
    write: (cpu, value) => cpu.set32(offset(cpu), word(value) & ~3),
  }
}

const xpsr: RegisterInfo = {
  name: 'xpsr',
  group: 'general',
  bits: 32,
  read: cpu => unsigned(readXpsr(cpu)),
  write: (cpu, value) => {
    keepingStacks(cpu, () => writeXpsr(cpu, word(value)))
    systemOf(cpu).update()
  },
}

function control(core: Core): RegisterInfo {
  const possible =
    Control.processStack |
    (core.unprivileged ? Control.unprivileged : 0) |
    (core.fpu === 'none' ? 0 : Control.floatActive)
  return {
    ...slot('control', 'system', S.control),
    write: (cpu, value) => {
      // SPSEL cannot be set in Handler mode.
      const mask = inHandler(cpu) ? possible & ~Control.processStack : possible
      keepingStacks(cpu, () => cpu.set32(S.control, word(value) & mask))
      systemOf(cpu).update()
    },
  }
}

function floats(core: Core): RegisterInfo[] {
  if (core.fpu === 'none') return []
  const single = (n: number): RegisterInfo => ({
    name: `s${n}`,
    group: 'float',
    bits: 32,
    read: cpu => unsigned(cpu.get32(S.s + 4 * n)),
    write: (cpu, value) => cpu.set32(S.s + 4 * n, word(value)),
  })
  const double = (n: number): RegisterInfo => ({
    name: `d${n}`,
    group: 'float',
    bits: 64,
    read: cpu => cpu.get64(S.s + 8 * n),
    write: (cpu, value) => cpu.set64(S.s + 8 * n, value),
  })
  return [
    ...Array.from({ length: 32 }, (_, n) => single(n)),
    ...Array.from({ length: 16 }, (_, n) => double(n)),
    slot('fpscr', 'float', S.fpscr, 32, Fpscr.writable),
  ]
}

export function createRegisters(core: Core): readonly RegisterInfo[] {
  const general = (name: string, n: number, mask = -1): RegisterInfo => ({
    name,
    group: 'general',
    bits: 32,
    read: cpu => unsigned(cpu.get32(reg(n))),
    write: (cpu, value) => cpu.set32(reg(n), word(value) & mask),
  })
  const mainline: RegisterInfo[] = core.baseline
    ? []
    : [
        slot('basepri', 'system', S.basepri, 8, cpu => systemOf(cpu).nvic.priorityMask),
        slot('faultmask', 'system', S.faultmask, 1, 1),
      ]
  return [
    ...Array.from({ length: 13 }, (_, n) => general(`r${n}`, n)),
    general('sp', 13, ~3),
    general('lr', 14),
    {
      name: 'pc',
      group: 'general',
      bits: 32,
      read: cpu => cpu.pc,
      write: (cpu, value) => {
        const pc = BigInt.asUintN(32, value) & ~1n
        // Elsewhere the IT block is over; a debugger may write what it has read.
        if (pc !== cpu.pc) cpu.set32(Head.flags, cpu.get32(Head.flags) & ~Flags.itMask)
        cpu.pc = pc
      },
    },
    xpsr,
    stack('msp', false),
    stack('psp', true),
    slot('primask', 'system', S.primask, 1, 1),
    ...mainline,
    control(core),
    ...floats(core),
  ]
}
