import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { guestscope } from '../src/emulators.ts'
import { arm, type Benchmark, benchmark, hotSet, riscv, startUp } from '../src/guests.ts'
import { run } from '../src/run.ts'

test.each([
  ['RISC-V', riscv],
  ['Arm', arm],
])('every guest of %s has a file, a group and a check', (_, suite) => {
  for (const { name, group, check, generated } of suite.benchmarks) {
    expect(generated || existsSync(suite.elfPath(name)), name).toBe(true)
    expect(group, name).toMatch(/^[a-z-]+$/)
    expect(check, name).toMatch(/^[0-9a-f]{16}$/)
  }
  const names = suite.benchmarks.map(b => b.name)
  const needed = [startUp, ...hotSet, ...suite.plain, ...suite.trapping]
  for (const { against } of suite.benchmarks) if (against !== undefined) needed.push(against)
  for (const name of needed) expect(names).toContain(name)
  for (const name of suite.endless ?? []) expect(existsSync(suite.elfPath(name)), name).toBe(true)
})

test('the guests for Arm name a machine, which our command takes as the board', () => {
  for (const guest of arm.benchmarks)
    expect(arm.ours(guest).slice(0, 3)).toEqual([
      '--semihosting',
      '--board',
      expect.stringMatching(/^mps2-an/),
    ])
})

test('a run is timed, its check compared, its end enforced', async () => {
  const ours = guestscope(riscv, false)
  const empty = benchmark(riscv, startUp)
  const { seconds, firstOutput } = await run(ours, empty)
  expect(firstOutput).toBeLessThanOrEqual(seconds)
  const wrong: Benchmark = { ...empty, check: 'ffffffffffffffff' }
  await expect(run(ours, wrong)).rejects.toThrow(/^empty on guestscope: CHECK 0{16} \(f{16}\), status 0$/)
  const missing = { name: 'nothing', command: () => ['/nonexistent/program'] }
  await expect(run(missing, empty)).rejects.toThrow('Cannot run /nonexistent/program')

  const endless: Benchmark = { ...empty, name: 'self-modifying-endless' }
  await expect(run(ours, endless, { seconds: 2 })).rejects.toThrow('ended after 2 s')
  const { memory } = await run(ours, endless, { seconds: 2, expected: true })
  if (process.platform === 'linux') expect(memory).toHaveLength(4)
})
