import { FakeHost } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import { CmsdkUart, NrfUart, Pl011 } from '../../src/index.ts'

const text = (s: string): Uint8Array => new TextEncoder().encode(s)
const sink = () => {
  const got: number[] = []
  return {
    console: { write: (bytes: Uint8Array) => void got.push(...bytes) },
    sent: () => String.fromCharCode(...got),
  }
}

describe('CMSDK UART', () => {
  const make = () => {
    const { console, sent } = sink()
    const lines = { transmit: false, receive: false, overrun: false }
    const host = new FakeHost()
    const uart = new CmsdkUart({
      host,
      clockHz: 25_000_000,
      console,
      transmit: level => {
        lines.transmit = level
      },
      receive: level => {
        lines.receive = level
      },
      overrun: level => {
        lines.overrun = level
      },
    })
    uart.reset()
    return { host, uart, sent, lines, write: (offset: number, value: number) => uart.write(offset, 4, value) }
  }
  test('sends only with transmitter and baud rate', () => {
    const { sent, lines, write } = make()
    write(0, 65)
    write(8, 1)
    write(0, 66)
    write(16, 16)
    write(0, 67)
    expect([sent(), lines.transmit]).toEqual(['C', false])
    write(8, 5)
    write(0, 68)
    expect([sent(), lines.transmit]).toEqual(['CD', true])
    write(12, 1)
    expect(lines.transmit).toBe(false)
  })
  test('receives byte by byte, at the speed of the line', () => {
    const { host, uart, lines, write } = make()
    uart.receive(text('xy'))
    write(16, 250)
    host.advance(1e9)
    expect([uart.read(4, 4), host.deadlines.size]).toEqual([0, 0])
    write(8, 10)
    host.advance(1e9 + 99_999)
    expect(uart.read(4, 4)).toBe(0)
    host.advance(1e9 + 100_000)
    expect([uart.read(4, 4), lines.receive]).toEqual([2, true])
    expect([uart.read(0, 4), uart.read(4, 4)]).toEqual([120, 0])
    host.advance(2e9)
    expect([uart.read(0, 4), uart.read(4, 4)]).toEqual([121, 0])
    write(12, 2)
    expect(lines.receive).toBe(false)
  })
})

describe('PL011', () => {
  const make = () => {
    const { console, sent } = sink()
    const line = { level: false }
    const host = new FakeHost()
    const uart = new Pl011({
      host,
      clockHz: () => 16_000_000,
      console,
      line: level => {
        line.level = level
      },
    })
    uart.reset()
    return { host, uart, sent, line, write: (offset: number, value: number) => uart.write(offset, 4, value) }
  }
  test('sends', () => {
    const { uart, sent, line, write } = make()
    expect(uart.read(0x18, 4)).toBe(0x90)
    write(0x38, 0x20)
    write(0, 72)
    expect([sent(), line.level, uart.read(0x3c, 4)]).toEqual(['H', true, 0x20])
    write(0x44, 0x20)
    expect(line.level).toBe(false)
  })
  test('receives, with and without FIFO', () => {
    const { host, uart, line, write } = make()
    const wait = (): void => host.advance(host.now + 1e9)
    write(0x38, 0x10)
    uart.receive(text('abc'))
    wait()
    expect(uart.read(0x18, 4) & 0x10).toBe(0x10) // off
    write(0x30, 0x301)
    wait()
    expect([uart.read(0x18, 4) & 0x50, line.level]).toEqual([0x40, true])
    expect(uart.read(0, 4)).toBe(97)
    wait()
    write(0x2c, 0x70)
    // What the FIFO held is gone; the rest comes.
    wait()
    expect([uart.read(0, 4), uart.read(0x18, 4) & 0x10, line.level]).toEqual([99, 0x10, false])
  })
  test('takes input at the speed of the line, and loses none while it is set up', () => {
    const { host, uart, write } = make()
    uart.receive(text('ab'))
    write(0x30, 0x301)
    host.advance(1e6)
    write(0x24, 8)
    write(0x28, 44) // 8 11/16: 115108 baud
    write(0x2c, 0x70)
    expect(uart.read(0x18, 4) & 0x10).toBe(0x10)
    host.advance(1e6 + 86_874)
    expect(uart.read(0x18, 4) & 0x10).toBe(0x10)
    host.advance(1e6 + 86_875)
    expect(uart.read(0, 4)).toBe(97)
    host.advance(2e6)
    expect(uart.read(0, 4)).toBe(98)
  })
  test('loops back', () => {
    const { uart, sent, write } = make()
    write(0x30, 0x381)
    write(0, 33)
    expect([sent(), uart.read(0, 4)]).toEqual(['', 33])
  })
})

describe('nRF51 UART', () => {
  const make = () => {
    const { console, sent } = sink()
    const line = { level: false }
    const host = new FakeHost()
    const uart = new NrfUart({
      host,
      console,
      line: level => {
        line.level = level
      },
    })
    uart.reset()
    return { host, uart, sent, line, write: (offset: number, value: number) => uart.write(offset, 4, value) }
  }
  test('sends when enabled and started', () => {
    const { uart, sent, line, write } = make()
    write(8, 1)
    write(0x500, 4)
    write(0x51c, 65)
    write(8, 1)
    write(0x304, 0x80)
    write(0x51c, 66)
    expect([sent(), uart.read(0x11c, 4), line.level]).toEqual(['B', 1, true])
    write(0x11c, 0)
    expect(line.level).toBe(false)
  })
  test('receives into six places, at the speed of the line', () => {
    const { host, uart, line, write } = make()
    write(0x500, 4)
    write(0x304, 4)
    uart.receive(text('12345678'))
    host.advance(1e6)
    expect(uart.read(0x108, 4)).toBe(0)
    write(0, 1)
    host.advance(1e6 + 39_999)
    expect(line.level).toBe(false)
    host.advance(1e6 + 40_000) // 250000 baud
    expect(line.level).toBe(true)
    host.advance(2e6)
    expect(host.deadlines.size).toBe(0)
    const read = (count: number): string =>
      String.fromCharCode(...Array.from({ length: count }, () => uart.read(0x518, 4)))
    expect(read(6)).toBe('123456')
    host.advance(3e6)
    expect(read(2)).toBe('78')
    write(4, 1)
    expect(uart.read(0x144, 4)).toBe(1)
  })
})
