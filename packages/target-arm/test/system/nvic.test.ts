import { describe, expect, test } from 'vitest'
import { Exception } from '../../src/causes.ts'
import { Nvic, noMasks, threadPriority } from '../../src/system/nvic.ts'

const make = (priorityBits = 8, baseline = false): Nvic =>
  new Nvic({ interrupts: 32, priorityBits, baseline })
const irq = (n: number): number => Exception.external + n

/** Makes interrupts enabled and pending: [number, priority]. */
function pend(nvic: Nvic, ...list: readonly (readonly [n: number, priority: number])[]): void {
  for (const [n, priority] of list) {
    nvic.setPriority(irq(n), priority)
    nvic.setEnabled(irq(n), true)
    nvic.setPending(irq(n))
  }
}
/** Exceptions in the order in which they are taken and finished, one after the other. */
function order(nvic: Nvic): number[] {
  const taken: number[] = []
  for (let n = nvic.takeable(noMasks); n; n = nvic.takeable(noMasks)) {
    nvic.enter(n)
    taken.push(n)
    nvic.leave(n)
  }
  return taken
}

describe('order', () => {
  test('priority, then number', () => {
    const nvic = make()
    pend(nvic, [5, 0x40], [3, 0x80], [7, 0x40], [1, 0x80])
    expect(order(nvic)).toEqual([irq(5), irq(7), irq(1), irq(3)])
  })

  test('NMI and HardFault before all others', () => {
    const nvic = make()
    pend(nvic, [0, 0])
    nvic.setPending(Exception.hardFault)
    nvic.setPending(Exception.nmi)
    expect(order(nvic)).toEqual([Exception.nmi, Exception.hardFault, irq(0)])
  })

  test('what is disabled waits', () => {
    const nvic = make()
    nvic.setPending(irq(2))
    nvic.setPending(Exception.busFault)
    expect(nvic.takeable(noMasks)).toBe(0)
    nvic.setEnabled(irq(2), true)
    nvic.setEnabled(Exception.busFault, true)
    expect(order(nvic)).toEqual([Exception.busFault, irq(2)])
  })

  test('which of two goes first', () => {
    const nvic = make()
    nvic.setPriority(Exception.svc, 0x40)
    nvic.setPriority(Exception.busFault, 0x80)
    expect(nvic.first(Exception.svc, Exception.busFault)).toBe(Exception.svc)
    nvic.setPriority(Exception.busFault, 0x40)
    expect(nvic.first(Exception.svc, Exception.busFault)).toBe(Exception.busFault)
  })
})

describe('preemption', () => {
  test('only by higher group priority', () => {
    const nvic = make()
    pend(nvic, [0, 0x80])
    nvic.enter(irq(0))
    pend(nvic, [1, 0x80])
    expect(nvic.takeable(noMasks)).toBe(0)
    pend(nvic, [2, 0x7e])
    expect(nvic.takeable(noMasks)).toBe(irq(2))
  })

  test.each([
    [0, 0xff, 0xfe, 0xfd],
    [3, 0x8f, 0x80, 0x7f],
    [7, 0xff, 0x00, undefined],
  ] as const)('PRIGROUP %i', (group, active, same, higher) => {
    const nvic = make()
    nvic.priorityGroup = group
    pend(nvic, [0, active])
    nvic.enter(irq(0))
    pend(nvic, [1, same])
    expect(nvic.takeable(noMasks)).toBe(0)
    if (higher === undefined) return
    pend(nvic, [2, higher])
    expect(nvic.takeable(noMasks)).toBe(irq(2))
  })

  test('the most urgent active exception counts', () => {
    const nvic = make()
    expect(nvic.executionPriority(noMasks)).toBe(threadPriority)
    pend(nvic, [0, 0x80], [1, 0x40])
    nvic.enter(irq(1))
    nvic.enter(irq(0))
    expect(nvic.executionPriority(noMasks)).toBe(0x40)
    expect(nvic.nesting).toBe(2)
    nvic.leave(irq(1))
    expect(nvic.executionPriority(noMasks)).toBe(0x80)
  })
})

test.each([
  [{ primask: 1 }, 0],
  [{ faultmask: 1 }, -1],
  [{ basepri: 0x41 }, 0x40],
  [{ basepri: 0x40, primask: 1 }, 0],
])('masks %j', (masks, priority) => {
  const nvic = make()
  expect(nvic.executionPriority({ ...noMasks, ...masks })).toBe(priority)
  nvic.setPending(Exception.nmi)
  expect(nvic.takeable({ ...noMasks, ...masks })).toBe(Exception.nmi)
})

test('unimplemented bits of priorities read as zero; fixed ones stay', () => {
  const nvic = make(3)
  nvic.setPriority(irq(0), 0xff)
  expect(nvic.priority(irq(0))).toBe(0xe0)
  nvic.setPriority(Exception.hardFault, 0x40)
  expect(nvic.priority(Exception.hardFault)).toBe(-1)
})

describe('lines', () => {
  test('a pulse is remembered', () => {
    const nvic = make()
    nvic.setLine(irq(0), true)
    nvic.setLine(irq(0), false)
    expect(nvic.isPending(irq(0))).toBe(true)
    nvic.setPending(irq(0), false)
    expect(nvic.isPending(irq(0))).toBe(false)
  })

  test('a line that is high makes its interrupt pending again', () => {
    const nvic = make()
    nvic.setLine(irq(0), true)
    nvic.setPending(irq(0), false)
    expect(nvic.isPending(irq(0))).toBe(true)
    nvic.enter(irq(0))
    expect(nvic.isPending(irq(0))).toBe(false)
    nvic.leave(irq(0))
    expect(nvic.isPending(irq(0))).toBe(true)
    nvic.enter(irq(0))
    nvic.setLine(irq(0), false)
    nvic.leave(irq(0))
    expect(nvic.isPending(irq(0))).toBe(false)
  })

  test('lines that do not exist lead nowhere', () => {
    const nvic = make()
    nvic.setLine(irq(32), true)
    nvic.setPending(irq(40))
    expect(nvic.best).toBe(0)
  })
})

test('Armv6-M has no configurable faults and no groups', () => {
  const nvic = make(2, true)
  for (const n of [Exception.memManage, Exception.busFault, Exception.usageFault, Exception.debugMonitor]) {
    expect(nvic.exists(n)).toBe(false)
    nvic.setEnabled(n, true)
    nvic.setPending(n)
  }
  expect(nvic.best).toBe(0)
  nvic.priorityGroup = 7
  expect(nvic.priorityGroup).toBe(0)
})
