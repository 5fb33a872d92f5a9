/** Registers that only keep what is written: offset → the bits that exist, and the value after reset. */
export type RegisterTable = ReadonlyMap<number, readonly [bits: number, reset: number]>

/** What such registers hold after reset. */
export const resetValues = (table: RegisterTable): Map<number, number> =>
  new Map([...table].map(([offset, [, value]]) => [offset, value]))
