import type { Cpu, GuestFile, GuestFiles, Machine, SemihostingHost } from '@guestscope/core'
import { Errno, GuestFileError } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { Semihosting } from '../src/index.ts'

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
function rig(host?: SemihostingHost) {
  const memory = new Uint8Array(0x2000)
  const out: number[] = []
  const exits: number[] = []
  const machine = {
    semihostingHost: host,
    console: { write: (bytes: Uint8Array) => void out.push(...bytes) },
    clock: () => 2_500_000_000,
    exit: (status: number) => void exits.push(status),
    memory: { regions: [{ base: 0n, size: 0x2000, readonly: false }] },
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
    return services.call(cpu, operation, 0n)
  }
  const text = (address: number, length: number): string =>
    String.fromCharCode(...memory.slice(address, address + length))
  return { call, put, view, exits, text, machine, output: () => String.fromCharCode(...out), services, cpu }
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
  expect([r.call(0x10), r.call(0x11), r.call(0x31)]).toEqual([250, 2, 1e9])
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
