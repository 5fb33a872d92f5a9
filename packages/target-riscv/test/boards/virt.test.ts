import {
  type BoardOptions,
  type BuiltBoard,
  ConfigError,
  type LoadedImage,
  type MmioDevice,
} from '@guestscope/core'
import { expect, test } from 'vitest'
import { virt32, virt64 } from '../../src/boards/virt.ts'
import { hartOf } from '../../src/hart.ts'
import { createRiscvTarget } from '../../src/index.ts'
import { FakeHost } from './host.ts'

const MiB = 2 ** 20
const image = (physical: bigint, memorySize: number, entry = physical): LoadedImage => ({
  machine: 243,
  bits: 64,
  littleEndian: true,
  entry,
  segments: [{ physical, virtual: physical, bytes: new Uint8Array(0), memorySize, executable: true }],
  symbols: () => [],
})
const options = (more: Partial<BoardOptions> = {}): BoardOptions => ({
  memoryBytes: 128 * MiB,
  cpus: 1,
  console: { write() {} },
  image: undefined,
  semihosting: false,
  ...more,
})
const hex = (n: bigint | number): string => n.toString(16)
const treeOf = (board: BuiltBoard): { base: bigint; bytes: Uint8Array } => {
  const tree = board.contents[1]
  if (tree === undefined) throw new Error('no device tree')
  return tree
}
const romWords = (board: BuiltBoard): string[] => {
  const bytes = board.contents[0]?.bytes ?? new Uint8Array(0)
  const view = new DataView(bytes.buffer)
  return Array.from({ length: bytes.length / 4 }, (_, i) => hex(view.getUint32(4 * i, true)))
}

test('the memory map is that of QEMU', () => {
  const board = virt64.build(new FakeHost(), options())
  expect(board.regions.map(r => [r.name, hex(r.base), hex(r.size), r.readonly ?? false])).toEqual([
    ['boot ROM', '1000', 'f000', true],
    ['RAM', '80000000', '8000000', false],
  ])
  expect(board.devices.map(d => [d.device.name, hex(d.base), hex(d.device.size)])).toEqual([
    ['test-finisher', '100000', '1000'],
    ['clint', '2000000', '10000'],
    ['uart16550', '10000000', '8'],
    ...[1, 2, 3, 4, 5, 6, 7, 8].map(slot => ['virtio-mmio', `1000${slot}000`, '200']),
    ['plic', 'c000000', '600000'],
  ])
  expect(board.resetPc).toBe(0x1000n)
})

// QEMU 11.1: xp /22xw 0x1000
test('the boot ROM: auipc t0,0; addi a2,t0,40; csrr a0,mhartid; load a1; load t0; jr t0; data', () => {
  const common = ['297', '2828613', 'f1402573']
  const program = image(0x80000000n, 16, 0x80000004n)
  const with64 = options({ image: program, nextEntry: 0x80200000n })
  expect(romWords(virt64.build(new FakeHost(), with64))).toEqual([
    ...[...common, '202b583', '182b283', '28067'],
    ...['80000004', '0', '87e00000', '0'],
    ...['4942534f', '0', '2', '0', '80200000', '0', '1', '0', '0', '0', '0', '0'],
  ])
  expect(romWords(virt32.build(new FakeHost(), options()))).toEqual([
    ...[...common, '202a583', '182a283', '28067'],
    ...['80000000', '0', '87e00000', '0'],
    ...['4942534f', '2', '0', '1', '0', '0'],
  ])
})

test.each([
  [64 * 1024, '8000f000'],
  [2 * MiB, '801ff000'],
  [4 * MiB, '80200000'],
  [128 * MiB, '87e00000'],
  [1024 * MiB, 'bfe00000'],
  [2048 * MiB, 'ffe00000'],
  [3072 * MiB, '13fe00000'],
])('with %i bytes of RAM the device tree is at %s', (memoryBytes, base) => {
  const tree = treeOf(virt64.build(new FakeHost(), options({ memoryBytes })))
  expect(hex(tree.base)).toBe(base)
  expect(tree.bytes.length).toBeLessThan(4096)
})

test('what cannot be built is refused', () => {
  const attempt = (more: Partial<BoardOptions>, board = virt64) => {
    try {
      board.build(new FakeHost(), options(more))
    } catch (error) {
      if (error instanceof ConfigError) return error.code
      throw error
    }
    return undefined
  }
  expect(attempt({ cpus: 0 })).toBe('config/cpus')
  expect(attempt({ cpus: 9 })).toBe('config/cpus')
  expect(attempt({ cpus: 8 })).toBe(undefined)
  expect(attempt({ memoryBytes: 4096 })).toBe('config/memory')
  expect(attempt({ memoryBytes: 100_000 })).toBe('config/memory')
  expect(attempt({ memoryBytes: 4096 * MiB }, virt32)).toBe('config/memory')
  expect(attempt({ memoryBytes: 4 * MiB, image: image(0x80000000n, 2 * MiB) })).toBe(undefined)
  expect(attempt({ memoryBytes: 4 * MiB, image: image(0x80000000n, 2 * MiB + 1) })).toBe('config/device-tree')
  expect(attempt({ initrd: { base: 0x87e00000n, size: 1 } })).toBe('config/device-tree')
})

test('input goes to the UART, whose interrupt goes through the PLIC', () => {
  const host = new FakeHost()
  const board = virt64.build(host, options())
  expect([host.log, host.deadlines.size]).toEqual([[], 0])
  const find = (name: string): MmioDevice | undefined =>
    board.devices.map(d => d.device).find(device => device.name === name)
  const [uart, plic] = [find('uart16550'), find('plic')]
  for (const { device } of board.devices) device.reset?.()
  plic?.write(40, 4, 1)
  plic?.write(0x2080, 4, 1 << 10)
  uart?.write(1, 1, 1)
  host.log = []
  board.input(Uint8Array.of(65))
  expect(host.log).toEqual([])
  host.advance(1e6)
  expect(host.log).toEqual(['86806 0 9 1'])
  expect(uart?.read(0, 1)).toBe(65)
})

test('the finisher ends and restarts the machine', () => {
  const host = new FakeHost()
  const [finisher] = virt64.build(host, options()).devices
  finisher?.device.write(0, 4, 0x2a3333)
  finisher?.device.write(0, 4, 0x7777)
  expect([host.exits, host.resets]).toEqual([[42], 1])
})

test('the device tree says what the machine is', () => {
  const tree = treeOf(virt64.build(new FakeHost(), options({ cpus: 2, commandLine: 'quiet' })))
  const text = new TextDecoder('latin1').decode(tree.bytes)
  for (const word of [
    'cpu@0',
    'cpu@1',
    'memory@80000000',
    'serial@10000000',
    'plic@c000000',
    'clint@2000000',
    'virtio_mmio@10001000',
    'virtio_mmio@10008000',
  ])
    expect(text).toContain(`${word}\0`)
  expect(text).not.toContain('cpu@2')
  expect(text).toContain('quiet\0')
  expect(text).toContain(
    'rv64imafdc_zicbom_zicbop_zicboz_zicntr_zicond_zicsr_zifencei_zba_zbb_zbc_zbs_sstc\0',
  )
  expect(text).toContain('riscv,sv48\0')
  const target = createRiscvTarget(hartOf(32, new Set(['m'])))
  const small = virt32.build(new FakeHost(), { ...options(), target })
  const other = new TextDecoder('latin1').decode(treeOf(small).bytes)
  expect(other).toContain('rv32imc_zicntr_zicsr_zifencei\0')
  expect(other).toContain('riscv,sv32\0')
})
