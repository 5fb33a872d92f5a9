import { definePlugin, type MemEvent, type PluginDefinition, PluginError } from '@guestscope/plugin-api'
import { descending } from './counting.ts'
import { physicalOf } from './memory.ts'
import { address16 } from './text.ts'

interface Page {
  readonly address: bigint
  reads: number
  writes: number
  /** Bit per vCPU. */
  readers: number
  writers: number
}

const orders: Readonly<Record<string, (a: Page, b: Page) => number>> = {
  accesses: (a, b) => descending(a.reads + a.writes, b.reads + b.writes),
  reads: (a, b) => descending(a.reads, b.reads),
  writes: (a, b) => descending(a.writes, b.writes),
  address: (a, b) => descending(b.address, a.address),
}

/** Lists the pages of memory that are accessed most. */
export const hotpages: PluginDefinition = definePlugin({
  name: 'hotpages',
  description: 'Lists the pages of memory that are accessed most.',
  apiVersion: 1,
  options: {
    sortby: {
      type: 'choice',
      choices: ['accesses', 'reads', 'writes', 'address'],
      default: 'accesses',
      description: 'Order of the list.',
    },
    io: { type: 'boolean', description: 'Look at devices instead of memory, by virtual address.' },
    pagesize: {
      type: 'number',
      unit: 'bytes',
      minimum: 1,
      maximum: 2 ** 30,
      integer: true,
      default: 4096,
      description: 'Bytes of a page, a power of two.',
    },
    limit: {
      type: 'number',
      minimum: 0,
      integer: true,
      default: 50,
      description: 'Pages to print; 0: all.',
    },
  },
  install(api, { sortby, io, pagesize, limit }) {
    if ((pagesize & (pagesize - 1)) !== 0)
      throw new PluginError(
        'plugin/option-value',
        `pagesize=${pagesize} is not possible.`,
        'Give a power of two.',
      )
    const mask = -BigInt(pagesize)
    const pages = new Map<bigint, Page>()
    // Accesses come in runs to one page.
    let last: Page | undefined

    const access = (event: MemEvent): void => {
      if (event.isIo !== io) return
      const address = BigInt.asUintN(64, (io ? event.address : physicalOf(event)) & mask)
      let page = last
      if (page?.address !== address) {
        page = pages.get(address) ?? { address, reads: 0, writes: 0, readers: 0, writers: 0 }
        pages.set(address, page)
        last = page
      }
      if (event.isStore) {
        page.writes++
        page.writers |= 1 << event.cpu
      } else {
        page.reads++
        page.readers |= 1 << event.cpu
      }
    }
    api.onTranslate(tb => {
      for (const insn of tb.insns) insn.onMemory('both', access)
    })
    api.onExit(() => {
      const sorted = [...pages.values()].sort(
        (a, b) => (orders[sortby]?.(a, b) ?? 0) || descending(b.address, a.address),
      )
      api.output('Addr, RCPUs, Reads, WCPUs, Writes\n')
      for (const page of sorted.slice(0, limit === 0 ? sorted.length : limit)) {
        const { address, readers, reads, writers, writes } = page
        api.output(`${address16(address)}, ${bits(readers)}, ${reads}, ${bits(writers)}, ${writes}\n`)
      }
    })
  },
})

export default hotpages

const bits = (cpus: number): string => `0x${(cpus >>> 0).toString(16).padStart(4, '0')}`
