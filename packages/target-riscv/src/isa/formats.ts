/** Immediate formats of the 32-bit instructions (chapter "RV32I", section "Immediate Encoding Variants"). */

import { signed, unsigned } from '@guestscope/target-kit'
import type { More } from './row.ts'

export const I: More = signed('11:0')
export const S: More = signed('11:5|4:0')
export const B: More = { ...signed('12|10:5|4:1|11'), ending: 'branch' }
export const U: More = signed('31:12')
export const J: More = { ...signed('20|10:1|11|19:12'), ending: 'jump' }

/** Shift amounts: five bits on RV32, where the sixth is reserved, and six on RV64. */
export const shift5: More = unsigned('4:0')
export const shift32: More = { ...unsigned('4:0'), xlen: 32 }
export const shift64: More = { ...unsigned('5:0'), xlen: 64 }

export const rv32: More = { xlen: 32 }
export const rv64: More = { xlen: 64 }
