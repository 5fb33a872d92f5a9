/** What may be read when: the table of docs/plugins.md, in every tier. */

import { Discon, type PluginApi } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { Toy, toyRam } from '../../src/toy/toy.ts'
import { PluginRun, ways } from './run.ts'

/** Which of `read`, `write` a callback may do with registers. */
const expected: Readonly<Record<string, string>> = {
  install: 'read write',
  onCpuInit: 'read write',
  onFlush: 'read write',
  onTranslate: 'read',
  'onExec none': '',
  'onExec read': 'read',
  'onExec write': 'read write',
  'onExec deferred': '',
  'onMemory none': '',
  'onMemory read': 'read',
  'onMemory write': 'read write',
  'onMemory deferred': '',
  onEdge: '',
  'onEdge deferred': '',
  onBatch: '',
  onDiscon: 'read write',
  onReset: 'read write',
  onCpuExit: 'read write',
  onExit: 'read write',
}
const accesses = ['none', 'read', 'write', 'deferred'] as const

describe.each(ways)('%s', (_, way) => {
  test('registers and memory are what the table says', () => {
    const seen: Record<string, string> = {}
    const run = new PluginRun(way, { rounds: 50 })
    const look = (api: PluginApi, where: string): void => {
      const may = { read: () => api.readRegister(0, 'r1'), write: () => api.writeRegister(0, 'r15', 1n) }
      const allowed = Object.entries(may).filter(([, attempt]) => {
        try {
          attempt()
          return true
        } catch (error) {
          expect(error).toMatchObject({ code: 'plugin/register-access' })
          return false
        }
      })
      expect(api.readMemory(0, toyRam, 4).ok).toBe(true)
      expect(api.privilege(0).name).toBe('toy')
      const text = allowed.map(([name]) => name).join(' ')
      expect([where, seen[where] ?? text]).toEqual([where, text]) // always the same
      seen[where] = text
    }
    run.install(api => {
      look(api, 'install')
      api.onCpuInit(() => look(api, 'onCpuInit'))
      api.onFlush(() => look(api, 'onFlush'))
      api.onReset(() => {
        look(api, 'onReset')
        run.prepare()
      })
      api.onDiscon(Discon.All, () => look(api, 'onDiscon'))
      api.onEdge(() => look(api, 'onEdge'))
      api.onEdge(() => look(api, 'onEdge deferred'), undefined, 'deferred')
      api.onCpuExit(() => look(api, 'onCpuExit'))
      api.onExit(() => look(api, 'onExit'))
      const buffer = api.traceBuffer({ fields: ['pc'], records: 16, onBatch: () => look(api, 'onBatch') })
      api.onTranslate(tb => {
        look(api, 'onTranslate')
        for (const insn of tb.insns) {
          insn.trace(buffer)
          for (const access of accesses) {
            insn.onExec(() => look(api, `onExec ${access}`), access)
            insn.onMemory('both', () => look(api, `onMemory ${access}`), access)
          }
        }
      })
    })
    run.machine.run(100)
    run.machine.host.reset()
    expect(run.run(100)).toEqual({ kind: 'exit', status: 50 })
    expect(run.failures).toEqual([])
    expect(seen).toEqual(expected)
  })

  test('registers in accesses are those before the instruction, the clock too', () => {
    const run = new PluginRun(way, { rounds: 40 })
    const lines: string[] = []
    run.install(api =>
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          if (insn.mnemonic !== 'load') continue
          let clock = 0
          insn.onExec(() => {
            clock = api.clock()
          }, 'read')
          insn.onMemory(
            'read',
            ({ cpu, value }) =>
              lines.push(`${api.readRegister(cpu, 'r2')} ${value} ${api.clock() === clock}`),
            'read',
          )
        }
      }),
    )
    run.run()
    expect(lines).toEqual(Array.from({ length: 40 }, (_, i) => `${i} ${i + 1} true`))
    expect(run.machine.cpus[0]?.get64(Toy.R(2))).toBe(40n)
  })
})
