/** The device tree of the `virt` board, in the form that Linux and OpenSBI expect. */
import { buildFdt, type FdtNode } from '@guestscope/devices'
import type { Hart } from '../hart.ts'
import { timebaseFrequency } from './clint.ts'
import { plicSources } from './plic.ts'

/** What the tree depends on. */
export interface VirtTreeOptions {
  readonly hart: Hart
  readonly harts: number
  readonly memoryBase: bigint
  readonly memoryBytes: number
  /** Kernel's command line. */
  readonly commandLine?: string | undefined
  /** Initial file system, in RAM. */
  readonly initrd?: { readonly base: bigint; readonly size: number } | undefined
}

/** Physical addresses and sizes in bytes, as on QEMU's `virt`. */
export const map = {
  rom: { base: 0x1000n, size: 0xf000 },
  finisher: { base: 0x100000n, size: 0x1000 },
  clint: { base: 0x2000000n, size: 0x10000 },
  plic: { base: 0xc000000n, size: 0x600000 },
  uart: { base: 0x10000000n, size: 0x100 },
  /** The first of `virtioSlots`, one after the other. */
  virtio: { base: 0x10001000n, size: 0x1000 },
  ram: { base: 0x80000000n },
} as const

/** Transports of virtio; number n, from 0 on, has PLIC source n + 1. */
export const virtioSlots = 8
export const virtioBase = (slot: number): bigint => map.virtio.base + BigInt(slot * map.virtio.size)
/** PLIC source of the UART. */
export const uartInterrupt = 10
/** Input of the UART's baud generator, Hz. */
export const uartClock = 3_686_400

/** mip bits, which are also the cells of `interrupts-extended`. */
export const Mip = { msip: 3, stip: 5, mtip: 7, seip: 9, meip: 11 } as const

const plicHandle = 1
const finisherHandle = 2
const hartHandle = (hart: number): number => 16 + hart

/** The blob. */
export function virtTree(options: VirtTreeOptions): Uint8Array {
  const { commandLine, initrd } = options
  const serial = `/soc/${unit('serial', map.uart.base)}`
  return buildFdt({
    name: '',
    properties: {
      '#address-cells': 2,
      '#size-cells': 2,
      compatible: 'riscv-virtio',
      model: 'guestscope,virt',
    },
    children: [
      {
        name: 'chosen',
        properties: {
          bootargs: commandLine,
          'linux,initrd-start': initrd && [initrd.base],
          'linux,initrd-end': initrd && [initrd.base + BigInt(initrd.size)],
          'stdout-path': serial,
        },
      },
      { name: 'aliases', properties: { serial0: serial } },
      {
        name: unit('memory', options.memoryBase),
        properties: { device_type: 'memory', reg: [options.memoryBase, BigInt(options.memoryBytes)] },
      },
      {
        name: 'cpus',
        properties: { '#address-cells': 1, '#size-cells': 0, 'timebase-frequency': timebaseFrequency },
        children: Array.from({ length: options.harts }, (_, hart) => cpu(hart, options)),
      },
      soc(options.harts),
      syscon('poweroff', 0x5555),
      syscon('reboot', 0x7777),
    ],
  })
}

const unit = (name: string, address: bigint): string => `${name}@${address.toString(16)}`

function cpu(number: number, { hart }: VirtTreeOptions): FdtNode {
  const { xlen, isa, names, extensions } = hart
  return {
    name: `cpu@${number.toString(16)}`,
    properties: {
      device_type: 'cpu',
      reg: number,
      status: 'okay',
      compatible: 'riscv',
      'riscv,isa': isa,
      'riscv,isa-base': `rv${xlen}i`,
      'riscv,isa-extensions': names,
      ...Object.assign({}, ...extensions.map(({ tree }) => tree)),
      'mmu-type': xlen === 64 ? 'riscv,sv48' : 'riscv,sv32',
    },
    children: [
      {
        name: 'interrupt-controller',
        properties: {
          compatible: 'riscv,cpu-intc',
          'interrupt-controller': true,
          '#interrupt-cells': 1,
          '#address-cells': 0,
          phandle: hartHandle(number),
        },
      },
    ],
  }
}

function soc(harts: number): FdtNode {
  const perHart = (first: number, second: number): number[] =>
    Array.from({ length: harts }, (_, hart) => [hartHandle(hart), first, hartHandle(hart), second]).flat()
  const reg = ({ base, size }: { base: bigint; size: number }): bigint[] => [base, BigInt(size)]
  return {
    name: 'soc',
    properties: { '#address-cells': 2, '#size-cells': 2, compatible: 'simple-bus', ranges: true },
    children: [
      {
        name: unit('test', map.finisher.base),
        properties: {
          compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
          reg: reg(map.finisher),
          phandle: finisherHandle,
        },
      },
      {
        name: unit('clint', map.clint.base),
        properties: {
          compatible: ['sifive,clint0', 'riscv,clint0'],
          reg: reg(map.clint),
          'interrupts-extended': perHart(Mip.msip, Mip.mtip),
        },
      },
      {
        name: unit('plic', map.plic.base),
        properties: {
          compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
          reg: reg(map.plic),
          'interrupt-controller': true,
          '#interrupt-cells': 1,
          '#address-cells': 0,
          'riscv,ndev': plicSources,
          'interrupts-extended': perHart(Mip.meip, Mip.seip),
          phandle: plicHandle,
        },
      },
      {
        name: unit('serial', map.uart.base),
        properties: {
          compatible: 'ns16550a',
          reg: reg(map.uart),
          'clock-frequency': uartClock,
          interrupts: uartInterrupt,
          'interrupt-parent': plicHandle,
        },
      },
      // QEMU's order: Linux numbers the devices in it.
      ...Array.from({ length: virtioSlots }, (_, slot) => virtio(slot)).reverse(),
    ],
  }
}

function virtio(slot: number): FdtNode {
  const base = virtioBase(slot)
  return {
    name: unit('virtio_mmio', base),
    properties: {
      compatible: 'virtio,mmio',
      reg: [base, BigInt(map.virtio.size)],
      interrupts: slot + 1,
      'interrupt-parent': plicHandle,
    },
  }
}

const syscon = (name: string, value: number): FdtNode => ({
  name,
  properties: { compatible: `syscon-${name}`, regmap: finisherHandle, offset: 0, value },
})
