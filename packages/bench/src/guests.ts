/** The benchmark guests: a suite per architecture, as `guests/benchmarks.json` and `guests-arm/benchmarks.json` list them. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { generatedPath } from './generate/files.ts'
import { bootArguments, type LinuxFiles, linuxBenchmark } from './linux.ts'

export interface Benchmark {
  readonly name: string
  /** What kind of work it is. */
  readonly group: string
  /** What it prints after `CHECK`; a line that a booted system prints. */
  readonly check: string
  readonly about: string
  /** QEMU's machine and our board, where the suite has several. */
  readonly machine?: string
  /** Made by a generator when it is needed. */
  readonly generated?: boolean
  /** Compared with this guest on our side alone: QEMU would take minutes. */
  readonly against?: string
  /** A system that firmware boots, instead of an ELF file. */
  readonly boot?: LinuxFiles
}

interface Listing {
  /** Arguments for QEMU, besides machine and what to run. */
  readonly qemu: readonly string[]
  readonly benchmarks: readonly Benchmark[]
  /** Guests that churn code until they are stopped. */
  readonly endless?: readonly string[]
}

export interface Suite extends Listing {
  /** QEMU's program, and the environment variable that names another command. */
  readonly qemuProgram: string
  readonly qemuVariable: string
  /** Arguments of `guestscope run` for a guest. */
  ours(guest: Benchmark): readonly string[]
  /** Arguments of QEMU for a guest. */
  theirs(guest: Benchmark): readonly string[]
  elfPath(name: string): string
  /** Guests that instrumentation is measured with: of all kinds, and such as do nothing but trap. */
  readonly plain: readonly string[]
  readonly trapping: readonly string[]
}

/** The guest that does nothing: its time is that of starting an emulator. */
export const startUp = 'empty'

/** Hot code of all kinds, without traps: the set whose mean is the measure of the engine. */
export const hotSet: readonly string[] = [
  ...['sieve', 'crc32', 'sha256', 'quicksort', 'matmul-int', 'pointer-chase', 'memcpy', 'interp', 'fib'],
  ...['virtual', 'strings', 'nbody', 'matmul-double'],
]

type Own = Pick<Suite, 'qemuProgram' | 'qemuVariable' | 'ours' | 'trapping'>

function suite(folder: string, own: Own): Suite {
  const url = new URL(`../${folder}/`, import.meta.url)
  const listing: Listing = JSON.parse(readFileSync(new URL('benchmarks.json', url), 'utf8'))
  const elfPath = (name: string): string => fileURLToPath(new URL(`elf/${name}.elf`, url))
  const path = (guest: Benchmark): string =>
    guest.generated ? generatedPath(guest.name) : elfPath(guest.name)
  return {
    ...listing,
    ...own,
    elfPath,
    plain: ['crc32', 'quicksort', 'interp', 'memcpy'],
    ours: guest => [...own.ours(guest), ...(guest.boot ? bootArguments(guest.boot, '--') : [path(guest)])],
    theirs: ({ machine, ...guest }) => [
      ...(machine === undefined ? [] : ['-machine', machine]),
      ...(guest.boot ? withoutBios(listing.qemu) : listing.qemu),
      ...(guest.boot ? bootArguments(guest.boot, '-') : ['-kernel', path(guest)]),
    ],
  }
}

function withoutBios(args: readonly string[]): string[] {
  const at = args.indexOf('-bios')
  return args.filter((_, i) => at < 0 || (i !== at && i !== at + 1))
}

export const riscv: Suite = suite('guests', {
  qemuProgram: 'qemu-system-riscv64',
  qemuVariable: 'QEMU_RISCV64',
  ours: ({ boot }) => (boot ? ['--memory', '64M'] : []),
  trapping: ['ecall-mm', 'ecall-um', 'ecall-us'],
})

export const arm: Suite = suite('guests-arm', {
  qemuProgram: 'qemu-system-arm',
  qemuVariable: 'QEMU_ARM',
  ours: ({ machine }) => ['--semihosting', ...(machine === undefined ? [] : ['--board', machine])],
  trapping: ['svc', 'pendsv', 'irq'],
})

/** The suite with a Linux to boot. */
export function withLinux(suite: Suite, files: LinuxFiles): Suite {
  return { ...suite, benchmarks: [...suite.benchmarks, linuxBenchmark(files)] }
}

export function benchmark({ benchmarks }: Suite, name: string): Benchmark {
  const found = benchmarks.find(b => b.name === name)
  if (!found) throw new Error(`no benchmark ${name}`)
  return found
}
