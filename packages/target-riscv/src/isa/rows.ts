/** All rows, in the order of the manual. To add an extension: write its file and name it here. */

import { rvA } from './a.ts'
import { rvC, rvZcd, rvZcf } from './c.ts'
import { rvD } from './d.ts'
import { rvF } from './f.ts'
import { rvM } from './m.ts'
import { rvEnvironment, rvMachine, rvSupervisor } from './priv.ts'
import type { Row, Xlen } from './row.ts'
import { rvI } from './rv-i.ts'
import { rvZba, rvZbb, rvZbs } from './zb.ts'
import { rvZicsr, rvZifencei } from './zicsr.ts'

export const rows: readonly Row[] = [
  ...[rvI, rvEnvironment, rvZifencei, rvZicsr, rvM, rvA, rvF, rvD],
  ...[rvC, rvZcf, rvZcd, rvZba, rvZbb, rvZbs, rvMachine, rvSupervisor],
].flat()

/** The rows that exist in this base. */
export function rowsOf(xlen: Xlen): readonly Row[] {
  return rows.filter(row => row.more.xlen === undefined || row.more.xlen === xlen)
}
