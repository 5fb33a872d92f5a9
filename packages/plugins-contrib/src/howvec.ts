import {
  definePlugin,
  type InsnHandle,
  insnKinds,
  type PluginDefinition,
  PluginError,
} from '@guestscope/plugin-api'
import { descending, type Tally, tallies } from './counting.ts'

/** Instructions of a class, or one that is counted by itself. */
interface Class {
  readonly name: string
  readonly tally: Tally
  /** In place of the tally: every instruction has its own. */
  readonly individually: boolean
  readonly counted: boolean
}
interface Single {
  readonly text: string
  readonly opcode: string
  readonly of: string
  readonly tally: Tally
}

/** Counts instructions by what they are for, by extension, or by name. */
export const howvec: PluginDefinition = definePlugin({
  name: 'howvec',
  description: 'Counts executed instructions by class: what they are for, extension, or name.',
  apiVersion: 1,
  options: {
    by: {
      type: 'choice',
      choices: ['kind', 'group', 'mnemonic'],
      default: 'kind',
      description: 'Classes: what instructions are for, the extension that they belong to, or their names.',
    },
    count: {
      type: 'string',
      multiple: true,
      description: "A class to list instruction by instruction; with '!' before it one to leave out.",
    },
    inline: { type: 'boolean', default: true, description: 'Count inline; else by callbacks.' },
    verbose: { type: 'boolean', description: 'Print classes without hits, too.' },
    limit: {
      type: 'number',
      minimum: 0,
      integer: true,
      default: 50,
      description: 'Single instructions to print; 0: all.',
    },
  },
  install(api, { by, count, inline, verbose, limit }) {
    const newTally = tallies(api, inline)
    const classes = new Map<string, Class>()
    const singles = new Map<string, Single>()
    const named = by === 'kind' ? new Set<string>(insnKinds) : undefined
    for (const name of count.map(bare)) if (named?.has(name) === false) throw unknown(name, [...named])

    const classOf = (name: string): Class => {
      let found = classes.get(name)
      if (found === undefined) {
        const [individually, counted] = [count.includes(name), !count.includes(`!${name}`)]
        found = { name, tally: newTally(), individually, counted }
        classes.set(name, found)
      }
      return found
    }
    const singleOf = (handle: InsnHandle, of: string): Single => {
      const opcode = opcodeOf(handle.bytes)
      let found = singles.get(opcode)
      if (found === undefined) {
        found = { text: handle.disassemble(), opcode, of, tally: newTally() }
        singles.set(opcode, found)
      }
      return found
    }
    named?.forEach(classOf)

    api.onTranslate(tb => {
      for (const handle of tb.insns) {
        const { name, tally, individually, counted } = classOf(handle[by] || 'undefined')
        if (counted) (individually ? singleOf(handle, name).tally : tally).count(handle)
      }
    })

    const classLine = ({ name, individually, counted }: Class, total: bigint): string => {
      const text = !counted ? 'not counted' : individually ? 'counted individually' : `(${total} hits)`
      return `Class: ${name.padEnd(24)}\t${text}\n`
    }
    api.onExit(() => {
      const rows = [...classes.values()].map(known => ({ known, total: known.tally.total() }))
      if (named === undefined) rows.sort((a, b) => descending(a.total, b.total))
      api.output('Instruction Classes:\n')
      for (const { known, total } of rows)
        if (verbose || total > 0n || known.individually || !known.counted) api.output(classLine(known, total))

      if (singles.size === 0) return
      const sorted = [...singles.values()]
        .map(single => ({ ...single, total: single.tally.total() }))
        .sort((a, b) => descending(a.total, b.total))
      api.output('Individual Instructions:\n')
      for (const { text, total, opcode, of } of sorted.slice(0, limit === 0 ? sorted.length : limit))
        api.output(`Instr: ${text.padEnd(24)}\t(${total} hits)\t(op=0x${opcode}/${of})\n`)
    })
  },
})

export default howvec

const bare = (name: string): string => name.replace(/^!/, '')

/** The instruction as a number, as the first byte is the lowest. */
function opcodeOf(bytes: Uint8Array): string {
  return [...bytes]
    .reverse()
    .map(byte => byte.toString(16).padStart(2, '0'))
    .join('')
    .padStart(8, '0')
}

function unknown(name: string, known: readonly string[]): PluginError {
  return new PluginError(
    'plugin/option-value',
    `There is no class '${name}'.`,
    `Classes: ${known.join(', ')}.`,
  )
}
