/**
 * The floating-point environment: rounding-direction attribute (IEEE 754-2019 section 4), exception flags
 * (section 7) and the points the standard leaves to the implementation. Nothing in it belongs to one guest;
 * a guest chooses by the values of the fields.
 */

import type { FloatFormat } from './format.ts'
import { isAnyNaN, isSignalingNaN, quieten } from './format.ts'

/** Rounding-direction attributes; 0 to 4 carry the RISC-V `frm` numbering. */
export type Rounding = 0 | 1 | 2 | 3 | 4 | 5

/** roundTiesToEven (4.3.1). */
export const NEAREST_EVEN = 0
/** roundTowardZero (4.3.2). */
export const TOWARD_ZERO = 1
/** roundTowardNegative (4.3.2). */
export const DOWN = 2
/** roundTowardPositive (4.3.2). */
export const UP = 3
/** roundTiesToAway (4.3.1). */
export const NEAREST_MAX_MAGNITUDE = 4
/** Truncation, last bit set when inexact; not in the standard, makes a later second rounding harmless. */
export const TO_ODD = 5

/** Exception flags (section 7), in the bit order of the RISC-V `fflags` register. */
export const INEXACT = 1
export const UNDERFLOW = 2
export const OVERFLOW = 4
export const DIVBYZERO = 8
export const INVALID = 16

/** Names of the operations that may deliver a NaN, for `NaNRules`. */
export type NaNOperation = 'add' | 'sub' | 'mul' | 'div' | 'sqrt' | 'fma' | 'minmax' | 'round' | 'convert'

/** A guest's way to choose result NaNs when it does not run in default-NaN mode (section 6.2.3). */
export interface NaNRules {
  /** The NaN of an invalid operation without a NaN operand, for example 0/0. */
  generate(format: FloatFormat): bigint
  /**
   * The result of an operation with at least one NaN operand; operands are in the order of the call (fma: a,
   * b, c of a*b+c). `infTimesZero` tells that an fma has inf*0 as product. Flags have been raised already.
   */
  propagate(
    format: FloatFormat,
    operands: readonly bigint[],
    operation: NaNOperation,
    infTimesZero: boolean,
  ): bigint
}

/** State and parameters of all operations; `flags` accumulates, everything else is only read. */
export interface FloatEnv {
  rounding: Rounding
  /** Section 7.5: detect tininess after rounding (RISC-V, x86) or before (Arm). */
  tininessAfterRounding: boolean
  /** Sticky union of INVALID, DIVBYZERO, OVERFLOW, UNDERFLOW, INEXACT. */
  flags: number
  /** Every NaN result is the canonical quiet NaN of the format; `nanRules` is not consulted. */
  defaultNaN: boolean
  /** Used when `defaultNaN` is false. */
  nanRules: NaNRules
  /** Results that are tiny before rounding become zeros and raise UNDERFLOW alone (Arm's FZ; not in the standard). */
  flushToZero: boolean
  /** Section 7.2 c): whether fma(inf, 0, qNaN) raises INVALID (RISC-V, Arm: yes; x86: no). */
  invalidInfTimesZeroPlusNaN: boolean
}

/** Plain rules: the first signaling NaN, else the first NaN, made quiet; canonical NaN when generated. */
export const firstNaNRules: NaNRules = {
  generate: format => format.defaultNaN,
  propagate: (format, operands) => {
    const chosen =
      operands.find(value => isSignalingNaN(format, value)) ?? operands.find(value => isAnyNaN(format, value))
    return quieten(format, chosen ?? format.defaultNaN)
  },
}

/**
 * Makes an environment: nearest-even, tininess after rounding, default-NaN mode, no flags, unless overridden.
 */
export function createEnv(options: Partial<FloatEnv> = {}): FloatEnv {
  return {
    rounding: options.rounding ?? NEAREST_EVEN,
    tininessAfterRounding: options.tininessAfterRounding ?? true,
    flags: options.flags ?? 0,
    defaultNaN: options.defaultNaN ?? true,
    nanRules: options.nanRules ?? firstNaNRules,
    flushToZero: options.flushToZero ?? false,
    invalidInfTimesZeroPlusNaN: options.invalidInfTimesZeroPlusNaN ?? true,
  }
}

/** Raises INVALID and delivers the NaN of an operation without NaN operands (section 7.2). */
export function invalidNaN(env: FloatEnv, format: FloatFormat): bigint {
  env.flags |= INVALID
  return env.defaultNaN ? format.defaultNaN : env.nanRules.generate(format)
}

/** Result of an operation with a NaN operand: INVALID for a signaling one (6.2), then the guest's choice. */
export function propagateNaN(
  env: FloatEnv,
  format: FloatFormat,
  operands: readonly bigint[],
  operation: NaNOperation,
  infTimesZero = false,
): bigint {
  for (const value of operands) {
    if (isSignalingNaN(format, value)) env.flags |= INVALID
  }
  if (env.defaultNaN) return format.defaultNaN
  return env.nanRules.propagate(format, operands, operation, infTimesZero)
}
