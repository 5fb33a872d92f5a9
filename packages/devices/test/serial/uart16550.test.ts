import { FakeHost } from '@guestscope/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { Uart16550 } from '../../src/index.ts'

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
/** Lets time pass, so many characters of 10 bits at 115200 baud. */
const characters = (count: number): void =>
  host.advance(host.now + Math.ceil((count * 10e9) / 115_200) + count)
/** What the guest gets that looks twice as often as characters come. */
const listen = (count: number): string => {
  let got = ''
  for (let i = 0; i < 2 * count; i++) {
    characters(0.5)
    got += drain()
  }
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
    expect(drain()).toBe('')
    expect(listen(sent.length + 1)).toBe(sent)
    expect(read(5)).toBe(0x60)
    expect(host.deadlines.size).toBe(0)
  })

  test('waits while nobody reads it: the single register, then the FIFO fill up, and nothing overruns', () => {
    const sent = 'abcdefghijklmnopqrstuvwxyz'
    uart.receive(text(sent))
    characters(100)
    expect([read(5), host.deadlines.size]).toEqual([0x61, 0])
    write(2, 1)
    characters(100)
    expect(read(5)).toBe(0x61)
    expect(drain() + listen(27)).toBe(sent)
  })

  test('comes at the speed of the divisor, 115200 baud before it is set, 9600 at least', () => {
    const first = (): number => {
      uart.receive(text('x'))
      const [due] = [...host.deadlines.values()]
      const took = (due?.at ?? 0) - host.now
      host.advance(due?.at ?? 0)
      expect(drain()).toBe('x')
      return took
    }
    write(3, 3)
    expect(first()).toBe(86_806)
    const divisor = (value: number): number => {
      write(3, 0x83)
      write(0, value & 255)
      write(1, value >> 8)
      write(3, 3)
      return first()
    }
    expect([divisor(12), divisor(1), divisor(592)]).toEqual([520_834, 43_403, 1_041_667])
    write(3, 0x1f) // parity and a second stop bit
    expect(first()).toBe(1_250_000)
  })

  test('that comes before the UART is set up is not lost, however late that is', () => {
    uart.receive(text('hello'))
    characters(20)
    write(1, 0)
    write(3, 0x80)
    write(0, 2)
    write(1, 0)
    write(3, 3)
    for (const value of [1, 7, 0, 1, 7]) {
      write(2, value)
      characters(20)
    }
    expect(drain()).toBe('hello')
  })

  test('waits while the UART is in loopback', () => {
    write(4, 0x10)
    uart.receive(text('x'))
    characters(9)
    expect(read(5)).toBe(0x60)
    write(4, 0)
    expect(listen(1)).toBe('x')
  })

  test('interrupts at the trigger level at once', () => {
    write(2, 0x81)
    write(1, 1)
    write(3, 3)
    uart.receive(text('12345678'))
    characters(7)
    expect(level).toBe(false)
    characters(1)
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
    const arrived = 2 * 86_806
    const due = arrived + Math.ceil((40 * 16 * 2 * 1e9) / 3_686_400)
    host.advance(due - 1)
    expect(level).toBe(false)
    host.advance(due)
    expect(read(2)).toBe(0xcc)
    read(0)
    expect(level).toBe(false)
    host.advance(2 * due - arrived)
    expect(read(2)).toBe(0xcc)
    read(0)
    expect(read(2)).toBe(0xc1)
    expect(host.deadlines.size).toBe(0)
  })

  test('clearing the FIFO in operation drops what it held, not what waits outside', () => {
    write(2, 1)
    uart.receive(text('r0123456789abcdefXYZ'))
    characters(20)
    expect(read(0)).toBe(0x72)
    characters(1)
    write(2, 3)
    expect([drain(), listen(3)]).toEqual(['', 'XYZ'])
  })
})

test('reset restores the registers and lowers the line', () => {
  write(3, 0x83)
  write(0, 1)
  write(3, 3)
  write(7, 0x55)
  write(2, 1)
  write(1, 5)
  uart.receive(text('a'))
  characters(6)
  expect(level).toBe(true)
  uart.reset()
  expect(level).toBe(false)
  expect(host.deadlines.size).toBe(0)
  expect([1, 2, 3, 4, 5, 6, 7].map(read)).toEqual([0, 1, 0, 8, 0x60, 0xb0, 0])
  write(3, 0x80)
  expect([read(0), read(1)]).toEqual([12, 0])
})

describe('an interrupt that has been passed on', () => {
  test('"transmitter empty" holds the line no longer; IIR still shows it; the next event is one', () => {
    write(1, 3)
    expect(level).toBe(true)
    uart.taken()
    expect(level).toBe(false)
    read(5)
    write(1, 3)
    expect(level).toBe(false)
    write(0, 0x41)
    expect(level).toBe(true)
    uart.taken()
    expect([level, read(2), read(2)]).toEqual([false, 2, 1])
    write(0, 0x41)
    uart.taken()
    write(1, 1)
    write(1, 3)
    expect(level).toBe(true)
  })

  test('everything else stays until its cause is gone; then "transmitter empty" behind it is an event of its own', () => {
    write(1, 3)
    uart.receive(text('ab'))
    characters(1)
    expect(read(2)).toBe(4)
    uart.taken()
    expect(level).toBe(true)
    read(0)
    expect([level, read(2)]).toEqual([true, 2])
    write(0, 0x41)
    uart.taken()
    expect(level).toBe(false)
    characters(1)
    expect([level, read(0), level]).toEqual([true, 0x62, true])
    uart.taken()
    expect(level).toBe(false)
  })
})

test('registers can be four bytes apart', () => {
  uart = make(2)
  expect(uart.size).toBe(32)
  uart.write(28, 4, 0x1a5)
  expect(uart.read(28, 4)).toBe(0xa5)
  expect(uart.read(20, 1)).toBe(0x60)
})
