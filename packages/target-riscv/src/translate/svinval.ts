/** Chapter "Svinval" Extension for Fine-Grained Address-Translation Cache Invalidation. */
import type { Semantics } from '@guestscope/core'
import type { Xlen } from '../isa/row.ts'
import { baseOf, type Emit, illegalIf, privilege } from './context.ts'
import { addressFence } from './priv.ts'

/** What is before and after an invalidation is in order anyway. Not for U. */
const order =
  (xlen: Xlen): Emit =>
  (b, o, flags) => {
    illegalIf(b, o, b.eqz(privilege(b, flags)))
    b.goto(o.nextPc(baseOf(xlen).X), true)
  }

export const fineInvalidation = (xlen: Xlen): readonly Semantics[] => [
  { name: 'sinval.vma', emit: addressFence(xlen) },
  { name: 'sfence.w.inval', emit: order(xlen) },
  { name: 'sfence.inval.ir', emit: order(xlen) },
]
