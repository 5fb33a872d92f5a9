/**
 * Mutated files in everything that a machine can start from: kernels, gzip, files beside. A start or a coded error, and
 * no more bytes than the machine has room for. GUESTSCOPE_LONG=1: ten times as many.
 */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { loadElf } from '@guestscope/images'
import { arm } from '@guestscope/target-arm'
import { riscv } from '@guestscope/target-riscv'
import { fuzz } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import type { MemoryContents } from '../src/options.ts'
import { openStart } from '../src/start.ts'

const long = process.env.GUESTSCOPE_LONG !== undefined
const [rounds, patience] = long ? [5000, 600_000] : [500, 60_000]

describe('mutated files', () => {
  const boot = (part: string): Uint8Array =>
    new Uint8Array(readFileSync(new URL(`../../cli/test/guests/boot-${part}-rv64.elf`, import.meta.url)))
  const raw = (file: Uint8Array): Uint8Array => loadElf(file).segments[0]?.bytes ?? file
  const kernels = [boot('kernel'), raw(boot('kernel'))]

  /** Starts from these files; `x` is what is wrong. */
  async function starts(x: Uint8Array, options: Partial<MemoryContents>): Promise<void> {
    const memory = 8 << 20
    const start = await openStart({ targets: [riscv, arm], bios: boot('bios'), ...options }, memory)
    const bytes = start.image.segments.reduce((sum, segment) => sum + segment.bytes.length, 0)
    expect(bytes).toBeLessThanOrEqual(memory + x.length)
  }
  /** `fuzz` for what takes its time: the errors come later. */
  async function fuzzed(
    files: readonly Uint8Array[],
    read: (bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const all: Uint8Array[] = []
    fuzz(files, rounds, bytes => void all.push(bytes))
    for (const [i, bytes] of all.entries()) {
      const error = await read(bytes).then(
        () => undefined,
        (thrown: unknown) => thrown as { code?: unknown; hint?: unknown },
      )
      const coded = typeof error?.code === 'string' && typeof error.hint === 'string'
      if (error !== undefined && !coded) throw new Error(`seed ${i + 1}: ${String(error)}`, { cause: error })
    }
  }

  test('kernels', () => fuzzed(kernels, x => starts(x, { kernel: x })), patience)
  test(
    'gzip',
    () => {
      const packed = [...kernels, new Uint8Array(9 << 20)].map(
        file => new Uint8Array(gzipSync(file, { level: 1 })),
      )
      return fuzzed(packed, x => starts(x, { kernel: x }))
    },
    patience,
  )
  test(
    'files beside',
    () => {
      const files = ['riscv/test/guests/elf/hello-rv64', 'arm/test/guests/elf/hello-microbit'].map(
        path => new Uint8Array(readFileSync(new URL(`../../target-${path}.elf`, import.meta.url))),
      )
      let n = 0
      return fuzzed([...files, ...kernels], x => {
        const address = n++ % 2 === 0 ? {} : { address: 2n ** BigInt(n % 65) }
        return starts(x, { load: [{ file: x, ...address }] })
      })
    },
    patience,
  )
})
