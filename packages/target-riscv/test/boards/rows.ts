import { readFileSync } from 'node:fs'

/** A line of registers.txt. */
export interface Row {
  /** 1 … */
  readonly line: number
  readonly operation: 'read' | 'write' | 'mip' | 'wait'
  /** Bytes; of reads and writes. */
  readonly size: number
  /** Physical address. */
  readonly address: bigint
  /** What to write, or the answer: QEMU's, or ours where the row says that we differ. */
  readonly value: bigint
}

const bases: Record<string, bigint> = { uart: 0x10000000n, plic: 0xc000000n, clint: 0x2000000n }
const hex = (text: string | undefined): bigint => BigInt(`0x${text ?? '0'}`)

/** The rows of registers.txt, without comments. */
export function readRows(): Row[] {
  const rows: Row[] = []
  const text = readFileSync(new URL('registers.txt', import.meta.url), 'utf8')
  for (const [index, whole] of text.split('\n').entries()) {
    const [code = '', place = '', written] = whole.replace(/#.*| = .*| ours .*/g, '').split(' ')
    if (code === '') continue
    const answer = / ours ([0-9a-f]+)/.exec(whole)?.[1] ?? / = ([0-9a-f]+)/.exec(whole)?.[1]
    const [device = '', offset] = place.split('+')
    const operation = code === 'mip' || code === 'wait' ? code : code.startsWith('r') ? 'read' : 'write'
    rows.push({
      line: index + 1,
      operation,
      size: Number(code[1]),
      address: (bases[device] ?? 0n) + hex(offset),
      value: hex(operation === 'write' ? written : answer),
    })
  }
  return rows
}
