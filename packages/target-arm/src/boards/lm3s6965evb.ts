/**
 * Stellaris LM3S6965 evaluation board (Cortex-M3; "LM3S6965 Data Sheet"), at the addresses and interrupts of QEMU's
 * `lm3s6965evb`. The display takes what it is sent, Ethernet has no cable. What is not modelled reads as 0.
 */
import type { Board, BoardHost, BoardOptions, BuiltBoard, Line, MmioDevice } from '@guestscope/core'
import { Gptm, I2cBus, Pl011, Pl022, Pl061, Sp805 } from '@guestscope/devices'
import { absent, checkFixed } from './checks.ts'
import { StellarisAdc } from './stellaris-adc.ts'
import { StellarisControl } from './stellaris-control.ts'
import { StellarisEthernet } from './stellaris-ethernet.ts'
import { StellarisFlash } from './stellaris-flash.ts'
import { StellarisI2c } from './stellaris-i2c.ts'

const KiB = 1024
const flashBytes = 256 * KiB

interface Place {
  readonly base: number
  readonly interrupt: number
}
const places = (...list: readonly (readonly [base: number, interrupt: number])[]): readonly Place[] =>
  list.map(([base, interrupt]) => ({ base, interrupt }))

const uarts = places([0x4000c000, 5], [0x4000d000, 6], [0x4000e000, 33])
/** Each has a second interrupt, for its timer B. */
const timers = places([0x40030000, 19], [0x40031000, 21], [0x40032000, 23], [0x40033000, 35])
/** Ports A to G. */
const ports = places(
  ...([
    [0x40004000, 0],
    [0x40005000, 1],
    [0x40006000, 2],
    [0x40007000, 3],
    [0x40024000, 4],
    [0x40025000, 30],
    [0x40026000, 31],
  ] as const),
)
const buses = places([0x40020000, 8], [0x40021000, 37])
const sequencers = [14, 15, 16, 17]
/** Luminary Micro's identifications. */
const identification = {
  uart: [0x11, 0x00, 0x18, 0x01, 0x0d, 0xf0, 0x05, 0xb1],
  port: [0x61, 0x00, 0x18, 0x01, 0x0d, 0xf0, 0x05, 0xb1],
  serial: [0x22, 0x00, 0x18, 0x01, 0x0d, 0xf0, 0x05, 0xb1],
  watchdog: [0x05, 0x18, 0x18, 0x01, 0x0d, 0xf0, 0x05, 0xb1],
} as const
/** PWM, encoders, comparators, hibernation. */
const unmodelled = [0x40028000, 0x4002c000, 0x4002d000, 0x4003c000, 0x400fc000]

export const lm3s6965evb: Board = {
  name: 'lm3s6965evb',
  description:
    'Stellaris LM3S6965 (Cortex-M3): UARTs, timers, GPIO, SSI, I²C, ADC (a subset of QEMU lm3s6965evb)',
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
  const clockHz = (): number => system.state.clockHz
  const gptms = timers.map(
    ({ interrupt }) => new Gptm({ host, line: line(interrupt), lineB: line(interrupt + 1), clockHz }),
  )
  const watchdog = new Sp805({
    ...{ host, clockHz, line: line(18), luminary: true, identification: identification.watchdog },
  })
  const system: StellarisControl = new StellarisControl({
    line: line(28),
    setClock: (hz, change) => {
      const set = (): void => {
        change()
        host.setClock(hz)
      }
      const clocked = [watchdog, ...gptms]
      clocked.reduceRight<() => void>((inner, device) => () => device.clockChanges(inner), set)()
    },
  })
  const serial = uarts.map(
    ({ interrupt }, i) =>
      new Pl011({
        host,
        ...(i === 0 && { console: options.console }),
        line: line(interrupt),
        clockHz,
        identification: identification.uart,
      }),
  )
  const at = (
    list: readonly Place[],
    devices: readonly MmioDevice[],
  ): { base: bigint; device: MmioDevice }[] =>
    devices.map((device, i) => ({ base: BigInt(list[i]?.base ?? 0), device }))
  const port = ({ interrupt }: Place): Pl061 =>
    new Pl061({ line: line(interrupt), luminary: true, identification: identification.port })
  return {
    regions: [
      { name: 'flash', base: 0n, size: flashBytes, readonly: true },
      { name: 'SRAM', base: 0x20000000n, size: 64 * KiB },
    ],
    devices: [
      { base: 0x400fe000n, device: system },
      ...at(uarts, serial),
      ...at(timers, gptms),
      ...at(ports, ports.map(port)),
      ...at(
        buses,
        buses.map(({ interrupt }) => new StellarisI2c(new I2cBus(), line(interrupt))),
      ),
      { base: 0x40000000n, device: watchdog },
      // The display and the memory card are on it; neither answers.
      { base: 0x40008000n, device: new Pl022({ line: line(7), identification: identification.serial }) },
      { base: 0x40038000n, device: new StellarisAdc(sequencers.map(line)) },
      { base: 0x40048000n, device: new StellarisEthernet(line(42)) },
      { base: 0x400fd000n, device: new StellarisFlash(host, flashBytes, line(29)) },
      ...unmodelled.map(base => absent(host, 'Stellaris peripheral', base, 0x1000)),
    ],
    contents: [],
    wiring: { clockHz: clockHz(), interrupts: 64, priorityBits: 3 },
    input: bytes => serial[0]?.receive(bytes),
  }
}
