import {
  definePlugin,
  type InsnHandle,
  type MemEvent,
  type PluginDefinition,
  PluginError,
} from '@guestscope/plugin-api'
import { Regions } from './mem-regions.ts'
import { physicalOf } from './memory.ts'
import { BatchedOutput } from './text.ts'

const tracked = { r: 'read', w: 'write', rw: 'both' } as const

/** Counts accesses to memory, prints them, or checks that what is read was written. */
export const mem: PluginDefinition = definePlugin({
  name: 'mem',
  description: 'Counts or prints accesses to memory.',
  apiVersion: 1,
  options: {
    track: {
      type: 'choice',
      choices: ['r', 'w', 'rw'],
      default: 'rw',
      description: 'Look at loads, stores, or both.',
    },
    inline: {
      type: 'boolean',
      description: 'Count inline. This is the default if nothing else is asked for.',
    },
    callback: { type: 'boolean', description: 'Count by callbacks.' },
    haddr: { type: 'boolean', description: 'Count accesses to devices apart; by callbacks.' },
    'print-accesses': { type: 'boolean', description: 'Print a line per access.' },
    'region-summary': {
      type: 'boolean',
      description: 'Count by regions of 16 KiB, and check that loads give what was stored.',
    },
  },
  install(api, options) {
    const access = tracked[options.track]
    const { haddr } = options
    const print = options['print-accesses']
    const byCallback = options.callback || haddr
    if (options.inline && byCallback)
      throw new PluginError(
        'plugin/option-value',
        'inline and callback exclude each other.',
        'Give one of them; haddr needs callbacks.',
      )
    const inline = options.inline || !(byCallback || print || options['region-summary'])
    const { accesses, io } = api.scoreboard('accesses', 'io')
    const regions = options['region-summary'] ? new Regions(text => api.output(text)) : undefined
    const log = new BatchedOutput({ write: text => api.output(String(text)) })

    const counted = (event: MemEvent): void => {
      const cell = haddr && event.isIo ? io : accesses
      cell.add(event.cpu, 1n)
    }
    const printed = (insn: InsnHandle): ((event: MemEvent) => void) => {
      const head = `${hex(insn.address)},${insn.symbol() ?? ''}`
      return event => {
        const { address, size, isStore, value } = event
        const digits = value.toString(16).padStart(2 * size, '0')
        const type = isStore ? 'store' : 'load'
        log.write(`${head},${hex(address)},${hex(physicalOf(event))},${8 * size},${type},0x${digits}\n`)
      }
    }

    api.onTranslate(tb => {
      for (const insn of tb.insns) {
        if (inline) insn.inlineAddMemory(access, accesses, 1)
        if (byCallback) insn.onMemory(access, counted)
        if (regions !== undefined) insn.onMemory(access, event => regions.access(event))
        if (print) insn.onMemory(access, printed(insn))
      }
    })
    if (print) log.write('insn_vaddr,insn_symbol,mem_vaddr,mem_hwaddr,access_size,access_type,mem_value\n')
    api.onExit(() => {
      log.flush()
      if (inline || byCallback) api.output(`mem accesses: ${accesses.sum()}\n`)
      if (haddr) api.output(`io accesses: ${io.sum()}\n`)
      if (regions !== undefined) api.output(regions.report())
    })
  },
})

export default mem

const hex = (value: bigint): string => `0x${value.toString(16)}`
