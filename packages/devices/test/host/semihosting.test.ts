import type { Cpu, GuestFile, GuestFiles, Machine, SemihostingHost } from '@guestscope/core'
import { Errno, GuestFileError } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { Semihosting } from '../../src/index.ts'

/** Files in memory. */
class MemoryFiles implements GuestFiles {
  readonly all = new Map<string, number[]>()
  open(name: string, mode: string): GuestFile {
    if (mode[0] === 'r' && !this.all.has(name)) throw new GuestFileError(Errno.noEntry, name)
    if (mode[0] === 'w') this.all.set(name, [])
    const data = this.all.get(name) ?? []
    this.all.set(name, data)
    return {
      read: (position, length) => Uint8Array.from(data.slice(position, position + length)),
      write: (position, bytes) => void data.splice(position, bytes.length, ...bytes),
      size: () => data.length,
      close: () => {},
    }
  }
  remove(name: string): void {
    if (!this.all.delete(name)) throw new GuestFileError(Errno.noEntry, name)
  }
  rename(from: string, to: string): void {
    this.all.set(to, this.all.get(from) ?? [])
    this.remove(from)
  }
}

/** A machine of 8 KiB with a parameter block at 0 and data from 0x100 on. */
function rig(host?: SemihostingHost, size = 0x2000) {
  const memory = new Uint8Array(size)
  const out: number[] = []
  const exits: number[] = []
  const notices: string[] = []
  const pauses: boolean[] = []
  const spent = { charged: 0 }
  const machine = {
    semihostingHost: host,
    startTime: 1_000_000,
    charge: (instructions: number) => {
      spent.charged += instructions
    },
    notice: (_: string, text: string) => void notices.push(text),
    pause: (cpu: Cpu, waits: boolean) => {
      pauses.push(waits)
      cpu.unfinished = { cause: 0, value: 0n, waits }
    },
    proceed: (cpu: Cpu) => {
      cpu.unfinished = undefined
    },
    console: { write: (bytes: Uint8Array) => void out.push(...bytes) },
    virtualTime: () => 2_500_000_000,
    exit: (status: number) => void exits.push(status),
    memory: { regions: [{ base: 0n, size, readonly: false }] },
    image: undefined,
  } as unknown as Machine
  const inside = (address: bigint, length: number): boolean => Number(address) + length <= memory.length
  const cpu = {
    readVirtual: (a: bigint, n: number) =>
      inside(a, n) ? memory.slice(Number(a), Number(a) + n) : undefined,
    writeVirtual: (a: bigint, b: Uint8Array) => {
      if (!inside(a, b.length)) return false
      memory.set(b, Number(a))
      return true
    },
  } as unknown as Cpu
  const services = new Semihosting(machine, 4)
  const view = new DataView(memory.buffer)
  const put = (address: number, text: string): number => {
    memory.set(new TextEncoder().encode(`${text}\0`), address)
    return address
  }
  /** Calls with these fields in the block. */
  const call = (operation: number, ...fields: readonly number[]): number => {
    fields.forEach((value, i) => view.setUint32(4 * i, value, true))
    for (;;) {
      const result = services.call(cpu, operation, 0n)
      if (result !== undefined) return Number(result)
    }
  }
  const text = (address: number, length: number): string =>
    String.fromCharCode(...memory.slice(address, address + length))
  const output = (): string => String.fromCharCode(...out)
  return { call, put, view, exits, text, machine, output, out, services, cpu, notices, pauses, spent }
}
const open = (r: ReturnType<typeof rig>, name: string, mode: number): number =>
  r.call(1, r.put(0x100, name), mode, name.length)

describe('console', () => {
  test('opens, writes, is a terminal', () => {
    const r = rig()
    const handle = open(r, ':tt', 4)
    expect(handle).toBeGreaterThan(0)
    expect(r.call(5, handle, r.put(0x200, 'hello'), 5)).toBe(0)
    expect(r.call(9, handle)).toBe(1)
    expect(r.output()).toBe('hello')
    expect(r.call(2, handle)).toBe(0)
    expect(r.call(2, handle)).toBe(-1)
    expect(r.call(0x13)).toBe(Errno.badHandle)
  })
  test('input is what the user gives', () => {
    const input = [...'ab'].map(c => c.charCodeAt(0))
    const r = rig({ input: n => Uint8Array.from(input.splice(0, n)) })
    expect(r.call(7)).toBe(97)
    const handle = open(r, ':tt', 0)
    expect(r.call(6, handle, 0x300, 4)).toBe(3)
    expect(r.text(0x300, 1)).toBe('b')
    expect(rig().call(7)).toBe(-1)
  })
})

describe('files', () => {
  test('none by default', () => {
    const r = rig()
    expect(open(r, 'secret', 0)).toBe(-1)
    expect(r.call(0x13)).toBe(Errno.noEntry)
    expect(r.call(0x0e, r.put(0x100, 'secret'), 6)).toBe(-1)
  })
  test('written, read back, measured, renamed, removed', () => {
    const files = new MemoryFiles()
    const r = rig({ files })
    const out = open(r, 'data', 4)
    expect(r.call(5, out, r.put(0x200, 'abcdef'), 6)).toBe(0)
    expect(r.call(0x0c, out)).toBe(6)
    expect(r.call(2, out)).toBe(0)
    const name = r.put(0x100, 'data')
    r.put(0x180, 'other')
    expect(r.call(0x0f, name, 4, 0x180, 5)).toBe(0)
    const handle = open(r, 'other', 1)
    expect(r.call(0x0a, handle, 2)).toBe(0)
    expect(r.call(6, handle, 0x300, 10)).toBe(6)
    expect(r.text(0x300, 4)).toBe('cdef')
    expect(r.call(6, handle, 0x300, 10)).toBe(10)
    expect(r.call(9, handle)).toBe(0)
    expect(r.call(0x0e, r.put(0x180, 'other'), 5)).toBe(0)
    expect([...files.all.keys()]).toEqual([])
  })
  test('a reset closes everything', () => {
    const r = rig({ files: new MemoryFiles() })
    const handle = open(r, 'x', 4)
    Semihosting.reset(r.machine)
    expect(r.call(0x0c, handle)).toBe(-1)
  })
  test('bad modes, bad memory, too many', () => {
    const r = rig({ files: new MemoryFiles() })
    expect(open(r, 'x', 12)).toBe(-1)
    expect(r.call(0x13)).toBe(Errno.invalid)
    expect(r.call(1, 0x10000, 4, 4)).toBe(-1)
    expect(r.call(0x13)).toBe(Errno.fault)
    const handles = Array.from({ length: 70 }, () => open(r, 'x', 4))
    expect(handles.filter(h => h > 0)).toHaveLength(64)
    expect(r.call(0x13)).toBe(Errno.tooManyFiles)
  })
})

test('the rest', () => {
  const r = rig({ commandLine: 'prog -v' })
  expect(r.call(0x15, 0x400, 8)).toBe(0)
  expect([r.text(0x400, 7), r.view.getUint32(4, true)]).toEqual(['prog -v', 7])
  expect(r.call(0x15, 0x400, 7)).toBe(-1)
  expect([r.call(0x10), r.call(0x11), r.call(0x31)]).toEqual([250, 1_000_002, 1e9])
  expect(r.call(8, -1)).toBe(1)
  expect(r.call(0x0d, 0x500, 7, 8)).toBe(0)
  expect(r.text(0x500, 4)).toBe('tmp7')
  expect(r.call(0x12, 0x500, 4)).toBe(-1)
  expect(r.call(0x99)).toBe(-1)
  expect(r.call(0x13)).toBe(Errno.notSupported)
  const features = open(r, ':semihosting-features', 0)
  expect(r.call(6, features, 0x600, 5)).toBe(0)
  expect(r.text(0x600, 4)).toBe('SHFB')
  expect(r.call(0x20, 0x20026, 7)).toBe(0)
  r.services.call(r.cpu, 0x18, 0x20026n)
  r.services.call(r.cpu, 0x18, 0x20023n)
  expect(r.exits).toEqual([7, 0, 1])
})

describe('wild lengths and places', () => {
  const unsigned = (n: number): number => n >>> 0

  test('longer than all memory, and over the end of the address space', () => {
    const r = rig()
    const handle = open(r, ':tt', 4)
    for (const [at, length] of [
      [0x100, 0x2001],
      [0x100, 0xffff_ffff],
      [0xffff_f000, 0x2000],
    ] as const) {
      expect(unsigned(r.call(5, handle, at, length))).toBe(length)
      expect(r.call(0x13)).toBe(Errno.fault)
      const input = open(r, ':tt', 0)
      expect(unsigned(r.call(6, input, at, length))).toBe(length)
      expect(r.call(2, input)).toBe(0)
    }
    expect(r.output()).toBe('')
  })
  test('what is not mapped ends a transfer where it begins', () => {
    const r = rig()
    const handle = open(r, ':tt', 4)
    expect(r.call(5, handle, 0x1000, 0x1800)).toBe(0x800)
    expect(r.out.length).toBe(0x1000)
  })
  test('a string without an end', () => {
    const r = rig(undefined, 0x4000)
    r.view.setUint8(0, 1)
    for (let at = 0; at < 0x4000; at++) r.view.setUint8(at, 0x41)
    expect(r.services.call(r.cpu, 4, 0n)).toBe(-1n)
    expect(r.call(0x13)).toBe(Errno.fault)
    expect(r.out.length).toBe(0x4000)
  })
  test('a long string and a long transfer come in pieces and cost', () => {
    const r = rig(undefined, 0x400000)
    for (let at = 0x100000; at < 0x380000; at++) r.view.setUint8(at, 0x41)
    const handle = open(r, ':tt', 4)
    r.spent.charged = 0
    expect(r.call(5, handle, 0x100000, 0x280000)).toBe(0)
    expect(r.pauses).toEqual([false, false])
    expect(r.spent.charged).toBeGreaterThan(0x280000 / 8)
    expect(Number(r.services.call(r.cpu, 4, 0x100000n) ?? -2)).toBe(-2)
  })
  test('a place that cannot be kept: the old one remains', () => {
    const files = new MemoryFiles()
    const r = rig({ files })
    const wide = new Semihosting(r.machine, 8)
    const call = (operation: number, ...fields: readonly bigint[]): bigint | undefined => {
      fields.forEach((value, i) => r.view.setBigUint64(8 * i, value, true))
      return wide.call(r.cpu, operation, 0n)
    }
    const handle = call(1, BigInt(r.put(0x100, 'data')), 4n, 4n) as bigint
    expect(call(5, handle, BigInt(r.put(0x200, 'abc')), 3n)).toBe(0n)
    expect(call(0x0a, handle, 1n << 53n)).toBe(-1n)
    expect(call(0x13)).toBe(BigInt(Errno.invalid))
    expect(call(0x0a, handle, (1n << 53n) - 1n)).toBe(0n)
    expect(call(5, handle, 0x200n, 3n)).toBe(3n)
    expect(call(0x13)).toBe(BigInt(Errno.tooLarge))
    expect(String.fromCharCode(...(files.all.get('data') ?? []))).toBe('abc')
    // Exact, although no number holds it.
    expect(call(5, handle, 0x200n, (1n << 63n) + 1n)).toBe((1n << 63n) + 1n)
  })
  test('a length that would look like an error', () => {
    const file: GuestFile = {
      read: () => new Uint8Array(),
      write: () => {},
      size: () => 2 ** 31,
      close: () => {},
    }
    const r = rig({ files: { open: () => file, remove: () => {}, rename: () => {} } })
    expect(r.call(0x0c, open(r, 'x', 0))).toBe(-1)
    expect(r.call(0x13)).toBe(Errno.tooLarge)
  })
  test('a full disk is told', () => {
    const file: GuestFile = {
      read: () => new Uint8Array(),
      write: () => {
        throw new GuestFileError(Errno.noSpace, 'no room.')
      },
      size: () => 0,
      close: () => {},
    }
    const r = rig({ files: { open: () => file, remove: () => {}, rename: () => {} } })
    expect(r.call(5, open(r, 'x', 4), 0x200, 5)).toBe(5)
    expect(r.call(0x13)).toBe(Errno.noSpace)
    expect(r.notices).toEqual(['A file of the guest cannot grow: no room.'])
  })
})

describe('input that has not come yet', () => {
  const waiting = () => {
    const input: (Uint8Array | undefined)[] = []
    const r = rig({ input: n => input.shift()?.subarray(0, n) })
    return { ...r, input }
  }
  test('a byte is waited for, the end is not a byte', () => {
    const r = waiting()
    expect(r.services.call(r.cpu, 7, 0n)).toBeUndefined()
    expect(r.services.call(r.cpu, 7, 0n)).toBeUndefined()
    r.input.push(Uint8Array.of(0xff))
    expect(r.services.call(r.cpu, 7, 0n)).toBe(255n)
    r.input.push(new Uint8Array())
    expect(r.services.call(r.cpu, 7, 0n)).toBe(-1n)
    expect(r.pauses).toEqual([true, true])
  })
  test('a transfer waits for the first byte, and takes what is there', () => {
    const r = waiting()
    const handle = open(r, ':tt', 0)
    r.view.setUint32(0, handle, true)
    r.view.setUint32(4, 0x300, true)
    r.view.setUint32(8, 10, true)
    expect(r.services.call(r.cpu, 6, 0n)).toBeUndefined()
    r.input.push(Uint8Array.of(65, 66))
    expect(r.services.call(r.cpu, 6, 0n)).toBe(8n)
    expect(r.text(0x300, 2)).toBe('AB')
    r.input.push(new Uint8Array())
    expect(r.services.call(r.cpu, 6, 0n)).toBe(10n)
  })
})
