import { type Cpu, Discon, type Disposable, Machine, type PluginApi, type Tier } from '@guestscope/core'
import { PluginHost } from '@guestscope/plugin-host'
import { describe, expect, it } from 'vitest'
import { bare } from '../../src/bare.ts'
import { Toy, toy, toyBoard, toyRam, toyTarget } from '../../src/toy/toy.ts'

/** Counts in r1, traps, counts the traps in r6, for ever. */
const code = [
  toy('addi', 1, 1, 1), // 1000
  toy('trap', 0, 0, 7), // 1004
  toy('bne', 1, 0, -2), // 1008
  toy('addi', 6, 6, 1), // 100c: handler
  toy('jr', 0, 7), // 1010
]

function setup(tier: Tier, install: (api: PluginApi) => void) {
  const machine = new Machine({
    target: toyTarget,
    board: toyBoard(code.flat()),
    tier,
    hotThreshold: 5,
    memoryBytes: 0x10000,
    cpus: 1,
    ...bare,
  })
  const cpu = machine.cpus[0] as Cpu
  cpu.set64(Toy.vector, toyRam + 0xcn)
  cpu.set64(Toy.R(7), toyRam + 8n)
  const output: string[] = []
  const host = new PluginHost(machine, {
    output: text => output.push(text),
    openOutput: () => ({ write: () => {} }),
  })
  host.install({ name: 'test', description: '', apiVersion: 1, install })
  const state = () => [cpu.pc, cpu.get64(Toy.R(1)), cpu.get64(Toy.R(6)), machine.clock()]
  return { machine, cpu, host, output, state }
}

describe.each<Tier>(['oracle', 0, 1])('a plugin on a machine, tier %s', tier => {
  it('sees every instruction and event in order, with exact registers', () => {
    const seen: string[] = []
    const { machine } = setup(tier, api => {
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          const { address } = insn
          insn.onExec(cpu => seen.push(`${address.toString(16)} ${api.readRegister(cpu, 'r1')}`), 'read')
        }
      })
      api.onDiscon(Discon.All, ({ from, to, type }) =>
        seen.push(`${type} ${from.toString(16)} ${to.toString(16)}`),
      )
    })
    machine.run(200)
    const round = (r1: number) => [
      `1000 ${r1}`,
      `1004 ${r1 + 1}`,
      '2 1004 100c',
      `100c ${r1 + 1}`,
      `1010 ${r1 + 1}`,
      `1008 ${r1 + 1}`,
    ]
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => round(i)).flat())
  })

  it('comes and goes during the run, and the guest does not notice', () => {
    const alone = setup(tier, () => {})
    alone.machine.run(1000)
    const log: string[] = []
    const { machine, state, host } = setup(tier, api => {
      const { blocks } = api.scoreboard('blocks')
      let traps = 0
      let blockCounter: Disposable | undefined
      const events = api.onDiscon(Discon.All, () => {
        traps++
        if (traps === 50) blockCounter = api.onTranslate(tb => tb.inlineAdd(blocks, 1))
        if (traps === 60) log.push(`${blocks.sum()} blocks in 10 rounds`)
        if (traps === 70) blockCounter?.dispose()
        if (traps === 71) blocks.set(0, 0n)
        if (traps === 80) log.push(`${blocks.sum()} blocks later`)
        if (traps === 80) events.dispose()
        if (traps > 80) log.push('late')
      })
    })
    machine.run(1000)
    expect(state()).toEqual(alone.state())
    expect(log).toEqual(['30 blocks in 10 rounds', '0 blocks later'])
    expect([host.discons, host.translates]).toEqual([false, false])
  })

  it.each([1, 7, 33])(
    'that throws at execution %i stops the run before that instruction, without harm',
    nth => {
      let count = 0
      const { machine, cpu, host } = setup(tier, api => {
        api.onTranslate(tb => {
          for (const insn of tb.insns)
            if (insn.address === 0x100cn)
              insn.onExec(() => {
                if (++count === nth) throw new Error('enough')
              })
        })
        api.onExit(() => count++)
      })
      expect(machine.run(1000)).toBe('stopped')
      expect(machine.stopReason).toMatchObject({ kind: 'plugin-error', plugin: 'test', callback: 'onExec' })
      expect([cpu.pc, cpu.get64(Toy.R(1)), cpu.get64(Toy.R(6))]).toEqual([
        0x100cn,
        BigInt(nth),
        BigInt(nth - 1),
      ])
      expect(host.finish(machine.stopReason ?? { kind: 'exit', status: 0 })).toBe(machine.stopReason)
      expect(count).toBe(nth)
    },
  )

  it('that leaves at an event stops the run before the handler', () => {
    const { machine, state } = setup(tier, api => {
      let traps = 0
      api.onDiscon(Discon.Exception, () => {
        if (++traps === 20) api.exit(5, 'enough')
      })
    })
    expect(machine.run(1000)).toBe('stopped')
    expect(machine.stopReason).toEqual({ kind: 'plugin', plugin: 'test', status: 5, message: 'enough' })
    expect(state()).toEqual([0x100cn, 20n, 19n, 19 * 5 + 2])
  })
})
