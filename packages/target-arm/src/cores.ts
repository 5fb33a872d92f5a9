/** The processor cores: what differs between them (their technical reference manuals; QEMU where a board decides). */

/** One model of processor. */
export interface Core {
  /** Such as `cortex-m3`: the name of its target. */
  readonly name: string
  readonly description: string
  /** Armv6-M ("baseline") has fewer instructions, faults and registers than Armv7-M. */
  readonly baseline: boolean
  /** The DSP extension (Armv7E-M). */
  readonly dsp: boolean
  /** Floating point: none, FPv4-SP, FPv5 with double precision. */
  readonly fpu: 'none' | 'single' | 'double'
  readonly cpuid: number
  /** Regions of the MPU; 0: none. */
  readonly mpuRegions: number
  /** Alias regions in which every word is a bit of the first megabyte of SRAM and of peripherals. */
  readonly bitBand: boolean
  /** VTOR can be written; CONTROL.nPRIV exists. */
  readonly vectorOffset: boolean
  readonly unprivileged: boolean
  /** ID_PFR0 … ID_ISAR4, CLIDR … CTR: words from 0xE000ED40 on. */
  readonly ids: readonly number[]
  /** MVFR0, MVFR1, MVFR2. */
  readonly mvfr: readonly [number, number, number]
}

const ids = (isar: readonly number[], pfr0 = 0x30, mmfr: readonly number[] = [0x30, 0, 0, 0]): number[] => [
  pfr0,
  0x200,
  0x100000,
  0,
  ...mmfr,
  ...isar,
]
const isarM3 = [0x01141110, 0x02111000, 0x21112231, 0x01111110, 0x01310102]
const isarM4 = [0x01141110, 0x02112000, 0x21232231, 0x01111131, 0x01310132]
const isarM7 = [0x01101110, 0x02112000, 0x20232231, 0x01111131, 0x01310132]
const noMvfr = [0, 0, 0] as const

const baseline: Omit<Core, 'name' | 'description' | 'cpuid'> = {
  baseline: true,
  dsp: false,
  fpu: 'none',
  mpuRegions: 0,
  bitBand: false,
  vectorOffset: false,
  unprivileged: false,
  ids: [],
  mvfr: noMvfr,
}
const mainline: Omit<Core, 'name' | 'description' | 'cpuid'> = {
  ...baseline,
  baseline: false,
  mpuRegions: 8,
  bitBand: true,
  vectorOffset: true,
  unprivileged: true,
  ids: ids(isarM3),
}

export const cortexM0: Core = {
  ...baseline,
  name: 'cortex-m0',
  description: 'Armv6-M',
  cpuid: 0x410cc200,
}
export const cortexM0Plus: Core = {
  ...baseline,
  name: 'cortex-m0plus',
  description: 'Armv6-M; MPU, VTOR, unprivileged mode',
  cpuid: 0x410cc601,
  mpuRegions: 8,
  vectorOffset: true,
  unprivileged: true,
}
export const cortexM3: Core = {
  ...mainline,
  name: 'cortex-m3',
  description: 'Armv7-M; MPU, bit-banding',
  cpuid: 0x410fc231,
}
export const cortexM4: Core = {
  ...mainline,
  name: 'cortex-m4',
  description: 'Armv7E-M with DSP and FPv4-SP; MPU, bit-banding',
  dsp: true,
  fpu: 'single',
  cpuid: 0x410fc240,
  ids: ids(isarM4),
  mvfr: [0x10110021, 0x11000011, 0],
}
export const cortexM7: Core = {
  ...mainline,
  name: 'cortex-m7',
  description: 'Armv7E-M with DSP and FPv5 (double precision); MPU',
  dsp: true,
  fpu: 'double',
  cpuid: 0x411fc272,
  mpuRegions: 16,
  bitBand: false,
  ids: ids(isarM7, 0x30, [0x00100030, 0, 0x01000000, 0]),
  mvfr: [0x10110221, 0x12000011, 0x40],
}

export const cores: readonly Core[] = [cortexM0, cortexM0Plus, cortexM3, cortexM4, cortexM7]
