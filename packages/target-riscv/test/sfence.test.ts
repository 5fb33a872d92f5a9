/** `sfence.vma` of one page: what it must forget, and what it need not. */
import { Head } from '@guestscope/codegen'
import type { Tier } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { at, done, enterS, note, Paged, usual, virtual, virtualLarge, type Xlen } from './paging.ts'

const rounds = 60
const tiers: readonly Tier[] = ['oracle', 0, 1]
const ways = ([32, 64] as Xlen[]).flatMap(xlen => tiers.map(tier => ({ xlen, tier })))

/** 1, 2, 1, 2, …: what is seen where the entry is changed after each round. */
const turns = Array.from({ length: rounds }, (_, i) => 1 + (i % 2))

/** Rounds of `look`; after each the entry at s3 (and that at s6) takes turns between s4 and s5, and `fence` follows. */
const loop = (xlen: Xlen, look: string, fence: string, both = false): string => `
  ${enterS}
  li s0,${rounds}
  addi s7,s4,0
  round:
  ${look}
  xor s7,s7,s4
  xor s7,s7,s5
  ${xlen === 32 ? 'sw' : 'sd'} s7,0(s3)
  ${both ? `${xlen === 32 ? 'sw' : 'sd'} s7,0(s6)` : ''}
  ${fence}
  addi s0,s0,-1
  bne s0,zero,@round
  ${done}
`

const [pageOf1, pageOf2] = [at.pages, at.pages + 0x1000]

/** Pages that hold 1 and 2, and the entries for them in the registers. */
function prepare(paged: Paged, root: number, address: number): void {
  paged.write(pageOf1, 1n, 4)
  paged.write(pageOf2, 2n, 4)
  paged.set('s1', paged.satp(root))
  paged.set('s3', paged.map(root, address, pageOf1))
  paged.set('s4', paged.entry(pageOf1))
  paged.set('s5', paged.entry(pageOf2))
}

describe.each(ways)('RV$xlen, tier $tier', ({ xlen, tier }) => {
  test('data of the page are forgotten, those of others are kept', () => {
    const look = `lw t1,0(a0)\n ${note('t1')} lw t1,0(a1)\n ${note('t1')}`
    const paged = new Paged(xlen, tier, loop(xlen, look, 'sfence.vma a0,zero', true))
    const root = paged.space()
    prepare(paged, root, virtual(3))
    paged.set('s6', paged.map(root, virtual(4), pageOf1))
    paged.set('a0', virtual(3) + 0x10)
    paged.set('a1', virtual(4))
    paged.write(pageOf1 + 0x10, 1n, 4)
    paged.write(pageOf2 + 0x10, 2n, 4)
    const seen = paged.run()
    expect(seen.filter((_, i) => i % 2 === 0)).toEqual(turns)
    // The oracle makes every access through the page tables.
    expect(seen.filter((_, i) => i % 2 === 1)).toEqual(tier === 'oracle' ? turns : turns.map(() => 1))
    expect(paged.machine.statistics().pagesForgotten).toBe(rounds)
  })

  test('what was written through the page is forgotten, too', () => {
    const look = `sw s0,4(a0)\n lw t1,0(a0)\n ${note('t1')}`
    const paged = new Paged(xlen, tier, loop(xlen, look, 'sfence.vma a0,zero'))
    prepare(paged, paged.space(), virtual(3))
    paged.set('a0', virtual(3))
    expect(paged.run()).toEqual(turns)
    expect([pageOf1, pageOf2].map(page => Number(paged.read(page + 4, 4)))).toEqual([2, 1])
  })

  test('with SUM as without it', () => {
    const sum = 'li t2,0x40000\n'
    const look = `lw t1,0(a0)\n ${note('t1')} ${sum} csrrs zero,sstatus,t2\n lw t1,0(a0)\n ${note('t1')}`
    const fence = `${sum} csrrc zero,sstatus,t2\n sfence.vma a0,zero`
    const paged = new Paged(xlen, tier, loop(xlen, look, fence))
    prepare(paged, paged.space(), virtual(3))
    paged.set('a0', virtual(3))
    expect(paged.run()).toEqual(turns.flatMap(n => [n, n]))
  })

  test('code of the page is forgotten, and no soft TLB is emptied for it', () => {
    const look = `jalr ra,0(a0)\n ${note('t1')} jalr ra,0(a1)\n ${note('t1')}`
    const paged = new Paged(xlen, tier, loop(xlen, look, 'sfence.vma a0,zero'))
    const root = paged.space()
    prepare(paged, root, virtual(3))
    paged.map(root, virtual(9), at.pages + 0x2000)
    paged.set('a0', virtual(3) + 0x20)
    paged.set('a1', virtual(9))
    paged.code(pageOf1 + 0x20, 'addi t1,zero,1\n jalr zero,0(ra)')
    paged.code(pageOf2 + 0x20, 'addi t1,zero,2\n jalr zero,0(ra)')
    paged.code(at.pages + 0x2000, 'addi t1,zero,3\n jalr zero,0(ra)')
    expect(paged.run()).toEqual(turns.flatMap(n => [n, 3]))
    expect(paged.machine.statistics().pagesForgotten).toBe(rounds)
  })

  test('code that reaches into the page from the one before', () => {
    const look = `jalr ra,0(a0)\n ${note('t1')}`
    const paged = new Paged(xlen, tier, loop(xlen, look, 'sfence.vma a1,zero'))
    const root = paged.space()
    prepare(paged, root, virtual(4))
    paged.map(root, virtual(3), at.pages + 0x2000)
    paged.set('a0', virtual(3) + 0xffe)
    paged.set('a1', virtual(4))
    for (const [n, page] of [pageOf1, pageOf2].entries()) {
      paged.code(at.pages + 0x2ffe, `addi t1,zero,${n + 1}\n jalr zero,0(ra)`)
      paged.write(page, paged.read(at.pages + 0x3000, 6), 6)
    }
    paged.write(at.pages + 0x3000, 0n, 6)
    expect(paged.run()).toEqual(turns)
  })

  test('any address in a large page stands for all of it', () => {
    const look = [0, 0x5000, 0x1ff000].map(n => `li t2,${n}\n add t2,a0,t2\n lw t1,0(t2)\n ${note('t1')}`)
    const call = `li t2,24576\n add t2,a0,t2\n jalr ra,0(t2)\n ${note('t1')}`
    const fence = 'li t2,12288\n add t2,a0,t2\n sfence.vma t2,zero'
    const paged = new Paged(xlen, tier, loop(xlen, [...look, call].join(''), fence))
    const root = paged.space()
    paged.set('s1', paged.satp(root))
    paged.set('s3', paged.map(root, virtualLarge, at.large[0], usual, 1))
    paged.set('s4', paged.entry(at.large[0]))
    paged.set('s5', paged.entry(at.large[1]))
    paged.set('a0', virtualLarge)
    at.large.forEach((page, n) => {
      for (const offset of [0, 0x5000, 0x1ff000]) paged.write(page + offset, BigInt(n + 1), 4)
      paged.code(page + 0x6000, `addi t1,zero,${n + 1}\n jalr zero,0(ra)`)
    })
    expect(paged.run()).toEqual(turns.flatMap(n => [n, n, n, n]))
  })

  test('when the numbers of generations run out', () => {
    const look = `jalr ra,0(a0)\n ${note('t1')}`
    const paged = new Paged(xlen, tier, loop(xlen, look, 'sfence.vma a0,zero'))
    prepare(paged, paged.space(), virtual(3))
    paged.set('a0', virtual(3) + 0x20)
    paged.code(pageOf1 + 0x20, 'addi t1,zero,1\n jalr zero,0(ra)')
    paged.code(pageOf2 + 0x20, 'addi t1,zero,2\n jalr zero,0(ra)')
    const [cpu] = paged.machine.cpus
    cpu?.set32(Head.generation, 0x7ffffffe - 0xf) // the last one is 0x7ffffffe
    const before = paged.machine.statistics().tlbFlushes
    expect(paged.run()).toEqual(turns)
    // Two writes of PMP registers, one of satp, and the last generation but 0xf.
    expect(paged.machine.statistics().tlbFlushes - before).toBe(4)
  })

  test('a hart forgets for itself alone', () => {
    const few = 10
    // Hart 1 follows hart 0, which changes the entry: they take turns through the word at s8.
    const wait = (label: string, register: string): string =>
      `${label}:\n lw t1,0(s8)\n bne t1,${register},@${label}\n`
    const paged = new Paged(
      xlen,
      tier,
      `
      csrrs s9,mhartid,zero
      ${enterS}
      addi s10,zero,1
      li s0,${few}
      addi s7,s4,0
      bne s9,zero,@second
      first:
      ${wait('mine', 'zero')}
      lw t2,0(a0)
      xor s7,s7,s4
      xor s7,s7,s5
      ${xlen === 32 ? 'sw' : 'sd'} s7,0(s3)
      sfence.vma a0,zero
      sw s10,0(s8)
      addi s0,s0,-1
      bne s0,zero,@first
      jal zero,@sleep
      second:
      lw t2,0(a0)
      sw zero,0(s8)
      again:
      ${wait('other', 's10')}
      lw t2,0(a0)
      ${note('t2')}
      sfence.vma a0,zero
      lw t2,0(a0)
      ${note('t2')}
      sw zero,0(s8)
      addi s0,s0,-1
      bne s0,zero,@again
      ${done}
      sleep:
      wfi
      jal zero,@sleep
    `,
      2,
    )
    const root = paged.space()
    prepare(paged, root, virtual(3))
    paged.set('a0', virtual(3))
    paged.set('s8', at.pages + 0x4000)
    paged.write(at.pages + 0x4000, 2n, 4)
    const seen = paged.run()
    const before = turns.slice(0, few)
    const after = before.map(n => 3 - n)
    expect(seen.length).toBe(2 * few)
    expect(seen.filter((_, i) => i % 2 === 1)).toEqual(after)
    expect(seen.filter((_, i) => i % 2 === 0)).toEqual(tier === 'oracle' ? after : before)
  })
})
