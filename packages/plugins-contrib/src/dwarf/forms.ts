/** Attribute forms (DWARF 5, 7.5.6): how each is read. One table serves line headers and compilation units. */
import type { ElfStrings } from '@guestscope/plugin-api'
import type { DwarfReader } from './reader.ts'

/** Sections that forms refer to. */
export interface Strings {
  readonly str: ElfStrings
  readonly lineStr: ElfStrings
}

/** A text, a number, or nothing that anybody here wants. */
export type FormValue = string | number | undefined

type Read = (r: DwarfReader, strings: Strings) => FormValue

const skipping =
  (size: (r: DwarfReader) => number): Read =>
  r => {
    r.skip(size(r))
    return undefined
  }

/** By the code of the form. */
const forms: Readonly<Record<number, Read>> = {
  1: skipping(r => r.addressSize), // addr
  3: skipping(r => r.u16()), // block2
  4: skipping(r => r.u32()), // block4
  5: r => r.u16(), // data2
  6: r => r.u32(), // data4
  7: skipping(() => 8), // data8
  8: r => r.string(), // string
  9: skipping(r => r.uleb()), // block
  10: skipping(r => r.u8()), // block1
  11: r => r.u8(), // data1
  12: r => r.u8(), // flag
  13: r => Number(r.sleb()), // sdata
  14: (r, { str }) => str.at(r.offset()) ?? '', // strp
  15: r => r.uleb(), // udata
  16: skipping(r => r.offsetSize), // ref_addr
  17: r => r.u8(), // ref1
  18: r => r.u16(), // ref2
  19: r => r.u32(), // ref4
  20: skipping(() => 8), // ref8
  21: r => r.uleb(), // ref_udata
  23: r => r.offset(), // sec_offset
  24: skipping(r => r.uleb()), // exprloc
  25: () => 1, // flag_present
  26: skipping(r => skipLeb(r)), // strx
  27: skipping(r => skipLeb(r)), // addrx
  28: skipping(() => 4), // ref_sup4
  29: skipping(r => r.offsetSize), // strp_sup
  30: skipping(() => 16), // data16
  31: (r, { lineStr }) => lineStr.at(r.offset()) ?? '', // line_strp
  32: skipping(() => 8), // ref_sig8
  33: () => undefined, // implicit_const: the value is in the abbreviation
  34: skipping(r => skipLeb(r)), // loclistx
  35: skipping(r => skipLeb(r)), // rnglistx
  36: skipping(() => 8), // ref_sup8
  37: skipping(() => 1), // strx1
  38: skipping(() => 2), // strx2
  39: skipping(() => 3), // strx3
  40: skipping(() => 4), // strx4
  41: skipping(() => 1), // addrx1
  42: skipping(() => 2), // addrx2
  43: skipping(() => 3), // addrx3
  44: skipping(() => 4), // addrx4
}

/** Reads a LEB128 number; then there is nothing left to skip. */
function skipLeb(r: DwarfReader): number {
  r.uleb()
  return 0
}

/** Code of the form whose value stands in the abbreviation. */
export const implicitConst = 33

/** Reads a value. */
export function readForm(r: DwarfReader, form: number, strings: Strings): FormValue {
  const read = forms[form]
  if (read === undefined) throw r.damaged(`has the unknown form 0x${form.toString(16)}`)
  return read(r, strings)
}
