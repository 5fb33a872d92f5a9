/**
 * Writes the first and the last column of the files beside it anew, from GNU as and QEMU:
 *
 *     QEMU_RISCV64=… QEMU_RISCV32=… node --conditions=@guestscope/source record.ts [FILE …]
 *
 * The variables are commands and may hold several words. New lines need only `assembly | inputs`.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extensions } from '../../src/extensions.ts'
import { fullHart } from '../../src/hart.ts'
import { assemble, type Xlen } from '../../src/isa/index.ts'
import { addable, qemuCpu } from '../differential/hart.ts'
import {
  inputsOf,
  outputsOf,
  parseRows,
  type RowEnd,
  type RowLine,
  type RowState,
  sizeOf,
  stop,
} from './row.ts'

const here = import.meta.dirname
const work = mkdtempSync(join(tmpdir(), 'rows-'))
const { qemu } = JSON.parse(readFileSync(join(here, '../guests/cases.json'), 'utf8'))

const each = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => line(n)).join('\n')

/** What GNU as does not know by its name. */
const unassembled = extensions.filter(extension => extension.unassembled).flatMap(({ rows }) => rows ?? [])
const known = (text: string, xlen: Xlen): string =>
  unassembled.some(({ name }) => text.startsWith(`${name} `)) ? `.4byte ${assemble(xlen, text)}` : text

/** A program that loads the inputs, runs the row, and prints everything from the trap that follows. */
function source(row: RowLine, xlen: Xlen): string {
  const { x, f, fcsr, m0, m8, fs } = inputsOf(row, xlen)
  const [load, store] = xlen === 32 ? ['lw', 'sw'] : ['ld', 'sd']
  const code = row.texts
    .map(text => text.replace(/0x8000([0-9a-f]{4})$/, '_start+0x$1')) // targets of jumps
    .map(text => `.option ${text.startsWith('c.') ? 'rvc' : 'norvc'}\n${known(text, xlen)}`)
    .join('\n')
  return `
  .option norelax
  .option norvc
  .globl _start
_start:
  la t0,handler; csrw mtvec,t0; csrw mscratch,zero
  li t0,0x6000; csrs mstatus,t0
  li t0,${fcsr}; csrw fcsr,t0
  la t0,floats
${each(32, n => `  fld f${n},${8 * n}(t0)`)}
  li t0,0x6000; csrc mstatus,t0; li t0,${fs << 13}; csrs mstatus,t0
  la x31,integers
${each(31, n => `  ${load} x${n + 1},${8 * (n + 1)}(x31)`)}
  j row
  .org 0x1000
  .fill 0x400,2,${stop}
row:
${code}
  .fill (0x800-${sizeOf(row)})/2,2,${stop}
  .option norvc
handler:
  csrw mscratch,x31
  la x31,dump
${each(30, n => `  ${store} x${n + 1},${8 * (n + 1)}(x31)`)}
  csrr x1,mscratch; ${store} x1,248(x31)
  li x1,0x6000; csrs mstatus,x1
${each(32, n => `  fsd f${n},${256 + 8 * n}(x31)`)}
  csrr x1,fcsr; ${store} x1,512(x31)
  csrr x1,mepc; ${store} x1,520(x31)
  csrr x1,mcause; ${store} x1,528(x31)
  csrr x1,mtval; ${store} x1,536(x31)
  la x2,memory
  fld f0,0(x2); fsd f0,544(x31)
  fld f0,8(x2); fsd f0,552(x31)
  li x3,0x10000000
  addi x4,x31,560
1: lbu x5,0(x31)
  srli x6,x5,4; jal x7,digit
  andi x6,x5,15; jal x7,digit
  addi x31,x31,1
  bltu x31,x4,1b
  li x1,0x100000; li x2,0x5555; sw x2,0(x1)
2: j 2b
digit: addi x6,x6,48
  li x8,58
  blt x6,x8,3f
  addi x6,x6,39
3: lbu x8,5(x3)
  andi x8,x8,32
  beqz x8,3b
  sb x6,0(x3)
  jr x7
  .org 0x3000
memory: .quad ${m0},${m8}
  .org 0x5000
integers: .quad ${x.join()}
floats: .quad ${f.join()}
dump: .space 560
`
}

function run(row: RowLine, xlen: Xlen): { bytes: string; output: string } {
  const [asm, object, elf, binary, printed] = ['row.s', 'row.o', 'row.elf', 'row.bin', 'row.out'].map(name =>
    join(work, name),
  ) as [string, string, string, string, string]
  writeFileSync(asm, source(row, xlen))
  const arch = `-march=${fullHart(xlen).march}`
  execFileSync('riscv64-unknown-elf-as', [
    arch,
    xlen === 32 ? '-mabi=ilp32d' : '-mabi=lp64d',
    '-o',
    object,
    asm,
  ])
  execFileSync('riscv64-unknown-elf-ld', ['-m', `elf${xlen}lriscv`, '-Ttext=0x80000000', '-o', elf, object], {
    stdio: 'pipe',
  })
  execFileSync('riscv64-unknown-elf-objcopy', ['-O', 'binary', elf, binary])
  const bytes = [...readFileSync(binary).subarray(0x1800, 0x1800 + sizeOf(row))]
    .map(b => b.toString(16).padStart(2, '0'))
    .join(' ')

  const [command, ...words] = (process.env[`QEMU_RISCV${xlen}`] ?? `qemu-system-riscv${xlen}`).split(/\s+/)
  const args = [
    ...words,
    ...qemu,
    '-cpu',
    qemuCpu(xlen, addable(xlen)),
    '-serial',
    `file:${printed}`,
    '-kernel',
    elf,
  ]
  spawnSync(command as string, args, { timeout: 20_000 })
  const stdout = readFileSync(printed, 'utf8')
  if (stdout.length < 1120) throw new Error(`${row.line}: QEMU printed ${stdout.length} characters`)
  const dump = Buffer.from(stdout.slice(0, 1120), 'hex')
  const at = (n: number): bigint => dump.readBigUInt64LE(8 * n)
  const after: RowState = {
    x: Array.from({ length: 32 }, (_, n) => (n ? at(n) : 0n)),
    f: Array.from({ length: 32 }, (_, n) => at(32 + n)),
    fcsr: Number(at(64)),
    m0: at(68),
    m8: at(69),
  }
  const end: RowEnd = { mepc: at(65), mcause: Number(at(66)), mtval: at(67) }
  return { bytes, output: outputsOf(row, xlen, inputsOf(row, xlen), after, end) }
}

const files =
  process.argv.length > 2 ? process.argv.slice(2) : readdirSync(here).filter(name => name.endsWith('.txt'))
for (const name of files) {
  const path = join(here, name)
  const lines = parseRows(readFileSync(path, 'utf8')).flatMap(row => {
    if (typeof row === 'string') return [row]
    const found = row.bases.map(xlen => ({ xlen, ...run(row, xlen) }))
    const line = ({ bytes, output }: { bytes: string; output: string }): string =>
      `${bytes} | ${row.texts.join('; ')} | ${`${row.input} => ${output}`.trim()}`
    const [a, b] = found
    if (a && b && line(a) === line(b)) return [line(a)]
    return found.map(f => `rv${f.xlen} ${line(f)}`)
  })
  writeFileSync(path, `${lines.join('\n')}\n`)
  process.stdout.write(`${name}: ${lines.length} lines\n`)
}
rmSync(work, { recursive: true })
