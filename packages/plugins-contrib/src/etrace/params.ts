/** What encoder and decoder must agree on; names as in Efficient Trace for RISC-V, 9 (discovery) and 5 (control). */
export interface EtraceParams {
  /** iaddress_width_p: bits of an address. */
  readonly xlen: 32 | 64
  /** bpred_size_p: the branch predictor has 2^n entries; 0: there is none. */
  readonly branchPrediction: number
  /** cache_size_p: the jump target cache has 2^n entries; 0: there is none. */
  readonly jumpCache: number
  /** return_stack_size_p: returns are implicit, by a stack of 2^n return addresses; 0: none is. */
  readonly returnStack: number
  /** Addresses are never differences. */
  readonly fullAddress: boolean
}

/** iaddress_lsb_p: instructions lie at even addresses. */
export const addressLsb = 1n
/** Bits of irdepth: return_stack_size_p and one more. */
export const depthWidth = ({ returnStack }: EtraceParams): number => (returnStack > 0 ? returnStack + 1 : 0)
/** privilege_width_p, ecause_width_p. */
export const Width = { privilege: 2, ecause: 6 } as const
