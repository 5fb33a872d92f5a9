/** Immediate formats of the 32-bit instructions (chapter "RV32I", section "Immediate Encoding Variants"). */

import type { More } from './row.ts'

export const I: More = { simm: '11:0' }
export const S: More = { simm: '11:5|4:0' }
export const B: More = { simm: '12|10:5|4:1|11', flow: 'branch' }
export const U: More = { simm: '31:12' }
export const J: More = { simm: '20|10:1|11|19:12', flow: 'jump' }

/** Shift amounts: five bits on RV32, where the sixth is reserved, and six on RV64. */
export const shift5: More = { zimm: '4:0' }
export const shift32: More = { zimm: '4:0', xlen: 32 }
export const shift64: More = { zimm: '5:0', xlen: 64 }

export const rv32: More = { xlen: 32 }
export const rv64: More = { xlen: 64 }
