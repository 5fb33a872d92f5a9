/** Entries of page tables that are code as well: what the walker writes into them (A, D) changes the program. */
import type { Tier } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { at, done, enterS, note, Paged, Pte, usual, virtual, type Xlen } from './paging.ts'

const rounds = 40
const ways = ([32, 64] as Xlen[]).flatMap(xlen => (['oracle', 0, 1] as Tier[]).map(tier => ({ xlen, tier })))
/** The entry for this page is an instruction: its number and these bits of software give the register a4 or a5. */
const page = 0x80001000
const software = 3 << 8

describe.each(ways)('RV$xlen, tier $tier', ({ xlen, tier }) => {
  const store = xlen === 32 ? 'sw' : 'sd'

  test('a store sets D', () => {
    // Without D `jal a4,+512`, with it `jal a5,+512`.
    const flags = (usual | Pte.G | software) & ~(Pte.X | Pte.D)
    const source = `
      ${enterS}
      li s0,${rounds}
      round:
      ${store} s4,0(s3)
      sfence.vma a0,zero
      addi a5,zero,0
      jalr ra,0(s3)
      sltu t0,zero,a5
      ${note('t0')}
      sw s0,0(a0)
      addi a5,zero,0
      jalr ra,0(s3)
      sltu t0,zero,a5
      ${note('t0')}
      addi s0,s0,-1
      bne s0,zero,@round
      ${done}
    `
    const paged = new Paged(xlen, tier, source)
    const root = paged.space()
    const entry = paged.map(root, virtual(3), page, flags | Pte.X)
    paged.code(entry + 512, 'jalr zero,0(ra)')
    paged.set('s1', paged.satp(root))
    paged.set('s3', entry)
    paged.set('s4', paged.entry(page, flags | Pte.X))
    paged.set('a0', virtual(3))
    expect(paged.run()).toEqual(Array.from({ length: rounds }, () => [0, 1]).flat())
    expect(paged.read(page, 4)).toBe(1n)
  })

  test('a fetch sets A', () => {
    // Without A `c.addi a4,2`, with it `c.addi a4,18`; what follows is illegal, and leads back.
    const flags = Pte.V | Pte.X | software
    const source = `
      ${enterS}
      la t0,@back
      csrrw zero,stvec,t0
      li s0,${rounds}
      round:
      ${store} s4,0(s3)
      sfence.vma a0,zero
      addi a4,zero,0
      jalr ra,0(s3)
      ${note('a4')}
      jalr ra,0(a0)
      addi a4,zero,0
      jalr ra,0(s3)
      ${note('a4')}
      addi s0,s0,-1
      bne s0,zero,@round
      ${done}
      back:
      csrrw zero,sepc,ra
      sret
    `
    const paged = new Paged(xlen, tier, source)
    const root = paged.space()
    const entry = paged.map(root, virtual(3), page, flags)
    paged.code(page, 'jalr zero,0(ra)')
    paged.set('medeleg', 1 << 2)
    paged.set('s1', paged.satp(root))
    paged.set('s3', entry)
    paged.set('s4', paged.entry(page, flags))
    paged.set('a0', virtual(3))
    expect(paged.run()).toEqual(Array.from({ length: rounds }, () => [2, 18]).flat())
  })

  test('where tables cannot be written, the access is refused', () => {
    const paged = new Paged(xlen, tier, `${enterS}\n lw t0,0(a0)\n ${note('t0')} lw t0,0(a1)\n ${done}`)
    const root = paged.space()
    const [first, second] = [virtual(3), virtual(4)].map(address => paged.map(root, address, at.pages)) as [
      number,
      number,
    ]
    // The table moves into ROM; the second entry has no A yet.
    const { memory } = paged.machine
    const rom = memory.regions.find(r => r.readonly && r.size >= 0x3000)
    if (!rom) throw new Error('no ROM')
    const table = Math.floor(first / 0x1000) * 0x1000
    const place = Number(rom.base) + 0x2000
    const to = memory.linear(BigInt(place))
    const without = paged.entry(at.pages, usual & ~Pte.A)
    paged.write(second, without, paged.entryBytes)
    memory.bytes.copyWithin(to, memory.linear(BigInt(table)), memory.linear(BigInt(table)) + 0x1000)
    paged.map(root, virtual(3), place, Pte.V, 1)
    paged.set('s1', paged.satp(root))
    paged.set('a0', virtual(3))
    paged.set('a1', virtual(4))
    paged.write(at.pages, 7n, 4)
    expect(paged.run()).toEqual([7])
    const [cpu] = paged.machine.cpus
    const cause = paged.machine.target.registers.find(r => r.name === 'mcause')
    expect(cpu && cause?.read(cpu)).toBe(5n)
    expect(paged.read(place + (second - table), 4)).toBe(without & 0xffffffffn)
  })
})
