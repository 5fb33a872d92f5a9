/** The fault status and address registers (Armv7-M ARM, B3.2.15 to B3.2.19), and what each cause leaves in them. */
import { Cause } from '../causes.ts'

/** Bits of HFSR. */
export const Hfsr = { vectorTable: 0x2, forced: 0x40000000, debugEvent: -0x80000000 } as const
/** DFSR.BKPT. */
const dfsrBreakpoint = 2
/** CFSR: MMARVALID and BFARVALID. */
const [mmfarValid, bfarValid] = [0x80, 1 << 15]

/** CFSR bit of each cause. */
const statusBits: Readonly<Record<number, number>> = {
  [Cause.memManageFetch]: 0x1,
  [Cause.memManageData]: 0x2,
  [Cause.memManageUnstacking]: 0x8,
  [Cause.memManageStacking]: 0x10,
  [Cause.memManageLazy]: 0x20,
  [Cause.busFaultFetch]: 0x100,
  [Cause.busFaultData]: 0x200,
  [Cause.busFaultUnstacking]: 0x800,
  [Cause.busFaultStacking]: 0x1000,
  [Cause.busFaultLazy]: 0x2000,
  [Cause.undefined]: 0x10000,
  [Cause.invalidState]: 0x20000,
  [Cause.invalidPc]: 0x40000,
  [Cause.noCoprocessor]: 0x80000,
  [Cause.unaligned]: 0x1000000,
  [Cause.divideByZero]: 0x2000000,
}

const initial = { cfsr: 0, hfsr: 0, dfsr: 0, mmfar: 0, bfar: 0 }

export class Faults {
  state: typeof initial = structuredClone(initial)

  reset(): void {
    this.state = structuredClone(initial)
  }

  /** A fault has occurred; `address` is what it was about, for data accesses. */
  record(cause: number, address: number): void {
    const { state } = this
    state.cfsr |= statusBits[cause] ?? 0
    if (cause === Cause.memManageData) {
      state.mmfar = address
      state.cfsr |= mmfarValid
    } else if (cause === Cause.busFaultData) {
      state.bfar = address
      state.cfsr |= bfarValid
    } else if (cause === Cause.bkpt) state.dfsr |= dfsrBreakpoint
  }
}
