/** All rows of Thumb, and which of them a processor has. */

import type { Core } from '../../cores.ts'
import { fp } from './fp.ts'
import type { Extension, Row } from './row.ts'
import { t16, t16v7m } from './t16.ts'
import { t32Data } from './t32-data.ts'
import { t32Dsp } from './t32-dsp.ts'
import { t32Memory } from './t32-memory.ts'
import { t32System } from './t32-system.ts'

/** Extensions as manuals call them. */
export const groups: Readonly<Record<Extension, string>> = {
  v6m: 'Armv6-M',
  v7m: 'Armv7-M',
  dsp: 'DSP',
  fp: 'FPv4-SP',
  fp5: 'FPv5',
  fpd: 'FPv5-D',
}

/** What the decoder must know of a core. */
export type Profile = Pick<Core, 'baseline' | 'dsp' | 'fpu'>

export const rows: readonly Row[] = [t16, t16v7m, t32Data, t32Memory, t32System, t32Dsp, fp].flat()

export function extensionsOf({ baseline, dsp, fpu }: Profile): readonly Extension[] {
  if (baseline) return ['v6m']
  const more: readonly Extension[] = fpu === 'none' ? [] : fpu === 'single' ? ['fp'] : ['fp', 'fp5', 'fpd']
  return ['v6m', 'v7m', ...(dsp ? (['dsp'] as const) : []), ...more]
}

export function rowsOf(profile: Profile): readonly Row[] {
  const present = extensionsOf(profile)
  return rows.filter(row => present.includes(row.ext))
}
