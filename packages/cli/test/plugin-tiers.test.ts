/** What plugins see of real guests is the same in every tier: instructions, accesses with their values, edges. */
import { readFileSync } from 'node:fs'
import {
  type Board,
  Discon,
  type EdgeEvent,
  Machine,
  type MachineOptions,
  type MemEvent,
  type PluginApi,
  type Target,
} from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { PluginHost } from '@guestscope/plugin-host'
import { cortexM3Target, cortexM4Target, mps2An385, mps2An386 } from '@guestscope/target-arm'
import { riscv32, riscv64, virt32, virt64 } from '@guestscope/target-riscv'
import { describe, expect, test } from 'vitest'

type Way = Pick<MachineOptions, 'tier' | 'hotThreshold' | 'batch' | 'tuning'>

const ways: readonly (readonly [string, Way])[] = [
  ['tier 1, regions at once', { tier: 1, hotThreshold: 1, batch: 1 }],
  [
    'tier 2',
    { tier: 2, hotThreshold: 2, tuning: { batch: 1, sampleInterval: 500, hotSamples: 2, waitForT2: true } },
  ],
]

interface Guest {
  readonly file: string
  readonly target: () => Target
  readonly board: Board
  readonly cpus?: number
  readonly semihosting?: boolean
}

const riscv = (name: string): string => `target-riscv/test/guests/elf/${name}.elf`
const arm = (name: string): string => `target-arm/test/guests/elf/${name}.elf`
const guests: readonly (readonly [string, Guest])[] = [
  ['paging', { file: riscv('paging-rv64'), target: riscv64, board: virt64 }],
  ['self-modifying', { file: riscv('selfmod-rv64'), target: riscv64, board: virt64 }],
  ['programs, 32 bits', { file: riscv('programs-rv32'), target: riscv32, board: virt32 }],
  ['traps of all kinds', { file: riscv('nested-rv64'), target: riscv64, board: virt64 }],
  ['two harts', { file: riscv('harts-2-rv64'), target: riscv64, board: virt64, cpus: 2 }],
  ['IT blocks', { file: arm('itblocks-an386'), target: cortexM4Target, board: mps2An386, semihosting: true }],
  [
    'a small kernel',
    { file: arm('kernel-an385'), target: cortexM3Target, board: mps2An385, semihosting: true },
  ],
]

const fnv = (hash: number, value: number): number => Math.imul(hash ^ value, 16777619)

/** Runs so many instructions; gives hashes and counts of all that can be seen. */
function seen(guest: Guest, way: Way, instructions: number): Record<string, unknown> {
  const machine = new Machine({
    ...way,
    target: guest.target(),
    board: guest.board,
    memoryBytes: guest.board.defaultMemory,
    cpus: guest.cpus ?? 1,
    console: { write: () => {} },
    semihosting: guest.semihosting ?? false,
    image: loadElf(readFileSync(new URL(`../../${guest.file}`, import.meta.url))),
  })
  const hash = { exec: 0, access: 0, edges: 0, discons: 0 }
  const count = { exec: 0, access: 0, edges: 0, discons: 0, trace: 0 }
  /** What deferred callbacks see. */
  const later = { exec: 0, access: 0, edges: 0 }
  const traced: number[] = []
  let inline: () => unknown = () => undefined
  let installLater: (api: PluginApi) => void = () => {}
  const install = (api: PluginApi): void => {
    const cells = api.scoreboard('exec', 'access')
    const edges = api.countEdges()
    const discons = api.countDiscons(Discon.All)
    inline = () => [cells.exec.sum(), cells.access.sum(), edges.sum(), discons.sum()].map(Number)
    const buffer = api.traceBuffer({
      fields: ['pc', 'address', 'value', 'kind', 'size', 'clock'],
      records: 100,
      onBatch({ cpu, words, count: records }) {
        for (const word of words) traced[cpu] = fnv(traced[cpu] ?? 0, word)
        count.trace += records
      },
    })
    api.traceEdges(buffer)
    const edge = (into: { edges: number }, { kind, from, to }: EdgeEvent): void => {
      for (const value of [kind.length, Number(from & 0xffffffffn), Number(to & 0xffffffffn)])
        into.edges = fnv(into.edges, value)
    }
    api.onEdge(event => {
      count.edges++
      edge(hash, event)
    })
    api.onDiscon(Discon.All, ({ from, to, type }) => {
      count.discons++
      for (const value of [type, Number(from & 0xffffffffn), Number(to & 0xffffffffn)])
        hash.discons = fnv(hash.discons, value)
    })
    const access = (into: { access: number }, event: MemEvent): void => {
      for (const value of [
        event.addressLow,
        event.size,
        Number(event.value & 0xffffffffn),
        Number(event.isStore),
      ])
        into.access = fnv(into.access, value)
    }
    api.onTranslate(tb => {
      for (const insn of tb.insns) {
        const pc = Number(insn.address & 0xffffffffn)
        insn.inlineAdd(cells.exec, 1)
        insn.inlineAddMemory('both', cells.access, 1)
        insn.trace(buffer)
        insn.traceMemory('both', buffer)
        insn.onExec(cpu => {
          count.exec++
          hash.exec = fnv(fnv(hash.exec, pc), cpu)
        })
        insn.onMemory('both', event => {
          count.access++
          access(hash, event)
        })
      }
    })
    installLater = other => {
      other.onEdge(event => edge(later, event), undefined, 'deferred')
      other.onTranslate(tb => {
        for (const insn of tb.insns) {
          const pc = Number(insn.address & 0xffffffffn)
          insn.onExec(cpu => {
            later.exec = fnv(fnv(later.exec, pc), cpu)
          }, 'deferred')
          insn.onMemory('both', event => access(later, event), 'deferred')
        }
      })
    }
  }
  const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
  host.install({ name: 'seen', description: '', apiVersion: 1, install })
  host.install({ name: 'later', description: '', apiVersion: 1, install: installLater })
  for (let left = instructions; left > 0 && machine.run(Math.min(left, 1000)) === 'running'; left -= 1000);
  host.finish(machine.stopReason ?? { kind: 'exit', status: 0 })
  expect(inline()).toEqual([count.exec, count.access, count.edges, count.discons])
  const { discons: _, ...atOnce } = hash
  expect(later).toEqual(atOnce)
  expect(count.trace).toBe(count.exec + count.access + count.edges)
  // A fetch that faults takes time, but is no instruction.
  expect(machine.executed - count.exec).toBeLessThanOrEqual(count.discons)
  for (const [kind, n] of Object.entries(count))
    expect([kind, n !== 0]).toEqual([kind, kind !== 'discons' || n > 0])
  return { hash, count, traced, clock: machine.clock(), executed: machine.executed }
}

describe.each(guests)('%s', (_, guest) => {
  const long = process.env.GUESTSCOPE_LONG ? 150_000 : 50_000
  const short = 10_000
  const expected = (instructions: number): Record<string, unknown> => seen(guest, { tier: 0 }, instructions)

  test('the oracle shows what tier 0 shows', () => {
    expect(seen(guest, { tier: 'oracle' }, short)).toEqual(expected(short))
  })
  test.each(ways)('%s shows what tier 0 shows', (_, way) => {
    expect(seen(guest, way, long)).toEqual(expected(long))
  })
})
