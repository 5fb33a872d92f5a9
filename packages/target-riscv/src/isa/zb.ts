/** Chapter "B" Extension for Bit Manipulation: Zba, Zbb, Zbs. */

import { extension } from './build.ts'
import { rv32, rv64, shift5, shift32, shift64 } from './formats.ts'
import type { More, Row } from './row.ts'

const shiftW: More = { ...shift5, ...rv64 }

// biome-ignore format: a table, one row per line
export const rvZba: readonly Row[] = extension('Zba', [
  ['sh1add',    '0010000 ttttt sssss 010 ddddd 0110011', 'rd,rs1,rs2'],
  ['sh2add',    '0010000 ttttt sssss 100 ddddd 0110011', 'rd,rs1,rs2'],
  ['sh3add',    '0010000 ttttt sssss 110 ddddd 0110011', 'rd,rs1,rs2'],
  ['add.uw',    '0000100 ttttt sssss 000 ddddd 0111011', 'rd,rs1,rs2',   rv64],
  ['sh1add.uw', '0010000 ttttt sssss 010 ddddd 0111011', 'rd,rs1,rs2',   rv64],
  ['sh2add.uw', '0010000 ttttt sssss 100 ddddd 0111011', 'rd,rs1,rs2',   rv64],
  ['sh3add.uw', '0010000 ttttt sssss 110 ddddd 0111011', 'rd,rs1,rs2',   rv64],
  ['slli.uw',   '000010 iiiiii sssss 001 ddddd 0011011', 'rd,rs1,shamt', shift64],
])

// biome-ignore format: a table, one row per line
export const rvZbb: readonly Row[] = extension('Zbb', [
  ['andn',   '0100000 ttttt sssss 111 ddddd 0110011', 'rd,rs1,rs2'],
  ['orn',    '0100000 ttttt sssss 110 ddddd 0110011', 'rd,rs1,rs2'],
  ['xnor',   '0100000 ttttt sssss 100 ddddd 0110011', 'rd,rs1,rs2'],
  ['clz',    '0110000 00000 sssss 001 ddddd 0010011', 'rd,rs1'],
  ['ctz',    '0110000 00001 sssss 001 ddddd 0010011', 'rd,rs1'],
  ['cpop',   '0110000 00010 sssss 001 ddddd 0010011', 'rd,rs1'],
  ['clzw',   '0110000 00000 sssss 001 ddddd 0011011', 'rd,rs1',       rv64],
  ['ctzw',   '0110000 00001 sssss 001 ddddd 0011011', 'rd,rs1',       rv64],
  ['cpopw',  '0110000 00010 sssss 001 ddddd 0011011', 'rd,rs1',       rv64],
  ['min',    '0000101 ttttt sssss 100 ddddd 0110011', 'rd,rs1,rs2'],
  ['minu',   '0000101 ttttt sssss 101 ddddd 0110011', 'rd,rs1,rs2'],
  ['max',    '0000101 ttttt sssss 110 ddddd 0110011', 'rd,rs1,rs2'],
  ['maxu',   '0000101 ttttt sssss 111 ddddd 0110011', 'rd,rs1,rs2'],
  ['sext.b', '0110000 00100 sssss 001 ddddd 0010011', 'rd,rs1'],
  ['sext.h', '0110000 00101 sssss 001 ddddd 0010011', 'rd,rs1'],
  ['zext.h', '0000100 00000 sssss 100 ddddd 0110011', 'rd,rs1',       rv32],
  ['zext.h', '0000100 00000 sssss 100 ddddd 0111011', 'rd,rs1',       rv64],
  ['rol',    '0110000 ttttt sssss 001 ddddd 0110011', 'rd,rs1,rs2'],
  ['ror',    '0110000 ttttt sssss 101 ddddd 0110011', 'rd,rs1,rs2'],
  ['rori',   '0110000 iiiii sssss 101 ddddd 0010011', 'rd,rs1,shamt', shift32],
  ['rori',   '011000 iiiiii sssss 101 ddddd 0010011', 'rd,rs1,shamt', shift64],
  ['rolw',   '0110000 ttttt sssss 001 ddddd 0111011', 'rd,rs1,rs2',   rv64],
  ['rorw',   '0110000 ttttt sssss 101 ddddd 0111011', 'rd,rs1,rs2',   rv64],
  ['roriw',  '0110000 iiiii sssss 101 ddddd 0011011', 'rd,rs1,shamt', shiftW],
  ['orc.b',  '001010000111 sssss 101 ddddd 0010011',  'rd,rs1'],
  ['rev8',   '011010011000 sssss 101 ddddd 0010011',  'rd,rs1',       rv32],
  ['rev8',   '011010111000 sssss 101 ddddd 0010011',  'rd,rs1',       rv64],
])

// biome-ignore format: a table, one row per line
export const rvZbs: readonly Row[] = extension('Zbs', [
  ['bclr',  '0100100 ttttt sssss 001 ddddd 0110011', 'rd,rs1,rs2'],
  ['bclri', '0100100 iiiii sssss 001 ddddd 0010011', 'rd,rs1,shamt', shift32],
  ['bclri', '010010 iiiiii sssss 001 ddddd 0010011', 'rd,rs1,shamt', shift64],
  ['bext',  '0100100 ttttt sssss 101 ddddd 0110011', 'rd,rs1,rs2'],
  ['bexti', '0100100 iiiii sssss 101 ddddd 0010011', 'rd,rs1,shamt', shift32],
  ['bexti', '010010 iiiiii sssss 101 ddddd 0010011', 'rd,rs1,shamt', shift64],
  ['binv',  '0110100 ttttt sssss 001 ddddd 0110011', 'rd,rs1,rs2'],
  ['binvi', '0110100 iiiii sssss 001 ddddd 0010011', 'rd,rs1,shamt', shift32],
  ['binvi', '011010 iiiiii sssss 001 ddddd 0010011', 'rd,rs1,shamt', shift64],
  ['bset',  '0010100 ttttt sssss 001 ddddd 0110011', 'rd,rs1,rs2'],
  ['bseti', '0010100 iiiii sssss 001 ddddd 0010011', 'rd,rs1,shamt', shift32],
  ['bseti', '001010 iiiiii sssss 001 ddddd 0010011', 'rd,rs1,shamt', shift64],
])
