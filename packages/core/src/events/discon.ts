/**
 * The three categories of discontinuities, as a bit mask (values as in QEMU's plugin interface, version 7):
 * asynchronous interrupts, synchronous exceptions, and calls that the machinery outside the guest serves.
 */
export const Discon = { Interrupt: 1, Exception: 2, HostCall: 4, All: 7 } as const

/** One category. */
export type DisconType = 1 | 2 | 4

/** A set of categories: any bitwise or of `Discon` values. */
export type DisconMask = number
