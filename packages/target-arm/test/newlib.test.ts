/** Programs built with newlib, where its compiler is found; `newlib/expected.txt` is what QEMU printed for them. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Board, Machine, type Target } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  cortexM3Target,
  cortexM4Target,
  cortexM7Target,
  mps2An385,
  mps2An386,
  mps2An500,
} from '../src/index.ts'

const folder = fileURLToPath(new URL('newlib/', import.meta.url))
const compiler = `${process.env.CROSS ?? 'arm-none-eabi-'}gcc`
const library = spawnSync(compiler, ['-mcpu=cortex-m3', '-mthumb', '-print-file-name=rdimon.specs'])
// gcc prints the bare name of a file that it does not find.
const found = library.status === 0 && library.stdout.toString().includes('/')

const cores: { core: string; target: () => Target; board: Board }[] = [
  { core: 'cortex-m3', target: cortexM3Target, board: mps2An385 },
  { core: 'cortex-m4', target: cortexM4Target, board: mps2An386 },
  { core: 'cortex-m7', target: cortexM7Target, board: mps2An500 },
]

describe.skipIf(!found)(`needs ${compiler} with newlib`, () => {
  let work = ''
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'guestscope-newlib-'))
  })
  afterAll(() => rmSync(work, { recursive: true }))

  test.each(cores)('$core', ({ core, target, board }) => {
    const elf = join(work, `${core}.elf`)
    execFileSync(join(folder, 'build.sh'), [core, elf])
    let output = ''
    const machine = new Machine({
      target: target(),
      board,
      memoryBytes: board.defaultMemory,
      cpus: 1,
      console: {
        write: bytes => {
          output += Buffer.from(bytes).toString()
        },
      },
      image: loadElf(readFileSync(elf)),
      semihosting: true,
    })
    while (machine.run(1_000_000) === 'running' && machine.clock() < 1e8);
    expect(machine.stopReason).toEqual({ kind: 'exit', status: 3 })
    expect(output).toBe(readFileSync(join(folder, 'expected.txt'), 'utf8'))
  })
})
