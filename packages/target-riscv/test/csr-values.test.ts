// What remains of values written to CSRs, as QEMU 11.1.3 answers, restricted to the extensions of this hart: all ones,
// zeros, 0x5555…, 0xaaaa… written one after the other (UXL and SXL are fixed here; H and Sscofpmf are absent).
import { type Cpu, Machine } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { virt32, virt64 } from '../src/boards/virt.ts'
import { riscv32, riscv64 } from '../src/index.ts'

const machine = (xlen: 32 | 64): Machine =>
  new Machine({
    target: xlen === 32 ? riscv32() : riscv64(),
    board: xlen === 32 ? virt32 : virt64,
    image: undefined,
    cpus: 1,
    memoryBytes: 1 << 20,
    semihosting: false,
    console: { write: () => {} },
  })

const patterns = [-1n, 0n, 0x5555555555555555n, 0xaaaaaaaaaaaaaaaan]

// biome-ignore format: a table
const rows64 = `
sstatus    80000002000c6122 200000000        200044100        200082022
mstatus    8000000a007e79aa a00000000        a00544100        a002a28aa
misa       800000000014112d 800000000014112d 800000000014112d 800000000014112d
medeleg    b3ff             0                1155             a2aa
mideleg    222              0                0                222
mie        aaa              0                0                aaa
mip        222              0                0                222
mtvec      0                0                5555555555555555 5555555555555555
stvec      0                0                5555555555555555 5555555555555555
mcounteren 7ffff            0                55555            2aaaa
scounteren 7ffff            0                55555            2aaaa
mcountinhibit 7fffd         0                55555            2aaa8
menvcfg    80000000000000f1 0                51               80000000000000a0
senvcfg    f1               0                51               a0
stimecmp   ffffffffffffffff 0                5555555555555555 aaaaaaaaaaaaaaaa
mscratch   ffffffffffffffff 0                5555555555555555 aaaaaaaaaaaaaaaa
mepc       fffffffffffffffe 0                5555555555555554 aaaaaaaaaaaaaaaa
mcause     ffffffffffffffff 0                5555555555555555 aaaaaaaaaaaaaaaa
mtval      ffffffffffffffff 0                5555555555555555 aaaaaaaaaaaaaaaa
sepc       fffffffffffffffe 0                5555555555555554 aaaaaaaaaaaaaaaa
scause     ffffffffffffffff 0                5555555555555555 aaaaaaaaaaaaaaaa
satp       0                0                0                0
pmpaddr0   3fffffffffffff   0                15555555555555   2aaaaaaaaaaaaa
pmpaddr16  0                0                0                0
fflags     1f               0                15               a
frm        7                0                5                2
fcsr       ff               0                55               aa
mhpmcounter3 0              0                0                0
`
// biome-ignore format: a table
const rows32 = `
sstatus    800c6122 0        44100    82022
mstatus    807e79aa 0        544100   2a28aa
mstatush   0        0        0        0
misa       4014112d 4014112d 4014112d 4014112d
mie        aaa      0        0        aaa
mtvec      0        0        55555555 55555555
mepc       fffffffe 0        55555554 aaaaaaaa
mcause     ffffffff 0        55555555 aaaaaaaa
satp       ffffffff 0        55555555 aaaaaaaa
pmpaddr0   ffffffff 0        55555555 aaaaaaaa
minstreth  ffffffff 0        55555555 aaaaaaaa
menvcfg    f1       0        51       a0
menvcfgh   80000000 0        0        80000000
stimecmph  ffffffff 0        55555555 aaaaaaaa
`

describe.each([
  [32, rows32],
  [64, rows64],
] as const)('RV%i', (xlen, rows) => {
  const m = machine(xlen)
  const cpu = m.cpus[0] as Cpu
  const csr = (name: string): { read: () => bigint; write: (value: bigint) => void } => {
    const info = m.target.registers.find(r => r.name === name)
    if (!info) throw new Error(`no register ${name}`)
    return { read: () => info.read(cpu), write: value => info.write?.(cpu, BigInt.asUintN(xlen, value)) }
  }

  test.each(
    rows
      .trim()
      .split('\n')
      .map(line => line.split(/\s+/)),
  )('%s', (name = '', ...expected) => {
    const { read, write } = csr(name)
    const found = patterns.map(p => {
      write(p)
      // The board may hold the timer's line from the start.
      return (name === 'mip' ? read() & ~0x80n : read()).toString(16)
    })
    write(0n)
    expect(found).toEqual(expected)
  })

  test('MPP 2 leaves MPP as it is', () => {
    const { read, write } = csr('mstatus')
    write(3n << 11n)
    write(2n << 11n)
    expect((read() >> 11n) & 3n).toBe(3n)
    write(0n)
  })

  test('counters count from what was written, and stand still while inhibited', () => {
    const [minstret, inhibit] = [csr('minstret'), csr('mcountinhibit')]
    inhibit.write(4n)
    minstret.write(77n)
    expect(minstret.read()).toBe(77n)
    inhibit.write(0n)
    expect(minstret.read()).toBe(77n)
  })

  test('reserved bits of a PMP entry stay 0, and W where R is 0', () => {
    const { read, write } = csr('pmpcfg0')
    write(0x7f_62_1e_03n)
    expect(read()).toBe(0x1f_00_1c_03n)
    write(0n)
  })

  test('a locked entry of PMP stays, and so does the address before a locked TOR entry', () => {
    const [config, address, before] = [csr('pmpcfg0'), csr('pmpaddr1'), csr('pmpaddr0')]
    before.write(0x1000n)
    address.write(0x2000n)
    config.write(0x8f00n) // entry 1: L, TOR, RWX
    config.write(0n)
    address.write(0n)
    before.write(0n)
    expect([config.read(), address.read(), before.read()]).toEqual([0x8f00n, 0x2000n, 0x1000n])
  })

  if (xlen === 64) {
    test('satp takes Bare, Sv39 and Sv48, with ASID', () => {
      const { read, write } = csr('satp')
      for (const mode of [0n, 8n, 9n, 10n, 1n]) write((mode << 60n) | 0x0123_4567_89ab_cdefn)
      expect(read()).toBe((9n << 60n) | 0x0123_4567_89ab_cdefn)
      write(0n)
    })
  }
})
