/**
 * Asks QEMU for the answers in registers.txt and writes them there: makes a program of the rows, runs it on QEMU's
 * virt board, takes its output.
 *
 *   QEMU="qemu-system-riscv64" node record.mjs     (also needs riscv64-unknown-elf-gcc)
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const qemu = (process.env.QEMU ?? 'qemu-system-riscv64').split(' ')
const file = new URL('registers.txt', import.meta.url)
const script = new URL('../guests/lib/guest.ld', import.meta.url).pathname
const bases = { uart: 0x10000000, plic: 0xc000000, clint: 0x2000000 }
const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
const body = []
const asking = []

for (const [index, line] of lines.entries()) {
  const [operation, place = '', value] = line.replace(/#.*| = .*| ours .*/g, '').split(' ')
  if (operation === '') continue
  if (operation === 'wait') body.push('  wait();')
  else if (operation === 'mip') body.push('  asm volatile("csrr %0, mip" : "=r"(*next++));')
  else {
    const [device, offset] = place.split('+')
    const address = `*(volatile u${8 * Number(operation[1])} *)${bases[device] + Number.parseInt(offset, 16)}ul`
    body.push(operation[0] === 'r' ? `  *next++ = ${address};` : `  ${address} = 0x${value}ul;`)
  }
  if (operation === 'mip' || operation[0] === 'r') asking.push(index)
}

const program = `
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned u32; typedef unsigned long u64;
u64 answers[4096];
asm(".section .text.start,\\"ax\\"\\n.globl _start\\n_start: la sp, _start + 0x100000\\n la t0, trap\\n csrw mtvec, t0\\n"
    "1: bnez a0, 1b\\n j run\\n.balign 4\\ntrap: csrr a0, mcause\\n csrr a1, mtval\\n j failed\\n.text");
static void put(char c) {
  *(volatile u8 *)${bases.uart}ul = c;
  while ((*(volatile u8 *)${bases.uart + 5}ul & 0x60) != 0x60);
}
static void hex(u64 v) { for (int i = 60; i >= 0; i -= 4) put("0123456789abcdef"[v >> i & 15]); put('\\n'); }
static void finish(void) { *(volatile u32 *)0x100000ul = 0x5555; for (;;); }
void failed(u64 cause, u64 value) { *(volatile u8 *)${bases.uart + 3}ul = 3; *(volatile u8 *)${bases.uart + 4}ul = 8; put('!'); hex(cause); hex(value); finish(); }
/* Measured by the cycle counter of QEMU, which is the host's clock */
static void wait(void) {
  u64 begin, now;
  asm volatile("csrr %0, mcycle" : "=r"(begin));
  do asm volatile("csrr %0, mcycle" : "=r"(now)); while (now - begin < 400000000);
}
void run(void) {
  u64 *next = answers;
${body.join('\n')}
  put('@');
  for (u64 *p = answers; p < next; p++) hex(*p);
  finish();
}`

const folder = mkdtempSync(join(tmpdir(), 'registers-'))
try {
  const elf = join(folder, 'registers.elf')
  writeFileSync(join(folder, 'registers.c'), program)
  const flags = '-O1 -mcmodel=medany -ffreestanding -nostdlib -static -Wl,--no-warn-rwx-segments'
  execFileSync('riscv64-unknown-elf-gcc', [
    ...flags.split(' '),
    '-T',
    script,
    join(folder, 'registers.c'),
    '-o',
    elf,
  ])
  const machine = [
    '-machine',
    'virt',
    '-smp',
    '2',
    '-bios',
    'none',
    '-display',
    'none',
    '-serial',
    'stdio',
    '-kernel',
    elf,
  ]
  const output = execFileSync(qemu[0], [...qemu.slice(1), ...machine], {
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const answers = output.split('@')[1]?.trim().split(/\s+/)
  if (answers?.length !== asking.length)
    throw new Error(`${answers?.length} answers for ${asking.length} questions: ${JSON.stringify(output)}`)
  for (const [i, index] of asking.entries()) {
    const [question] = lines[index].split(/ = | ours /)
    const ours = / ours .*/.exec(lines[index])?.[0] ?? ''
    lines[index] = `${question} = ${BigInt(`0x${answers[i]}`).toString(16)}${ours}`
  }
  writeFileSync(file, `${lines.join('\n')}\n`)
} finally {
  if (!process.env.KEEP) rmSync(folder, { recursive: true })
}
