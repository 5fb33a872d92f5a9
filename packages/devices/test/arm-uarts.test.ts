import { describe, expect, test } from 'vitest'
import { CmsdkUart, NrfUart, Pl011 } from '../src/index.ts'

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
    const uart = new CmsdkUart({
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
    return { uart, sent, lines, write: (offset: number, value: number) => uart.write(offset, 4, value) }
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
  test('receives byte by byte', () => {
    const { uart, lines, write } = make()
    uart.receive(text('xy'))
    expect(uart.read(4, 4)).toBe(0)
    write(16, 16)
    write(8, 10)
    expect([uart.read(4, 4), lines.receive]).toEqual([2, true])
    expect([uart.read(0, 4), uart.read(0, 4), uart.read(4, 4)]).toEqual([120, 121, 0])
    write(12, 2)
    expect(lines.receive).toBe(false)
  })
})

describe('PL011', () => {
  const make = () => {
    const { console, sent } = sink()
    const line = { level: false }
    const uart = new Pl011({
      console,
      line: level => {
        line.level = level
      },
    })
    uart.reset()
    return { uart, sent, line, write: (offset: number, value: number) => uart.write(offset, 4, value) }
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
    const { uart, line, write } = make()
    write(0x38, 0x10)
    uart.receive(text('abc'))
    expect(uart.read(0x18, 4) & 0x10).toBe(0x10) // off
    write(0x30, 0x301)
    expect([uart.read(0x18, 4) & 0x50, line.level]).toEqual([0x40, true])
    expect(uart.read(0, 4)).toBe(97)
    write(0x2c, 0x70)
    // What the FIFO held is gone; the rest comes at once.
    expect([uart.read(0, 4), uart.read(0x18, 4) & 0x10, line.level]).toEqual([99, 0x10, false])
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
    const uart = new NrfUart({
      console,
      line: level => {
        line.level = level
      },
    })
    uart.reset()
    return { uart, sent, line, write: (offset: number, value: number) => uart.write(offset, 4, value) }
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
  test('receives into six places', () => {
    const { uart, line, write } = make()
    write(0x500, 4)
    write(0x304, 4)
    uart.receive(text('12345678'))
    expect(uart.read(0x108, 4)).toBe(0)
    write(0, 1)
    expect(line.level).toBe(true)
    const got = Array.from({ length: 8 }, () => uart.read(0x518, 4))
    expect(String.fromCharCode(...got)).toBe('12345678')
    write(4, 1)
    expect(uart.read(0x144, 4)).toBe(1)
  })
})
