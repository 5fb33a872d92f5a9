/**
 * What an instruction is for, as far as all architectures agree:
 *
 * - `load`, `store`: memory, also of several or of floating-point registers; `atomic`: read-modify-write, exclusives
 * - `branch`: conditional, direct; `jump`: unconditional, direct, calls included; `indirect`: to an address out of a
 *   register or memory, returns included
 * - `integer`; `multiply`: and division; `bits`: bit manipulation beyond shifts and logic; `float`; `simd`
 * - `trap`: calls of a supervisor, debugger or host; `system`: control registers, barriers, hints, returns from traps
 * - `undefined`: none of the target's instructions
 */
export type InsnKind =
  | 'load'
  | 'store'
  | 'atomic'
  | 'branch'
  | 'jump'
  | 'indirect'
  | 'integer'
  | 'multiply'
  | 'bits'
  | 'float'
  | 'simd'
  | 'trap'
  | 'system'
  | 'undefined'

/** All kinds. */
export const insnKinds: readonly InsnKind[] = [
  'load',
  'store',
  'atomic',
  'branch',
  'jump',
  'indirect',
  'integer',
  'multiply',
  'bits',
  'float',
  'simd',
  'trap',
  'system',
  'undefined',
]
