import { definePlugin, type MemEvent, type PluginDefinition, PluginError } from '@guestscope/plugin-api'
import { descending } from './counting.ts'
import { physicalOf } from './memory.ts'

/** Accesses to a device, or to one place of it. */
interface Counts {
  reads: number
  writes: number
  /** Bit per vCPU. */
  readers: number
  writers: number
}
interface Device extends Counts {
  readonly name: string
  /** Address of its offset 0. */
  readonly base: bigint
  /** By offset or pc. */
  readonly details: Map<bigint, Counts>
}

const noCounts = (): Counts => ({ reads: 0, writes: 0, readers: 0, writers: 0 })

/** Shows which devices are accessed, how often, where, and from where. */
export const hwprofile: PluginDefinition = definePlugin({
  name: 'hwprofile',
  description: 'Shows how often devices are accessed, at which offsets, or from which instructions.',
  apiVersion: 1,
  options: {
    track: {
      type: 'choice',
      choices: ['read', 'write', 'both'],
      default: 'both',
      description: 'Look at loads, stores, or both.',
    },
    source: { type: 'boolean', description: 'A line for each instruction that made accesses.' },
    pattern: { type: 'boolean', description: 'A line for each offset in a device.' },
    match: { type: 'string', multiple: true, description: 'Only devices of this name; print each access.' },
  },
  install(api, { track, source, pattern, match }) {
    if (source && pattern)
      throw new PluginError(
        'plugin/option-value',
        'source and pattern exclude each other.',
        'Give one of them.',
      )
    const devices = new Map<string, Device>()
    const detail = pattern ? 'off' : source ? 'pc' : undefined

    const access = (event: MemEvent, pc: bigint): void => {
      if (!event.isIo) return
      const name = event.device
      if (match.length > 0 && !match.includes(name)) return
      const offset = event.deviceOffset
      const base = physicalOf(event) - offset
      const key = `${name} ${base}`
      const device = devices.get(key) ?? { name, base, details: new Map(), ...noCounts() }
      devices.set(key, device)
      if (match.length > 0)
        api.output(`hwprofile: match @ offset${offset.toString(16)}, previous hits\n${line(device)}`)
      add(device, event)
      if (detail === undefined) return
      const place = detail === 'pc' ? pc : offset
      const counts = device.details.get(place) ?? noCounts()
      device.details.set(place, counts)
      add(counts, event)
    }
    api.onTranslate(tb => {
      for (const insn of tb.insns) {
        const { address } = insn
        insn.onMemory(track, event => access(event, address))
      }
    })

    const [reads, writes] = [track !== 'write', track !== 'read']
    const columns = (counts: Counts): string =>
      (reads ? `, ${counts.readers.toString(16)}, ${counts.reads}` : '') +
      (writes ? `, ${counts.writers.toString(16)}, ${counts.writes}` : '')
    const line = (device: Device): string => `${device.name}, ${hex(device.base)}${columns(device)}\n`

    api.onExit(() => {
      if (detail === undefined)
        api.output(`Device, Address${reads ? ', RCPUs, Reads' : ''}${writes ? ',  WCPUs, Writes' : ''}\n`)
      const sorted = [...devices.values()].sort((a, b) => descending(a.reads + a.writes, b.reads + b.writes))
      for (const device of sorted)
        api.output(detail === undefined ? line(device) : breakdown(device, detail, columns))
    })
  },
})

export default hwprofile

function add(counts: Counts, { isStore, cpu }: MemEvent): void {
  if (isStore) {
    counts.writes++
    counts.writers |= 1 << cpu
  } else {
    counts.reads++
    counts.readers |= 1 << cpu
  }
}

function breakdown(device: Device, prefix: string, columns: (counts: Counts) => string): string {
  const lines = [...device.details]
    .sort(([a], [b]) => descending(b, a))
    .map(([place, counts]) => `  ${prefix}:${place.toString(16).padStart(8, '0')}${columns(counts)}\n`)
  return `${device.name} @ ${hex(device.base)}\n${lines.join('')}`
}

const hex = (value: bigint): string => `0x${value.toString(16)}`
