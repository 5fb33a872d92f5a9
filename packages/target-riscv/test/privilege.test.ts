import { expect, test } from 'vitest'
import { caseOf, runGuest } from './guest.ts'

/** Guests that go to U and S and back, where their handlers run, and the tier. */
const ways = [
  ['privilege-rv64', 'M', 0],
  ['privilege-rv64', 'M', 1],
  ['interrupts-rv64', 'M S', 1],
] as const

test.each(ways)('plugins see the privilege: %s, handlers in %s, tier %s', (name, expected, tier) => {
  const levels = new Map<string, number>()
  const handlers = new Set<string>()
  runGuest(caseOf(name), {
    tier,
    plugin: api => {
      api.onTranslate(tb =>
        tb.onExec(cpu => {
          const { name, level } = api.privilege(cpu)
          levels.set(name, level)
        }),
      )
      api.onDiscon(7, ({ cpu }) => handlers.add(api.privilege(cpu).name))
    },
  })
  expect(Object.fromEntries(levels)).toEqual({ M: 3, S: 1, U: 0 })
  expect([...handlers].sort().join(' ')).toBe(expected)
})
