/** Lines of `golden.txt`: base, address, word, objdump's text: `64 80000010 00c58533 add a0,a1,a2`. */

import type { Xlen } from '../../src/isa/index.ts'

export interface Line {
  readonly xlen: Xlen
  readonly pc: bigint
  readonly word: number
  readonly text: string
}

export function parseGolden(file: string): Line[] {
  const lines = file.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return lines.map(line => {
    const [base, pc, word, ...text] = line.split(' ')
    const xlen = base === '32' ? 32 : 64
    return { xlen, pc: BigInt(`0x${pc}`), word: Number(`0x${word}`), text: text.join(' ') }
  })
}

export function formatLine({ xlen, pc, word, text }: Line): string {
  const digits = (word & 3) === 3 ? 8 : 4
  return `${xlen} ${pc.toString(16)} ${word.toString(16).padStart(digits, '0')} ${text}`
}
