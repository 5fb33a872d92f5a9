/** Loads and stores of linear memory by type and width. */
import { type Width, widthBytes } from '../../ir/types.ts'
import type { Code } from '../asm/encode.ts'
import type { Opcode } from '../asm/opcodes.ts'

/** Types that memory gives and takes in other widths than their own. */
export type AccessType = 'i32' | 'i64' | 'v128'

/** As `accessWidths` says. */
const loads: Readonly<Record<AccessType, Readonly<Partial<Record<Width, Opcode>>>>> = {
  i32: {
    '8s': 'i32.load8_s',
    '8u': 'i32.load8_u',
    '16s': 'i32.load16_s',
    '16u': 'i32.load16_u',
    '32s': 'i32.load',
    '32u': 'i32.load',
  },
  i64: {
    '8s': 'i64.load8_s',
    '8u': 'i64.load8_u',
    '16s': 'i64.load16_s',
    '16u': 'i64.load16_u',
    '32s': 'i64.load32_s',
    '32u': 'i64.load32_u',
    '64': 'i64.load',
  },
  v128: { '32u': 'v128.load32_zero', '64': 'v128.load64_zero', '128': 'v128.load' },
}
const stores: Readonly<Record<AccessType, Readonly<Partial<Record<number, Opcode>>>>> = {
  i32: { 1: 'i32.store8', 2: 'i32.store16', 4: 'i32.store' },
  i64: { 1: 'i64.store8', 2: 'i64.store16', 4: 'i64.store32', 8: 'i64.store' },
  v128: { 4: 'v128.store32_lane', 8: 'v128.store64_lane', 16: 'v128.store' },
}

/** address → value */
export function emitLoad(code: Code, type: AccessType, width: Width, offset: number, memory = 0): void {
  code.mem(loads[type][width] as Opcode, offset, memory)
}

/** address, value → ; the low bits of the value count. */
export function emitStore(code: Code, type: AccessType, width: Width, offset: number, memory = 0): void {
  const bytes = widthBytes[width]
  const name = stores[type][bytes] as Opcode
  if (type === 'v128' && bytes < 16) code.memLane(name, offset, 0, memory)
  else code.mem(name, offset, memory)
}
