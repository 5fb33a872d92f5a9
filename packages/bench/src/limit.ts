/**
 * The limit: the guests' C sources compiled straight to WebAssembly, with nothing emulated. No emulator that makes
 * WebAssembly of machine code can be faster, so the distance to it is what is left to win.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Emulator, names } from './emulators.ts'
import { type Benchmark, hotSet, startUp } from './guests.ts'
import { RunError } from './run.ts'

/** With these the RISC-V compiler fuses multiplications and additions, which WebAssembly cannot: another result. */
const fused: readonly string[] = ['nbody', 'matmul-double']

/** Guests that have a limit. */
export const limited: readonly string[] = [startUp, ...hotSet.filter(name => !fused.includes(name))]

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
const modulePath = (name: string): string => here(`node_modules/.cache/guestscope-bench/${name}.wasm`)

const flags = [
  ...['--target=wasm32', '-O2', '-std=gnu11', '-ffreestanding', '-fno-builtin', '-nostdlib'],
  // As the guests want it: recursion stays recursion; sizes of integers as on a 32-bit machine.
  ...['-fno-optimize-sibling-calls', '-U__SIZEOF_INT128__', '-w'],
  ...['-Wl,--no-entry', '-Wl,--export=main', '-Wl,--allow-undefined'],
]

/** Compiles a guest; errors name what is missing. */
export function compileLimit(name: string, clang: string = process.env.CLANG ?? 'clang'): void {
  mkdirSync(here('node_modules/.cache/guestscope-bench'), { recursive: true })
  const sources = ['-I', here('guests-arm/lib'), here(`guests/${name}.c`), here('guests-wasm/bench.c')]
  const done = spawnSync(clang, [...flags, ...sources, '-o', modulePath(name)], { encoding: 'utf8' })
  if (done.status === 0) return
  const problem = done.error?.message ?? done.stderr.trim().split('\n')[0]
  throw new RunError(
    `--limit needs clang and wasm-ld (CLANG names another compiler); ${name}.c was not compiled: ${problem}`,
  )
}

/** Node with such a module. */
export const limit: Emulator = {
  name: names.limit,
  command: ({ name }: Benchmark) => [process.execPath, here('src/limit-main.js'), modulePath(name)],
}
