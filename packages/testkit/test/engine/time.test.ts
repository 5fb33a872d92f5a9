/** Guest time: its rate, deadlines that cannot hold the machine, what work of the host counts for. */

import {
  type Board,
  type BoardHost,
  ConfigError,
  Machine,
  type MachineOptions,
  Profile,
} from '@guestscope/core'
import { endOfTime } from '@guestscope/core/hooks'
import { describe, expect, test } from 'vitest'
import { bare } from '../../src/bare.ts'
import { Toy, toy, toyBoard, toyTarget } from '../../src/toy/toy.ts'

const machineWith = (
  code: number[][],
  options: Partial<MachineOptions> = {},
  change: (board: Board) => Board = board => board,
): { machine: Machine; host: BoardHost } => {
  const made: { host?: BoardHost } = {}
  const board = toyBoard(code.flat(), host => {
    made.host = host
  })
  const machine = new Machine({
    target: toyTarget,
    board: change(board),
    memoryBytes: 0x10000,
    cpus: 1,
    ...bare,
    ...options,
  })
  return { machine, host: made.host as BoardHost }
}

const forever = [toy('addi', 1, 1, 1), toy('bne', 1, 0, -1)]
const asleep = [toy('wait'), toy('bne', 5, 0, -1)]

/** A timer that comes again and again, and drives nothing. */
function beat(host: BoardHost, period: number): { count: number } {
  const beats = { count: 0 }
  const next = (): void => timer.set(host.clock() + period)
  const timer = host.timer(() => {
    beats.count++
    next()
  })
  next()
  return beats
}

describe.each(['oracle', 0, 1] as const)('tier %s', tier => {
  test('a timer that wakes nobody: each jump of the clock but the first costs', () => {
    const { machine, host } = machineWith(asleep, { tier })
    const beats = beat(host, 1e6)
    expect(machine.run(1_000_000)).toBe('running')
    expect(beats.count).toBeGreaterThan(100)
    expect(beats.count).toBeLessThan(2000)
    expect(machine.executed).toBe(1)
    expect(machine.spent).toBeGreaterThanOrEqual(1_000_000)
  })

  test('a timer that wakes somebody costs nothing but what then runs', () => {
    const { machine, host } = machineWith([toy('wait'), toy('bne', 5, 5, -1), toy('jr', 0, 7)], { tier })
    const [cpu] = machine.cpus
    cpu?.set64(Toy.R(7), 0x1000n)
    cpu?.set64(Toy.vector, 0x1008n)
    const next = (): void => timer.set(host.clock() + 1e6)
    const timer = host.timer(() => {
      host.setLine(0, 0, true)
      next()
    })
    next()
    machine.run(10_000)
    expect(machine.spent).toBe(machine.executed)
    expect(machine.clock()).toBeGreaterThan(1e9)
  })

  test('a deadline of the past that is set while it is called back lies ahead', () => {
    const { machine, host } = machineWith(forever, { tier })
    let count = 0
    const timer = host.timer(() => {
      count++
      timer.set(host.clock() - 5)
    })
    timer.set(100)
    expect(machine.run(1000)).toBe('running')
    expect(machine.executed).toBe(1000)
    expect(count).toBe(900) // at 100, and then once an instruction
  })

  test('work of the host counts for `run` and `spent`, not for the guest', () => {
    const { machine, host } = machineWith(forever, { tier })
    host.timer(() => host.charge(5_000_000)).set(100)
    expect(machine.run(1_000_000)).toBe('running')
    expect(machine.spent).toBeGreaterThanOrEqual(5_000_000)
    expect(machine.executed).toBeLessThan(1_000_000)
    expect(machine.clock()).toBe(machine.executed)
  })

  test('where a limit ends the run does not depend on slices, whatever was charged on the way', () => {
    const endOf = (slice: number): number[] => {
      const { machine, host } = machineWith(
        [toy('addi', 1, 1, 1), toy('addi', 2, 2, 1), toy('bne', 1, 0, -2)],
        { tier },
      )
      const next = (): void => {
        host.charge(70)
        timer.set(host.clock() + 113)
      }
      const timer = host.timer(next)
      next()
      const limit = 20_000
      while (machine.spent < limit) machine.run(Math.min(slice, limit - machine.spent))
      return [machine.executed, machine.spent]
    }
    const whole = endOf(20_000)
    for (const slice of [1, 7, 100, 112, 113, 114, 1000, 9999]) expect(endOf(slice)).toEqual(whole)
  })

  test('code that is overwritten for ever costs', () => {
    const code = [toy('store', 1, 8), toy('bne', 1, 2, -1)]
    const { machine: changes } = machineWith(code, { tier })
    const same = new DataView(Uint8Array.from(code.flat()).buffer).getBigUint64(0, true)
    changes.cpus[0]?.set64(Toy.R(1), same)
    changes.cpus[0]?.set64(Toy.R(8), 0x1000n)
    changes.run(100_000)
    expect(changes.executed).toBeLessThan(200)
  })

  test('resets in a loop: instructions and cost add up, also under a profile', () => {
    const { machine, host } = machineWith(forever, { tier })
    const timer = host.timer(() => {
      host.reset()
      timer.set(host.clock())
    })
    let resets = 0
    machine.instrumentation = {
      translates: false,
      discons: false,
      translate: () => undefined,
      discon: () => {},
      reset: () => {
        resets++
        timer.set(host.clock() + 50)
      },
    }
    timer.set(50)
    const profile = new Profile(machine)
    for (let i = 0; i < 1000 && machine.spent < 10_000_000; i++) profile.run(100_000)
    expect(machine.spent).toBeGreaterThanOrEqual(10_000_000)
    expect(resets).toBeGreaterThan(10)
    expect(machine.executed).toBeGreaterThanOrEqual(50 * resets)
  })

  test.each([
    ['25 MHz', 25e6, 40],
    ['168 MHz', 168e6, 1e9 / 168e6],
    ['4 GHz', 4e9, 0.25],
  ])('at %s deadlines come with the first instruction at or after them', (_name, rate, period) => {
    const { machine, host } = machineWith(forever, { tier, rate })
    const seen: number[] = []
    for (const at of [1, 40, 41, 1000, 12_345.678]) host.timer(() => seen.push(machine.clock())).set(at)
    machine.run(100_000)
    expect(seen).toEqual([1, 40, 41, 1000, 12_345.678].map(at => Math.ceil(at / period - 1e-6)))
    expect(machine.virtualTime()).toBeCloseTo(100_000 * period, 3)
  })
})

test('sleep takes guest time, not instructions, whatever the rate', () => {
  const { machine, host } = machineWith(asleep, { rate: 1e6 })
  let at = 0
  const timer = host.timer(() => {
    at = host.clock()
  })
  timer.set(2.5e9)
  expect(machine.run(1000)).toBe('idle')
  expect(at).toBe(2.5e9)
  expect(machine.executed).toBe(1)
})

test("the board's clock as the rate, followed when it changes", () => {
  const clocked = (board: Board): Board => ({
    ...board,
    build: (...args) => ({ ...board.build(...args), wiring: { clockHz: 8e6 } }),
  })
  const { machine, host } = machineWith(forever, { rate: 'board' }, clocked)
  machine.run(8000)
  expect(machine.virtualTime()).toBeCloseTo(1e6, 6)
  host.setClock(80e6)
  machine.run(8000)
  expect(machine.virtualTime()).toBeCloseTo(1.1e6, 6)
  expect(() => machineWith(forever, { rate: 'board' })).toThrow(ConfigError)
  expect(() => machineWith(forever, { rate: 0 })).toThrow(ConfigError)
})

test('the end of time ends the run; deadlines behind it never come', () => {
  const { machine, host } = machineWith(forever, { rate: 1 })
  let fired = 0
  const count = (): void => void fired++
  for (const at of [endOfTime + 2, Number.POSITIVE_INFINITY]) host.timer(count).set(at)
  expect(machine.run(20_000_000)).toBe('stopped')
  expect(machine.stopReason).toMatchObject({ kind: 'exit', status: 1 })
  expect(machine.executed).toBe(Math.ceil(endOfTime / 1e9))
  expect(fired).toBe(0)
})

test('a sleep that only the end of time would end has no end', () => {
  const { machine, host } = machineWith(asleep)
  host.timer(() => {}).set(2 ** 60)
  expect(machine.run(1000)).toBe('idle')
})
