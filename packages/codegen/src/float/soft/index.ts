/** Exact IEEE 754 arithmetic on bit patterns: slow path and oracle of guest floating point. */

export * from './arithmetic.ts'
export * from './compare.ts'
export * from './convert.ts'
export * from './env.ts'
export * from './format.ts'
export * from './round.ts'
