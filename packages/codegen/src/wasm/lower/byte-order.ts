/** Values of guests that keep the highest byte first. WebAssembly has no instruction for it. */
import { type Width, widthBytes } from '../../ir/types.ts'
import type { Code } from '../asm/encode.ts'
import type { AccessType } from './memory.ts'

/** How an access is made whose bytes come in the host's order: type on the stack and width. */
export interface RawAccess {
  readonly type: AccessType
  readonly width: Width
}

const unsigned: Readonly<Record<number, Width>> = { 1: '8u', 2: '16u', 4: '32u', 8: '64' }

/** As what a value in the other byte order is loaded and stored. */
export function rawAccess(type: AccessType, width: Width): RawAccess {
  if (type === 'v128') return { type, width }
  const bytes = widthBytes[width]
  return { type: bytes > 4 ? 'i64' : 'i32', width: unsigned[bytes] as Width }
}

/** Reverses the bytes of an i32. */
function swap32(code: Code): void {
  const x = code.local('i32')
  code.tee(x)
  code.i32(8)
  code.op('i32.rotl')
  code.i32(0x00ff00ff)
  code.op('i32.and')
  code.get(x)
  code.i32(8)
  code.op('i32.rotr')
  code.i32(0xff00ff00 | 0)
  code.op('i32.and', 'i32.or')
  code.release(x)
}

/** Exchanges neighbours of so many bits in an i64. */
function exchange64(code: Code, bits: bigint, mask: bigint): void {
  const x = code.local('i64')
  code.tee(x)
  code.i64(mask)
  code.op('i64.and')
  code.i64(bits)
  code.op('i64.shl')
  code.get(x)
  code.i64(bits)
  code.op('i64.shr_u')
  code.i64(mask)
  code.op('i64.and', 'i64.or')
  code.release(x)
}

function swap64(code: Code): void {
  exchange64(code, 8n, 0x00ff00ff00ff00ffn)
  exchange64(code, 16n, 0x0000ffff0000ffffn)
  code.i64(32)
  code.op('i64.rotl')
}

/** Reverses the lowest bytes of a vector; the others stay. */
function swapLowest(code: Code, bytes: number): void {
  const x = code.local('v128')
  code.tee(x)
  code.get(x)
  let pattern = 0n
  for (let i = 0; i < 16; i++) pattern |= BigInt(i < bytes ? bytes - 1 - i : i) << BigInt(8 * i)
  code.shuffle(pattern)
  code.release(x)
}

/** What `rawAccess` has loaded → the value, as the type and width ask. */
export function emitFromBig(code: Code, type: AccessType, width: Width): void {
  const bytes = widthBytes[width]
  if (type === 'v128') return swapLowest(code, bytes)
  if (bytes === 8) return swap64(code)
  const sign = width.endsWith('s') ? 's' : 'u'
  swap32(code)
  if (bytes === 2) {
    code.i32(16)
    code.op(`i32.shr_${sign}`)
  }
  if (type === 'i64') code.op(`i64.extend_i32_${sign}`)
}

/** A value of the type → what `rawAccess` stores. */
export function emitToBig(code: Code, type: AccessType, width: Width): void {
  const bytes = widthBytes[width]
  if (type === 'v128') return swapLowest(code, bytes)
  if (bytes === 8) return swap64(code)
  if (type === 'i64') code.op('i32.wrap_i64')
  swap32(code)
  if (bytes === 2) {
    code.i32(16)
    code.op('i32.shr_u')
  }
}
