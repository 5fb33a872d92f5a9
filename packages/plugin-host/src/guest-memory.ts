/** Guest memory as plugins read and write it, with the reason where they cannot. */
import { Access, type MemoryErrorCode, type MemoryResult, type MemoryWriteResult } from '@guestscope/core'
import { cpuAt } from './cells.ts'
import { check } from './check.ts'
import type { PluginMachine } from './machine.ts'

const reasons: Readonly<Record<MemoryErrorCode, string>> = {
  unmapped: 'It is not mapped.',
  'nothing-there': 'Nothing answers at the physical address.',
  device: 'A device answers there, and plugins do not touch devices.',
  readonly: 'It cannot be written.',
}
const pageSize = 0x1000n

/** The first thing that is wrong with a physical range; undefined: nothing. */
function fault(
  machine: PluginMachine,
  address: bigint,
  length: number,
  write: boolean,
): MemoryErrorCode | undefined {
  const end = address + BigInt(length)
  for (let at = address; at < end; at = (at | (pageSize - 1n)) + 1n) {
    const kind = machine.memory.placeAt(at)?.kind
    if (kind === 'device') return 'device'
    if (kind === undefined) return 'nothing-there'
    if (write && kind === 'rom') return 'readonly'
  }
  return undefined
}

/** The first thing that is wrong with a virtual range. */
function virtualFault(
  machine: PluginMachine,
  cpu: number,
  address: bigint,
  length: number,
  access: number,
): MemoryErrorCode | undefined {
  const end = address + BigInt(length)
  for (let at = address; at < end; ) {
    const next = (at | (pageSize - 1n)) + 1n
    const physical = machine.translateDebug(cpuAt(machine, cpu), at, access)
    if (physical === undefined) return 'unmapped'
    const bytes = Number((next < end ? next : end) - at)
    const found = fault(machine, physical, bytes, access === Access.store)
    if (found) return found
    at = next
  }
  return undefined
}

const refused = (code: MemoryErrorCode): Extract<MemoryResult, { ok: false }> => ({
  ok: false,
  code,
  reason: reasons[code],
})
const read = (bytes: Uint8Array | undefined, code: () => MemoryErrorCode | undefined): MemoryResult =>
  bytes ? { ok: true, bytes: bytes.slice() } : refused(code() ?? 'unmapped')

export function readMemory(
  machine: PluginMachine,
  cpu: number,
  address: bigint,
  length: number,
): MemoryResult {
  checkRange('readMemory', address, length)
  const bytes = machine.readVirtual(cpuAt(machine, cpu), address, length)
  return read(bytes, () => virtualFault(machine, cpu, address, length, Access.load))
}

export function readPhysical(machine: PluginMachine, address: bigint, length: number): MemoryResult {
  checkRange('readPhysical', address, length)
  const bytes = machine.readPhysical(address, length)
  return read(bytes, () => fault(machine, address, length, false))
}

export function writeMemory(
  machine: PluginMachine,
  cpu: number,
  address: bigint,
  bytes: Uint8Array,
): MemoryWriteResult {
  checkWrite('writeMemory', address, bytes)
  if (machine.writeVirtual(cpuAt(machine, cpu), address, bytes)) return { ok: true }
  return refused(virtualFault(machine, cpu, address, bytes.length, Access.store) ?? 'unmapped')
}

export function writePhysical(machine: PluginMachine, address: bigint, bytes: Uint8Array): MemoryWriteResult {
  checkWrite('writePhysical', address, bytes)
  if (machine.writePhysical(address, bytes)) return { ok: true }
  return refused(fault(machine, address, bytes.length, true) ?? 'nothing-there')
}

function checkRange(method: string, address: bigint, length: number): void {
  check(method, 'address', address)
  check(method, 'length', length)
}

function checkWrite(method: string, address: bigint, bytes: Uint8Array): void {
  check(method, 'address', address)
  check(method, 'bytes', bytes)
}
