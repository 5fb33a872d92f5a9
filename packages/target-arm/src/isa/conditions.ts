/** Condition codes (Armv7-M ARM, A7.3.1), common to Thumb, A32 and A64. */

/** By number; 14 (always) is not written. */
export const conditions: readonly string[] = [
  ...['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le', ''],
]

/** 14: always. 15 means the same wherever M-profile lets it occur. */
export const always = 14
