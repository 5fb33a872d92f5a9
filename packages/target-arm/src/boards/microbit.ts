/**
 * BBC micro:bit (Nordic nRF51822, Cortex-M0; "nRF51 Series Reference Manual"): flash, SRAM, UART and timers, at the
 * addresses and interrupts of QEMU's `microbit`. What is not modelled reads as 0.
 */
import type { Board, BoardHost, BoardOptions, BuiltBoard, Line } from '@guestscope/core'
import { NrfTimer, NrfUart, Unimplemented } from '@guestscope/devices'
import { checkFixed } from './mps2.ts'

const KiB = 1024
const [uartBase, uartInterrupt] = [0x40002000n, 2]
const timers = [
  { base: 0x40008000n, interrupt: 8 },
  { base: 0x40009000n, interrupt: 9 },
  { base: 0x4000a000n, interrupt: 10 },
] as const
const all = 0xffffffff

/** Words with a value of their own: factory information, and "ready" of clock and flash controllers. */
const words: readonly [base: bigint, value: number][] = [
  [0x10000010n, 0x400], // CODEPAGESIZE
  [0x10000014n, 0x100], // CODESIZE
  [0x10000028n, 0x2000], // SIZERAMBLOCK
  [0x1000002cn, 0x2000],
  [0x10000060n, 3], // DEVICEID
  [0x10000064n, 0x12345678],
  [0x4001e400n, 1], // NVMC READY
]

export const microbit: Board = {
  name: 'microbit',
  description: 'BBC micro:bit (nRF51822, Cortex-M0): UART, timers (a subset of QEMU microbit)',
  target: 'cortex-m0',
  maxCpus: 1,
  defaultMemory: 16 * KiB,
  fixedMemory: true,
  build,
}

function build(host: BoardHost, options: BoardOptions): BuiltBoard {
  checkFixed('microbit', options, 16 * KiB)
  const line =
    (interrupt: number): Line =>
    level =>
      host.setLine(0, interrupt, level)
  const uart = new NrfUart({ host, console: options.console, line: line(uartInterrupt) })
  return {
    regions: [
      { name: 'flash', base: 0n, size: 256 * KiB, readonly: true },
      { name: 'SRAM', base: 0x20000000n, size: 16 * KiB },
    ],
    devices: [
      { base: uartBase, device: uart },
      ...timers.map(({ base, interrupt }) => ({
        base,
        device: new NrfTimer({ host, line: line(interrupt) }),
      })),
      ...words.map(([base, value]) => ({ base, device: new Unimplemented('nRF51 register', 4, value) })),
      { base: 0x40000000n, device: new Unimplemented('clock control', 0x1000, 1) },
      { base: 0x10000000n, device: new Unimplemented('factory information', 0x100, all) },
      { base: 0x10001000n, device: new Unimplemented('user information', 0x100, all) },
      { base: 0x40000000n, device: new Unimplemented('nRF51 peripherals', 0x20000000) },
      { base: 0xf0000000n, device: new Unimplemented('nRF51 private', 0x10000000) },
    ],
    contents: [],
    wiring: { clockHz: 16_000_000, interrupts: 32, priorityBits: 2 },
    input: bytes => uart.receive(bytes),
  }
}
