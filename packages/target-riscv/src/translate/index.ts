/** All semantics of a base, in the order of the manual. */
import type { Semantics } from '@guestscope/core'
import type { Xlen } from '../isa/index.ts'
import type { Sysregs } from '../sysregs/index.ts'
import { atomic } from './a.ts'
import { doubleFloat } from './d.ts'
import { singleFloat } from './f.ts'
import { integer } from './i.ts'
import { multiply } from './m.ts'
import { privileged } from './priv.ts'
import { bits } from './zb.ts'
import { csrInstructions } from './zicsr.ts'

/** `sysregs`: the CSRs that the hart has. */
export function chapters(xlen: Xlen, sysregs: Sysregs): readonly Semantics[] {
  const base = [...integer(xlen), ...csrInstructions(xlen, sysregs)]
  const extensions = [
    ...multiply(xlen),
    ...atomic(xlen),
    ...[...singleFloat(xlen), ...doubleFloat(xlen)].map(s => ({ ...s, late: true })),
    ...bits(xlen),
  ]
  return [...base, ...extensions, ...privileged(xlen)]
}
