/** The slowest path of memory accesses: devices, protection finer than a page, stores to code pages. */
import { AccessHow, Exit, Head, pageMask, pageSize, Single } from '@guestscope/codegen'
import type { AccessSize, MmioDevice } from '../board/device.ts'
import type { Cpu } from '../cpu.ts'
import { Access, type Target } from '../target.ts'
import type { AttachedDevice, GuestMemory } from './memory.ts'
import { PageFlag } from './memory.ts'

/** What an access needs of the machine. */
export interface AccessHost {
  readonly target: Target
  readonly memory: GuestMemory
  /** Physical address or -1n with the fault described in the head. */
  translate(cpu: Cpu, address: bigint, access: number): bigint
  /** Linear memory is about to change: translations of these bytes are void. */
  invalidate(linear: number, length: number): void
  /** A CPU has accessed a physical address where nobody is. */
  absent(physical: number): void
  /** The instruction at this record, which runs alone, has reached a device that regions may reach, too. */
  reached(record: number): void
}

interface Part {
  readonly address: bigint
  readonly physical: bigint
  readonly length: number
}

/** Bytes of an access, and the rest of its `AccessHow`, which `translate` gets with the kind. */
const bytesOf = (how: number): number => how & AccessHow.bytes
const modeOf = (how: number): number => how & ~AccessHow.bytes

/** Splits an access at the page boundary and translates each part; undefined: a fault is described in the head. */
function parts(
  host: AccessHost,
  cpu: Cpu,
  address: bigint,
  length: number,
  access: number,
): Part[] | undefined {
  const room = pageSize - Number(address & pageMask)
  const lengths = length <= room ? [length] : [room, length - room]
  const result: Part[] = []
  const mask = host.target.addressType === 'i32' ? 0xffffffffn : 0xffffffffffffffffn
  let at = address
  for (const n of lengths) {
    cpu.set32(Head.accessBytes, n)
    const physical = host.translate(cpu, at, access)
    if (physical === -1n) {
      cpu.set32(Head.exit, Exit.trap)
      return undefined
    }
    result.push({ address: at, physical: BigInt.asUintN(64, physical), length: n })
    at = (at + BigInt(n)) & mask
  }
  return result
}

/** Nobody answers: describes the fault in the head, or gives true because the CPU ignores it. */
function busError(host: AccessHost, cpu: Cpu, { address, physical }: Part, access: number): boolean {
  host.absent(Number(physical))
  if (host.target.ignoresBusErrors?.(cpu)) return true
  cpu.set32(Head.trapCause, host.target.busError(access))
  cpu.set64(Head.trapValue, address)
  cpu.set32(Head.exit, Exit.trap)
  return false
}

/** Aligned accesses of 1, 2, 4 or 8 bytes inside a device. */
const fitsDevice = (device: MmioDevice, offset: number, length: number): boolean =>
  (length === 1 || length === 2 || length === 4 || length === 8) &&
  length >= (device.smallest ?? 1) &&
  (offset & (length - 1)) === 0 &&
  offset + length <= device.size

/** Physical address of an access that generated code has translated already, or -1. */
function translated(cpu: Cpu): number {
  const high = cpu.get32(Head.physical + 4)
  return high < 0 ? -1 : high * 2 ** 32 + (cpu.get32(Head.physical) >>> 0)
}

/** The device of an access that generated code has translated already; a common case, kept quick. */
function translatedDevice(
  host: AccessHost,
  cpu: Cpu,
  physical: number,
  length: number,
): AttachedDevice | undefined {
  const found = physical < 0 ? undefined : host.memory.deviceAt(physical)
  if (!found || !fitsDevice(found.device, physical - found.base, length)) return undefined
  if (!found.inCpu && cpu.get32(Head.single) === Single.alone) host.reached(cpu.get32(Head.rec))
  return found
}

/** A 64-bit value from halves (any i32). */
export const join = (low: number, high: number): bigint => BigInt(low >>> 0) | (BigInt(high >>> 0) << 32n)

/** Loads into `Head.value` (zero-extended); on failure sets `Head.exit`. Address in halves; `how`: `AccessHow`. */
export function slowLoad(host: AccessHost, cpu: Cpu, low: number, high: number, how: number): void {
  const length = bytesOf(how)
  const physical = translated(cpu)
  const found = translatedDevice(host, cpu, physical, length)
  if (found) {
    const { device } = found
    const offset = physical - found.base
    const size = length === 8 ? 4 : (length as AccessSize)
    cpu.set32(Head.value, device.read(offset, size, cpu.index))
    return cpu.set32(Head.value + 4, length === 8 ? device.read(offset + 4, 4, cpu.index) : 0)
  }
  const address = join(low, high)
  const pieces = parts(host, cpu, address, length, Access.load | modeOf(how))
  if (!pieces) return
  let value = 0n
  let shift = 0n
  for (const p of pieces) {
    const linear = host.memory.linear(p.physical)
    if (linear) {
      for (let i = 0; i < p.length; i++) {
        value |= BigInt(host.memory.bytes[linear + i] as number) << shift
        shift += 8n
      }
      continue
    }
    const at = host.memory.device(p.physical)
    if (at && fitsDevice(at.device, at.offset, p.length))
      value |= readDevice(at.device, at.offset, p.length, cpu.index) << shift
    else if (!busError(host, cpu, p, Access.load)) return
    shift += BigInt(8 * p.length)
  }
  cpu.set64(Head.value, value)
}

function readDevice(device: MmioDevice, offset: number, length: number, cpu: number): bigint {
  if (length < 8) return BigInt(device.read(offset, length as AccessSize, cpu) >>> 0)
  const low = BigInt(device.read(offset, 4, cpu) >>> 0)
  return low | (BigInt(device.read(offset + 4, 4, cpu) >>> 0) << 32n)
}

/** The parts of a store that would succeed; otherwise sets `Head.exit`. */
function storeParts(host: AccessHost, cpu: Cpu, address: bigint, how: number): Part[] | undefined {
  const found = parts(host, cpu, address, bytesOf(how), Access.store | modeOf(how))
  for (const p of found ?? []) {
    if (host.memory.linear(p.physical)) continue
    const at = host.memory.device(p.physical)
    if (at && fitsDevice(at.device, at.offset, p.length)) continue
    if (!busError(host, cpu, p, Access.store)) return undefined
  }
  return found
}

/** Sets `Head.exit` if a store would fail. */
export function slowProbe(host: AccessHost, cpu: Cpu, low: number, high: number, how: number): void {
  storeParts(host, cpu, join(low, high), how)
}

/** Stores the low bytes of `Head.value`; on failure sets `Head.exit` and changes nothing. */
export function slowStore(host: AccessHost, cpu: Cpu, low: number, high: number, how: number): void {
  const length = bytesOf(how)
  const physical = translated(cpu)
  const device = translatedDevice(host, cpu, physical, length)
  if (device) return storeToDevice(cpu, device, physical, length)
  const found = storeParts(host, cpu, join(low, high), how)
  if (!found) return
  let value = cpu.get64(Head.value)
  for (const p of found) {
    const linear = host.memory.linear(p.physical)
    if (linear) writeRam(host, linear, p.length, value)
    else {
      const at = host.memory.device(p.physical)
      if (at && fitsDevice(at.device, at.offset, p.length))
        writeDevice(at.device, at.offset, p.length, value, cpu.index)
    }
    value >>= BigInt(8 * p.length)
  }
}

function storeToDevice(cpu: Cpu, { device, base }: AttachedDevice, physical: number, length: number): void {
  const offset = physical - base
  const word = cpu.get32(Head.value) >>> 0
  if (length === 8) return writeDevice64(device, offset, word, cpu.get32(Head.value + 4) >>> 0, cpu.index)
  const value = length === 4 ? word : word & (2 ** (8 * length) - 1)
  device.write(offset, length as AccessSize, value, cpu.index)
}

function writeRam(host: AccessHost, linear: number, length: number, value: bigint): void {
  const flags = host.memory.flags(linear)
  if (flags & PageFlag.readonly) return host.memory.storedToRom(linear, length, value)
  if (flags & PageFlag.code) host.invalidate(linear, length)
  for (let i = 0; i < length; i++) {
    host.memory.bytes[linear + i] = Number(value & 0xffn)
    value >>= 8n
  }
}

function writeDevice(device: MmioDevice, offset: number, length: number, value: bigint, cpu: number): void {
  const low = Number(BigInt.asUintN(32, value))
  if (length === 8) writeDevice64(device, offset, low, Number(BigInt.asUintN(32, value >> 32n)), cpu)
  else device.write(offset, length as AccessSize, length === 4 ? low : low & (2 ** (8 * length) - 1), cpu)
}

function writeDevice64(device: MmioDevice, offset: number, low: number, high: number, cpu: number): void {
  if (device.write64) return device.write64(offset, low, high, cpu)
  device.write(offset, 4, low, cpu)
  device.write(offset + 4, 4, high, cpu)
}
