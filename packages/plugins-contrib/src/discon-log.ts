import { Discon, type DisconType, definePlugin, type PluginDefinition } from '@guestscope/plugin-api'
import { hex, leftOut, openLog } from './text.ts'

/** Writes one line per discontinuity: `vcpu type from to`, lower-case hexadecimal without prefix. */
export const disconLog: PluginDefinition = definePlugin({
  name: 'discon-log',
  description: 'Writes a line per discontinuity: vcpu type from to.',
  apiVersion: 1,
  options: {
    out: { type: 'string', description: 'File to write; default: the plugin output.' },
    cause: { type: 'boolean', description: 'Append the name of the cause to each line.' },
    limit: {
      type: 'number',
      minimum: 0,
      integer: true,
      description:
        "Write at most so many lines of each vCPU; the last, with '#', tells how many more there were.",
    },
    summary: {
      type: 'boolean',
      description: "End with the totals of each vCPU, in lines that begin with '#'.",
    },
  },
  install(api, options) {
    const out = openLog(api, options.out)
    const limit = options.limit ?? Number.POSITIVE_INFINITY
    const seen = Array.from({ length: api.cpus }, () => 0)
    const totals = Array.from({ length: api.cpus }, () => new Map<DisconType, number>())
    api.onDiscon(Discon.All, event => {
      const { cpu, type } = event
      const own = totals[cpu]
      own?.set(type, (own.get(type) ?? 0) + 1)
      const number = (seen[cpu] ?? 0) + 1
      seen[cpu] = number
      if (number > limit) return
      const cause = options.cause ? ` ${event.cause.name}` : ''
      out.write(`${hex(cpu)} ${type} ${hex(event.from)} ${hex(event.to)}${cause}\n`)
    })
    api.onExit(() => {
      seen.forEach((count, cpu) => {
        if (count > limit) out.write(leftOut(cpu, count - limit, 'events'))
      })
      if (!options.summary) return
      totals.forEach((own, cpu) => {
        const count = (type: DisconType): number => own.get(type) ?? 0
        out.write(
          `# vcpu ${hex(cpu)} interrupts ${count(Discon.Interrupt)} exceptions ${count(Discon.Exception)} ` +
            `hostcalls ${count(Discon.HostCall)}\n`,
        )
      })
    })
  },
})

export default disconLog
