import { readFileSync } from 'node:fs'
import type { Program } from '@guestscope/plugin-api'
import { describe, expect, it } from 'vitest'
import cflowDefault from '../src/cflow.ts'
import { readElf } from '../src/elf.ts'
import ftraceDefault from '../src/ftrace.ts'
import { cflow, ftrace } from '../src/index.ts'
import { SymbolNames } from '../src/symbols.ts'
import { FakeRun } from './fake-api.ts'

const program = (base = 0x1000n): Program => ({
  name: '/x/a.elf',
  entry: base,
  segments: [
    { address: base, physical: base, size: 0x400, executable: true },
    { address: base + 0x8000n, physical: base, size: 0x400, executable: false },
  ],
  symbols: () => [
    { name: 'start', address: base, size: 0, kind: 'label' },
    { name: 'main', address: base + 0x100n, size: 0x40, kind: 'function' },
    { name: 'main_alias', address: base + 0x100n, size: 0, kind: 'label' },
    { name: 'work', address: base + 0x200n, size: 0x40, kind: 'function' },
    { name: 'handler', address: base + 0x300n, size: 0x40, kind: 'function' },
    { name: 'table', address: base + 0x8000n, size: 8, kind: 'object' },
  ],
  bytes: () => undefined,
})

describe('symbols', () => {
  const names = new SymbolNames(program().symbols())
  it('cover addresses up to their size, or to the next', () => {
    expect(names.describe(0x1000n)).toBe('1000 <start>')
    expect(names.describe(0x10f0n)).toBe('10f0 <start+0xf0>')
    expect(names.describe(0x1104n)).toBe('1104 <main+0x4>')
    expect(names.describe(0x1140n)).toBe('1140')
    expect(names.describe(0xfffn)).toBe('fff')
    expect(new SymbolNames([]).function(0x10n)).toEqual({ name: '0x10', start: 0x10n })
  })
})

const [user, machine] = [
  { level: 0, name: 'U' },
  { level: 3, name: 'M' },
]

/** main calls work twice; the second is interrupted, and the handler calls work, too; then main makes a system call. */
function play(run: FakeRun, base = 0x1000n): void {
  const at = (clock: number, privilege: typeof user): void => {
    run.clock = clock
    run.privilege = privilege
  }
  at(10, machine)
  run.edge(0, 'call', base + 0x10n, base + 0x100n)
  at(20, machine)
  run.edge(0, 'trap-return', base + 0x104n, base + 0x108n)
  at(30, user)
  run.edge(0, 'call', base + 0x110n, base + 0x200n)
  at(40, user)
  run.edge(0, 'return', base + 0x23cn, base + 0x114n)
  at(50, user)
  run.edge(0, 'indirect-call', base + 0x120n, base + 0x200n)
  at(60, machine)
  run.event(0, 1, base + 0x204n, base + 0x300n, 'timer')
  at(70, machine)
  run.edge(0, 'call', base + 0x310n, base + 0x200n)
  at(80, machine)
  run.edge(0, 'return', base + 0x23cn, base + 0x312n)
  at(90, user)
  run.edge(0, 'trap-return', base + 0x33cn, base + 0x204n)
  at(100, user)
  run.edge(0, 'return', base + 0x23cn, base + 0x122n)
  at(110, user)
  run.event(0, 4, base + 0x130n, base + 0x134n, 'semihosting')
  at(120, machine)
  run.event(0, 2, base + 0x138n, base + 0x300n, 'ecall')
  at(130, machine)
  run.end()
}

interface TraceEvent {
  readonly ph: string
  readonly tid: number
  readonly ts: number
  readonly name: string
  readonly args: { name: string; privilege: string }
}
const traceOf = (options: ConstructorParameters<typeof FakeRun>[1] = {}): TraceEvent[] => {
  const run = new FakeRun(ftrace, options, 1, undefined, program())
  play(run)
  return JSON.parse(run.files.get('trace.json') as string).traceEvents
}

describe('symbols of further files', () => {
  const elf = (name: string): Uint8Array => readFileSync(new URL(`guests/elf/${name}.elf`, import.meta.url))
  it.each(['lines-dwarf5-rv64', 'lines-dwarf4-rv32', 'lines-dwarf5-arm'])('are read: %s', name => {
    const symbols = readElf(name, elf(name)).symbols()
    const main = symbols.find(symbol => symbol.name === 'main')
    expect(main).toMatchObject({ kind: 'function', size: expect.any(Number) })
    expect((main?.address ?? 1n) % 2n).toBe(0n)
    expect(symbols.some(symbol => symbol.name === '' || symbol.name.startsWith('$'))).toBe(false)
    expect(symbols.map(symbol => symbol.name)).toContain('classify')
  })
  it('name what the program does not', () => {
    const files = new Map([['x.elf', elf('lines-dwarf4-rv64')]])
    const run = new FakeRun(cflow, { elf: ['x.elf'], limit: 5 }, 1, files)
    run.edge(0, 'call', 0x80000016n, 0x80000152n)
    run.end()
    expect(run.output).toContain('80000016 <_start+0x16>  80000152 <main>')
  })
})

describe('ftrace for Perfetto', () => {
  it('is a default export too', () => expect(ftraceDefault).toBe(ftrace))

  it('shows functions and traps as they open and close', () => {
    const events = traceOf()
    const thread = events.find(({ ph, args }) => ph === 'M' && args.name === 'functions')?.tid
    const shown = events.filter(({ ph, tid }) => tid === thread && ph !== 'M')
    expect(shown.map(({ ph, ts, name, args }) => [ph, 1000 * ts, name, args?.privilege])).toEqual([
      ['B', 10, 'start', 'M'],
      ['B', 10, 'main', 'M'],
      ['B', 20, 'main', 'M'],
      ['B', 30, 'work', 'U'],
      ['E', 40, undefined, undefined],
      ['B', 50, 'work', 'U'],
      ['B', 60, 'timer', 'M'],
      ['B', 70, 'work', 'M'],
      ['E', 80, undefined, undefined],
      ['E', 90, undefined, undefined],
      ['E', 100, undefined, undefined],
      ['i', 110, 'semihosting', undefined],
      ['B', 120, 'ecall', 'M'],
      ['E', 130, undefined, undefined],
      ['E', 130, undefined, undefined],
      ['E', 130, undefined, undefined],
      ['E', 130, undefined, undefined],
    ])
  })

  it('shows the privilege over time', () => {
    const events = traceOf()
    const thread = events.find(({ ph, args }) => ph === 'M' && args.name === 'privilege')?.tid
    const shown = events.filter(({ ph, tid }) => tid === thread && ph === 'B')
    expect(shown.map(({ ts, name }) => [1000 * ts, name])).toEqual([
      [10, 'M'],
      [30, 'U'],
      [60, 'M'],
      [90, 'U'],
      [120, 'M'],
    ])
  })

  it('opens and closes in order in every thread, also one for each privilege', () => {
    const events = traceOf({ privilege: true })
    const names = events.filter(({ name }) => name === 'thread_name').map(({ args }) => args.name)
    expect(names).toEqual(['privilege', 'functions M', 'functions U'])
    const depths = new Map<number, number>()
    for (const { ph, tid } of events) {
      const depth = (depths.get(tid) ?? 0) + (ph === 'B' ? 1 : ph === 'E' ? -1 : 0)
      expect(depth).toBeGreaterThanOrEqual(0)
      depths.set(tid, depth)
    }
    expect([...depths.values()].every(depth => depth === 0)).toBe(true)
  })

  it('a return that belongs to no call closes nothing; one over several functions closes them all', () => {
    const run = new FakeRun(ftrace, {}, 1, undefined, program())
    run.edge(0, 'call', 0x1010n, 0x1100n)
    run.edge(0, 'call', 0x1110n, 0x1200n)
    run.clock = 2000
    run.edge(0, 'return', 0x1210n, 0x1900n)
    run.clock = 3000
    run.edge(0, 'return', 0x1210n, 0x1014n)
    run.clock = 4000
    run.end()
    const events: TraceEvent[] = JSON.parse(run.files.get('trace.json') as string).traceEvents
    expect(events.filter(({ ph }) => ph === 'E').map(({ ts }) => ts)).toEqual([3, 3, 4, 4])
  })

  it('ends handlers with their returns, tail-chained ones too', () => {
    const run = new FakeRun(ftrace, {}, 1, undefined, program())
    const [thread, handler] = [
      { level: 1, name: 'thread' },
      { level: 2, name: 'handler' },
    ]
    const at = (clock: number, privilege: typeof thread): void => {
      run.clock = clock
      run.privilege = privilege
    }
    at(1000, thread)
    run.edge(0, 'call', 0x1010n, 0x1100n)
    at(2000, handler)
    run.event(0, 1, 0x1104n, 0x1300n, 'first')
    // Tail-chained: the return is told first.
    at(3000, handler)
    run.edge(0, 'trap-return', 0x1310n, 0x1108n)
    run.event(0, 1, 0x1108n, 0x1300n, 'second')
    at(4000, thread)
    run.edge(0, 'trap-return', 0x1310n, 0x1108n)
    run.edge(0, 'call', 0x1110n, 0x1200n)
    at(5000, handler)
    run.event(0, 1, 0x1204n, 0x1300n, 'third')
    // Another one in the handler itself is nested, and so is its end.
    at(6000, handler)
    run.event(0, 1, 0x1304n, 0x1300n, 'fourth')
    at(7000, handler)
    run.edge(0, 'trap-return', 0x1310n, 0x1304n)
    at(7000, thread)
    run.edge(0, 'trap-return', 0x1310n, 0x1204n)
    run.edge(0, 'return', 0x1230n, 0x1114n)
    run.end()
    const events: TraceEvent[] = JSON.parse(run.files.get('trace.json') as string).traceEvents
    const thread1 = events.find(({ args }) => args?.name === 'functions')?.tid
    const shown = events.filter(({ ph, tid }) => tid === thread1 && ph !== 'M')
    expect(shown.map(({ ph, ts, name }) => `${ph} ${ts} ${name ?? ''}`.trimEnd())).toEqual([
      ...['B 1 start', 'B 1 main', 'B 2 first', 'E 3', 'B 3 second', 'E 4', 'B 4 work'],
      ...['B 5 third', 'B 6 fourth', 'E 7', 'E 7', 'E 7', 'E 7', 'E 7'],
    ])
  })

  it('a stack that only grows is closed and begun anew', () => {
    const run = new FakeRun(ftrace, {}, 1, undefined, program())
    for (let i = 0; i < 2500; i++) run.edge(0, 'call', 0x1010n, 0x1100n)
    const text = run.files.get('trace.json') ?? ''
    run.end()
    expect(text.length).toBeGreaterThan(0)
    const events: TraceEvent[] = JSON.parse(run.files.get('trace.json') as string).traceEvents
    let [depth, deepest] = [0, 0]
    for (const { ph, name } of events) {
      if (ph === 'B' && name !== 'M') depth++
      if (ph === 'E') depth--
      deepest = Math.max(deepest, depth)
    }
    expect(deepest).toBe(1000)
  })
})

describe('ftrace for uftrace', () => {
  const filesOf = (base?: bigint): FakeRun => {
    const run = new FakeRun(ftrace, { format: 'uftrace', out: 'd' }, 1, undefined, program(base))
    play(run, base)
    return run
  }
  const records = (bytes: Uint8Array): (readonly [number, string, number, string])[] => {
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    return Array.from({ length: bytes.length / 16 }, (_, i) => {
      const word = view.getBigUint64(16 * i + 8, true)
      expect((word >> 2n) & 15n).toBe(10n)
      return [
        Number(view.getBigUint64(16 * i, true)),
        word & 3n ? 'leave' : 'enter',
        Number((word >> 6n) & 1023n),
        (word >> 16n).toString(16),
      ] as const
    })
  }

  it('writes records, a map, symbols and what else the directory has', () => {
    const run = filesOf()
    expect(records(run.binary.get('d/1.dat') as Uint8Array).slice(0, 9)).toEqual([
      [10, 'enter', 0, '1000'],
      [10, 'enter', 1, '1100'],
      [20, 'enter', 2, '1100'],
      [30, 'enter', 3, '1200'],
      [40, 'leave', 3, '1200'],
      [50, 'enter', 3, '1200'],
      [60, 'enter', 4, '1400'],
      [70, 'enter', 5, '1200'],
      [80, 'leave', 5, '1200'],
    ])
    expect(run.files.get('d/a.elf.sym')).toBe(
      [
        ...['# symbols: 6', '# path name: /x/a.elf', '# build-id:'],
        ...['0000000000000000 T start', '0000000000000100 T main', '0000000000000200 T work'],
        ...['0000000000000300 T handler', '0000000000000400 T timer', '0000000000000410 T ecall'],
        ...['0000000000000420 T __sym_end', ''],
      ].join('\n'),
    )
    expect(run.files.get('d/sid-0000000000000001.map')).toContain(
      '000000001000-000000001430 r-xp 00000000 00:00 0 /x/a.elf\n',
    )
    expect(run.files.get('d/task.txt')).toBe(
      'SESS timestamp=0.000000000 pid=1 sid=0000000000000001 exename="/x/a.elf"\n' +
        'TASK timestamp=0.000000000 tid=1 pid=1\n',
    )
    const info = Buffer.from(run.binary.get('d/info') as Uint8Array)
    expect(info.subarray(0, 16).toString('latin1')).toBe('Ftrace!\0\x04\0\0\0\x28\0\x01\x02')
    expect(info.subarray(40).toString()).toContain('taskinfo:nr_tid=1\ntaskinfo:tids=1\n')
  })

  it('moves programs of the upper half to where uftrace looks for them', () => {
    const run = filesOf(0xffff_ffff_8000_0000n)
    expect(records(run.binary.get('d/1.dat') as Uint8Array)[0]).toEqual([10, 'enter', 0, '400000'])
    expect(run.files.get('d/sid-0000000000000001.map')).toMatch(/^000000400000-000000400430 /)
  })
})

describe('cflow', () => {
  const flow = (options: ConstructorParameters<typeof FakeRun>[1]): string => {
    const run = new FakeRun(cflow, { limit: 3, ...options }, 1, undefined, program())
    for (let i = 0; i < 5; i++) run.edge(0, 'taken', 0x1108n, 0x1100n)
    run.edge(0, 'not-taken', 0x1108n, 0x110cn)
    run.edge(0, 'call', 0x1010n, 0x1100n)
    run.edge(0, 'call', 0x1110n, 0x1100n)
    run.event(0, 1, 0x1104n, 0x1300n)
    run.event(0, 1, 0x1104n, 0x1300n)
    run.end()
    return run.output
  }
  it('is a default export too', () => expect(cflowDefault).toBe(cflow))

  it('prints the hottest edges', () => {
    expect(flow({})).toBe(
      [
        '5 edges from 4 places, taken 10 times, 2 of them events',
        'count  kind       from               to',
        '    5  taken      1108 <main+0x8>    1100 <main>',
        '    2  interrupt  1104 <main+0x4>    1300 <handler>',
        '    1  call       1010 <start+0x10>  1100 <main>',
        '',
      ].join('\n'),
    )
  })
  it('prints events alone, or the places that most places lead to', () => {
    expect(flow({ sort: 'event' }).split('\n').slice(2)).toEqual([
      '    2  interrupt  1104 <main+0x4>  1300 <handler>',
      '',
    ])
    expect(flow({ sort: 'popular', limit: 1 }).split('\n').slice(1)).toEqual([
      'from  count  to',
      '   3      7  1100 <main>',
      '',
    ])
  })
  it('draws a graph of functions', () => {
    expect(flow({ format: 'dot' })).toBe(
      [
        'digraph cflow {',
        '  "main" -> "handler" [label="interrupt 2"];',
        '  "main" -> "main" [label="call 1"];',
        '  "start" -> "main" [label="call 1"];',
        '}',
        '',
      ].join('\n'),
    )
  })
})
