/**
 * `hotblocks` counts blocks as QEMU 11.1 does (recorded by `qemu/record.mjs`): each block of QEMU's is one of ours with the
 * same instructions, executed as often. QEMU has ends of such blocks besides: behind an instruction that reaches a device
 * it begins a new one, where ours goes on. Ours has an end of a block where it has overwritten its own code, or where an
 * interrupt has come in the middle of it.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { armGuest, guest, type Outcome, runAll } from './harness.ts'

interface Block {
  readonly pc: number
  readonly insns: number
  readonly executions: number
}

const recorded: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(new URL('qemu/blocks.json', import.meta.url), 'utf8'),
)
/** The loop of RISC-V guests behind the store that ends the run: QEMU gets there. */
const behindTheEnd = '80000088, 1'
const key = ({ pc, insns }: Block): string => `${pc.toString(16)}, ${insns}`
const sum = (blocks: readonly Block[]): number => blocks.reduce((n, { executions }) => n + executions, 0)

/** Lines of `pc, …, instructions, executions`. */
const parse = (lines: readonly string[]): Block[] =>
  lines.map(line => {
    const fields = line.split(', ')
    return {
      pc: Number.parseInt(fields[0] as string, 16),
      insns: Number(fields.at(-2)),
      executions: Number(fields.at(-1)),
    }
  })

function own(name: string, tier: string): Block[] {
  const arm = name.includes('-an')
  const target = arm
    ? [armGuest(name), '--board', `mps2-${name.split('-')[1]}`, '--semihosting']
    : [guest(name)]
  const args = ['run', ...target, '--serial', 'none', '--tier', tier, '-p', 'hotblocks,limit=0']
  const [{ status, stderr }] = runAll([{ args }], import.meta.dirname) as [Outcome]
  expect(status).toBe(0)
  return parse(stderr.split('\n').filter(line => line.startsWith(arm ? '0x' : '0x000000008')))
}

describe.each(['0', '1'])('tier %s', tier => {
  test.each(Object.entries(recorded))('%s', (name, lines) => {
    const recorded = parse(lines).filter(block => key(block) !== behindTheEnd)
    const blocks = own(name, tier)
    const ours = new Map(blocks.map(block => [key(block), block]))
    const isEndOf = (end: Block, block: Block): boolean =>
      end.pc > block.pc && end.pc < block.pc + 4 * block.insns && end.insns < block.insns
    const cut = recorded.filter(block => !ours.has(key(block)))
    for (const end of cut) {
      const whole = blocks.some(block => isEndOf(end, block) && block.executions >= end.executions)
      expect([key(end), whole]).toEqual([key(end), true])
    }
    const qemu = recorded.filter(block => !cut.includes(block))
    expect(qemu.length).toBeGreaterThan(0.9 * recorded.length)
    const excess = qemu.map(block => (ours.get(key(block))?.executions ?? -1) - block.executions)
    // A rest can look like a block of its own that QEMU has, too.
    for (const [i, more] of excess.entries())
      expect([key(qemu[i] as Block), more >= 0 && more <= 2]).toEqual([key(qemu[i] as Block), true])
    expect(excess.filter(more => more > 0).length).toBeLessThan(4)

    const known = new Set(qemu.map(key))
    const rests = blocks.filter(block => block.executions > 0 && !known.has(key(block)))
    for (const { pc, insns } of rests) {
      const inside = qemu.some(block => isEndOf({ pc, insns, executions: 0 }, block))
      expect([pc.toString(16), inside]).toEqual([pc.toString(16), true])
    }
    expect(sum(rests)).toBeLessThan(sum(qemu) / (name.startsWith('selfmod') ? 20 : 1000))
  })
})
