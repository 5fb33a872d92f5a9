/** Settings under which generated code comes and goes all the time; the guest must not notice. */
import type { MachineOptions } from '@guestscope/core'
import { below, seeded } from './random.ts'

/**
 * Options for a machine in all tiers with caches that hold next to nothing: blocks are promoted after a few executions, to T2 at
 * the first sample, modules are given up by chance and for want of room, and the pool of blocks is used up again and again.
 */
export function stressed(
  seed: number,
): Pick<MachineOptions, 'tier' | 'hotThreshold' | 'batch' | 'tuning' | 'poolBytes'> {
  const random = seeded(seed)
  return {
    tier: 2,
    hotThreshold: 10 + below(random, 10),
    batch: 1 + below(random, 3),
    poolBytes: 0x8000,
    tuning: {
      sampleInterval: 1000 + below(random, 1000),
      hotSamples: 1,
      waitForT2: true,
      cacheBytes: 20_000,
      chance: random,
    },
  }
}
