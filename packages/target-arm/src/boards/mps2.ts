/**
 * Arm's MPS2 boards with the FPGA images AN385 (Cortex-M3), AN386 (M4) and AN500 (M7): memories, UARTs and timers of the
 * application notes, at the addresses and interrupts of QEMU's `mps2-*`. What is not modelled reads as 0.
 */
import type {
  Board,
  BoardHost,
  BoardOptions,
  BuiltBoard,
  Line,
  MemoryRegionSpec,
  MmioDevice,
} from '@guestscope/core'
import { CmsdkDualTimer, CmsdkTimer, CmsdkUart, Unimplemented } from '@guestscope/devices'
import { absent, checkFixed } from './checks.ts'

const MiB = 2 ** 20
const [clockHz, referenceHz] = [25_000_000, 1_000_000]

const uarts: readonly { readonly base: bigint; readonly receive: number; readonly overrun: boolean }[] = [
  { base: 0x40004000n, receive: 0, overrun: true },
  { base: 0x40005000n, receive: 2, overrun: true },
  { base: 0x40006000n, receive: 4, overrun: true },
  { base: 0x40007000n, receive: 18, overrun: false },
  { base: 0x40009000n, receive: 20, overrun: false },
]
const overrunInterrupt = 12
const timers = [
  { base: 0x40000000n, interrupt: 8 },
  { base: 0x40001000n, interrupt: 9 },
] as const
const dualTimer = { base: 0x40002000n, interrupt: 10 } as const

/** SSRAM1 for code, SSRAM2 and 3 for data, each twice; PSRAM; AN385 and AN386 have 16 KiB of block RAM, four times. */
function memories(psram: bigint, blockRam: boolean): MemoryRegionSpec[] {
  const blocks: MemoryRegionSpec[] = [
    { name: 'block RAM', base: 0x01000000n, size: 0x4000 },
    ...[0x01004000n, 0x01008000n, 0x0100c000n].map(base => ({
      name: 'block RAM mirror',
      base,
      size: 0x4000,
      mirrorOf: 'block RAM',
    })),
  ]
  return [
    { name: 'SSRAM1', base: 0n, size: 4 * MiB },
    { name: 'SSRAM2/3', base: 0x20000000n, size: 4 * MiB },
    { name: 'PSRAM', base: psram, size: 16 * MiB },
    { name: 'SSRAM1 mirror', base: 0x400000n, size: 4 * MiB, mirrorOf: 'SSRAM1' },
    { name: 'SSRAM2/3 mirror', base: 0x20400000n, size: 4 * MiB, mirrorOf: 'SSRAM2/3' },
    ...(blockRam ? blocks : []),
  ]
}

/** Reserved ranges, and peripherals without a model. They come last: what is modelled wins. */
const unmodelled: readonly [name: string, base: number, size: number][] = [
  ['reserved 1', 0x00800000, 0x00800000],
  ['reserved 2', 0x01000000, 0x1f000000],
  ['reserved 3', 0x20800000, 0x01800000],
  ['APB peripherals', 0x40000000, 0x00010000],
  ['AHB peripherals', 0x40010000, 0x00010000],
  ['more peripherals', 0x40020000, 0x00010000],
  ['reserved 4', 0x40030000, 0x001d0000],
  ['VGA', 0x41000000, 0x00200000],
]
/** System configuration controller: SCC_AID and SCC_ID. */
const controllerId = 0x4002fff8n
const controllerAid = 0x00200008

interface Mps2 {
  readonly name: string
  readonly cpu: string
  readonly image: string
  readonly psram: bigint
  readonly blockRam: boolean
  /** SCC_ID. */
  readonly id: number
}

function mps2(board: Mps2): Board {
  return {
    name: board.name,
    description: `Arm MPS2 with ${board.image}: CMSDK UARTs and timers (a subset of QEMU ${board.name})`,
    target: board.cpu,
    maxCpus: 1,
    defaultMemory: 16 * MiB,
    fixedMemory: true,
    build: (host, options) => build(board, host, options),
  }
}

function build(board: Mps2, host: BoardHost, options: BoardOptions): BuiltBoard {
  checkFixed(board.name, options, 16 * MiB)
  const line =
    (interrupt: number): Line =>
    level =>
      host.setLine(0, interrupt, level)
  const devices: { base: bigint; device: MmioDevice }[] = []
  const serial: CmsdkUart[] = []
  const updateOverrun = (): void =>
    host.setLine(
      0,
      overrunInterrupt,
      serial.some((uart, i) => uarts[i]?.overrun && uart.overrun),
    )
  for (const [i, { base, receive, overrun }] of uarts.entries()) {
    const uart = new CmsdkUart({
      host,
      clockHz,
      ...(i === 0 && { console: options.console }),
      receive: line(receive),
      transmit: line(receive + 1),
      ...(overrun && { overrun: updateOverrun }),
    })
    devices.push({ base, device: uart })
    serial.push(uart)
  }
  for (const { base, interrupt } of timers)
    devices.push({ base, device: new CmsdkTimer({ host, line: line(interrupt), clockHz }) })
  devices.push({
    base: dualTimer.base,
    device: new CmsdkDualTimer({ host, line: line(dualTimer.interrupt), clockHz }),
  })
  devices.push({ base: controllerId, device: new Unimplemented('SCC_AID', 4, controllerAid) })
  devices.push({ base: controllerId + 4n, device: new Unimplemented('SCC_ID', 4, board.id) })
  for (const [name, base, size] of unmodelled) devices.push(absent(host, name, base, size))
  return {
    regions: memories(board.psram, board.blockRam),
    devices,
    contents: [],
    wiring: { clockHz, referenceHz, interrupts: 32, priorityBits: 8 },
    input: bytes => serial[0]?.receive(bytes),
  }
}

export const mps2An385: Board = mps2({
  name: 'mps2-an385',
  cpu: 'cortex-m3',
  image: 'AN385 (Cortex-M3)',
  psram: 0x21000000n,
  blockRam: true,
  id: 0x41043850,
})
export const mps2An386: Board = mps2({
  name: 'mps2-an386',
  cpu: 'cortex-m4',
  image: 'AN386 (Cortex-M4)',
  psram: 0x21000000n,
  blockRam: true,
  id: 0x41043860,
})
export const mps2An500: Board = mps2({
  name: 'mps2-an500',
  cpu: 'cortex-m7',
  image: 'AN500 (Cortex-M7)',
  psram: 0x60000000n,
  blockRam: false,
  id: 0x41045000,
})
