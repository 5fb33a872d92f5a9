/** Arm for machines that are put together by names: what runs it is loaded when it is chosen. */
import type { Guest } from '@guestscope/images'

/** The M profile. */
export const arm: readonly Guest[] = [
  {
    name: 'arm-m',
    description: 'Arm M-profile (Cortex-M0, M0+, M3, M4, M7)',
    machine: 40,
    bits: 32,
    isaBits: 1n,
    load: async () => (await import('./guest-parts.ts')).partsM,
  },
]
