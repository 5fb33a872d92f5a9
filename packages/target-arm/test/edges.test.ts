/**
 * Exception returns are edges: with them every step of the guests is explained, from each instruction to the next that
 * runs, by falling through, one edge, or discontinuities.
 */
import { Discon, type EdgeKind, type Machine, type PluginApi } from '@guestscope/core'
import { PluginHost } from '@guestscope/plugin-host'
import { stressed } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import { S } from '../src/state.ts'
import { caseOf, runGuest, type Way } from './guest.ts'
import { type Contents, halves, machineFor, words } from './system/machine.ts'

const hex = (address: bigint | undefined): string => address?.toString(16) ?? '?'

/** What a run shows of its flow of control. */
class Flow {
  readonly wrong: string[] = []
  readonly counts: Partial<Record<EdgeKind, number>> = {}
  inline: () => bigint = () => -1n
  readonly traced: string[] = []
  readonly called: string[] = []
  readonly deferred: string[] = []
  /** After an exception return another exception came before any instruction. */
  chained = 0
  #last: bigint | undefined
  #next: bigint | undefined
  #edge: EdgeKind | undefined
  /** The exception that was active. */
  #active = 0

  #expect(what: string, holds: boolean): void {
    if (!holds) this.wrong.push(`${what}; last ${hex(this.#last)}, next ${hex(this.#next)}, ${this.#edge}`)
  }

  watch(api: PluginApi, machine: Machine): void {
    const ipsr = (): number => machine.cpus[0]?.get32(S.ipsr) ?? 0
    const counter = api.countEdges(['trap-return'])
    this.inline = () => counter.sum()
    const buffer = api.traceBuffer({
      fields: ['pc', 'address', 'kind', 'size', 'clock', 'physical'],
      records: 50,
      onBatch: batch => {
        for (let i = 0; i < batch.count; i++) {
          expect(batch.get(i, 'physical')).toBe(batch.get(i, 'pc'))
          const [size, clock] = [batch.number(i, 'size'), batch.get(i, 'clock')]
          this.traced.push(`${hex(batch.get(i, 'pc'))} ${hex(batch.get(i, 'address'))} ${size} ${clock}`)
        }
      },
    })
    api.traceEdges(buffer, ['trap-return'])
    api.onEdge(({ from, to }) => this.deferred.push(`${hex(from)} ${hex(to)}`), ['trap-return'], 'deferred')
    let clock = 0
    let size = 0
    api.onTranslate(tb => {
      for (const insn of tb.insns) {
        const { address } = insn
        const bytes = insn.size
        insn.onExec(() => {
          this.#expect(`runs ${hex(address)}`, this.#next === undefined || this.#next === address)
          this.#last = address
          this.#next = address + BigInt(bytes)
          this.#edge = undefined
          this.#active = ipsr()
          clock = api.clock()
          size = bytes
        }, 'read')
      }
    })
    api.onEdge(({ kind, from, to }) => {
      this.#expect(`${kind} from ${hex(from)}`, from === this.#last && this.#edge === undefined)
      const returned = kind === 'trap-return'
      this.#expect(
        `${kind}, exception ${this.#active}`,
        returned ? this.#active !== 0 : this.#active === ipsr(),
      )
      this.counts[kind] = (this.counts[kind] ?? 0) + 1
      if (returned) this.called.push(`${hex(from)} ${hex(to)} ${size} ${clock}`)
      this.#edge = kind
      this.#next = to
    })
    api.onDiscon(Discon.All, ({ type, from, to }) => {
      const ofLast = type !== Discon.Interrupt && from === this.#last && this.#edge === undefined
      this.#expect(`discontinuity ${type} from ${hex(from)}`, ofLast || from === this.#next)
      if (this.#edge === 'trap-return') this.chained++
      this.#next = to
    })
  }
}

const ways: readonly (readonly [string, Way])[] = [
  ['tier 0', { tier: 0 }],
  ['tier 1, regions at once', { tier: 1, hotThreshold: 1, batch: 1 }],
  ['under stress', stressed(3)],
  ['oracle', { tier: 'oracle', limit: 40_000 }],
]
const guests = [
  'kernel-an385',
  'kernel-microbit',
  'stacking-an386',
  'exceptions-microbit',
  'lazyfp-an386',
  'interrupts-lm3s',
]

/** Every second one in the short tests. */
const some = guests.filter((_, i) => process.env.GUESTSCOPE_LONG || i % 2 === 0)

describe.each(ways)('%s', (_, way) => {
  test.each(some)('%s', name => {
    const flow = new Flow()
    const { events } = runGuest(caseOf(name), {
      limit: 300_000,
      ...way,
      plugin: (api, machine) => flow.watch(api, machine),
    })
    expect(flow.wrong).toEqual([])
    expect(flow.called.length > 0).toBe(events.length > 0 || way.tier !== 'oracle')
    expect(flow.inline()).toBe(BigInt(flow.called.length))
    expect(flow.called).toHaveLength(flow.counts['trap-return'] ?? 0)
    expect(flow.traced).toEqual(flow.called)
    expect(flow.deferred).toEqual(flow.called.map(line => line.split(' ').slice(0, 2).join(' ')))
    if (name.startsWith('kernel') && way.tier !== 'oracle') expect(flow.chained).toBeGreaterThan(0)
  })
})

test('an edge is told before the exception that follows without an instruction between', () => {
  const lines: string[] = []
  runGuest(caseOf('stacking-an385'), {
    tier: 1,
    hotThreshold: 1,
    plugin: api => {
      api.onEdge(({ to }) => lines.push(`edge ${hex(to)}`), ['trap-return'])
      api.onTranslate(tb => tb.insns.forEach(insn => insn.onExec(() => lines.push('insn'))))
      api.onDiscon(Discon.All, ({ from }) => lines.push(`discon ${hex(from)}`))
    },
  })
  const chained = lines.flatMap((line, i) =>
    line.startsWith('edge') && lines[i + 1]?.startsWith('discon') ? [i] : [],
  )
  expect(chained.length).toBeGreaterThan(0)
  for (const i of chained) expect(lines[i + 1]?.split(' ')[1]).toBe(lines[i]?.split(' ')[1])
})

/** Handlers of SVC: the instruction that returns, how far into the handler it stands, and what follows of it. */
const handlers: readonly (readonly [text: string, at: number, size: number, code: readonly number[]])[] = [
  ['bx lr', 0, 2, [0x4770]],
  ['mov r3, lr; bx r3', 2, 2, [0x4673, 0x4718]],
  ['push {lr}; pop {pc}', 2, 2, [0xb500, 0xbd00]],
  ['push {r4, lr}; pop.w {r4, pc}', 2, 4, [0xb510, 0xe8bd, 0x8010]],
  ['push {lr}; ldr.w pc, [sp], #4', 2, 4, [0xb500, 0xf85d, 0xfb04]],
  [
    'push {r4, lr}; add sp, #8; mov r0, sp; ldmdb r0, {r4, pc}',
    6,
    4,
    [0xb510, 0xb002, 0x4668, 0xe910, 0x8010],
  ],
  ['movs r0, #0; it eq; bxeq lr', 4, 2, [0x2000, 0xbf08, 0x4770]],
]
const tiers = [
  [0, 1000],
  [1, 1],
  ['oracle', 1000],
] as const

describe.each(tiers)('tier %s', (tier, hotThreshold) => {
  test.each(handlers)('%s', (_, at, size, code) => {
    const [main, called, handler] = [0x100, 0x180, 0x200]
    const contents: Contents = [
      [0, words(0x20001000, main + 1, ...Array(9).fill(0), handler + 1)],
      // svc 0; bl called; b main
      [main, halves(0xdf00, 0xf000, 0xf83d, 0xe7fb)],
      [called, halves(0x4770)],
      [handler, halves(...code)],
    ]
    const machine = machineFor('mps2-an385', contents, tier, undefined, hotThreshold)
    const edges: string[] = []
    const traced: string[] = []
    const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
    const install = (api: PluginApi): void => {
      api.onEdge(({ kind, from, to }) => edges.push(`${kind} ${hex(from)} ${hex(to)}`))
      const buffer = api.traceBuffer({
        fields: ['pc', 'size'],
        onBatch: batch => {
          for (let i = 0; i < batch.count; i++)
            traced.push(`${hex(batch.get(i, 'pc'))} ${batch.number(i, 'size')}`)
        },
      })
      api.traceEdges(buffer, ['trap-return'])
    }
    host.install({ name: 'edges', description: '', apiVersion: 1, install })
    machine.run(300)
    host.finish({ kind: 'exit', status: 0 })
    const from = hex(BigInt(handler + at))
    const round = [
      `trap-return ${from} ${hex(BigInt(main + 2))}`,
      `call ${hex(BigInt(main + 2))} ${hex(BigInt(called))}`,
      `return ${hex(BigInt(called))} ${hex(BigInt(main + 6))}`,
      `jump ${hex(BigInt(main + 6))} ${hex(BigInt(main))}`,
    ]
    const rounds = Math.floor(edges.length / 4)
    expect(rounds).toBeGreaterThan(20)
    expect(edges).toEqual(Array.from({ length: edges.length }, (_, i) => round[i % 4]))
    expect(traced.length).toBeGreaterThanOrEqual(rounds)
    expect(new Set(traced)).toEqual(new Set([`${from} ${size}`]))
  })
})
