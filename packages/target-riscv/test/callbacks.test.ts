/** What an execution callback that reads registers sees: pc and clock of just before its instruction, in every tier. */
import { expect, test } from 'vitest'
import { caseOf, runGuest, type Way } from './guest.ts'

const ways: Way[] = [{ tier: 'oracle' }, { tier: 0 }, { tier: 1, hotThreshold: 4, batch: 1 }]

test.each(ways)('tier $tier', way => {
  let calls = 0
  const wrong: string[] = []
  let last = -1
  const shown = runGuest(caseOf('nested-rv64'), {
    ...way,
    plugin: api => {
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          const pc = insn.address
          insn.onExec(cpu => {
            calls++
            const clock = api.clock()
            if (api.readRegister(cpu, 'pc') !== pc || clock <= last)
              wrong.push(`${pc.toString(16)} at ${clock}`)
            last = clock
          }, 'read')
        }
      })
    },
  })
  expect(wrong).toEqual([])
  // Fetch faults take time and call nobody; everything else does both once.
  expect(calls).toBeGreaterThan(1000)
  expect(calls).toBeLessThanOrEqual(shown.clock)
})
