/**
 * The `virt` board: the memory map, interrupt wiring and start of QEMU's `virt` machine for RISC-V as far as bare-metal
 * programs, OpenSBI and Linux need it (QEMU: docs/system/riscv/virt.rst). Every hart starts in the boot ROM, which
 * jumps to the image's entry (without an image: to the start of RAM) with a0 = hart number, a1 = device tree and a2 =
 * where firmware goes on. The entry is the ELF file's; QEMU with `-bios none` always jumps to the start of RAM. Where
 * everything lies in RAM is decided in `boot.ts`.
 */
import { type Board, type BoardHost, type BoardOptions, type BuiltBoard, ConfigError } from '@guestscope/core'
import { TestFinisher, Uart16550, VirtioMmio } from '@guestscope/devices'
import { type Hart, usualHart } from '../hart.ts'
import type { RiscvTarget } from '../target.ts'
import { planBoot, treePlace } from './boot.ts'
import { bootRom } from './boot-rom.ts'
import { Clint } from './clint.ts'
import { Plic } from './plic.ts'
import { Mip, map, uartClock, uartInterrupt, virtioBase, virtioSlots, virtTree } from './virt-tree.ts'

const MiB = 2 ** 20

/** A `virt` board with CPUs of one width. What else they are, the target tells. */
export function virtBoard(xlen: 32 | 64): Board {
  return {
    name: 'virt',
    description: 'RISC-V virt: UART 16550A, PLIC, CLINT, test finisher (a subset of QEMU virt)',
    target: `riscv${xlen}`,
    maxCpus: 8,
    defaultMemory: 128 * MiB,
    boot: (files, memoryBytes) => planBoot(files, memoryBytes, xlen),
    build: (host, options) => build(host, options, xlen),
  }
}

/** For `riscv64`. */
export const virt64: Board = virtBoard(64)
/** For `riscv32`. */
export const virt32: Board = virtBoard(32)

/** The harts of the target, which is one of RISC-V; boards that are built without one have usual harts. */
const hartsOf = ({ target }: BoardOptions, xlen: 32 | 64): Hart =>
  (target as Partial<RiscvTarget> | undefined)?.hart ?? usualHart(xlen)

function build(host: BoardHost, options: BoardOptions, xlen: 32 | 64): BuiltBoard {
  const { memoryBytes, cpus, image, commandLine, initrd, nextEntry = 0n } = options
  check(options, xlen)
  const tree = virtTree({
    hart: hartsOf(options, xlen),
    harts: cpus,
    memoryBase: map.ram.base,
    memoryBytes,
    commandLine,
    initrd,
  })
  const deviceTree = placeTree(tree.length, options, xlen)
  const rom = bootRom({ xlen, entry: image?.entry ?? map.ram.base, deviceTree, nextEntry })

  const plic = new Plic({
    contexts: 2 * cpus,
    setLine: (context, level) => host.setLine(context >> 1, context & 1 ? Mip.seip : Mip.meip, level),
    claimed: source => source === uartInterrupt && uart.taken(),
  })
  const clint = new Clint({
    host,
    harts: cpus,
    setLine: (hart, line, level) => host.setLine(hart, Mip[line], level),
  })
  const uart = new Uart16550({
    host,
    console: options.console,
    line: level => plic.setSource(uartInterrupt, level),
    clockHz: uartClock,
  })
  const finisher = new TestFinisher({ host, reset: () => host.reset() })
  return {
    regions: [
      { name: 'boot ROM', base: map.rom.base, size: map.rom.size, readonly: true },
      { name: 'RAM', base: map.ram.base, size: memoryBytes },
    ],
    // The PLIC is last: at a reset the devices' lines fall before it looks at them.
    devices: [
      { base: map.finisher.base, device: finisher },
      { base: map.clint.base, device: clint },
      { base: map.uart.base, device: uart },
      ...Array.from({ length: virtioSlots }, (_, slot) => ({
        base: virtioBase(slot),
        device: new VirtioMmio(),
      })),
      { base: map.plic.base, device: plic },
    ],
    contents: [
      { base: map.rom.base, bytes: rom },
      { base: deviceTree, bytes: tree },
    ],
    resetPc: map.rom.base,
    time: () => clint.time,
    wiring: { compareTime: (hart, value) => clint.compareTime(hart, value) },
    input: bytes => uart.receive(bytes),
  }
}

function check({ memoryBytes, cpus }: BoardOptions, xlen: 32 | 64): void {
  if (!Number.isInteger(cpus) || cpus < 1 || cpus > 8)
    throw new ConfigError(
      'config/cpus',
      `The virt board cannot have ${cpus} CPUs.`,
      'Choose 1 to 8 (`cpus`).',
    )
  const most = xlen === 32 ? 2048 * MiB : 2 ** 40
  if (!Number.isInteger(memoryBytes) || memoryBytes % 4096 !== 0 || memoryBytes < 65536 || memoryBytes > most)
    throw new ConfigError(
      'config/memory',
      `The virt board cannot have ${memoryBytes} bytes of memory.`,
      `Choose a multiple of 4 KiB from 64 KiB to ${most / MiB} MiB.`,
    )
}

/** The tree's address. Throws if the image or the initial file system lies there. */
function placeTree(size: number, { memoryBytes, image, initrd }: BoardOptions, xlen: 32 | 64): bigint {
  const base = treePlace(size, memoryBytes, xlen)
  const taken = (image?.segments ?? []).map(s => ({ base: s.physical, size: s.memorySize }))
  if (initrd !== undefined) taken.push(initrd)
  for (const piece of taken) {
    if (piece.base < base + BigInt(size) && base < piece.base + BigInt(piece.size))
      throw new ConfigError(
        'config/device-tree',
        `The program occupies the device tree's place at 0x${base.toString(16)}.`,
        'Give the machine more memory (`memory`).',
      )
  }
  return base
}
