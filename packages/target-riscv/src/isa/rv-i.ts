/** Chapters "RV32I Base Integer Instruction Set" and "RV64I"; ecall and ebreak stand in `priv.ts`. */

import { extension } from './build.ts'
import { B, I, J, rv64, S, shift5, shift32, shift64, U } from './formats.ts'
import type { More, Row } from './row.ts'

const I64: More = { ...I, ...rv64 }
const S64: More = { ...S, ...rv64 }
const shiftW: More = { ...shift5, ...rv64 }
const indirect: More = { ...I, ending: 'indirect' }

// biome-ignore format: a table, one row per line
export const rvI: readonly Row[] = extension('I', [
  ['lui',   'iiiiiiiiiiiiiiiiiiii ddddd 0110111',     'rd,upper',       U],
  ['auipc', 'iiiiiiiiiiiiiiiiiiii ddddd 0010111',     'rd,upper',       U],
  ['jal',   'iiiiiiiiiiiiiiiiiiii ddddd 1101111',     'rd,target',      J],
  ['jalr',  'iiiiiiiiiiii sssss 000 ddddd 1100111',   'rd,imm(rs1)',    indirect],

  ['beq',   'iiiiiii ttttt sssss 000 iiiii 1100011',  'rs1,rs2,target', B],
  ['bne',   'iiiiiii ttttt sssss 001 iiiii 1100011',  'rs1,rs2,target', B],
  ['blt',   'iiiiiii ttttt sssss 100 iiiii 1100011',  'rs1,rs2,target', B],
  ['bge',   'iiiiiii ttttt sssss 101 iiiii 1100011',  'rs1,rs2,target', B],
  ['bltu',  'iiiiiii ttttt sssss 110 iiiii 1100011',  'rs1,rs2,target', B],
  ['bgeu',  'iiiiiii ttttt sssss 111 iiiii 1100011',  'rs1,rs2,target', B],

  ['lb',    'iiiiiiiiiiii sssss 000 ddddd 0000011',   'rd,imm(rs1)',    I],
  ['lh',    'iiiiiiiiiiii sssss 001 ddddd 0000011',   'rd,imm(rs1)',    I],
  ['lw',    'iiiiiiiiiiii sssss 010 ddddd 0000011',   'rd,imm(rs1)',    I],
  ['ld',    'iiiiiiiiiiii sssss 011 ddddd 0000011',   'rd,imm(rs1)',    I64],
  ['lbu',   'iiiiiiiiiiii sssss 100 ddddd 0000011',   'rd,imm(rs1)',    I],
  ['lhu',   'iiiiiiiiiiii sssss 101 ddddd 0000011',   'rd,imm(rs1)',    I],
  ['lwu',   'iiiiiiiiiiii sssss 110 ddddd 0000011',   'rd,imm(rs1)',    I64],
  ['sb',    'iiiiiii ttttt sssss 000 iiiii 0100011',  'rs2,imm(rs1)',   S],
  ['sh',    'iiiiiii ttttt sssss 001 iiiii 0100011',  'rs2,imm(rs1)',   S],
  ['sw',    'iiiiiii ttttt sssss 010 iiiii 0100011',  'rs2,imm(rs1)',   S],
  ['sd',    'iiiiiii ttttt sssss 011 iiiii 0100011',  'rs2,imm(rs1)',   S64],

  ['addi',  'iiiiiiiiiiii sssss 000 ddddd 0010011',   'rd,rs1,imm',     I],
  ['slti',  'iiiiiiiiiiii sssss 010 ddddd 0010011',   'rd,rs1,imm',     I],
  ['sltiu', 'iiiiiiiiiiii sssss 011 ddddd 0010011',   'rd,rs1,imm',     I],
  ['xori',  'iiiiiiiiiiii sssss 100 ddddd 0010011',   'rd,rs1,imm',     I],
  ['ori',   'iiiiiiiiiiii sssss 110 ddddd 0010011',   'rd,rs1,imm',     I],
  ['andi',  'iiiiiiiiiiii sssss 111 ddddd 0010011',   'rd,rs1,imm',     I],
  ['slli',  '0000000 iiiii sssss 001 ddddd 0010011',  'rd,rs1,shamt',   shift32],
  ['slli',  '000000 iiiiii sssss 001 ddddd 0010011',  'rd,rs1,shamt',   shift64],
  ['srli',  '0000000 iiiii sssss 101 ddddd 0010011',  'rd,rs1,shamt',   shift32],
  ['srli',  '000000 iiiiii sssss 101 ddddd 0010011',  'rd,rs1,shamt',   shift64],
  ['srai',  '0100000 iiiii sssss 101 ddddd 0010011',  'rd,rs1,shamt',   shift32],
  ['srai',  '010000 iiiiii sssss 101 ddddd 0010011',  'rd,rs1,shamt',   shift64],

  ['add',   '0000000 ttttt sssss 000 ddddd 0110011',  'rd,rs1,rs2'],
  ['sub',   '0100000 ttttt sssss 000 ddddd 0110011',  'rd,rs1,rs2'],
  ['sll',   '0000000 ttttt sssss 001 ddddd 0110011',  'rd,rs1,rs2'],
  ['slt',   '0000000 ttttt sssss 010 ddddd 0110011',  'rd,rs1,rs2'],
  ['sltu',  '0000000 ttttt sssss 011 ddddd 0110011',  'rd,rs1,rs2'],
  ['xor',   '0000000 ttttt sssss 100 ddddd 0110011',  'rd,rs1,rs2'],
  ['srl',   '0000000 ttttt sssss 101 ddddd 0110011',  'rd,rs1,rs2'],
  ['sra',   '0100000 ttttt sssss 101 ddddd 0110011',  'rd,rs1,rs2'],
  ['or',    '0000000 ttttt sssss 110 ddddd 0110011',  'rd,rs1,rs2'],
  ['and',   '0000000 ttttt sssss 111 ddddd 0110011',  'rd,rs1,rs2'],

  ['addiw', 'iiiiiiiiiiii sssss 000 ddddd 0011011',   'rd,rs1,imm',     I64],
  ['slliw', '0000000 iiiii sssss 001 ddddd 0011011',  'rd,rs1,shamt',   shiftW],
  ['srliw', '0000000 iiiii sssss 101 ddddd 0011011',  'rd,rs1,shamt',   shiftW],
  ['sraiw', '0100000 iiiii sssss 101 ddddd 0011011',  'rd,rs1,shamt',   shiftW],
  ['addw',  '0000000 ttttt sssss 000 ddddd 0111011',  'rd,rs1,rs2',     rv64],
  ['subw',  '0100000 ttttt sssss 000 ddddd 0111011',  'rd,rs1,rs2',     rv64],
  ['sllw',  '0000000 ttttt sssss 001 ddddd 0111011',  'rd,rs1,rs2',     rv64],
  ['srlw',  '0000000 ttttt sssss 101 ddddd 0111011',  'rd,rs1,rs2',     rv64],
  ['sraw',  '0100000 ttttt sssss 101 ddddd 0111011',  'rd,rs1,rs2',     rv64],

  // Any fm, rd, rs1: reserved ones are to be treated as normal fences; fence.tso and pause may be.
  ['fence', '---- pppp qqqq ----- 000 ----- 0001111', 'pred,succ'],
])
