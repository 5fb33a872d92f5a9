/** Names the piece of a chunk after which two emulators differ. */
import type { Tier } from '@guestscope/core'
import { decoderOf, disassemble, insnOf, nextIt } from '../../src/isa/thumb/index.ts'
import { platformOf } from './layout.ts'
import { makeProgram, type Program, type ProgramOptions } from './program.ts'
import { runOnOurs, runOnQemu } from './run.ts'

function listing(program: Program, name: string): string[] {
  const { core } = platformOf(name)
  const [code] = program.chunks
  if (!code) return []
  const { halves, base } = code
  const lines: string[] = []
  let it = 0
  for (let at = 0; at < halves.length; ) {
    const start = at
    const code = decoderOf(core).codeAt(o => halves[start + o / 2] ?? 0)
    const insn = insnOf(core, code, it)
    const pc = base + 2 * at
    const hex = insn.word.toString(16).padStart(2 * insn.size, '0')
    lines.push(`${pc.toString(16)}: ${hex.padEnd(8)}  ${disassemble(insn, pc)}`)
    it = nextIt(insn)
    at += insn.size / 2
  }
  return lines.slice(0, -1) // the branch that leaves the chunk
}

/** Cuts the chunk shorter and shorter: the last piece of the shortest one that differs. */
export async function localise(options: ProgramOptions, tier: Tier): Promise<string[]> {
  const { core } = options
  const cut = (pieces: number): Program => makeProgram({ ...options, pieces })
  const differs = async ({ elf }: Program): Promise<boolean> =>
    runOnOurs(core, elf, tier) !== (await runOnQemu(core, elf))
  let high = makeProgram(options).pieces
  if (!(await differs(cut(high)))) return ['  The chunk alone gives no difference.']
  for (let low = -1; high - low > 1; ) {
    const middle = (low + high) >> 1
    if (await differs(cut(middle))) high = middle
    else low = middle
  }
  const whole = listing(cut(high), core)
  const before = high > 0 ? listing(cut(high - 1), core).length : 0
  return [
    `  The piece (number ${high}) with which the result differs:`,
    ...whole.slice(before).map(l => `    ${l}`),
  ]
}
