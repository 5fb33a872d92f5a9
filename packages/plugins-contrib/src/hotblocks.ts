import { definePlugin, type PluginDefinition } from '@guestscope/plugin-api'
import { descending, type Tally, tallies } from './counting.ts'
import { address16 } from './text.ts'

interface Block {
  readonly address: bigint
  readonly insns: number
  translations: number
  readonly tally: Tally
}

/** Lists the blocks that are executed most. */
export const hotblocks: PluginDefinition = definePlugin({
  name: 'hotblocks',
  description: 'Lists the blocks that are executed most.',
  apiVersion: 1,
  options: {
    inline: { type: 'boolean', default: true, description: 'Count inline; else by callbacks.' },
    limit: {
      type: 'number',
      minimum: 0,
      integer: true,
      default: 20,
      description: 'Blocks to print; 0: all.',
    },
    symbols: { type: 'boolean', description: 'End lines with the symbol that covers the block.' },
  },
  install(api, { inline, limit, symbols }) {
    const blocks = new Map<string, Block & { readonly symbol: string }>()
    const newTally = tallies(api, inline)
    api.onTranslate(tb => {
      const { address } = tb
      const insns = tb.insns.length
      const key = `${address} ${insns}`
      let block = blocks.get(key)
      if (block === undefined) {
        const name = symbols ? tb.insns[0]?.symbol() : undefined
        const symbol = name === undefined ? '' : `, ${name}`
        block = { address, insns, translations: 0, tally: newTally(), symbol }
        blocks.set(key, block)
      }
      block.translations++
      block.tally.count(tb)
    })
    api.onExit(() => {
      const hottest = [...blocks.values()]
        .map(block => ({ ...block, total: block.tally.total() }))
        .sort((a, b) => descending(a.total, b.total) || -descending(a.address, b.address))
        .slice(0, limit === 0 ? blocks.size : limit)
      api.output(`collected ${blocks.size} entries in the hash table\npc, tcount, icount, ecount\n`)
      for (const { address, translations, insns, total, symbol } of hottest)
        api.output(`${address16(address)}, ${translations}, ${insns}, ${total}${symbol}\n`)
    })
  },
})

export default hotblocks
