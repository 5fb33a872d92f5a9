/** An assembler of whole programs with labels, from the rows' assembler of single instructions. */
import { assemble, type Profile, type Word } from '../../src/isa/thumb/index.ts'

/** `li rd, n` in instructions that every core has; the flags change. */
function expand(line: string): string[] {
  const [, rd, value] = /^li (\w+), (\w+)$/.exec(line) ?? []
  if (rd === undefined) return [line]
  const bytes = [24, 16, 8, 0].map(shift => (Number(value) >>> shift) & 0xff)
  const more = bytes.slice(1).flatMap(byte => [`lsls ${rd}, ${rd}, #8`, `adds ${rd}, #${byte}`])
  return [`movs ${rd}, #${bytes[0]}`, ...more]
}

/** Lines are `label:` or an instruction in the disassembler's words; `@label` stands for an address. */
export function assembleProgram(
  profile: Profile,
  base: number,
  source: string,
): { bytes: Uint8Array; labels: ReadonlyMap<string, number> } {
  const lines = source
    .split('\n')
    .map(line => line.replace(/;.*/, '').trim())
    .filter(Boolean)
    .flatMap(expand)
  const labels = new Map<string, number>()
  const pass = (known: boolean): Word[] => {
    let pc = base
    const out: Word[] = []
    for (const line of lines) {
      if (line.endsWith(':')) {
        labels.set(line.slice(0, -1), pc)
        continue
      }
      const text = line.replaceAll(/@(\w+)/g, (_, name: string) => {
        const address = known ? labels.get(name) : pc + 4
        if (address === undefined) throw new Error(`no label ${name}`)
        return `0x${address.toString(16)}`
      })
      const insn = assemble(profile, text, pc)
      out.push(insn)
      pc += insn.size
    }
    return out
  }
  pass(false)
  const bytes = pass(true).flatMap(({ word, size }) =>
    (size === 2 ? [word] : [word >>> 16, word & 0xffff]).flatMap(half => [half & 0xff, half >>> 8]),
  )
  return { bytes: Uint8Array.from(bytes), labels }
}
