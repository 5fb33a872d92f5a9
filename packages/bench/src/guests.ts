/** The benchmark guests: a suite per architecture, as `guests/benchmarks.json` and `guests-arm/benchmarks.json` list them. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Benchmark {
  readonly name: string
  /** What kind of work it is. */
  readonly group: string
  /** What it prints after `CHECK`. */
  readonly check: string
  readonly about: string
  /** QEMU's machine and our board, where the suite has several. */
  readonly machine?: string
}

interface Listing {
  /** Arguments for QEMU, besides machine and ELF file. */
  readonly qemu: readonly string[]
  readonly benchmarks: readonly Benchmark[]
}

export interface Suite extends Listing {
  /** QEMU's program, and the environment variable that names another command. */
  readonly qemuProgram: string
  readonly qemuVariable: string
  /** Options of our command for a guest. */
  options(guest: Benchmark): readonly string[]
  elfPath(guest: Benchmark): string
  /** Benchmarks without traps, and such as do nothing else. */
  readonly trapFree: readonly string[]
  readonly trapping: readonly string[]
}

/** The guest that does nothing: its time is that of starting an emulator. */
export const startUp = 'empty'

function suite(folder: string, rest: Omit<Suite, keyof Listing | 'elfPath'>): Suite {
  const url = new URL(`../${folder}/`, import.meta.url)
  const listing: Listing = JSON.parse(readFileSync(new URL('benchmarks.json', url), 'utf8'))
  return { ...listing, ...rest, elfPath: ({ name }) => fileURLToPath(new URL(`elf/${name}.elf`, url)) }
}

export const riscv: Suite = suite('guests', {
  qemuProgram: 'qemu-system-riscv64',
  qemuVariable: 'QEMU_RISCV64',
  options: () => [],
  trapFree: ['crc32', 'fib', 'interp'],
  trapping: ['ecall-mm', 'ecall-um', 'ecall-us'],
})

export const arm: Suite = suite('guests-arm', {
  qemuProgram: 'qemu-system-arm',
  qemuVariable: 'QEMU_ARM',
  options: ({ machine }) => ['--semihosting', ...(machine === undefined ? [] : ['--board', machine])],
  trapFree: ['crc32', 'fib', 'interp'],
  trapping: ['svc', 'pendsv', 'irq'],
})

export function benchmark({ benchmarks }: Suite, name: string): Benchmark {
  const found = benchmarks.find(b => b.name === name)
  if (!found) throw new Error(`no benchmark ${name}`)
  return found
}
