import { describe, expect, it } from 'vitest'
import { execLog, lockstep } from '../src/index.ts'
import { ReferenceLog } from '../src/lockstep/reference-log.ts'
import lockstepDefault from '../src/lockstep.ts'
import { FakeRun } from './fake-api.ts'

const code = [
  { pc: 0x80000000n, bytes: [0x13, 0] },
  { pc: 0x80000002n, bytes: [0x6f, 0, 0, 0x1a] },
]
/** What both runs do; `last` is the value of a register behind the second instruction. */
function play(run: FakeRun, rounds = 3, last = 16n): FakeRun {
  const exec = run.block(code)
  for (let i = 0; i < rounds; i++) {
    exec(0)
    run.registers.set('a0', BigInt(i))
    exec(1)
    run.registers.set('a0', last)
    run.event(0, 1, 0x80000000n, 0x80000000n)
  }
  run.end()
  return run
}
type Options = ConstructorParameters<typeof FakeRun>[1]
const logged = (options: Options, rounds?: number, last?: bigint): string =>
  play(new FakeRun(execLog, options), rounds, last).output
const against = (log: string, options: Options = {}): FakeRun =>
  new FakeRun(lockstep, { against: 'x.log', ...options }, 1, new Map([['x.log', Buffer.from(log)]]))

describe('lockstep', () => {
  it('is a default export too', () => expect(lockstepDefault).toBe(lockstep))

  it.each([
    {},
    { insn: true, disas: true },
    { regs: 'diff' },
    { regs: 'all', discon: true },
    { hash: 2 },
    { hash: 4 },
  ])('finds equal runs equal: %j', options => {
    const run = play(against(logged(options), { discon: 'discon' in options }))
    expect(run.exits).toEqual([])
    expect(run.output).toBe('lockstep: 6 instructions as in x.log\n')
  })

  it('shows the first difference, with what came before', () => {
    const log = logged({}).replace('0 80000002\n0 80000000\n0 80000002', '0 80000002\n0 80000008\n0 80000002')
    const run = play(against(log, { history: 1 }))
    expect(run.output).toBe(
      [
        'lockstep: difference on vCPU 0 at instruction 3',
        '            80000002  op111',
        '  expected: 80000008',
        '  seen:     80000000  op19',
        '',
      ].join('\n'),
    )
    expect(run.exits).toEqual([{ status: 1, message: 'the runs differ on vCPU 0 at instruction 3' }])
  })

  it('shows a register that differs, unless it is to be ignored', () => {
    const log = logged({ regs: 'diff' })
    expect(play(against(log), 3, 17n).output).toContain(
      'at instruction 3\n            80000000  op19\n            80000002  op111\n' +
        '  expected: 80000000  op19  a0=10\n  seen:     80000000  op19  a0=11\n',
    )
    expect(play(against(log, { ignore: ['a0'] }), 3, 17n).exits).toEqual([])
    expect(() => against(log, { ignore: ['a9'] })).toThrow("fake has no register 'a9'")
  })

  it('compares discontinuities if asked', () => {
    const log = logged({ discon: true }).replace('! 0 1 80000000 80000000', '! 0 2 80000000 80000000')
    expect(play(against(log)).exits).toEqual([])
    const run = play(against(log, { discon: true }))
    expect(run.output).toContain('  expected: ! 2 80000000 80000000\n  seen:     ! 1 80000000 80000000\n')
  })

  it('says where hashes part', () => {
    const log = logged({ hash: 2 })
    const changed = log.replace(
      /(0 4 )(.)/,
      (_, head: string, digit: string) => head + (digit === '0' ? '1' : '0'),
    )
    const run = play(against(changed))
    expect(run.output).toMatch(/^lockstep: difference on vCPU 0 behind instruction 2 and up to 4\n/)
    expect(run.exits[0]?.status).toBe(1)
  })

  it.each([{}, { hash: 2 }])('a run that ends early differs; a log that ends early is told: %j', options => {
    const short = play(against(logged(options)), 2)
    expect(short.output).toContain('the end of the run')
    expect(short.exits[0]?.status).toBe(1)
    expect(play(against(logged(options), { tail: 2 }), 2).exits).toEqual([])
    const long = play(against(logged(options, 2), { partial: true }))
    expect(long.output).toBe('lockstep: 4 instructions as in x.log, which ends there\n')
    expect(long.exits).toEqual([])
    const refused = play(against(logged(options, 2)))
    expect(refused.output).toContain('  expected: the end of the log (partial lets it end early)\n')
    expect(refused.exits[0]?.status).toBe(1)
  })

  it.each([{}, { hash: 2 }])('a log that was cut differs, wherever: %j', options => {
    const log = logged(options)
    // From the line with the totals on, everything has been compared.
    for (let end = log.indexOf('\n') + 1; end < log.indexOf('#') - 1; end++)
      expect([end, play(against(log.slice(0, end))).exits[0]?.status]).toEqual([end, 1])
    expect(play(against(log.slice(0, log.indexOf('#')))).exits).toEqual([])
  })

  const passwd = 'root:x:0:0:root:/root:/bin/sh\n'
  it.each<[string, string]>([
    [passwd, "line 1 is none of an exec-log: 'root:x:0:0:root:/root:/bin/sh'"],
    ['# a remark\n0 80000000 x\n', "line 2 is none of an exec-log: '0 80000000 x'"],
    ['0 80000000 13 a0=\n', 'line 1 is none'],
    ['0  80000000\n', 'line 1 is none'],
    ['80000000\n', 'line 1 is none'],
    ['# vcpu 0 insns\n', 'line 1 is none'],
    ['! 0 2 80000000\n', 'line 1 is none'],
    ['\x7fELF\x02\x01\n', "line 1 is none of an exec-log: '?ELF??'"],
    ['5 80000000\n', 'line 1 is about vCPU 5, and this run has 1'],
  ])('refuses to begin with what is no log: %j', (log, message) => {
    expect(() => against(log)).toThrow(
      expect.objectContaining({ code: 'lockstep/log', message: expect.stringContaining(message) }),
    )
  })

  it.each([
    [{}, '0 80000002 13\n'.replace('13', 'xx')],
    [{}, passwd],
    [{ hash: 2 }, '0 80000002\n'],
    [{ hash: 2 }, passwd],
  ])('fails at a line that it cannot read, named: %j, %j', (options, line) => {
    const lines = logged(options).split('\n')
    const run = play(against([...lines.slice(0, 2), line.trimEnd(), ...lines.slice(2)].join('\n')))
    expect(run.output).toMatch(/^lockstep: line 3 is none of an exec-log: '.*'\n$/)
    expect(run.exits).toEqual([{ status: 1, message: expect.stringContaining('line 3') }])
  })

  it('does not read for ever what has no lines', () => {
    expect(() => against('\0'.repeat(3 << 20))).toThrow('line 1 is none of an exec-log')
  })

  it('fails where nothing was compared', () => {
    const run = play(against(logged({}), { start: 100, partial: true, tail: 100 }))
    expect(run.exits).toEqual([{ status: 1, message: 'no instruction was compared with x.log' }])
  })

  it('reads lines of Windows, remarks, and what the assembly has', () => {
    const log = logged({ disas: true, regs: 'diff' }).replaceAll('; op19', '; op19 a0=ff #x')
    expect(play(against(`# remark\r\n${log.replaceAll('\n', '\r\n')}`)).exits).toEqual([])
  })

  it('starts where the log does, and ends where it was limited', () => {
    const run = play(against(logged({ start: 2, limit: 2 }), { start: 2, partial: true }))
    expect(run.output).toBe('lockstep: 2 instructions as in x.log, which ends there\n')
  })

  it('wants a log with instructions', () => {
    expect(() => new FakeRun(lockstep, {})).toThrow('against=FILE')
    expect(() => against('# vcpu 0 insns 0\n')).toThrow('x.log has no instructions')
  })
})

describe('a log', () => {
  const logOf = (text: string, size: number): ReferenceLog => {
    const bytes = Buffer.from(text)
    let at = 0
    const read = (): Uint8Array => {
      at += size
      return bytes.subarray(at - size, at)
    }
    return new ReferenceLog({ read }, true)
  }
  it.each([1, 7, 1000])('is handed out by vCPU, read in pieces of %i bytes', size => {
    const log = logOf('0 10\n1 20\n! 1 2 20 30\n0 12 a0=1\nb 5\n# vcpu 1 insns 7 hash 00ff\n1 30', size)
    expect(log.peek()).toBe('10')
    expect([log.next(1), log.next(1), log.next(1), log.next(1)]).toEqual(['20', '! 2 20 30', '30', undefined])
    expect([log.next(0), log.next(0), log.next(0), log.next(11)]).toEqual(['10', '12 a0=1', undefined, '5'])
    expect(log.totals(1)).toEqual({ instructions: 7, hash: '00ff' })
    expect(log.totals(0)).toBeUndefined()
  })
})
