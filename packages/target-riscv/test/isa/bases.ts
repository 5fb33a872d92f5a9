/** Widths of registers. */

export const bases = [32, 64] as const
