/** Chapter "Zicond" Extension for Integer Conditional Operations. */
import type { Semantics } from '@guestscope/core'
import { alu, type Xlen, xType } from './common.ts'

/** rd := rs1, or 0 where rs2 is (`eqz`) or is not (`nez`) 0. */
export const conditional = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  return [
    alu(x, 'czero.eqz', (b, value, condition) => b.select(b.eqz(condition), b.const(x, 0), value)),
    alu(x, 'czero.nez', (b, value, condition) => b.select(b.eqz(condition), value, b.const(x, 0))),
  ]
}
