/** Register names of Arm assembly. */

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => prefix + i)

/** r0 … r12, sp, lr, pc. */
export const coreNames: readonly string[] = [...numbered('r', 13), 'sp', 'lr', 'pc']
export const singleNames: readonly string[] = numbered('s', 32)
export const doubleNames: readonly string[] = numbered('d', 16)

/** Special registers of MRS and MSR by SYSm (Armv7-M ARM, B5.1.1). */
export const specialNames: ReadonlyMap<number, string> = new Map([
  [0, 'APSR'],
  [1, 'IAPSR'],
  [2, 'EAPSR'],
  [3, 'XPSR'],
  [5, 'IPSR'],
  [6, 'EPSR'],
  [7, 'IEPSR'],
  [8, 'MSP'],
  [9, 'PSP'],
  [16, 'PRIMASK'],
  [17, 'BASEPRI'],
  [18, 'BASEPRI_MAX'],
  [19, 'FAULTMASK'],
  [20, 'CONTROL'],
])
