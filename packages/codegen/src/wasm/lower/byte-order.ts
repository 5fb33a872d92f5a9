/** Values of guests that keep the highest byte first. WebAssembly has no instruction for it. */
import { type Width, widthBytes } from '../../ir/types.ts'
import type { Code } from '../asm/encode.ts'

/** An access whose bytes come in the host's order: type on the stack and width. */
export interface RawAccess {
  readonly type: 'i32' | 'i64'
  readonly width: Width
}

const unsigned: Readonly<Record<number, Width>> = { 1: '8u', 2: '16u', 4: '32u', 8: '64' }

/** As what a value in the other byte order is loaded and stored. */
export const rawAccess = (width: Width): RawAccess => {
  const bytes = widthBytes[width]
  return { type: bytes > 4 ? 'i64' : 'i32', width: unsigned[bytes] as Width }
}

/** Reverses the bytes of an i32. */
function swap32(code: Code): void {
  const x = code.local('i32')
  code.tee(x)
  code.i32(8)
  code.op(0x77)
  code.i32(0x00ff00ff)
  code.op(0x71)
  code.get(x)
  code.i32(8)
  code.op(0x78)
  code.i32(0xff00ff00 | 0)
  code.op(0x71, 0x72)
  code.release(x)
}

/** Exchanges neighbours of so many bits in an i64. */
function exchange64(code: Code, bits: bigint, mask: bigint): void {
  const x = code.local('i64')
  code.tee(x)
  code.i64(mask)
  code.op(0x83)
  code.i64(bits)
  code.op(0x86)
  code.get(x)
  code.i64(bits)
  code.op(0x88)
  code.i64(mask)
  code.op(0x83, 0x84)
  code.release(x)
}

function swap64(code: Code): void {
  exchange64(code, 8n, 0x00ff00ff00ff00ffn)
  exchange64(code, 16n, 0x0000ffff0000ffffn)
  code.i64(32)
  code.op(0x89)
}

/** What `rawAccess` has loaded → the value, as the type and width ask. */
export function emitFromBig(code: Code, type: 'i32' | 'i64', width: Width): void {
  const bytes = widthBytes[width]
  if (bytes === 8) return swap64(code)
  const signed = width.endsWith('s')
  swap32(code)
  if (bytes === 2) {
    code.i32(16)
    code.op(signed ? 0x75 : 0x76)
  }
  if (type === 'i64') code.op(signed ? 0xac : 0xad)
}

/** A value of the type → what `rawAccess` stores. */
export function emitToBig(code: Code, type: 'i32' | 'i64', width: Width): void {
  const bytes = widthBytes[width]
  if (bytes === 8) return swap64(code)
  if (type === 'i64') code.op(0xa7)
  swap32(code)
  if (bytes === 2) {
    code.i32(16)
    code.op(0x76)
  }
}
