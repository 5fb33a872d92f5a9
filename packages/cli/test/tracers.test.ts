/** Ready plugins that write traces and coverage, on whole guests. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PluginApi } from '@guestscope/core'
import { BlockCounter, execLog, executions } from '@guestscope/plugins-contrib'
import { afterAll, describe, expect, test } from 'vitest'
import { armGuest, contribGuest, guest, type Outcome, runAll, start } from './harness.ts'
import { mostWays, runPlugins, ways } from './plugin-run.ts'

const directory = mkdtempSync(join(tmpdir(), 'guestscope-'))
afterAll(() => rmSync(directory, { recursive: true }))
const written = (name: string): Buffer => readFileSync(join(directory, name))
const run = (...args: string[]): Outcome => runAll([{ args: ['run', ...args] }], directory)[0] as Outcome

describe('block counts', () => {
  const guests = [
    'exceptions-rv64',
    'interrupts-rv64',
    'paging-rv64',
    'selfmod-rv64',
    'nested-rv64',
    'harts-2-rv64',
  ]
  const long = process.env.GUESTSCOPE_LONG
  const some = long ? guests : guests.filter(name => !/^(interrupts|selfmod|exceptions)/.test(name))
  const cases = (long ? ways : mostWays).flatMap(([tier, way]) =>
    some.map(name => [name, tier, way] as const),
  )

  test.each(cases)('are those of exec-log: %s, %s', (name, _, way) => {
    let counter: BlockCounter | undefined
    const counting = {
      name: 'counter',
      description: '',
      apiVersion: 1,
      install: (api: PluginApi) => {
        counter = new BlockCounter(api)
      },
    }
    const cpus = name.startsWith('harts') ? 2 : 1
    const { files } = runPlugins(name, [[counting], [execLog, { out: 'log' }]], way, cpus)

    const expected = new Map<string, number>()
    for (const line of (files.get('log') ?? '').split('\n')) {
      const [, pc] = line.split(' ')
      if (pc !== undefined && !line.startsWith('#')) expected.set(pc, (expected.get(pc) ?? 0) + 1)
    }
    const found = new Map<string, number>()
    for (const block of counter?.blocks() ?? [])
      executions(block).forEach((n, i) => {
        const pc = (block.places[i] as bigint).toString(16)
        if (n > 0) found.set(pc, (found.get(pc) ?? 0) + n)
      })
    expect(found.size).toBeGreaterThan(10)
    expect([...found].sort()).toEqual([...expected].sort())
  })
})

/** The lines of one source file of an lcov file: line → count. */
function linesOf(lcov: string, source: string): Record<string, number> {
  const record = lcov.split('end_of_record\n').find(part => part.includes(`SF:${source}\n`)) ?? ''
  return Object.fromEntries(
    [...record.matchAll(/^DA:(\d+),(\d+)$/gm)].map(([, line, n]) => [line, Number(n)]),
  )
}

describe('coverage', () => {
  /** Known from the source: `classify` runs 10 times, 3 of them with n < 3, `recurse` 6 times. */
  const facts = { 7: 10, 9: 3, 11: 0, 12: 7, 16: 6, 18: 1, 19: 5, 24: 0, 35: 0, 36: 1 }

  test('of a program that was not optimised has every line', () => {
    expect(run(contribGuest('lines-dwarf4-rv64'), '-p', 'coverage').status).toBe(0)
    const lcov = written('lcov.info').toString()
    expect(linesOf(lcov, '/guest/lines.c')).toMatchObject(facts)
    expect(linesOf(lcov, '/guest/sub/shape.h')).toEqual({ 2: 7, 3: 7, 4: 49, 5: 42, 6: 7, 7: 7 })
    expect(linesOf(lcov, '/guest/riscv.S')).toEqual({
      ...Object.fromEntries([5, 6, 7, 8, 9, 10, 11, 12, 13, 18, 19, 20, 21].map(line => [line, 1])),
      14: 0,
    })
    expect(lcov).toContain('FNDA:0,never\n')
    expect(lcov).toContain('FNDA:6,recurse\n')
  })

  test('of optimised ones says nothing wrong', () => {
    const runs = [
      [contribGuest('lines-dwarf5-rv64')],
      [contribGuest('lines-dwarf4-rv32')],
      [contribGuest('lines-dwarf5-arm'), '--semihosting'],
      [contribGuest('lines-dwarf3-arm'), '--semihosting'],
    ]
    for (const args of runs) {
      expect(run(...args, '-p', 'coverage,out=o.info').status).toBe(0)
      const lines = linesOf(written('o.info').toString(), '/guest/lines.c')
      expect(Object.keys(lines).length).toBeGreaterThan(5)
      // What never runs is never said to have run; what is there and runs, has run.
      for (const never of [11, 24, 35]) expect(lines[never] ?? 0).toBe(0)
      expect(lines[36]).toBe(1)
    }
  })

  test('says that a line without a statement never ran, and counts the arms of IT blocks apart', () => {
    const lcovOf = (name: string, ...args: string[]): string => {
      expect(run(contribGuest(name), '--semihosting', '-p', 'coverage,out=a.info', ...args).status).toBe(0)
      return written('a.info').toString()
    }
    expect(linesOf(lcovOf('lines-dwarf5-arm'), '/guest/lines.c')).toMatchObject({ 10: 7, 11: 0 })
    // `ite gt; mulgt; movle`: shape.h has the first arm, which runs 7 times of 10.
    for (const tier of ['0', '1', 'oracle'])
      expect(linesOf(lcovOf('lines-dwarf3-arm', '--tier', tier), '/guest/sub/shape.h')).toEqual({
        4: 7,
        5: 7,
      })
  })

  test('refuses a program without debug information', () => {
    const { status, stderr } = run(guest('hello-rv64'), '-p', 'coverage')
    expect(status).toBe(125)
    expect(stderr).toContain('has no line table')
    expect(stderr).toContain('-g')
  })
})

/** Reads a drcov file as its readers do. */
function readDrcov(bytes: Buffer) {
  let at = 0
  const line = (): string => {
    const end = bytes.indexOf('\n', at)
    const text = bytes.toString('utf8', at, end)
    at = end + 1
    return text
  }
  expect(line()).toBe('DRCOV VERSION: 2')
  expect(line()).toMatch(/^DRCOV FLAVOR: /)
  const count = Number(/^Module Table: version 2, count (\d+)$/.exec(line())?.[1])
  expect(line()).toBe('Columns: id, base, end, entry, path')
  const modules = Array.from({ length: count }, (_, i) => {
    const [id, base, end, entry, path] = line().trim().split(', ')
    expect(Number(id)).toBe(i)
    return { base: Number(base), end: Number(end), entry: Number(entry), path }
  })
  const blocks = Number(/^BB Table: (\d+) bbs$/.exec(line())?.[1])
  expect(bytes.length - at).toBe(8 * blocks)
  const covered = new Set<number>()
  for (; at < bytes.length; at += 8) {
    const module = modules[bytes.readUInt16LE(at + 6)]
    for (let i = 0; i < bytes.readUInt16LE(at + 4); i++)
      covered.add((module?.base ?? 0) + bytes.readUInt32LE(at) + i)
  }
  return { modules, covered }
}

describe('drcov', () => {
  test.each([
    ['exceptions-rv64', [guest('exceptions-rv64')]],
    ['exceptions-an385', [armGuest('exceptions-an385'), '--board', 'mps2-an385', '--semihosting']],
  ])('has the code that exec-log has: %s', (_, args) => {
    expect(run(...args, '-p', 'drcov,out=o.drcov', '-p', 'exec-log,out=o.log,insn').status).toBe(0)
    const executed = new Set<number>()
    for (const [, pc, bytes = ''] of written('o.log')
      .toString()
      .split('\n')
      .filter(line => /^\d/.test(line))
      .map(line => line.split(' ')))
      for (let i = 0; i < bytes.length / 2; i++) executed.add(Number.parseInt(pc as string, 16) + i)
    const { modules, covered } = readDrcov(written('o.drcov'))
    expect(modules[0]?.path).toBe(args[0])
    expect([...covered].sort()).toEqual([...executed].sort())
  })
})

describe('lockstep', () => {
  const log = (name: string, ...options: string[]): void => {
    const made = run(guest(name), '--tier', '0', '-p', ['exec-log,out=ref.log', ...options].join())
    expect(made.status).toBe(0)
  }

  test.each([
    ['hello-rv64', ['regs=diff'], 'lockstep,against=ref.log'],
    ['exceptions-rv64', ['regs=diff', 'names=a0:sp:mcause', 'discon'], 'lockstep,against=ref.log,discon'],
    ['interrupts-rv64', ['hash=1000'], 'lockstep,against=ref.log'],
  ])('tiers 0 and 1 agree on %s, %j', (name, options, plugin) => {
    log(name, ...options)
    const { status, stderr } = run(guest(name), '--tier', '1', '-p', plugin)
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^lockstep: \d+ instructions as in ref\.log\n$/),
    })
  })

  test('another program fails', () => {
    log('hello-rv64')
    const { status, stderr } = run(guest('nested-rv64'), '-p', 'lockstep,against=ref.log')
    expect(status).toBe(1)
    expect(stderr).toMatch(/^lockstep: difference on vCPU 0 at instruction \d+\n/)
    expect(stderr).toContain('the runs differ')
  })

  test('a file that is not there is named', () => {
    const { status, stderr } = run(guest('hello-rv64'), '-p', 'lockstep,against=none.log')
    expect(status).toBe(125)
    expect(stderr).toContain("Plugin lockstep: The file 'none.log' cannot be read")
  })

  test('a pipe is compared while the other run writes it', async () => {
    const pipe = join(directory, 'pipe')
    execFileSync('mkfifo', [pipe])
    const name = guest('interrupts-rv64')
    const other = start(['run', name, '--tier', '0', '-p', `exec-log,out=${pipe},discon`])
    const own = start(['run', name, '-p', `lockstep,against=${pipe},discon`])
    const [first, second] = await Promise.all([other.done, own.done])
    expect([first.status, second.status]).toEqual([0, 0])
    expect(second.stderr).toMatch(/^lockstep: \d{6} instructions as in /)
  })
})

interface TraceEvent {
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly name: string
  readonly cat: string
  readonly args: { readonly name: string; readonly privilege: string }
}

/** The slices of a Perfetto trace as text, indented; checks that they are nested. */
function slicesOf(file: string): { text: string; events: TraceEvent[] } {
  const events: TraceEvent[] = JSON.parse(written(file).toString()).traceEvents
  const depths = new Map<string, number>()
  const times = new Map<string, number>()
  const functions = new Set<string>()
  let text = ''
  for (const { ph, pid, tid, ts, name, args } of events) {
    const thread = `${pid} ${tid}`
    if (ph === 'M' && args.name.startsWith('functions')) functions.add(thread)
    if (ph === 'M') continue
    expect(ts).toBeGreaterThanOrEqual(times.get(thread) ?? 0)
    times.set(thread, ts)
    const depth = depths.get(thread) ?? 0
    if (ph === 'B' && functions.has(thread)) text += `${' '.repeat(depth)}${name} ${args.privilege}\n`
    depths.set(thread, depth + (ph === 'B' ? 1 : ph === 'E' ? -1 : 0))
    expect(depths.get(thread)).toBeGreaterThanOrEqual(0)
  }
  for (const depth of depths.values()) expect(depth).toBe(0)
  return { text, events }
}

describe('ftrace', () => {
  test('of a program is its calls', () => {
    expect(run(contribGuest('lines-dwarf4-rv64'), '-p', 'ftrace,out=t.json').status).toBe(0)
    const classified = '  classify M\n'.repeat(3) + '  classify M\n   area M\n'.repeat(7)
    const recursion = Array.from({ length: 6 }, (_, i) => `${' '.repeat(i + 2)}recurse M\n`).join('')
    expect(slicesOf('t.json').text).toBe(
      `_start M\n main M\n${classified}${recursion} environment call from M-mode M\n`,
    )
  })

  test('of optimised Thumb code, too', () => {
    const made = run(contribGuest('lines-dwarf5-arm'), '--semihosting', '-p', 'ftrace,out=t.json')
    expect(made.status).toBe(0)
    const { text } = slicesOf('t.json')
    expect(text).toMatch(
      /^_start privileged thread\n main privileged thread\n {2}classify privileged thread\n/,
    )
    expect(text.match(/classify/g)).toHaveLength(10)
  })

  test('of M-profile handlers ends with their returns', () => {
    const args = [armGuest('exceptions-an385'), '--board', 'mps2-an385', '--semihosting']
    expect(run(...args, '-p', 'ftrace,out=t.json').status).toBe(0)
    let [depth, deepest] = [0, 0]
    for (const { ph, cat } of slicesOf('t.json').events) {
      if (cat === 'privilege') continue
      depth += ph === 'B' ? 1 : ph === 'E' ? -1 : 0
      deepest = Math.max(deepest, depth)
    }
    expect(deepest).toBeLessThan(40)
  })

  /** Slices of functions by the name of their thread, indented. */
  const byThread = (events: readonly TraceEvent[]): Map<string, string[]> => {
    const names = new Map<number, string>()
    const lines = new Map<string, string[]>()
    const depths = new Map<number, number>()
    for (const { ph, tid, name, args } of events) {
      if (ph === 'M' && name === 'thread_name') names.set(tid, args.name)
      const thread = names.get(tid) as string
      if (ph === 'M' || thread === 'privilege') continue
      const depth = depths.get(tid) ?? 0
      const own = lines.get(thread) ?? []
      lines.set(thread, own)
      if (ph === 'B') own.push(' '.repeat(depth) + name)
      depths.set(tid, depth + (ph === 'B' ? 1 : ph === 'E' ? -1 : 0))
    }
    return lines
  }

  test('follows threads that exchange stacks, in a function or in a trap handler', () => {
    expect(run(contribGuest('threads-rv64'), '-p', 'ftrace,out=t.json').status).toBe(0)
    const threads = byThread(slicesOf('t.json').events)
    const round = (depth: number): string[] =>
      ['step', 'yield', ' exchange'].map(name => ' '.repeat(depth) + name)
    const turn = (depth: number): string[] =>
      ['step', 'environment call from M-mode', ' choose'].map(name => ' '.repeat(depth) + name)
    const last = [' yield', '  exchange']
    expect(Object.fromEntries(threads)).toEqual({
      functions: [
        ...[
          '_start',
          ' cooperate',
          '  prepare',
          '  prepare',
          '  work',
          ...round(3),
          ...round(3),
          ...round(3),
        ],
        ...[' preempt', '  prepare', '  turns', ...turn(3), ...turn(3), ...turn(3)],
      ],
      'functions, thread 1': ['begin', ' work', ...round(2), ...round(2), ...last],
      'functions, thread 2': ['begin', ' work', ...round(2), ...round(2), ...last],
      'functions, thread 3': ['other', ' turns', ...turn(2), ...turn(2), ...turn(2)],
    })
  })

  test('follows the tasks of a kernel on a Cortex-M, each on its process stack', () => {
    const args = [armGuest('kernel-an385'), '--board', 'mps2-an385', '--semihosting', '--serial', 'none']
    expect(run(...args, '--max-instructions', '180000', '-p', 'ftrace,out=t.json').status).toBe(124)
    const threads = byThread(slicesOf('t.json').events)
    expect([...threads.keys()]).toEqual([
      'functions',
      ...[1, 2, 3, 4].map(task => `functions, thread ${task}`),
    ])
    const deepest = [...threads.values()].map(lines => Math.max(...lines.map(line => line.search(/\S/))))
    expect(deepest).toEqual([3, 3, 3, 3, 9])
  })

  test.each(
    process.env.GUESTSCOPE_LONG ? ['nested-rv64', 'paging-rv64', 'privilege-rv64'] : ['privilege-rv64'],
  )('of %s has one thread', name => {
    expect(run(guest(name), '-p', 'ftrace,out=t.json').status).toBe(0)
    expect([...byThread(slicesOf('t.json').events).keys()]).toEqual(['functions'])
  })

  test('shows host calls as moments', () => {
    const plugins = ['-p', 'ftrace,out=t.json', '-p', 'discon-log,out=d.log']
    expect(run(guest('semihosting-rv64'), '--semihosting', ...plugins).status).toBe(42)
    const calls = slicesOf('t.json').events.filter(({ ph, cat }) => ph === 'i' && cat === 'host call')
    expect(calls).toHaveLength(written('d.log').toString().match(/^0 4 /gm)?.length ?? 0)
    expect(calls.length).toBeGreaterThan(5)
  })

  const traced = ['nested-rv64', 'harts-2-rv64']
  const more = ['interrupts-rv64', 'privilege-rv64', 'paging-rv64']
  test.each(process.env.GUESTSCOPE_LONG ? [...traced, ...more] : traced)(
    'of %s has its traps, in order',
    name => {
      const smp = name.startsWith('harts') ? ['--smp', '2'] : []
      const made = run(guest(name), ...smp, '-p', 'ftrace,out=t.json,privilege', '-p', 'discon-log,out=d.log')
      expect(made.status).toBe(0)
      const { events } = slicesOf('t.json')
      const traps = events.filter(({ ph, cat }) => ph === 'B' && cat === 'trap')
      const logged = written('d.log').toString().trimEnd().split('\n')
      expect(traps).toHaveLength(logged.filter(line => !/^\S+ 4/.test(line) && line !== '').length)
    },
  )

  test('for uftrace writes a directory', () => {
    const made = run(contribGuest('lines-dwarf4-rv64'), '-p', 'ftrace,format=uftrace,out=uft')
    expect(made.status).toBe(0)
    expect(written('uft/1.dat').length).toBe(16 * 2 * 26)
    expect(written('uft/lines-dwarf4-rv64.elf.sym').toString()).toContain('0000000000000152 T main\n')
    mkdirSync(join(directory, 'uth'))
    expect(run(contribGuest('threads-rv64'), '-p', 'ftrace,format=uftrace,out=uth').status).toBe(0)
    expect(written('uth/names.txt').toString()).toBe(
      ['1 vCPU 0', '2 vCPU 0, thread 1', '3 vCPU 0, thread 2', '4 vCPU 0, thread 3', ''].join('\n'),
    )
    const none = run(contribGuest('lines-dwarf4-rv64'), '-p', 'ftrace,format=uftrace,out=no/where')
    expect(none.status).not.toBe(0)
    expect(none.stderr).toContain('its directory does not exist')
  })
})

describe('cflow', () => {
  test('counts what the source says', () => {
    const made = run(contribGuest('lines-dwarf4-rv64'), '-p', 'cflow,out=c.txt,limit=1000')
    expect(made.status).toBe(0)
    const rows = written('c.txt').toString()
    for (const [count, kind, to] of [
      [10, 'call', 'classify'],
      [7, 'call', 'area'],
      [5, 'call', 'recurse'],
      [1, 'call', 'main'],
      [1, 'exception', 'trap'],
    ])
      expect(rows).toMatch(new RegExp(`^ *${count} +${kind} .* <${to}>$`, 'm'))
    expect(rows).toMatch(/^ *1 +trap-return .* <_start\+0x1e>$/m)
    expect(rows).not.toContain('never')
  })
})
