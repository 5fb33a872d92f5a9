import { beforeEach, describe, expect, test } from 'vitest'
import { Uart16550 } from '../src/index.ts'
import { FakeHost } from './host.ts'

let host: FakeHost
let uart: Uart16550
let output: string
let level: boolean

const make = (registerShift = 0): Uart16550 =>
  new Uart16550({
    host,
    console: {
      write(bytes) {
        output += String.fromCharCode(...bytes)
      },
    },
    line(now) {
      level = now
    },
    registerShift,
  })
const text = (s: string): Uint8Array => new TextEncoder().encode(s)
const read = (register: number): number => uart.read(register, 1)
const write = (register: number, value: number): void => uart.write(register, 1, value)
/** What the guest gets while data is ready. */
const drain = (): string => {
  let got = ''
  while (read(5) & 1) got += String.fromCharCode(read(0))
  return got
}

beforeEach(() => {
  host = new FakeHost()
  output = ''
  level = false
  uart = make()
})

describe('output', () => {
  test('goes out byte by byte, at once; the transmitter is always empty', () => {
    for (const c of text('hello')) {
      write(0, c)
      expect(read(5)).toBe(0x60)
    }
    expect(output).toBe('hello')
  })

  test('raises "transmitter empty" when enabled, until IIR is read; again after a write', () => {
    write(1, 2)
    expect(level).toBe(true)
    expect(read(2)).toBe(2)
    expect(level).toBe(false)
    expect(read(2)).toBe(1)
    write(0, 0x41)
    expect(level).toBe(true)
    write(1, 0)
    expect(level).toBe(false)
  })

  test('in loopback nothing goes out', () => {
    write(4, 0x10)
    write(0, 0x41)
    expect(output).toBe('')
    expect(drain()).toBe('A')
  })
})

describe('input', () => {
  test.each([0, 1])('of any amount arrives in order, FIFO control %i', fifo => {
    write(2, fifo)
    const sent = 'abcdefghijklmnopqrstuvwxyz'.repeat(10)
    uart.receive(text(sent))
    expect(drain()).toBe(sent)
    expect(read(5)).toBe(0x60)
  })

  test('waits while the UART is in loopback', () => {
    write(4, 0x10)
    uart.receive(text('x'))
    expect(read(5)).toBe(0x60)
    write(4, 0)
    expect(drain()).toBe('x')
  })

  test('interrupts at the trigger level at once', () => {
    write(2, 0x81)
    write(1, 1)
    uart.receive(text('1234567'))
    expect(level).toBe(false)
    uart.receive(text('8'))
    expect(read(2)).toBe(0xc4)
    expect(level).toBe(true)
    read(0)
    expect(level).toBe(false)
  })

  test('interrupts below the trigger level after four character times', () => {
    write(3, 0x83)
    write(0, 2)
    write(3, 3)
    write(2, 0xc1)
    write(1, 1)
    uart.receive(text('ab'))
    // 4 characters of 10 bits at 3,686,400 Hz / 16 / 2
    const due = Math.ceil((40 * 16 * 2 * 1e9) / 3_686_400)
    host.advance(due - 1)
    expect(level).toBe(false)
    host.advance(due)
    expect(read(2)).toBe(0xcc)
    read(0)
    expect(level).toBe(false)
    host.advance(2 * due)
    expect(read(2)).toBe(0xcc)
    read(0)
    expect(read(2)).toBe(0xc1)
    expect(host.deadlines.size).toBe(0)
  })

  test('clearing the FIFO drops what it held, not what waits outside', () => {
    write(2, 1)
    uart.receive(text('0123456789abcdefXYZ'))
    write(2, 3)
    expect(drain()).toBe('XYZ')
  })
})

test('reset restores the registers and lowers the line', () => {
  write(3, 0x83)
  write(0, 1)
  write(3, 3)
  write(7, 0x55)
  write(2, 1)
  write(1, 7)
  uart.receive(text('a'))
  expect(level).toBe(true)
  uart.reset()
  expect(level).toBe(false)
  expect(host.deadlines.size).toBe(0)
  expect([1, 2, 3, 4, 5, 6, 7].map(read)).toEqual([0, 1, 0, 8, 0x60, 0xb0, 0])
  write(3, 0x80)
  expect([read(0), read(1)]).toEqual([12, 0])
})

test('registers can be four bytes apart', () => {
  uart = make(2)
  expect(uart.size).toBe(32)
  uart.write(28, 4, 0x1a5)
  expect(uart.read(28, 4)).toBe(0xa5)
  expect(uart.read(20, 1)).toBe(0x60)
})
