/** Accesses to devices: at exact times in every tier, and made in regions where the instruction has made some before. */

import { Head, Single } from '@guestscope/codegen'
import { type BoardHost, Machine, type MmioDevice, type Tier } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { bare } from '../../src/bare.ts'
import { Toy, toy, toyBoard, toyRam, toyTarget } from '../../src/toy/toy.ts'

const deviceBase = 0x80000n

interface Made {
  /** What the device and the guest saw, in order. */
  readonly log: string[]
  readonly registers: bigint[]
  /** Accesses made in a region. */
  inRegions: number
}

/** What the device does with a value that is stored to it, at offset 8. */
type Reaction = (host: BoardHost) => (value: number, at: number) => void

/**
 * 200 rounds of: read the clock, add it up, tell the device, exchange a value with it. The handler counts. `steps`: how
 * many instructions each call of `run` may take.
 */
function rounds(tier: Tier, reaction: Reaction, steps: number): Made {
  const made: Made = { log: [], registers: [], inRegions: 0 }
  const code = [
    toy('load', 3, 10),
    toy('add', 4, 3),
    toy('store', 1, 10, 8),
    toy('addi', 5, 5, 3),
    toy('swap', 5, 10, 16),
    toy('addi', 1, 1, 1),
    toy('bne', 1, 2, -6),
    toy('halt'),
    toy('addi', 6, 6, 1), // the handler
    toy('ret'),
  ]
  const machine: Machine = new Machine({
    target: toyTarget,
    board: toyBoard(code.flat(), host => {
      const tell = (what: string): void => {
        made.log.push(`${host.clock()} ${what}`)
        if (machine.cpus[0]?.get32(Head.single) === Single.inRegion) made.inRegions++
      }
      const react = reaction(host)
      const device: MmioDevice = {
        name: 'clock',
        size: 0x1000,
        read: offset => {
          tell(`read ${offset}`)
          return offset & 4 ? 0 : host.clock()
        },
        write: (offset, _size, value) => {
          tell(`write ${offset} ${value}`)
          if (offset === 8) react(value, host.clock())
        },
      }
      return [{ base: deviceBase, device }]
    }),
    tier,
    hotThreshold: 5,
    batch: 1,
    memoryBytes: 0x10000,
    cpus: 1,
    ...bare,
  })
  const [cpu] = machine.cpus
  if (!cpu) throw new Error('no cpu')
  cpu.set64(Toy.R(2), 200n)
  cpu.set64(Toy.R(10), deviceBase)
  cpu.set64(Toy.vector, toyRam + 32n)
  machine.instrumentation = {
    translates: false,
    discons: true,
    translate: () => undefined,
    discon: (_, cause, from) => made.log.push(`${machine.clock()} cause ${cause} from ${from.toString(16)}`),
  }
  while (machine.run(steps) === 'running')
    if (machine.clock() > 100_000) throw new Error('the program does not end')
  made.log.push(`${machine.clock()} ${JSON.stringify(machine.stopReason)}`)
  for (let n = 1; n < 16; n++) made.registers.push(cpu.get64(Toy.R(n)))
  return made
}

const reactions: Readonly<Record<string, Reaction>> = {
  'that do nothing': () => () => {},
  'that raise a line at once': host => value => host.setLine(0, 0, value % 3 === 0),
  // Over before the next round: the handler may not be interrupted.
  'that set a deadline': host => {
    const timer = host.timer(() => host.setLine(0, 0, true))
    return (value, at) => timer.set(at + 1 + (value % 4))
  },
  'that end the run': host => value => {
    if (value === 150) host.exit(7)
  },
}

describe.each(Object.entries(reactions))('stores to a device %s', (_, react) => {
  const expected = rounds('oracle', react, 1_000_000)

  test('something happens', () => expect(expected.log.length).toBeGreaterThan(600))

  for (const tier of [0, 1] as const)
    for (const steps of [1_000_000, 13, 1])
      test(`tier ${tier}, ${steps} instructions at a time`, () => {
        const { log, registers } = rounds(tier, react, steps)
        expect(log).toEqual(expected.log)
        expect(registers).toEqual(expected.registers)
      })

  test('regions make the accesses themselves', () => {
    const { log, inRegions } = rounds(1, react, 1_000_000)
    expect(inRegions).toBeGreaterThan(log.length / 3)
  })
})
