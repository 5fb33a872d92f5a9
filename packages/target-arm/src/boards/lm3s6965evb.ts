/**
 * Stellaris LM3S6965 evaluation board (Cortex-M3; "LM3S6965 Data Sheet"): flash, SRAM, UARTs, general-purpose timers and
 * the system clock, at the addresses and interrupts of QEMU's `lm3s6965evb`. What is not modelled reads as 0.
 */
import type { Board, BoardHost, BoardOptions, BuiltBoard, Line } from '@guestscope/core'
import { Gptm, Pl011, Unimplemented } from '@guestscope/devices'
import { checkFixed } from './mps2.ts'
import { StellarisControl } from './stellaris-control.ts'

const KiB = 1024
const uarts = [
  { base: 0x4000c000n, interrupt: 5 },
  { base: 0x4000d000n, interrupt: 6 },
  { base: 0x4000e000n, interrupt: 33 },
] as const
const timers = [
  { base: 0x40030000n, interrupt: 19 },
  { base: 0x40031000n, interrupt: 21 },
  { base: 0x40032000n, interrupt: 23 },
  { base: 0x40033000n, interrupt: 35 },
] as const
const control = { base: 0x400fe000n, interrupt: 28 } as const
/** The PL011 as Luminary Micro identifies it. */
const identification = [0x11, 0x00, 0x18, 0x01, 0x0d, 0xf0, 0x05, 0xb1]
/** Watchdog, GPIO, SSI, I2C, PWM, QEI, ADC, comparators, Ethernet, hibernation, flash control. */
const unmodelled: readonly bigint[] = [
  0x40000000n,
  ...[4n, 5n, 6n, 7n, 8n, 0x20n, 0x21n, 0x24n, 0x25n, 0x26n, 0x28n, 0x2cn, 0x2dn, 0x38n, 0x3cn, 0x48n].map(
    page => 0x40000000n + (page << 12n),
  ),
  0x400fc000n,
  0x400fd000n,
]

export const lm3s6965evb: Board = {
  name: 'lm3s6965evb',
  description: 'Stellaris LM3S6965 (Cortex-M3): PL011 UARTs, timers (a subset of QEMU lm3s6965evb)',
  target: 'cortex-m3',
  maxCpus: 1,
  defaultMemory: 64 * KiB,
  fixedMemory: true,
  build,
}

function build(host: BoardHost, options: BoardOptions): BuiltBoard {
  checkFixed('lm3s6965evb', options, 64 * KiB)
  const line =
    (interrupt: number): Line =>
    level =>
      host.setLine(0, interrupt, level)
  let clockHz = 12_500_000
  const gptms = timers.map(
    ({ interrupt }) => new Gptm({ host, line: line(interrupt), clockHz: () => clockHz }),
  )
  const system = new StellarisControl({
    line: line(control.interrupt),
    setClock: hz => {
      const set = (): void => {
        clockHz = hz
        host.setClock(hz)
      }
      gptms.reduceRight<() => void>((inner, gptm) => () => gptm.clockChanges(inner), set)()
    },
  })
  const serial = uarts.map(
    ({ interrupt }, i) =>
      new Pl011({
        host,
        ...(i === 0 && { console: options.console }),
        line: line(interrupt),
        clockHz: () => clockHz,
        identification,
      }),
  )
  return {
    regions: [
      { name: 'flash', base: 0n, size: 256 * KiB, readonly: true },
      { name: 'SRAM', base: 0x20000000n, size: 64 * KiB },
    ],
    devices: [
      { base: control.base, device: system },
      ...uarts.map(({ base }, i) => ({ base, device: serial[i] as Pl011 })),
      ...timers.map(({ base }, i) => ({ base, device: gptms[i] as Gptm })),
      ...unmodelled.map(base => ({ base, device: new Unimplemented('Stellaris peripheral', 0x1000) })),
    ],
    contents: [],
    wiring: { clockHz, interrupts: 64, priorityBits: 3 },
    input: bytes => serial[0]?.receive(bytes),
  }
}
