import { describe, expect, it } from 'vitest'
import { type CheckedInsn, DisconChecker, type Mismatch } from '../src/checker.ts'

const handler = 0x800n
const event = (type: 1 | 2 | 4, from: bigint, to = handler) => ({ cpu: 0, type, from, to, cause: 'c' })

/** A checker, and what it says: `kind: expected / seen`. */
function checker(cpus = 1) {
  const found: Mismatch[] = []
  const jumps: string[] = []
  // Two addresses 0x10000 apart are the same place.
  const same = (_: number, a: bigint, b: bigint): boolean => (a - b) % 0x10000n === 0n
  const check = new DisconChecker(cpus, same, {
    mismatch: mismatch => found.push(mismatch),
    jump: (_, from, to) => jumps.push(`${from} ${to}`),
  })
  const exec = (pc: bigint, endsBlock = false, cpu = 0): void =>
    check.exec(cpu, { pc, next: pc + 4n, endsBlock } satisfies CheckedInsn)
  return { check, exec, found, jumps, kinds: () => found.map(({ kind }) => kind) }
}

describe('what is right', () => {
  it('goes on, branches, and takes any first instruction', () => {
    const { exec, kinds, jumps } = checker()
    exec(0x100n)
    exec(0x104n, true)
    exec(0x40n, true)
    exec(0x44n)
    expect(kinds()).toEqual([])
    expect(jumps).toEqual(['260 64'])
  })

  it('follows the short cut inside a block', () => {
    const { check, kinds } = checker()
    const second: CheckedInsn = { pc: 0x104n, next: 0x106n, endsBlock: true }
    check.exec(0, { pc: 0x100n, next: 0x104n, endsBlock: false, following: second })
    check.exec(0, second)
    expect(kinds()).toEqual([])
  })

  it.each<[string, 1 | 2 | 4, bigint, boolean]>([
    ['an exception of the last instruction', 2, 0x100n, false],
    ['an exception of the next, which could not be fetched', 2, 0x104n, false],
    ['an exception of a branch target that could not be fetched', 2, 0xdead0n, true],
    ['an interrupt before the next instruction', 1, 0x104n, false],
    ['an interrupt after a branch', 1, 0x40n, true],
    ['a host call of the last instruction', 4, 0x100n, true],
    ['an exception by another virtual address', 2, 0x10100n, false],
    ['an interrupt by another virtual address', 1, 0x10104n, false],
  ])('%s', (_, type, from, endsBlock) => {
    const { check, exec, kinds } = checker()
    exec(0x100n, endsBlock)
    check.discon(event(type, from))
    exec(handler)
    exec(handler + 4n)
    expect(kinds()).toEqual([])
    expect([check.events, check.mismatches]).toEqual([1, 0])
  })

  it('chains', () => {
    const { check, exec, kinds } = checker()
    exec(0x100n)
    check.discon(event(2, 0x100n, 0x200n))
    check.discon(event(2, 0x200n, 0x300n))
    check.discon(event(1, 0x10300n, 0x400n))
    exec(0x10400n)
    expect(kinds()).toEqual([])
  })

  it('takes an event before the first instruction, and one at the end', () => {
    const { check, exec, kinds } = checker()
    check.discon(event(1, 0x100n))
    exec(handler)
    check.discon(event(2, handler))
    expect(kinds()).toEqual([])
  })

  it('keeps vCPUs apart', () => {
    const { check, exec, kinds } = checker(2)
    exec(0x100n, false, 0)
    exec(0x500n, false, 1)
    check.discon(event(2, 0x100n))
    exec(0x504n, false, 1)
    exec(handler, false, 0)
    expect(kinds()).toEqual([])
  })
})

describe('what is wrong', () => {
  it.each<[string, 1 | 2 | 4, bigint, boolean]>([
    ['an exception from elsewhere', 2, 0x108n, false],
    ['an exception from before', 2, 0xfcn, false],
    ['an interrupt from the instruction already executed', 1, 0x100n, false],
    ['an interrupt from behind the next', 1, 0x108n, false],
    ['a host call from the instruction behind it', 4, 0x104n, true],
  ])('wrong from: %s', (_, type, from, endsBlock) => {
    const { check, exec, found, kinds } = checker()
    exec(0x100n, endsBlock)
    check.discon(event(type, from))
    exec(handler)
    expect(kinds()).toEqual(['from'])
    expect(found[0]).toMatchObject({ cpu: 0, seen: `from ${from.toString(16)}`, event: event(type, from) })
  })

  it('wrong from: says what was allowed', () => {
    const { check, exec, found } = checker()
    exec(0x100n)
    check.discon(event(2, 0x108n))
    expect(found[0]?.expected).toBe('from 100 (the last instruction executed) or 104 (the next instruction)')
  })

  it('wrong to', () => {
    const { check, exec, found, kinds } = checker()
    exec(0x100n)
    check.discon(event(2, 0x100n, handler + 4n))
    exec(handler)
    exec(handler + 4n)
    expect(kinds()).toEqual(['to'])
    expect(found[0]).toMatchObject({
      expected: '804, to which the event leads, as the next instruction executed',
      seen: '800',
    })
  })

  it('missing', () => {
    const { exec, found, kinds } = checker()
    exec(0x100n)
    exec(handler)
    exec(handler + 4n)
    expect(kinds()).toEqual(['missing'])
    expect(found[0]).toEqual({
      kind: 'missing',
      cpu: 0,
      expected: '104 after 100, which cannot branch, or an event',
      seen: '800, and no event',
    })
  })

  it('double', () => {
    const { check, exec, found, kinds } = checker()
    exec(0x100n)
    check.discon(event(2, 0x100n))
    check.discon(event(2, 0x100n))
    exec(handler)
    expect(kinds()).toEqual(['double'])
    expect(found[0]).toMatchObject({
      expected: 'from 800, to which the event before it led, as no instruction ran between',
      seen: "from 100, right behind exception 'c' from 100 to 800",
    })
  })

  it('too early: the CPU goes on first', () => {
    const { check, exec, kinds } = checker()
    exec(0x100n)
    check.discon(event(1, 0x104n))
    exec(0x104n, true)
    exec(handler)
    expect(kinds()).toEqual(['early'])
  })

  it('too early: the place is still the old one', () => {
    const { check, exec, kinds } = checker()
    exec(0x100n)
    check.discon(event(2, 0x100n, 0x100n))
    exec(handler)
    expect(kinds()).toEqual(['to'])
  })

  it('goes on after a mistake, and counts', () => {
    const { check, exec, kinds } = checker()
    exec(0x100n)
    exec(0x200n)
    check.discon(event(1, 0x100n))
    exec(0x300n)
    exec(0x304n)
    expect(kinds()).toEqual(['missing', 'from', 'to'])
    expect([check.events, check.mismatches]).toEqual([1, 3])
  })
})
