/** The devices of the lm3s6965evb, driven by a guest as drivers do; QEMU has not all of them. */
import { readFileSync } from 'node:fs'
import { Machine } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { describe, expect, test } from 'vitest'
import { cortexM3Target, lm3s6965evb } from '../src/index.ts'
import { halves, machineFor, words } from './system/machine.ts'

const file = (path: string): Buffer => readFileSync(new URL(`guests/${path}`, import.meta.url))

function open(tier: 0 | 1 | 'oracle') {
  const told: string[] = []
  const output: string[] = []
  const machine = new Machine({
    target: cortexM3Target(),
    board: lm3s6965evb,
    tier,
    hotThreshold: 10,
    memoryBytes: lm3s6965evb.defaultMemory,
    cpus: 1,
    console: { write: bytes => output.push(Buffer.from(bytes).toString()) },
    image: loadElf(file('elf/evalboard-lm3s.elf')),
    semihosting: true,
    notice: text => told.push(text),
  })
  return { machine, told, output }
}

test.each([0, 1, 'oracle'] as const)('tier %s: no driver waits for ever', tier => {
  const { machine, told, output } = open(tier)
  while (machine.run(100_000) === 'running' && machine.clock() < 5e6);
  expect(machine.stopReason).toEqual({ kind: 'exit', status: 0 })
  expect(output.join('')).toBe(file('expected/evalboard-lm3s.txt').toString())
  expect(told).toEqual([])
})

describe('registers', () => {
  const { machine } = open(0)
  const at = (address: number) => {
    const place = machine.memory.device(BigInt(address))
    if (!place) throw new Error('nobody there')
    return place
  }
  const read = (address: number): number => {
    const { device, offset } = at(address)
    return device.read(offset, 4, 0) >>> 0
  }
  const write = (address: number, value: number): void => {
    const { device, offset } = at(address)
    device.write(offset, 4, value, 0)
  }
  /** Address, after reset, after all ones have been written. */
  test.each([
    ['SSICR0', 0x40008000, 0, 0xffff],
    ['SSICPSR', 0x40008010, 0, 0xfe],
    ['SSISR', 0x4000800c, 3, 3],
    ['SSIRIS', 0x40008018, 8, 8],
    ['SSIPeriphID0', 0x40008fe0, 0x22, 0x22],
    ['GPIODIR', 0x40004400, 0, 0xff],
    ['GPIOLOCK', 0x40004520, 1, 1],
    ['GPIODATA', 0x40005000, 0, 0],
    ['I2CMTPR', 0x4002000c, 1, 0x7f],
    ['I2CMCR', 0x40020020, 0, 0x31],
    ['ADCSSPRI', 0x40038020, 0x3210, 0x3333],
    ['ADCSSCTL3', 0x400380a4, 0, 15],
    ['ADCSSMUX0', 0x40038040, 0, 0x33333333],
    ['ADCSSFSTAT0', 0x4003804c, 0x100, 0x100],
    ['MACIM', 0x40048004, 0x7f, 0x7f],
    ['MACTHR', 0x4004801c, 0x3f, 0x3f],
    ['WDTLOAD', 0x40000000, 0xffffffff, 0xffffffff],
    ['WDTLOCK', 0x40000c00, 0, 1],
    ['FMA', 0x400fd000, 0, 0x3ffff],
    ['FCIM', 0x400fd010, 0, 3],
    ['UARTFBRD', 0x4000c028, 0, 0x3f],
    ['UARTCTL', 0x4000c030, 0x300, 0xff87],
    ['UARTIFLS', 0x4000c034, 0x12, 0x3f],
    ['UARTIM', 0x4000c038, 0, 0x7ff],
    ['RCC', 0x400fe060, 0x078e3ac0, 0x0fde3bf3],
    ['RCC2', 0x400fe070, 0x07802810, 0x9f802870],
    ['RCGC1', 0x400fe104, 0, 0x030f5317],
    ['RCGC2', 0x400fe108, 0, 0x5000007f],
    ['SRCR2', 0x400fe048, 0, 0x5000007f],
    ['IMC', 0x400fe054, 0, 0x42],
    ['nothing', 0x400fe080, 0, 0],
  ] as const)('%s', (_, address, first, ones) => {
    expect(read(address).toString(16)).toBe(first.toString(16))
    write(address, 0xffffffff)
    expect(read(address).toString(16)).toBe(ones.toString(16))
  })
})

test('a watchdog that nobody serves resets the machine', () => {
  const machine = machineFor('lm3s6965evb', [
    [0, words(0x20001000, 0x101)],
    [0x100, halves(0xe7fe)],
  ])
  const place = machine.memory.device(0x40000000n)
  const write = (offset: number, value: number) => place?.device.write(offset, 4, value, 0)
  const control = () => place?.device.read(8, 4, 0)
  write(8, 3)
  write(8, 2)
  expect(control()).toBe(3) // once it counts, only a reset stops it
  write(0, 100)
  machine.run(12_000)
  expect([control(), place?.device.read(0x10, 4, 0)]).toEqual([3, 1])
  machine.run(12_000)
  expect(control()).toBe(0)
})
