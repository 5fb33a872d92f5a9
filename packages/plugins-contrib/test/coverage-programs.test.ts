/** What coverage makes of programs as compilers and linkers make them. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BlockCounter, executions } from '../src/blocks.ts'
import { conditionHolds, SkipCounter } from '../src/conditions.ts'
import { cflow, coverage, ftrace } from '../src/index.ts'
import { FakeRun } from './fake-api.ts'

const elf = readFileSync(new URL('guests/elf/lines-dwarf5-rv64.elf', import.meta.url))

it('sections without bytes may say that they lie behind the end of the file', () => {
  const far = Buffer.from(elf)
  const view = new DataView(far.buffer, far.byteOffset, far.length)
  const table = Number(view.getBigUint64(40, true))
  const sections = Array.from({ length: view.getUint16(60, true) }, (_, i) => table + 64 * i)
  const at = sections.find(one => view.getUint32(one + 4, true) === 8) as number
  view.setBigUint64(at + 24, BigInt(far.length + 0x1000), true)
  view.setBigUint64(at + 32, 0x10000n, true)
  const files = new Map([['x.elf', far]])
  const run = new FakeRun(coverage, { elf: ['x.elf'], out: 'o' }, 1, files)
  run.end()
  expect(run.files.get('o')).toContain('SF:/guest/lines.c\n')
  for (const plugin of [cflow, ftrace])
    expect(() => new FakeRun(plugin, { elf: ['x.elf'], out: 'o' }, 1, files)).not.toThrow()
})

it('source files that are not wanted, or do not exist here, are left out', () => {
  const files = new Map<string, Uint8Array>([
    ['x.elf', elf],
    ['/guest/lines.c', new Uint8Array(0)],
  ])
  const sources = (options: Record<string, boolean | string[]>): string[] => {
    const run = new FakeRun(coverage, { elf: ['x.elf'], out: 'o', ...options }, 1, files)
    run.end()
    const found = [...(run.files.get('o') ?? '').matchAll(/^SF:(.*)$/gm)].map(([, path]) => path as string)
    return [run.output, ...found]
  }
  expect(sources({ exclude: ['sub', '.S'] })).toEqual(['', '/guest/lines.c'])
  expect(sources({ include: ['/guest'], exclude: ['lines'] })).toEqual([
    '',
    '/guest/riscv.S',
    '/guest/sub/shape.h',
  ])
  expect(sources({ existing: true })).toEqual([
    'coverage: 2 source files do not exist here and are left out\n',
    '/guest/lines.c',
  ])
})

describe('IT blocks', () => {
  type Flags = [n: boolean, z: boolean, c: boolean, v: boolean]
  const tests: ((...flags: Flags) => boolean)[] = [
    (_n, z) => z,
    (_n, z) => !z,
    (_n, _z, c) => c,
    (_n, _z, c) => !c,
    n => n,
    n => !n,
    (_n, _z, _c, v) => v,
    (_n, _z, _c, v) => !v,
    (_n, z, c) => c && !z,
    (_n, z, c) => !c || z,
    (n, _z, _c, v) => n === v,
    (n, _z, _c, v) => n !== v,
    (n, z, _c, v) => !z && n === v,
    (n, z, _c, v) => z || n !== v,
    () => true,
    () => true,
  ]
  it('have the conditions of the manual', () => {
    for (const [condition, test] of tests.entries())
      for (let flags = 0; flags < 16; flags++) {
        const each = [8, 4, 2, 1].map(bit => (flags & bit) !== 0) as Flags
        const xpsr = (flags * 2 ** 28 + condition * 2 ** 12) >>> 0
        expect([condition, flags, conditionHolds(xpsr)]).toEqual([condition, flags, test(...each)])
      }
  })

  it('count their arms apart, and the IT instruction as the one that ran more often', () => {
    let counted = (): [bigint, number][] => []
    const plugin = {
      name: 'x',
      description: '',
      apiVersion: 1,
      install: (api: ConstructorParameters<typeof BlockCounter>[0]) => {
        const counter = new BlockCounter(api)
        const skips = new SkipCounter(api)
        counted = () => {
          const counts = new Map<bigint, number>()
          for (const block of counter.blocks())
            executions(block).forEach((n, i) => void counts.set(block.places[i] as bigint, n))
          skips.apply(counts)
          return [...counts]
        }
      },
    }
    const run = new FakeRun(plugin, {}, 1, new Map(), undefined, ['xpsr'])
    const insn = (pc: bigint, more = {}) => ({ pc, bytes: [0, 0], ...more })
    const exec = run.block([
      insn(0x100n, { text: 'ite eq' }),
      insn(0x102n, { conditional: true }),
      insn(0x104n, { conditional: true }),
      insn(0x106n),
    ])
    for (const zero of [1n, 0n, 0n])
      for (const i of [0, 1, 2, 3]) {
        // The condition of the second arm is "not equal".
        run.registers.set('xpsr', (zero << 30n) | (i === 2 ? 1n << 12n : 0n))
        exec(i)
      }
    expect(counted()).toEqual([
      [0x100n, 2],
      [0x102n, 1],
      [0x104n, 2],
      [0x106n, 3],
    ])
  })
})
