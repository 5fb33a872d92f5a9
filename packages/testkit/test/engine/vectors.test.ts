/** Vectors in whole programs: accesses within a page, across pages and to a device, and what plugins are told of them. */

import { Layout, Machine, type Tier } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { bare } from '../../src/bare.ts'
import { Toy, toy, toyBoard, toyTarget } from '../../src/toy/toy.ts'
import { PluginRun, ways } from '../plugins/run.ts'

const deviceBase = 0x80000n
const code = [
  toy('vload', 1, 8), // 1000: v1 := mem[r8]
  toy('vadd', 0, 0, 1), // 1004: v0 += v1
  toy('vset', 2, 1), // 1008: the low half of v2 := r1
  toy('vadd', 0, 0, 2),
  toy('vstore', 0, 9), // 1010: mem[r9] := v0
  toy('addi', 1, 1, 1),
  toy('bne', 1, 5, -6),
  toy('vget', 3, 0, 0), // 101c: r3 := the low half of v0
  toy('halt'),
].flat()
const rounds = 40

/** Four lanes of 32 bits, the lowest first. */
const words = (bytes: Uint8Array, at: number): number[] =>
  [0, 4, 8, 12].map(i => new DataView(bytes.buffer, bytes.byteOffset).getInt32(at + i, true))

function run(tier: Tier, from: bigint, to: bigint): { lanes: number[]; low: bigint; log: string[] } {
  const log: string[] = []
  const machine = new Machine({
    target: toyTarget,
    board: toyBoard(code, () => [
      {
        base: deviceBase,
        device: {
          name: 'words',
          size: 0x100,
          read: offset => offset,
          write: (offset, size, value) => void log.push(`${offset} ${size} ${value}`),
        },
      },
    ]),
    tier,
    hotThreshold: 3,
    batch: 1,
    memoryBytes: 0x10000,
    cpus: 1,
    ...bare,
  })
  const [cpu] = machine.cpus
  if (!cpu) throw new Error('no cpu')
  const { bytes } = machine.memory
  const place = machine.memory.linear(from)
  if (place) for (let i = 0; i < 16; i++) bytes[place + i] = i % 4 ? 0 : 1 + (i >> 2)
  cpu.set64(Toy.R(5), BigInt(rounds))
  cpu.set64(Toy.R(8), from)
  cpu.set64(Toy.R(9), to)
  while (machine.run(1000) === 'running');
  if (tier === 1) expect(machine.engine.tiers[1].functions).toBeGreaterThan(0)
  const stored = machine.memory.linear(to)
  const state = Layout.firstCpu + Toy.V(0)
  if (stored) expect(words(bytes, stored)).toEqual(words(bytes, state))
  return { lanes: words(bytes, state), low: cpu.get64(Toy.R(3)), log }
}

/** The sum of the numbers of the rounds, from 0, in lane 0. */
const sum = (rounds * (rounds - 1)) / 2
const expected = [1, 2, 3, 4].map((n, i) => n * rounds + (i ? 0 : sum))

describe.each(['oracle', 0, 1] as const)('tier %s', tier => {
  test.each([
    ['within a page', 0x3000n, 0x4008n],
    ['misaligned', 0x3003n, 0x4001n],
    ['across pages', 0x3ff8n, 0x5ffdn],
    ['across pages in its upper half', 0x3ff3n, 0x5ff5n],
  ])('vectors %s', (_, from, to) => {
    const { lanes, low } = run(tier, from, to)
    expect(lanes).toEqual(expected)
    expect(low).toBe(BigInt(lanes[0] as number) | (BigInt(lanes[1] as number) << 32n))
  })
  test('a device sees both halves of a vector, the lower one first, a word at a time', () => {
    const { lanes, log } = run(tier, deviceBase, deviceBase + 0x10n)
    expect(lanes).toEqual([sum, 4 * rounds, 8 * rounds, 12 * rounds])
    expect(log).toHaveLength(4 * rounds)
    expect(log.slice(-4)).toEqual(lanes.map((lane, i) => `${16 + 4 * i} 4 ${lane}`))
  })
})

describe.each(ways)('plugins: %s', (_, way) => {
  test('an access of 16 bytes is one event with all of its value', () => {
    const program = [
      toy('vload', 1, 8),
      toy('vstore', 1, 9),
      toy('vload64', 1, 9),
      toy('addi', 1, 1, 1),
      toy('bne', 1, 5, -4),
      toy('halt'),
    ].flat()
    const seen: string[] = []
    const value = 0x0f0e0d0c_0b0a0908_07060504_03020100n
    const plugins = new PluginRun(way, {
      code: program,
      rounds: 20,
      prepare: ({ memory, cpus }) => {
        const at = memory.linear(0x3000n)
        for (let i = 0; i < 16; i++) memory.bytes[at + i] = i
        cpus[0]?.set64(Toy.R(8), 0x3000n)
        cpus[0]?.set64(Toy.R(9), 0x4ff8n)
      },
    })
    plugins
      .install(api =>
        api.onTranslate(tb => {
          for (const insn of tb.insns)
            insn.onMemory('both', e =>
              seen.push(
                `${e.isStore} ${e.size} ${e.address.toString(16)} ${e.value.toString(16)} ${e.valueLow}`,
              ),
            )
        }),
      )
      .run()
    const low = value & 0xffffffff_ffffffffn
    const round = [
      `false 16 3000 ${value.toString(16)} ${0x03020100}`,
      `true 16 4ff8 ${value.toString(16)} ${0x03020100}`,
      `false 8 4ff8 ${low.toString(16)} ${0x03020100}`,
    ]
    expect(seen).toEqual(Array.from({ length: 20 }, () => round).flat())
  })
})
