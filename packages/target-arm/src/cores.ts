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
  /** CCR after reset, and its bits that can be written. */
  readonly ccr: { readonly reset: number; readonly writable: number }
  /** Bits of ACTLR that can be written. */
  readonly auxiliary: number
  /** Absent: the processor has none, and the registers read as 0. */
  readonly caches?: Caches
}

/** What the cache identification registers say (Armv7-M ARM, B4.8). */
export interface Caches {
  readonly clidr: number
  readonly ctr: number
  /** CCSIDR of the data cache and of the instruction cache. */
  readonly ccsidr: readonly [number, number]
}

/** Bits of CCR. */
export const Ccr = {
  nonBaseThread: 0x1,
  userSetPending: 0x2,
  unalignedTrap: 0x8,
  divideTrap: 0x10,
  ignoreBusFaults: 0x100,
  alignStack: 0x200,
  dataCache: 0x10000,
  instructionCache: 0x20000,
  branchPrediction: 0x40000,
} as const
const traps =
  Ccr.nonBaseThread | Ccr.userSetPending | Ccr.unalignedTrap | Ccr.divideTrap | Ccr.ignoreBusFaults

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
  // It says what is always so.
  ccr: { reset: Ccr.alignStack | Ccr.unalignedTrap, writable: 0 },
  auxiliary: 0,
}
const mainline: Omit<Core, 'name' | 'description' | 'cpuid'> = {
  ...baseline,
  baseline: false,
  mpuRegions: 8,
  bitBand: true,
  vectorOffset: true,
  unprivileged: true,
  ids: ids(isarM3),
  ccr: { reset: Ccr.alignStack, writable: traps | Ccr.alignStack },
  auxiliary: 0x7,
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
  auxiliary: 0x307,
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
  ccr: {
    reset: Ccr.alignStack | Ccr.branchPrediction,
    writable: traps | Ccr.dataCache | Ccr.instructionCache,
  },
  auxiliary: 0x1ffffc04,
  // 16 KiB each, in lines of 32 bytes; data 4 ways, instructions 2.
  caches: { clidr: 0x09000003, ctr: 0x8303c003, ccsidr: [0xf00fe019, 0xf01fe009] },
}

export const cores: readonly Core[] = [cortexM0, cortexM0Plus, cortexM3, cortexM4, cortexM7]
