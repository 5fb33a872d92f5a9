/** Address spaces under ASIDs of their own: what is kept while another one is entered, and what must not be. */
import type { Tier } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { at, done, enterS, note, Paged, usual, virtual, virtualLarge, type Xlen } from './paging.ts'

const rounds = 40
const ways = ([32, 64] as Xlen[]).flatMap(xlen => (['oracle', 0, 1] as Tier[]).map(tier => ({ xlen, tier })))
const [pageOf1, pageOf2, pageOf3] = [at.pages, at.pages + 0x1000, at.pages + 0x2000]
const repeat = (...values: number[]): number[] => Array.from({ length: rounds }, () => values).flat()

/** Rounds of `body`, in S-mode. */
const loop = (body: string): string => `
  ${enterS}
  li s0,${rounds}
  round:
  ${body}
  addi s0,s0,-1
  bne s0,zero,@round
  ${done}
`
const look = (address = 'a0'): string => `lw t1,0(${address})\n ${note('t1')}`
const call = (address = 'a0'): string => `jalr ra,0(${address})\n ${note('t1')}`
const enter = (satp: string): string => `csrrw zero,satp,${satp}\n`

/** Two address spaces, ASIDs in s8 and s9 and satp in s1 and s3, in which virtual page 3 holds 1 and 2; a0 points to it. */
function two(
  paged: Paged,
  asids: readonly [number, number] = [5, 6],
): { readonly entries: readonly number[] } {
  const roots = [paged.space(), paged.space()] as const
  const entries = roots.map((root, n) => paged.map(root, virtual(3), n ? pageOf2 : pageOf1))
  for (const [n, page] of [pageOf1, pageOf2, pageOf3].entries()) {
    paged.write(page, BigInt(n + 1), 4)
    paged.code(page + 0x20, `addi t1,zero,${n + 1}\n jalr zero,0(ra)`)
  }
  paged.set('s1', paged.satp(roots[0], asids[0]))
  paged.set('s3', paged.satp(roots[1], asids[1]))
  paged.set('s8', asids[0])
  paged.set('s9', asids[1])
  paged.set('a0', virtual(3))
  return { entries }
}

describe.each(ways)('RV$xlen, tier $tier', ({ xlen, tier }) => {
  const store = xlen === 32 ? 'sw' : 'sd'

  test('what is known of each comes back with it', () => {
    const body = `${look()} ${call('a1')} ${enter('s3')} ${look()} ${call('a1')} ${enter('s1')}`
    const paged = new Paged(xlen, tier, loop(body))
    two(paged)
    paged.set('a1', virtual(3) + 0x20)
    const before = paged.machine.statistics().tlbFlushes
    expect(paged.run()).toEqual(repeat(1, 1, 2, 2))
    // PMP twice, the first entry of each, and once more the first, which had to give way to the second.
    expect(paged.machine.statistics().tlbFlushes - before).toBe(5)
  })

  test.each([
    ['everything', 'sfence.vma zero,zero', true],
    ['the ASID', 'sfence.vma zero,s8', true],
    ['the page under every ASID', 'sfence.vma a0,zero', true],
    ['the page under the ASID', 'sfence.vma a0,s8', true],
    ['another ASID', 'sfence.vma zero,s9', false],
    ['the page under another ASID', 'sfence.vma a0,s9', false],
    ['another page', 'sfence.vma a2,zero', false],
    ['nothing', '', false],
  ] as const)('an entry changes while another space is entered; forgotten: %s', (_, fence, forgets) => {
    // s4: the entry, which takes turns between s5 and s6; a change by s7.
    // s5: the entry at s4, which takes turns.
    const body = `
      ${enter('s1')} ${look()} ${call('a1')}
      ${enter('s3')} ${look()}
      xor s5,s5,s7
      ${store} s5,0(s4)
      ${fence}
    `
    const paged = new Paged(xlen, tier, loop(body))
    const { entries } = two(paged)
    paged.set('a1', virtual(3) + 0x20)
    paged.set('a2', virtual(4))
    paged.set('s4', entries[0] as number)
    paged.set('s5', paged.entry(pageOf1))
    paged.set('s7', paged.entry(pageOf1) ^ paged.entry(pageOf3))
    const seen = paged.run()
    const every = (n: number): number[] => seen.filter((__, i) => i % 3 === n)
    const turns = Array.from({ length: rounds }, (__, i) => (i % 2 ? 3 : 1))
    // Both have places of their own from the second round on. The oracle reads data through the page tables each time.
    const kept = turns.map((n, i) => (i < 2 ? n : 3))
    expect(every(0)).toEqual(forgets || tier === 'oracle' ? turns : kept)
    expect(every(1)).toEqual(forgets ? turns : kept)
    expect(every(2)).toEqual(turns.map(() => 2))
  })

  test('any address in a large page stands for all of it, also of a space that is away', () => {
    const body = `
      ${enter('s1')} ${look()}
      ${enter('s3')}
      xor s5,s5,s7
      ${store} s5,0(s4)
      sfence.vma a2,s8
    `
    const paged = new Paged(xlen, tier, loop(body))
    const roots = [paged.space(), paged.space()] as const
    const [first, second] = at.large
    const inside = 0x5000
    paged.write(first + inside, 1n, 4)
    paged.write(second + inside, 2n, 4)
    paged.set('s1', paged.satp(roots[0], 5))
    paged.set('s3', paged.satp(roots[1], 6))
    paged.set('s4', paged.map(roots[0], virtualLarge, first, usual, 1))
    paged.set('s5', paged.entry(first))
    paged.set('s7', paged.entry(first) ^ paged.entry(second))
    paged.set('s8', 5)
    paged.set('a0', virtualLarge + inside)
    paged.set('a2', virtualLarge + 0x3000)
    expect(paged.run()).toEqual(repeat(1, 2).slice(0, rounds))
  })

  test.each([0, 7])('the same ASID, %i, for two spaces: nothing is kept, as on QEMU', asid => {
    const body = `${look()} ${call('a1')} ${enter('s3')} ${look()} ${call('a1')} ${enter('s1')}`
    const paged = new Paged(xlen, tier, loop(body))
    two(paged, [asid, asid])
    paged.set('a1', virtual(3) + 0x20)
    expect(paged.run()).toEqual(repeat(1, 1, 2, 2))
  })

  test('an entry changes while nothing is translated, under the same ASID', () => {
    const body = `
      ${look()} ${enter('zero')}
      xor s5,s5,s7
      ${store} s5,0(s4)
      ${enter('s1')}
    `
    const paged = new Paged(xlen, tier, loop(body))
    const { entries } = two(paged, [0, 0])
    paged.set('s4', entries[0] as number)
    paged.set('s5', paged.entry(pageOf1))
    paged.set('s7', paged.entry(pageOf1) ^ paged.entry(pageOf3))
    expect(paged.run()).toEqual(repeat(1, 3).slice(0, rounds))
  })

  test('more spaces than places', () => {
    const spaces = 7
    // s7 holds the number of the space; the list of satp lies at s6.
    const bytes = xlen / 8
    const body = `
      addi s7,s7,${bytes}
      addi t2,zero,${spaces * bytes}
      bne s7,t2,@next
      addi s7,zero,0
      next:
      add t2,s6,s7
      ${xlen === 32 ? 'lw' : 'ld'} t2,0(t2)
      ${enter('t2')} ${look()} ${call('a1')}
    `
    const paged = new Paged(xlen, tier, loop(body))
    const list = at.pages + 0x20000
    for (let n = 0; n < spaces; n++) {
      const root = paged.space()
      const page = at.pages + 0x1000 * n
      paged.map(root, virtual(3), page)
      paged.write(page, BigInt(n), 4)
      paged.code(page + 0x20, `addi t1,zero,${n}\n jalr zero,0(ra)`)
      paged.write(list + n * bytes, paged.satp(root, n + 1), bytes)
      if (n === 0) paged.set('s1', paged.satp(root, 1))
    }
    paged.set('s6', list)
    paged.set('s7', 0)
    paged.set('a0', virtual(3))
    paged.set('a1', virtual(3) + 0x20)
    const turns = Array.from({ length: rounds }, (_, i) => (i + 1) % spaces)
    expect(paged.run()).toEqual(turns.flatMap(n => [n, n]))
  })

  test('a page begins to hold code while the space that may write it is away', () => {
    // The second space writes an instruction of the first, through a page that it knows as writable.
    const body = `
      ${enter('s3')}
      sw s4,64(a0)
      ${enter('s1')}
      bne s10,zero,@skip
      ${call('a1')}
      skip:
      addi s10,zero,0
      ${enter('s3')}
      sw s5,32(a0)
      ${enter('s1')} ${call('a1')}
      ${enter('s3')}
      sw s4,32(a0)
    `
    const paged = new Paged(xlen, tier, loop(body))
    const roots = [paged.space(), paged.space()] as const
    for (const root of roots) paged.map(root, virtual(3), pageOf1)
    const instruction = (n: number): bigint => {
      paged.code(pageOf1, `addi t1,zero,${n}\n jalr zero,0(ra)`)
      return paged.read(pageOf1, 4)
    }
    paged.set('s4', instruction(1))
    paged.set('s5', instruction(2))
    paged.code(pageOf1 + 0x20, 'addi t1,zero,1\n jalr zero,0(ra)')
    paged.set('s1', paged.satp(roots[0], 5))
    paged.set('s3', paged.satp(roots[1], 6))
    // The first call comes in the second round: by then both spaces have places of their own.
    paged.set('s10', 1)
    paged.set('a0', virtual(3))
    paged.set('a1', virtual(3) + 0x20)
    expect(paged.run()).toEqual(repeat(1, 2).slice(1))
  })

  test('after a reset nothing is known', () => {
    const body = `${look()} ${call('a1')} ${enter('s3')} ${look()} ${call('a1')} ${enter('s1')}`
    const paged = new Paged(xlen, tier, loop(body))
    for (let run = 0; run < 3; run++) {
      two(paged)
      paged.set('a1', virtual(3) + 0x20)
      // The spaces swap their contents from run to run.
      if (run % 2) {
        paged.write(pageOf1, 2n, 4)
        paged.write(pageOf2, 1n, 4)
      }
      expect(paged.run()).toEqual(run % 2 ? repeat(2, 1, 1, 2) : repeat(1, 1, 2, 2))
      paged.reset()
    }
  })
})
