/**
 * The same run is the same every time: every report of every ready plugin, and every file that they write, byte for byte.
 * Load beside a run, and whatever else takes the host's time, shows in one thing alone: how the command cuts the run into
 * slices. So each run here has other slices, and other tiers. GUESTSCOPE_LONG=1: 20 runs of each guest, and longer.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Board, Machine, type MachineOptions, type Target } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { PluginHost, parsePluginRequest } from '@guestscope/plugin-host'
import * as contrib from '@guestscope/plugins-contrib'
import { cortexM0Target, cortexM3Target, microbit, mps2An385 } from '@guestscope/target-arm'
import { riscv32, riscv64, virt32, virt64 } from '@guestscope/target-riscv'
import { below, seeded, stressed } from '@guestscope/testkit'
import { beforeAll, describe, expect, test } from 'vitest'
import { programForPlugins } from '../src/run/image.ts'
import { SymbolTable } from '../src/run/symbols.ts'
import { armGuest, contribGuest, guest } from './harness.ts'

const long = process.env.GUESTSCOPE_LONG === '1'
const [runs, instructions] = long ? [20, 20_000] : [2, 10_000]

interface Guest {
  readonly file: string
  readonly target: () => Target
  readonly board: Board
  readonly cpus?: number
  /** Has debug information. */
  readonly lines?: boolean
}
const guests: Readonly<Record<string, Guest>> = {
  'nested-rv64': { file: guest('nested-rv64'), target: riscv64, board: virt64 },
  'selfmod-rv32': { file: guest('selfmod-rv32'), target: riscv32, board: virt32 },
  'interrupts-rv64': { file: guest('interrupts-rv64'), target: riscv64, board: virt64 },
  'harts-2-rv64': { file: guest('harts-2-rv64'), target: riscv64, board: virt64, cpus: 2 },
  'threads-rv64': { file: contribGuest('threads-rv64'), target: riscv64, board: virt64 },
  'lines-dwarf5-rv64': {
    file: contribGuest('lines-dwarf5-rv64'),
    target: riscv64,
    board: virt64,
    lines: true,
  },
  'interrupts-an385': { file: armGuest('interrupts-an385'), target: cortexM3Target, board: mps2An385 },
  'kernel-microbit': { file: armGuest('kernel-microbit'), target: cortexM0Target, board: microbit },
}

/** All at once in one run; every ready plugin but those below is here. */
const together = [
  'bb',
  'bb,inline=off,idle',
  'cache,evict=rand,l2,limit=1000',
  'cflow,limit=1000,out=edges',
  'cflow,sort=popular,limit=1000',
  'cflow,format=dot,out=dot',
  'discon-log,cause,summary',
  'discons,trace-all,abort=off',
  'drcov,out=drcov',
  'empty',
  'exec-log,discon,disas,insn,out=exec',
  'exec-log,hash=1000',
  'execlog,reg=s?,out=exec-memory',
  'ftrace,out=perfetto,privilege',
  'ftrace,format=uftrace,out=uftrace',
  'hotblocks,limit=0,symbols',
  'hotblocks,limit=0,inline=off',
  'hotpages,limit=0',
  'howvec,verbose,count=system',
  'howvec,by=mnemonic',
  'hwprofile,source',
  'hwprofile,pattern',
  'inline',
  'insn,sizes,match=c,trace',
  'ips',
  'mem,callback,haddr',
  'mem,print-accesses,region-summary',
  'traps,by=cause',
]
/** They end runs, or send the guest elsewhere: each in a run of its own, beside one that looks. */
const alone = ['reset,after=100', 'stoptrigger,icount=1000:3', 'lockstep,against=exec,discon,partial']

const { poolBytes: _, ...stress } = stressed(3)
const ways: readonly Pick<MachineOptions, 'tier' | 'hotThreshold' | 'batch' | 'tuning'>[] = [
  { tier: 0 },
  { tier: 1, hotThreshold: 4, batch: 1 },
  { tier: 1 },
  stress,
]
const plugins = new Map(
  Object.values(contrib).flatMap(value =>
    typeof value === 'object' && 'install' in value ? [[value.name, value] as const] : [],
  ),
)

/** Runs a guest under plugins; all that they gave out, by name of report or file: its beginning, and a hash of it. */
function outputsOf(
  { file, target, board, cpus = 1 }: Guest,
  requests: readonly string[],
  way: (typeof ways)[number],
  slice: () => number,
  inputs: ReadonlyMap<string, Uint8Array> = new Map(),
): ReadonlyMap<string, Buffer> {
  const bytes = readFileSync(file)
  const image = loadElf(bytes)
  const machine = new Machine({
    ...way,
    target: target(),
    board,
    memoryBytes: board.defaultMemory,
    cpus,
    console: { write: () => {} },
    semihosting: false,
    image,
  })
  const written = new Map<string, Buffer[]>()
  const add = (name: string, data: string | Uint8Array): void => {
    const parts = written.get(name) ?? []
    written.set(name, parts)
    parts.push(Buffer.from(data as Uint8Array))
  }
  const symbols = new SymbolTable(image)
  const host = new PluginHost(machine, {
    // Reports come in the order of events, whichever plugin they are of.
    output: text => add('reports', text),
    openOutput: path => ({ write: data => add(path, data) }),
    readFile: path => inputs.get(path) as Uint8Array,
    openInput: path => {
      let at = 0
      return {
        read: limit => {
          at += limit
          return (inputs.get(path) as Uint8Array).subarray(at - limit, at)
        },
      }
    },
    program: programForPlugins({ path: 'guest.elf', bytes, image }),
    symbol: address => symbols.at(address)?.name,
  })
  for (const request of requests) {
    const { name, options } = parsePluginRequest(request)
    host.install(plugins.get(name) as (typeof contrib)['bb'], options)
  }
  while (machine.executed < instructions)
    if (machine.run(Math.min(slice(), instructions - machine.executed)) !== 'running') break
  const reason = host.finish(machine.stopReason ?? { kind: 'exit', status: 0 })
  add('end', JSON.stringify(reason))
  return new Map([...written].map(([name, parts]) => [name, Buffer.concat(parts)]))
}

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Fails with the first line that differs: whole logs would fill the screen. */
function expectSame(seen: ReadonlyMap<string, Buffer>, expected: ReadonlyMap<string, Buffer>): void {
  expect([...seen.keys()].sort()).toEqual([...expected.keys()].sort())
  for (const [name, bytes] of expected) {
    const own = seen.get(name) as Buffer
    if (hash(own) === hash(bytes)) continue
    const [a, b] = [own.toString('latin1').split('\n'), bytes.toString('latin1').split('\n')]
    const at = b.findIndex((line, i) => line !== a[i])
    expect({ name, line: at + 1, text: a[at] }).toEqual({ name, line: at + 1, text: b[at] })
  }
}

test('every ready plugin is here', () => {
  const named = [...together, ...alone, 'coverage', 'etrace'].map(request => parsePluginRequest(request).name)
  expect([...new Set(named)].sort()).toEqual([...plugins.keys()].sort())
})

const some = Object.entries(guests).filter((_, i) => long || i % 2 === 0)

describe.each(some)('%s', (_name, one) => {
  const all = [
    ...together,
    ...(one.target().name.startsWith('riscv') ? ['etrace,out=etrace,rom'] : []),
    ...(one.lines ? ['coverage,out=lcov,summary'] : []),
  ]
  const plain = (): number => instructions
  const [first] = ways as [(typeof ways)[number]]
  let expected: ReadonlyMap<string, Buffer> = new Map()
  beforeAll(() => {
    expected = outputsOf(one, all, first, plain)
  })

  test('the plugins have something to say', () => {
    expect(expected.get('end')?.toString()).toMatch(/"kind":"exit"/)
    expect(expected.get('exec')?.length).toBeGreaterThan(10_000)
    expect(expected.get('reports')?.length).toBeGreaterThan(10_000)
  })

  test.each(Array.from({ length: runs }, (_, i) => i + 1))('all at once, run %i', seed => {
    const random = seeded(seed)
    const longest = 10 ** (1 + below(random, 3))
    const way = ways[seed % ways.length] as (typeof ways)[number]
    expectSame(
      outputsOf(one, all, way, () => 1 + below(random, longest)),
      expected,
    )
  })

  test.each(alone)('%s', request => {
    const requests = ['exec-log,discon,out=own', request]
    const alike = outputsOf(one, requests, first, plain, expected)
    for (const [i, way] of (long ? ways : ways.slice(1, 2)).entries()) {
      const random = seeded(i)
      expectSame(
        outputsOf(one, requests, way, () => 1 + below(random, 300), expected),
        alike,
      )
    }
  })
})
