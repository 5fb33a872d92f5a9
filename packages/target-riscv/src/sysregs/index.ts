/** The control and status registers of the emulated hart: one row each. */
import type { IrFunction } from '@guestscope/codegen'
import type { Xlen } from '../isa/row.ts'
import { type CsrFunctions, csrFunctions } from './access.ts'
import { counterCsrs, counterFunctions } from './counters.ts'
import type { Csr, CsrFeatures } from './csr.ts'
import { machineCsrs, machineFunctions } from './machine.ts'
import { statusCsrs } from './status.ts'

export { CsrCheck, type CsrFunctions, writeCsr } from './access.ts'
export type { Csr, CsrFeatures, CsrKind } from './csr.ts'

export interface Sysregs {
  /** In the order of numbers. */
  readonly table: readonly Csr[]
  readonly byNumber: ReadonlyMap<number, Csr>
  readonly functions: CsrFunctions
  /** Every IR function that access to CSRs needs. */
  readonly all: readonly IrFunction[]
}

export function createSysregs(xlen: Xlen, features: CsrFeatures): Sysregs {
  const { csrs } = features
  const rows = [...csrs, ...counterCsrs(xlen), ...statusCsrs(xlen, features), ...machineCsrs(xlen, features)]
  const table = rows.sort((a, b) => a.number - b.number)
  const functions = csrFunctions(table)
  return {
    table,
    byNumber: new Map(table.map(csr => [csr.number, csr])),
    functions,
    all: [...counterFunctions, ...machineFunctions, ...Object.values(functions)],
  }
}
