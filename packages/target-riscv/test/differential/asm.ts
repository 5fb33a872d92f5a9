/** An assembler of whole programs with labels, from the rows' assembler of single instructions. */
import { assemble, type Xlen } from '../../src/isa/index.ts'

/**
 * Lines are `label:` or an instruction in the disassembler's words; `@label` stands for an address. Two macros:
 * `la rd,@label` or `la rd,0x…` (an address near the pc) and `li rd,n` (32 bits, sign-extended).
 */
export function assembleProgram(xlen: Xlen, base: number, source: string): Uint8Array {
  const lines = source.split('\n').map(line => line.replace(/#.*/, '').trim())
  const labels = new Map<string, number>()
  let pc = base
  for (const line of lines) {
    if (line.endsWith(':')) labels.set(line.slice(0, -1), pc)
    else if (line !== '') pc += /^l[ai] /.test(line) ? 8 : line.startsWith('c.') ? 2 : 4
  }
  const bytes = new Uint8Array(pc - base)
  const view = new DataView(bytes.buffer)
  pc = base
  const put = (text: string): void => {
    const word = assemble(xlen, text, BigInt(pc))
    if (text.startsWith('c.')) view.setUint16(pc - base, word, true)
    else view.setUint32(pc - base, word, true)
    pc += text.startsWith('c.') ? 2 : 4
  }
  for (const line of lines) {
    if (line === '' || line.endsWith(':')) continue
    const text = line.replaceAll(/@(\w+)/g, (_, name: string) => {
      const address = labels.get(name)
      if (address === undefined) throw new Error(`no label ${name}`)
      return `0x${address.toString(16)}`
    })
    const [, macro, register, operand = ''] = /^(l[ai]) (\w+),(\S+)$/.exec(text) ?? []
    if (macro === undefined || register === undefined) {
      put(text)
      continue
    }
    const { high, low } = split(macro === 'la' ? Number(operand) - pc : Number(operand))
    put(`${macro === 'la' ? 'auipc' : 'lui'} ${register},0x${high.toString(16)}`)
    put(`addi ${register},${register},${low}`)
  }
  return bytes
}

/** A 32-bit value as the operands of lui or auipc and of the addi after it. */
export function split(value: number): { high: number; low: number } {
  const low = (value << 20) >> 20
  return { high: ((value - low) >>> 12) & 0xfffff, low }
}
