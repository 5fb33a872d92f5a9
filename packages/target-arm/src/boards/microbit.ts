/**
 * BBC micro:bit (Nordic nRF51822, Cortex-M0; "nRF51 Series Reference Manual"), at the addresses and interrupts of QEMU's
 * `microbit`: what programs and the runtimes of MicroPython and MakeCode use. What is not modelled reads as 0.
 */
import {
  type Board,
  type BoardHost,
  type BoardOptions,
  type BuiltBoard,
  ConfigError,
  type Line,
  type MemoryRegionSpec,
  type MmioDevice,
} from '@guestscope/core'
import {
  I2cBus,
  I2cRegisters,
  NrfAdc,
  NrfClockPower,
  NrfFlash,
  NrfGpio,
  NrfGpioTasks,
  NrfRadio,
  NrfRandom,
  NrfRtc,
  NrfTemperature,
  NrfTimer,
  NrfTwoWire,
  NrfUart,
} from '@guestscope/devices'
import { absent, checkOneCpu } from './checks.ts'

const KiB = 1024
const flashBytes = 256 * KiB
/** RAM that an nRF51 can have here, by steps of a page. */
const ram = { usual: 16 * KiB, most: 512 * KiB, step: 4 * KiB } as const
const factory = { base: 0x10000000, bytes: 0x1000 } as const
const user = { base: 0x10001000, bytes: 0x1000 } as const

/** Pins that something on the board holds high: the I²C lines, both buttons, the sensors' active-low interrupts. */
const highPins = (1 << 0) | (1 << 30) | (1 << 17) | (1 << 26) | (1 << 27) | (1 << 28)

/** Sensors on the I²C bus: the board lies flat and still. MMA8653 (acceleration), MAG3110 (magnetic field). */
const sensors = (): I2cRegisters[] => [
  new I2cRegisters(
    0x1d,
    new Map([
      [0x05, 0xc0], // -1 g along z
      [0x0d, 0x5a],
    ]),
  ),
  new I2cRegisters(0x0e, new Map([[0x07, 0xc4]])),
]

/** FICR: words with a value of their own; the others are erased flash. */
const factoryWords = (ramBytes: number): readonly (readonly [offset: number, value: number])[] => [
  [0x10, KiB], // CODEPAGESIZE
  [0x14, flashBytes / KiB], // CODESIZE
  [0x34, 2], // NUMRAMBLOCK
  ...[0x38, 0x3c, 0x40, 0x44].map(at => [at, ramBytes / 2] as const), // SIZERAMBLOCKS
  [0x60, 3], // DEVICEID
  [0x64, 0x12345678],
]

export const microbit: Board = {
  name: 'microbit',
  description: 'BBC micro:bit (nRF51822, Cortex-M0): most peripherals (a subset of QEMU microbit)',
  target: 'cortex-m0',
  maxCpus: 1,
  defaultMemory: ram.usual,
  fixedMemory: true,
  build,
}

function checkMemory(bytes: number): void {
  if (bytes > 0 && bytes <= ram.most && bytes % ram.step === 0) return
  throw new ConfigError(
    'config/memory',
    `The board microbit cannot have ${bytes} bytes of memory.`,
    `Give a multiple of 4 KiB up to ${ram.most / KiB} KiB, or leave the size out: a micro:bit has 16 KiB.`,
  )
}

function erased(bytes: number, words: readonly (readonly [number, number])[] = []): Uint8Array {
  const result = new Uint8Array(bytes).fill(0xff)
  const view = new DataView(result.buffer)
  for (const [offset, value] of words) view.setUint32(offset, value, true)
  return result
}

function build(host: BoardHost, options: BoardOptions): BuiltBoard {
  checkOneCpu('microbit', options)
  const { memoryBytes } = options
  checkMemory(memoryBytes)
  const line =
    (interrupt: number): Line =>
    level =>
      host.setLine(0, interrupt, level)
  const flash = new NrfFlash({ memory: host, flashBytes, userInformation: user })
  const piece = (name: string, base: number, size: number): MemoryRegionSpec => ({
    ...{ name, base: BigInt(base), size, readonly: true },
    stored: (offset, length, value) => flash.stored(base, offset, length, value),
  })
  const uart = new NrfUart({ host, console: options.console, line: line(2) })
  const gpio = new NrfGpio(highPins)
  const bus = new I2cBus(sensors())
  const devices: readonly (readonly [base: number, device: MmioDevice])[] = [
    [0x40000000, new NrfClockPower(line(0))],
    [0x40001000, new NrfRadio(host, line(1))],
    [0x40002000, uart],
    [0x40003000, new NrfTwoWire(bus, line(3))],
    [0x40004000, new NrfTwoWire(new I2cBus(), line(4))],
    [0x40006000, new NrfGpioTasks(gpio, line(6))],
    [0x40007000, new NrfAdc(line(7))],
    [0x40008000, new NrfTimer({ host, line: line(8) })],
    [0x40009000, new NrfTimer({ host, line: line(9) })],
    [0x4000a000, new NrfTimer({ host, line: line(10) })],
    [0x4000b000, new NrfRtc(host, line(11))],
    [0x4000c000, new NrfTemperature(line(12))],
    [0x4000d000, new NrfRandom(host, line(13))],
    [0x40011000, new NrfRtc(host, line(17))],
    [0x4001e000, flash],
    [0x50000000, gpio],
  ]
  return {
    regions: [
      piece('flash', 0, flashBytes),
      { name: 'SRAM', base: 0x20000000n, size: memoryBytes },
      { name: 'FICR', base: BigInt(factory.base), size: factory.bytes, readonly: true },
      piece('UICR', user.base, user.bytes),
    ],
    devices: [
      ...devices.map(([base, device]) => ({ base: BigInt(base), device })),
      absent(host, 'nRF51 peripherals', 0x40000000, 0x20000000),
      absent(host, 'nRF51 private', 0xf0000000, 0x10000000),
    ],
    parts: bus.parts('i2c'),
    contents: [
      { base: 0n, bytes: erased(flashBytes) },
      { base: BigInt(factory.base), bytes: erased(factory.bytes, factoryWords(memoryBytes)) },
      { base: BigInt(user.base), bytes: erased(user.bytes) },
    ],
    wiring: { clockHz: 16_000_000, interrupts: 32, priorityBits: 2 },
    input: bytes => uart.receive(bytes),
  }
}
