import { expect, test } from 'vitest'
import { caseOf, runGuest } from './guest.ts'

test('plugins see the privilege of Thread and Handler mode', () => {
  const levels = new Map<string, number>()
  runGuest(caseOf('mpu-an385'), {
    tier: 1,
    plugin: api => {
      api.onTranslate(tb =>
        tb.onExec(cpu => {
          const { name, level } = api.privilege(cpu)
          levels.set(name, level)
        }),
      )
    },
  })
  expect(Object.fromEntries(levels)).toEqual({ 'unprivileged thread': 0, 'privileged thread': 1, handler: 2 })
})
