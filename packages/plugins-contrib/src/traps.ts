import { Discon, type DisconEvent, definePlugin, type PluginDefinition } from '@guestscope/plugin-api'
import { table, typeName } from './text.ts'

/** Counts interrupts, exceptions and host calls of every vCPU, and prints them when the run has ended. */
export const traps: PluginDefinition = definePlugin({
  name: 'traps',
  description: 'Counts interrupts, exceptions and host calls per vCPU.',
  apiVersion: 1,
  options: {
    by: {
      type: 'choice',
      choices: ['type', 'cause'],
      default: 'type',
      description: 'One line per vCPU, or one per cause.',
    },
  },
  install(api, { by }) {
    const types = [Discon.Interrupt, Discon.Exception, Discon.HostCall] as const
    const cpus = Array.from({ length: api.cpus }, (_, cpu) => cpu)

    if (by === 'type') {
      /** By vCPU and type. */
      const counts = cpus.map(() => new Float64Array(Discon.All + 1))
      api.onDiscon(Discon.All, ({ cpu, type }) => {
        const own = counts[cpu]
        if (own) own[type] = (own[type] ?? 0) + 1
      })
      api.onExit(() => {
        const head = ['vCPU', 'interrupts', 'exceptions', 'host calls']
        const rows = counts.map((own, cpu) => [cpu, ...types.map(type => own[type] ?? 0)])
        api.output(table([head, ...rows]))
      })
      return
    }

    type Line = { type: DisconEvent['type']; number: number; name: string; counts: number[] }
    const causes = new Map<string, Line>()
    api.onDiscon(Discon.All, ({ cpu, type, cause: { number, name } }) => {
      const key = `${type} ${number}`
      const line = causes.get(key) ?? { type, number, name, counts: cpus.map(() => 0) }
      causes.set(key, line)
      line.counts[cpu] = (line.counts[cpu] ?? 0) + 1
    })
    api.onExit(() => {
      const lines = [...causes.values()].sort((a, b) => a.type - b.type || a.number - b.number)
      const head = ['cause', 'type', ...cpus.map(cpu => `vCPU ${cpu}`)]
      api.output(table([head, ...lines.map(line => [line.name, typeName(line.type), ...line.counts])]))
    })
  },
})

export default traps
