/** Machine code under construction, encoded from the target's own instruction rows. */
import { decode, encode, type Operands, type Row, rowsOf, type Slot } from '@guestscope/target-riscv/isa'

/** A place in the code, known when it is `place`d. */
export class Label {
  pc: number | undefined
}

/** Instruction whose immediate waits for a label. */
interface Patch {
  readonly pc: number
  readonly name: string
  readonly operands: Operands
  readonly label: Label
  /** The immediate, from the distance to the label. */
  readonly immediate: (distance: number) => number
}

const rows = rowsOf(64)
const plain: ReadonlyMap<string, Row> = new Map(
  rows.filter(row => row.more.expands === undefined).map(row => [row.name, row]),
)
/** The compressed rows by the instruction that they stand for. */
const short = new Map<string, Row[]>()
for (const row of rows)
  if (row.more.expands !== undefined) short.set(row.sem, [...(short.get(row.sem) ?? []), row])

/** The part of a distance that auipc adds, and the rest for the instruction after it. */
const high = (distance: number): number => (distance + 0x800) & ~0xfff
const low = (distance: number): number => distance - high(distance)

export class Code {
  readonly base: number
  /** Instructions so far. */
  count = 0
  #bytes = new Uint8Array(0x10000)
  #length = 0
  #patches: Patch[] = []

  constructor(base: number) {
    this.base = base
  }

  get pc(): number {
    return this.base + this.#length
  }

  /** An instruction, compressed where there is a compressed one for these operands. */
  put(name: string, operands: Operands = {}): void {
    for (const row of short.get(name) ?? []) {
      const word = encode(row, operands)
      if (fits(row, word, operands)) return this.#append(word, 2)
    }
    this.#append(full(name, operands), 4)
  }

  /** A branch or jump to a label. */
  to(label: Label, name: string, operands: Operands = {}): void {
    this.#later({
      pc: this.pc,
      name,
      operands,
      label,
      immediate: distance => distance,
    })
  }

  /** The address of a label. */
  address(rd: number, label: Label): void {
    this.#far(rd, label, 'addi', { rd, rs1: rd })
  }

  /** Calls what may lie anywhere, with two instructions. */
  call(label: Label): void {
    this.#far(1, label, 'jalr', { rd: 1, rs1: 1 })
  }

  place(label: Label): void {
    if (label.pc !== undefined) throw new Error('label placed twice')
    label.pc = this.pc
  }

  align(bytes: number): void {
    this.data(new Uint8Array(-this.#length & (bytes - 1)))
  }

  data(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** The bytes, all labels known. */
  finish(): Uint8Array {
    const view = new DataView(this.#bytes.buffer)
    for (const { pc, name, operands, label, immediate } of this.#patches) {
      if (label.pc === undefined) throw new Error(`${name} to a label that was never placed`)
      const imm = immediate(label.pc - pc)
      view.setUint32(pc - this.base, full(name, { ...operands, imm }), true)
    }
    this.#patches = []
    return this.#bytes.subarray(0, this.#length)
  }

  #far(rd: number, label: Label, name: string, operands: Operands): void {
    const { pc } = this
    this.#later({
      pc,
      name: 'auipc',
      operands: { rd },
      label,
      immediate: high,
    })
    this.#later({
      pc: pc + 4,
      name,
      operands,
      label,
      immediate: distance => low(distance + 4),
    })
  }

  #later(patch: Patch): void {
    this.#patches.push(patch)
    this.#append(0, 4)
  }

  #append(word: number, size: 2 | 4): void {
    this.#reserve(4)
    for (let i = 0; i < size; i++) this.#bytes[this.#length++] = word >>> (8 * i)
    this.count++
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

function full(name: string, operands: Operands): number {
  const row = plain.get(name)
  if (row === undefined) throw new Error(`RV64 has no instruction ${name}`)
  const word = encode(row, operands)
  if (!fits(row, word, operands)) throw new Error(`${name} cannot have ${JSON.stringify(operands)}`)
  return word
}

/** Whether the word means exactly this: nothing cut off, nothing that the row fixes otherwise. */
function fits(row: Row, word: number, operands: Operands): boolean {
  const insn = decode(64, word)
  if (insn?.row !== row) return false
  return slots.every(slot => insn[slot] === (operands[slot] ?? 0))
}
const slots: readonly Slot[] = ['rd', 'rs1', 'rs2', 'imm']
