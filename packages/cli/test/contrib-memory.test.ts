/**
 * Ready plugins that look at accesses, or steer the run, on whole guests in every tier. What `mem` and `execlog` print is
 * compared with what QEMU 11.1 has recorded (`qemu/record.mjs`).
 */
import { readFileSync } from 'node:fs'
import {
  cache,
  execlog,
  hotpages,
  hwprofile,
  inline,
  insn,
  ips,
  mem,
  reset,
  stoptrigger,
} from '@guestscope/plugins-contrib'
import { describe, expect, test } from 'vitest'
import { armGuest, type Outcome, runAll } from './harness.ts'
import { mostWays, runPlugins, ways } from './plugin-run.ts'
import { type Digests, ownDigests } from './qemu/traces.ts'

const sum = (text: string | undefined, pattern: RegExp): number =>
  [...(text ?? '').matchAll(pattern)].reduce((total, found) => total + Number(found[1]), 0)

const qemu: Readonly<Record<string, Digests>> = JSON.parse(
  readFileSync(new URL('qemu/digests.json', import.meta.url), 'utf8'),
)
const riscv = Object.keys(qemu).filter(name => name.endsWith('-rv64'))
const isShort = (name: string): boolean => (qemu[name]?.insns[0] ?? 0) < 200_000

/** Longer guests under QEMU's logs are for the tier that has most to get wrong. */
const longWay = process.env.GUESTSCOPE_LONG ? [0, 2] : [0]

describe.each(process.env.GUESTSCOPE_LONG ? ways : mostWays.slice(0, 1))('%s', (_, way) => {
  test.each(
    riscv.filter(
      name =>
        (isShort(name) && (process.env.GUESTSCOPE_LONG || !name.startsWith('paging'))) ||
        longWay.includes(Number(way.tier)),
    ),
  )('%s: accesses and instructions as on QEMU', name => {
    const { outputs, files, status } = runPlugins(
      name,
      [
        [mem, { 'print-accesses': true }],
        [execlog, { out: 'log' }],
      ],
      way,
    )
    expect(ownDigests(name, outputs[0] ?? '', files.get('log') ?? '')).toEqual(qemu[name])
    expect(status).toBe(0)
  })

  test('counts of accesses agree', () => {
    const { outputs } = runPlugins(
      'paging-rv64',
      [
        [mem, {}],
        [mem, { haddr: true }],
        [hotpages, { limit: 0 }],
        [hotpages, { limit: 0, io: true }],
        [hwprofile, {}],
        [hwprofile, { source: true }],
        [cache, {}],
        [insn, {}],
      ],
      way,
    )
    const all = sum(outputs[0], /^mem accesses: (\d+)$/gm)
    const io = sum(outputs[1], /^io accesses: (\d+)$/gm)
    expect(io).toBeGreaterThan(0)
    expect(sum(outputs[1], /^mem accesses: (\d+)$/gm)).toBe(all - io)
    const pages = (text: string | undefined): number =>
      sum(text, /^0x\w+, 0x\w+, (\d+)/gm) + sum(text, /, (\d+)$/gm)
    expect(pages(outputs[2])).toBe(all - io)
    expect(pages(outputs[3])).toBe(io)
    expect(sum(outputs[4], /0x\w+, \w+, (\d+)/gm) + sum(outputs[4], /, (\d+)$/gm)).toBe(io)
    expect(sum(outputs[5], /pc:\w+, \w+, (\d+)/gm) + sum(outputs[5], /pc:.*, (\d+)$/gm)).toBe(io)
    const [, data, , fetches] = /^0 +(\d+) +(\d+) +[\d.]+% +(\d+)/m.exec(outputs[6] ?? '') ?? []
    expect([Number(data), Number(fetches)]).toEqual([all - io, sum(outputs[7], /^total insns: (\d+)$/gm)])
  })

  test.each([
    ['exceptions-rv64', 1],
    ['selfmod-rv64', 1],
    ['harts-2-rv64', 2],
  ])('%s: inline operations and callbacks agree', (name, cpus) => {
    const { outputs, status } = runPlugins(name, [[inline, { at: 5000 }]], way, cpus)
    expect(outputs[0]).not.toMatch('instead of')
    expect(outputs[0]).toMatch(new RegExp(`^ +${cpus - 1}  insn if >= 5000 +[1-9]`, 'm'))
    expect(status).toBe(0)
  })

  test('resets lose nothing', () => {
    const { outputs, status } = runPlugins(
      'exceptions-rv64',
      [[reset, { after: 500, times: 30 }], [insn]],
      way,
    )
    const total = sum(outputs[1], /^total insns: (\d+)$/gm)
    expect(outputs[0]).toBe(`30 resets, 0 late callbacks, ${total} insns\n`)
    expect(status).toBe(0)
  })

  test('stops at the instruction', () => {
    const after = runPlugins('programs-rv64', [[stoptrigger, { icount: '54321:9' }], [insn]], way)
    expect(after.machine.cpus[0]?.executed).toBe(54321)
    expect(after.outputs[1]).toMatch('total insns: 54321\n')
    expect(after.status).toBe(9)
    const pc = after.machine.cpus[0]?.pc.toString(16)
    expect(after.outputs[0]).toBe(`icount reached at 0x${pc}, exiting\n`)

    const at = runPlugins('programs-rv64', [[stoptrigger, { addr: `0x${pc}:7` }]], way)
    expect(at.outputs[0]).toBe(`0x${pc} reached, exiting\n`)
    expect(at.machine.cpus[0]?.pc.toString(16)).toBe(pc)
    expect(at.status).toBe(7)
  })
})

// The figures are those of another model (sets of ordered dictionaries), fed with what QEMU had recorded.
test('cache misses as often as a model on what QEMU does', () => {
  const options = { dcachesize: 4096, icachesize: 2048, l2: true }
  const { outputs } = runPlugins('selfmod-rv64', [[cache, options]])
  const [, line = ''] = (outputs[0] ?? '').split('\n')
  const [core, data, dataMisses, , , fetchMisses, , second, secondMisses] = line.split(/ +/)
  expect([core, data, dataMisses, fetchMisses, second, secondMisses].map(Number)).toEqual([
    0, 136_680, 226, 64, 290, 241,
  ])
})

test('ips changes nothing but the time', () => {
  const plain = runPlugins('hello-rv64', [[insn]])
  const start = performance.now()
  const slow = runPlugins('hello-rv64', [[insn], [ips, { ips: 1740, ipq: 10 }]])
  expect(performance.now() - start).toBeGreaterThan(90)
  expect(slow.outputs[0]).toBe(plain.outputs[0])
})

test.each([
  ['hello-an385', 'mps2-an385'],
  ['selfmod-an386', 'mps2-an386'],
])('%s, by the command: accesses and instructions as on QEMU', (name, board) => {
  const args = ['run', armGuest(name), '--board', board, '--semihosting', '--serial', 'none', '-p']
  const [accesses, insns] = runAll(
    ['mem,print-accesses', 'execlog'].map(plugin => ({ args: [...args, plugin] })),
    import.meta.dirname,
  ) as [Outcome, Outcome]
  expect([accesses.status, insns.status]).toEqual([0, 0])
  expect(ownDigests(name, accesses.stderr, insns.stderr)).toEqual(qemu[name])
})
