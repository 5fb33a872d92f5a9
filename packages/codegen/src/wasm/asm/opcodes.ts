/** Instructions of more than one byte, by name. Imports nothing: the tables of the IR quote it, too. */

/** `f64.fma` once its arguments are vectors: f64x2.relaxed_madd, f64x2.extract_lane 0. */
export const fmaCode: readonly number[] = [0xfd, 0x87, 0x02, 0xfd, 0x21, 0x00]
/** f64x2.splat */
export const splatCode: readonly number[] = [0xfd, 0x14]
