import type { InsnKind } from '@guestscope/core'
import type { Row } from './row.ts'

/** Beginnings of the names that tell what the other columns do not. */
const byName: readonly (readonly [RegExp, InsnKind])[] = [
  [/^(ldrex|strex|clrex)/, 'atomic'],
  [/^(nop|yield|sev|dbg|dsb|dmb|mrs|it|pl[di])/, 'system'],
  [/^v?(ldr|ldm|pop)|^fldm/, 'load'],
  [/^v?(str|stm|push)|^fstm/, 'store'],
  [/^(mul|mla|mls|[su](mul|mla|mls|mmul|mmla|mmls|mua|mus|div|maal))/, 'multiply'],
  [/^([su]bfx|bf[ic]|rbit|rev|clz|[su]xt)/, 'bits'],
]

/** What an instruction is for, out of its row: how it ends a block, its name, its extension. */
export function kindOf({ name, ext, ending }: Row): InsnKind {
  if (ending !== undefined) return ending
  const named = byName.find(([beginning]) => beginning.test(name))?.[1]
  if (named !== undefined) return named
  return ext.startsWith('fp') ? 'float' : ext === 'dsp' ? 'simd' : 'integer'
}
