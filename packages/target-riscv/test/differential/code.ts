/** Code under construction: words at known addresses, some of them completed later. */
import {
  decode,
  disassemble,
  encode,
  type Insn,
  type Operands,
  type Row,
  type Xlen,
} from '../../src/isa/index.ts'

/** An instruction whose immediate is not known yet. */
export interface Patch {
  readonly pc: number
  readonly insn: Insn
}

export class Code {
  readonly xlen: Xlen
  readonly base: number
  /** Instructions so far. */
  count = 0
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(4096)
  #length = 0

  constructor(xlen: Xlen, base: number) {
    this.xlen = xlen
    this.base = base
  }

  get pc(): number {
    return this.base + this.#length
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Appends any word; `size` bytes of it. */
  word(word: number, size: number): void {
    if (this.#length + 4 > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    for (let i = 0; i < size; i++) this.#bytes[this.#length++] = word >>> (8 * i)
    this.count++
  }

  insn(insn: Insn): Patch {
    const patch = { pc: this.pc, insn }
    this.word(insn.word, insn.size)
    return patch
  }

  /** Appends an instruction of a row with these operands, the others 0. */
  make(row: Row, values: Operands): Patch {
    const insn = decode(this.xlen, encode(row, values))
    if (insn?.row !== row) throw new Error(`${row.name} cannot have ${JSON.stringify(values)}`)
    for (const [slot, value] of Object.entries(values))
      if (insn[slot as keyof Operands] !== value)
        throw new Error(`${row.name}: ${slot} ${value} does not fit`)
    return this.insn(insn)
  }

  /** Gives an instruction its immediate. */
  patch({ pc, insn }: Patch, imm: number): void {
    const { row } = insn
    const values: Operands = {}
    for (const { slot } of row.fields) values[slot] = insn[slot]
    const word = encode(row, { ...values, imm })
    const check = decode(this.xlen, word)
    if (check?.row !== row || check.imm !== imm) throw new Error(`${row.name}: immediate ${imm} does not fit`)
    for (let i = 0; i < row.size; i++) this.#bytes[pc - this.base + i] = word >>> (8 * i)
  }
}

/** Text of the code, a line per instruction. */
export function listing(xlen: Xlen, base: number, bytes: Uint8Array): string[] {
  const lines: string[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 2 <= bytes.length; ) {
    const low = view.getUint16(at, true)
    const size = (low & 3) === 3 && at + 4 <= bytes.length ? 4 : 2
    const word = size === 4 ? view.getUint32(at, true) : low
    const pc = base + at
    const insn = decode(xlen, word)
    const text = insn ? disassemble(insn, BigInt(pc), xlen) : '(illegal)'
    lines.push(
      `${pc.toString(16)}: ${word
        .toString(16)
        .padStart(2 * size, '0')
        .padEnd(8)}  ${text}`,
    )
    at += size
  }
  return lines
}
