import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseArguments } from '../src/args.ts'
import { arm, riscv, startUp } from '../src/guests.ts'
import type { Result } from '../src/measure.ts'
import { means, table, timesTable } from '../src/report.ts'
import { geometricMean, summarise } from '../src/statistics.ts'

test('medians, spreads and geometric means', () => {
  expect(summarise([3, 1, 2])).toEqual({ median: 2, spread: 1, times: [3, 1, 2] })
  expect(summarise([4, 1]).median).toBe(2.5)
  expect(() => summarise([])).toThrow('no times')
  expect(geometricMean([0.5, 2])).toBeCloseTo(1)
  expect(geometricMean([])).toBeUndefined()
})

test('arguments', () => {
  const parse = (args: string[], environment = {}) => parseArguments(args, environment)
  expect(parse([])).toEqual({
    suite: riscv,
    names: [],
    qemu: undefined,
    runs: 3,
    json: false,
    costs: true,
    help: false,
  })
  expect(parse(['fib', '--json', '--runs', '5'])).toMatchObject({
    names: ['fib'],
    json: true,
    runs: 5,
    costs: false,
  })
  expect(parse(['fib', '--costs']).costs).toBe(true)
  expect(parse(['--no-costs']).costs).toBe(false)
  expect(parse(['--qemu', 'wrapper  qemu-x']).qemu).toEqual(['wrapper', 'qemu-x'])
  expect(parse([], { QEMU_RISCV64: 'a b' }).qemu).toEqual(['a', 'b'])
  expect(parse(['--qemu', 'c'], { QEMU_RISCV64: 'a b' }).qemu).toEqual(['c'])
  expect(parse(['--arm', 'svc'], { QEMU_ARM: 'd', QEMU_RISCV64: 'e' })).toMatchObject({
    suite: arm,
    qemu: ['d'],
  })
  expect(() => parse(['svc'])).toThrow('no benchmark "svc"')
  expect(() => parse(['crc'])).toThrow('There are: crc32, ')
  expect(() => parse(['--runs', '0'])).toThrow('--runs takes a number from 1')
  expect(() => parse(['--qemu', ' '])).toThrow('--qemu takes a command')
  expect(() => parse(['--fast'])).toThrow('--fast')
})

const result = (name: string, group: string, ours: number, qemu: number): Result => ({
  name,
  group,
  times: [summarise([ours]), summarise([qemu])],
  ratio: qemu / ours,
  error: undefined,
})

test('means over guests and over groups', () => {
  const results = [result('a', 'x', 1, 4), result('b', 'x', 1, 1), result('c', 'y', 2, 1)]
  const failed: Result = { name: 'd', group: 'z', times: [], ratio: undefined, error: 'no CHECK' }
  const { groups, guests, overGroups } = means([...results, failed])
  expect(groups).toEqual({ x: expect.closeTo(2), y: expect.closeTo(0.5) })
  expect(guests).toBeCloseTo(2 ** (1 / 3))
  expect(overGroups).toBeCloseTo(1)
  expect(timesTable([...results, failed], ['ours', 'QEMU'], 'ratio').split('\n')).toHaveLength(6)
  expect(
    table([
      ['name', 'n'],
      ['x', '1.00'],
    ]),
  ).toBe('name     n\nx     1.00\n')
})

test.each([
  ['RISC-V', riscv],
  ['Arm', arm],
])('every guest of %s has a file, a group and a check', (_, suite) => {
  for (const guest of suite.benchmarks) {
    const { name, group, check } = guest
    expect(existsSync(suite.elfPath(guest)), name).toBe(true)
    expect(group, name).toMatch(/^[a-z-]+$/)
    expect(check, name).toMatch(/^[0-9a-f]{16}$/)
  }
  const names = suite.benchmarks.map(b => b.name)
  for (const name of [startUp, ...suite.trapFree, ...suite.trapping]) expect(names).toContain(name)
})

test('the guests for Arm name a machine, which our command takes as the board', () => {
  for (const guest of arm.benchmarks)
    expect(arm.options(guest)).toEqual(['--semihosting', '--board', expect.stringMatching(/^mps2-an/)])
})
