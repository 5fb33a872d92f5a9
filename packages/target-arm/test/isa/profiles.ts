/** The processors whose instructions are tested. */
import { cortexM0, cortexM3, cortexM4, cortexM7 } from '../../src/cores.ts'

export const profiles = [cortexM0, cortexM3, cortexM4, cortexM7] as const
/** Has every row. */
export const all = cortexM7
