/** Programs in S-mode behind page tables that the test writes. */

import { Machine, type Tier } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { riscv32, riscv64, virt32, virt64 } from '../src/index.ts'
import { assembleProgram } from './differential/asm.ts'
import { programElf } from './differential/elf.ts'

export type Xlen = 32 | 64
export const Pte = { V: 1, R: 2, W: 4, X: 8, U: 16, G: 32, A: 64, D: 128 } as const
export const usual: number = Pte.V | Pte.R | Pte.W | Pte.X | Pte.A | Pte.D

/** Physical addresses: the program, what it writes down, the first page table, pages for tests, large ones. */
export const at = {
  program: 0x80000000,
  results: 0x80010000,
  tables: 0x80020000,
  pages: 0x80080000,
  large: [0x80400000, 0x80800000],
} as const
/** Virtual addresses with 4 KiB pages; and one of a large page. */
export const virtual = (n: number): number => 0x40000000 + 0x1000 * n
export const virtualLarge = 0x50000000

const formats = {
  32: { bytes: 4, indexBits: 10, levels: 2, mode: 1n << 31n, asidShift: 22n },
  64: { bytes: 8, indexBits: 9, levels: 3, mode: 8n << 60n, asidShift: 44n },
} as const

/** A machine with a program that is about to start. */
export class Paged {
  readonly machine: Machine
  readonly xlen: Xlen
  #tables: number = at.tables

  constructor(xlen: Xlen, tier: Tier, source: string, cpus = 1) {
    this.xlen = xlen
    const program = assembleProgram(xlen, at.program, source)
    this.machine = new Machine({
      target: xlen === 32 ? riscv32() : riscv64(),
      board: xlen === 32 ? virt32 : virt64,
      tier,
      memoryBytes: 16 << 20,
      cpus,
      console: { write: () => {} },
      image: loadElf(programElf(xlen, at.program, program)),
      semihosting: false,
      hotThreshold: 10,
      batch: 1,
    })
    this.start()
  }

  /** Goes to the program, past the board's own first steps, which set registers. */
  start(): void {
    for (const cpu of this.machine.cpus) cpu.pc = BigInt(at.program)
  }

  /** Resets the machine; page tables and registers are to be made again. */
  reset(): void {
    this.machine.host.reset()
    this.machine.run(1)
    this.#tables = at.tables
    this.start()
  }

  /** Bytes of a table's entry. */
  get entryBytes(): number {
    return formats[this.xlen].bytes
  }

  write(address: number, value: bigint, bytes: number): void {
    const view = new DataView(new ArrayBuffer(8))
    view.setBigUint64(0, value, true)
    this.machine.writePhysical(BigInt(address), new Uint8Array(view.buffer, 0, bytes))
  }
  read(address: number, bytes: number): bigint {
    const found = this.machine.readPhysical(BigInt(address), bytes) ?? new Uint8Array(0)
    return [...found].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  }
  /** Code at a physical address, which does not depend on where it runs. */
  code(address: number, source: string): void {
    this.machine.writePhysical(BigInt(address), assembleProgram(this.xlen, address, source))
  }

  entry(physical: number, flags: number = usual): bigint {
    return (BigInt(physical >>> 12) << 10n) | BigInt(flags)
  }

  /** A new address space in which S sees all RAM at its own place; gives the address of its first table. */
  space(): number {
    const root = this.#newTable()
    if (this.xlen === 64) this.map(root, at.program, at.program, usual, 2)
    else for (let n = 0; n < 4; n++) this.map(root, at.program + (n << 22), at.program + (n << 22), usual, 1)
    return root
  }
  #newTable(): number {
    this.#tables += 0x1000
    return this.#tables - 0x1000
  }

  /** Maps a page, of a higher level if so told; gives the address of the entry. */
  map(root: number, address: number, physical: number, flags: number = usual, level = 0): number {
    const { bytes, indexBits, levels } = formats[this.xlen]
    let table = root
    for (let l = levels - 1; ; l--) {
      const index = Math.floor(address / 2 ** (12 + indexBits * l)) % 2 ** indexBits
      const place = table + index * bytes
      if (l === level) {
        this.write(place, this.entry(physical, flags), bytes)
        return place
      }
      if (this.read(place, bytes) === 0n) this.write(place, this.entry(this.#newTable(), Pte.V), bytes)
      table = Number(this.read(place, bytes) >> 10n) * 4096
    }
  }

  satp(root: number, asid = 0): bigint {
    const { mode, asidShift } = formats[this.xlen]
    return mode | (BigInt(asid) << asidShift) | BigInt(root / 4096)
  }

  /** Sets an integer register of every hart. */
  set(name: string, value: bigint | number): void {
    const register = this.machine.target.registers.find(r => r.name === name)
    if (!register?.write) throw new Error(`no register ${name}`)
    for (const cpu of this.machine.cpus) register.write(cpu, BigInt(value))
  }

  /** Runs until every hart waits; gives the words that the program has put down. */
  run(): number[] {
    const state = this.machine.run(3_000_000)
    if (state !== 'idle')
      throw new Error(`the program is ${state}, pc ${this.machine.cpus[0]?.pc.toString(16)}`)
    const end = Number(this.read(at.results, 4))
    return Array.from({ length: (end - at.results) / 4 - 1 }, (_, i) =>
      Number(this.read(at.results + 4 + 4 * i, 4)),
    )
  }
}

/** Enters S-mode behind `satp` in s1. From there on s2 says where the next result goes. */
export const enterS = `
  li t0,-1
  csrrw zero,pmpaddr0,t0
  li t0,31
  csrrw zero,pmpcfg0,t0
  la t0,@stop
  csrrw zero,mtvec,t0
  csrrw zero,satp,s1
  li t0,0x1800
  csrrc zero,mstatus,t0
  li t0,0x800
  csrrs zero,mstatus,t0
  la t0,@super
  csrrw zero,mepc,t0
  la s2,0x${(at.results + 4).toString(16)}
  mret
  stop:
  la t0,0x${at.results.toString(16)}
  sw s2,0(t0)
  end:
  wfi
  jal zero,@end
  super:
`
/** Puts a register down. */
export const note = (register: string): string => `sw ${register},0(s2)\n addi s2,s2,4\n`
/** Ends the run from S-mode. */
export const done = 'jal zero,@stop\n'
