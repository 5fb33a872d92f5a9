import {
  Discon,
  definePlugin,
  type PluginApi,
  type PluginDefinition,
  type Privilege,
} from '@guestscope/plugin-api'
import { PerfettoSink } from './ftrace/perfetto.ts'
import { CallStack, type FrameSink } from './ftrace/stack.ts'
import { UftraceSink } from './ftrace/uftrace.ts'
import { allSymbols, SymbolNames, symbolsOption } from './symbols.ts'
import { BatchedOutput } from './text.ts'

/** Traces functions and traps with the privilege that they run at. */
export const ftrace: PluginDefinition = definePlugin({
  name: 'ftrace',
  description: 'Traces calls, returns and traps over time, for Perfetto or uftrace.',
  apiVersion: 1,
  options: {
    format: {
      type: 'choice',
      choices: ['perfetto', 'uftrace'],
      default: 'perfetto',
      description: 'A JSON file for ui.perfetto.dev and the like, or the files of a uftrace data directory.',
    },
    out: {
      type: 'string',
      description:
        'File to write, or for uftrace the directory, which exists; default: trace.json, uftrace.data.',
    },
    privilege: {
      type: 'boolean',
      description: 'A thread for each privilege level of a vCPU instead of one for all.',
    },
    elf: symbolsOption,
  },
  install(api, { format, out, privilege: byPrivilege, elf }) {
    const symbols = new SymbolNames(allSymbols(api, elf))
    const sink =
      format === 'perfetto' ? perfetto(api, out, byPrivilege) : uftrace(api, symbols, out, byPrivilege)
    const stacks = Array.from(
      { length: api.cpus },
      (_, cpu) => new CallStack(sink, cpu, address => symbols.function(address)),
    )
    const level = (cpu: number): Privilege => api.privilege(cpu)

    api.onEdge(
      ({ cpu, kind, from, to }) => {
        const stack = stacks[cpu] as CallStack
        const time = api.clock()
        if (kind === 'return') stack.return(time, to, level(cpu))
        else if (kind === 'trap-return') stack.trapReturn(time, to, level(cpu))
        else stack.call(time, from, to, level(cpu))
      },
      ['call', 'indirect-call', 'return', 'trap-return'],
    )
    api.onDiscon(Discon.All, ({ cpu, type, from, to, cause }) => {
      const stack = stacks[cpu] as CallStack
      if (type === Discon.HostCall) stack.hostCall(api.clock(), cause.name, level(cpu))
      else stack.trap(api.clock(), cause.name, from, to, level(cpu))
    })
    api.onExit(() => {
      for (const stack of stacks) stack.end(api.clock())
      sink.end()
    })
  },
})

export default ftrace

function perfetto(api: PluginApi, path = 'trace.json', byPrivilege: boolean): FrameSink {
  return new PerfettoSink(new BatchedOutput(api.openOutput(path)), byPrivilege)
}

function uftrace(
  api: PluginApi,
  symbols: SymbolNames,
  directory = 'uftrace.data',
  byPrivilege: boolean,
): FrameSink {
  const { program } = api
  const code = (program?.segments ?? []).filter(({ executable }) => executable)
  const places =
    code.length > 0
      ? code.flatMap(({ address, size }) => [address, address + BigInt(size)])
      : [...symbols.all()].map(({ start }) => start)
  const sorted = BigUint64Array.from(places).sort()
  const [start = 0n, end = 0n] = [sorted.at(0), sorted.at(-1)]
  return new UftraceSink(
    name => api.openOutput(`${directory}/${name}`),
    { name: program?.name ?? 'guest', start, end, symbols },
    byPrivilege,
  )
}
