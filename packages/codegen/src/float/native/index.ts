/** Guest floating point by the machine's own: where that gives the right result, and whether it was inexact. */
export * from './arithmetic.ts'
export * from './format.ts'
export * from './fused.ts'
