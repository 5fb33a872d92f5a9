import { type Board, Discon, Layout, Machine, type Tier } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { bare } from '../../src/bare.ts'
import { Toy, toy, toyBoard, toyRam, toyTarget } from '../../src/toy/toy.ts'

const make = (
  code: number[][],
  tier: Tier,
  hotThreshold = 5,
  change: (board: Board) => Board = board => board,
): Machine =>
  new Machine({
    target: toyTarget,
    board: change(toyBoard(code.flat())),
    tier,
    hotThreshold,
    memoryBytes: 0x10000,
    cpus: 1,
    ...bare,
  })

describe.each<Tier>(['oracle', 0, 1])('tier %s', tier => {
  test('a loop with loads and stores', () => {
    // r1 = 0; r2 = 100; loop: r1 += 1; [r3 + 64] = r1; r4 = [r3 + 64]; r5 += r4; bne
    const machine = make(
      [
        toy('addi', 2, 0, 100),
        toy('addi', 3, 0, 64),
        toy('add', 3, 3), // r3 = 128
        ...Array.from({ length: 5 }, () => toy('add', 3, 3)), // r3 = 4096
        toy('addi', 1, 1, 1),
        toy('store', 1, 3, 120),
        toy('load', 4, 3, 120),
        toy('add', 5, 4),
        toy('bne', 1, 2, -4),
        toy('halt'),
      ],
      tier,
    )
    expect(machine.run(100_000)).toBe('stopped')
    const cpu = machine.cpus[0]
    expect(cpu?.get64(Toy.R(5))).toBe(5050n)
    expect(machine.stopReason).toEqual({ kind: 'exit', status: 100 })
    expect(machine.clock()).toBe(8 + 5 * 100 + 1)
  })

  test('traps and faults are delivered once, with exact addresses', () => {
    const machine = make(
      [
        toy('addi', 1, 1, 1), // 1000
        toy('trap', 0, 0, 7), // 1004
        toy('bne', 1, 0, -2), // 1008: for ever
        toy('addi', 6, 6, 1), // 100c: handler: skip the trap
        toy('jr', 0, 7), // 1010
      ],
      tier,
    )
    const cpu = machine.cpus[0]
    if (!cpu) throw new Error('no cpu')
    cpu.set64(Toy.vector, toyRam + 0xcn)
    cpu.set64(Toy.R(7), toyRam + 8n)
    const log: string[] = []
    machine.instrumentation = {
      translates: false,
      discons: true,
      translate: () => undefined,
      discon: (c, cause, from) => log.push(`${cause} ${from.toString(16)} ${c.pc.toString(16)}`),
    }
    expect(machine.run(500)).toBe('running')
    expect(machine.clock()).toBe(500)
    expect(new Set(log)).toEqual(new Set(['1 1004 100c']))
    expect(log.length).toBe(100)
    expect(cpu.get64(Toy.R(1))).toBe(100n)
  })

  test('an instruction that begins on the last byte of a page, with the next page elsewhere in linear memory', () => {
    const code = toy('jr', 0, 7)
    while (code.length < 0xfff) code.push(0xff)
    code.push(...toy('halt'))
    const apart = (board: Board): Board => ({
      ...board,
      build: (...args) => ({
        ...board.build(...args),
        regions: [
          { name: 'second', base: toyRam + 0x1000n, size: 0x1000 },
          { name: 'first', base: toyRam, size: 0x1000 },
        ],
        contents: [
          { base: toyRam, bytes: Uint8Array.from(code.slice(0, 0x1000)) },
          { base: toyRam + 0x1000n, bytes: Uint8Array.from(code.slice(0x1000)) },
        ],
      }),
    })
    const machine = make([], tier, 5, apart)
    machine.cpus[0]?.set64(Toy.R(7), toyRam + 0xfffn)
    machine.cpus[0]?.set64(Toy.R(1), 42n)
    machine.run(10)
    expect(machine.stopReason).toEqual({ kind: 'exit', status: 42 })
  })

  test('hooks count every instruction, inline and by callback', () => {
    const machine = make(
      [toy('addi', 2, 0, 50), toy('addi', 1, 1, 1), toy('bne', 1, 2, -1), toy('halt')],
      tier,
    )
    const pcs: bigint[] = []
    const cell = Layout.cells
    machine.instrumentation = {
      translates: true,
      discons: false,
      translate: block => ({
        exec: block.insns.map(i => [
          { kind: 'add' as const, offset: cell, value: 1n },
          { kind: 'call' as const, access: 'none', run: () => pcs.push(i.pc) },
        ]),
        access: [],
        edges: [],
      }),
      discon: () => {},
    }
    machine.run(10_000)
    expect(machine.cpus[0]?.get64(cell)).toBe(102n)
    expect(pcs.length).toBe(102)
    expect(pcs.slice(0, 4)).toEqual([0x1000n, 0x1004n, 0x1008n, 0x1004n])
  })

  test('an interrupt at an exact instruction', () => {
    let raise = (): void => {}
    const machine = new Machine({
      target: toyTarget,
      board: toyBoard(
        [toy('addi', 1, 1, 1), toy('addi', 2, 2, 1), toy('bne', 1, 0, -2), toy('halt')].flat(),
        host => {
          raise = () => host.timer(() => host.setLine(0, 0, true)).set(1234)
        },
      ),
      tier,
      hotThreshold: 5,
      memoryBytes: 0x10000,
      cpus: 1,
      ...bare,
    })
    machine.cpus[0]?.set64(Toy.vector, toyRam + 0xcn)
    raise()
    const log: [number, bigint, number][] = []
    machine.instrumentation = {
      translates: false,
      discons: true,
      translate: () => undefined,
      discon: (_, cause, from) => log.push([cause, BigInt(from), machine.clock()]),
    }
    expect(machine.run(1_000_000)).toBe('stopped')
    expect(log).toEqual([[9, toyRam + BigInt((1234 % 3) * 4), 1234]])
    expect(toyTarget.cause(9).type).toBe(Discon.Interrupt)
  })
})
