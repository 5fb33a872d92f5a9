import {
  Discon,
  definePlugin,
  type Flow,
  type PluginApi,
  type PluginDefinition,
  type Privilege,
} from '@guestscope/plugin-api'
import { PerfettoSink } from './ftrace/perfetto.ts'
import type { FrameSink } from './ftrace/stack.ts'
import { Threads } from './ftrace/threads.ts'
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
        'File to write, or for uftrace the directory, made if need be; default: trace.json, uftrace.data.',
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
    const threads = new Threads(sink, api.cpus, address => symbols.function(address))
    const level = (cpu: number): Privilege => api.privilege(cpu)
    const pointers = stackPointers(api)

    api.onTranslate(tb => {
      const last = tb.insns.at(-1)
      if (last !== undefined && stackFlows.has(last.flow)) last.onExec(cpu => pointers.read(cpu), 'read')
    })
    api.onEdge(
      ({ cpu, kind, from, to }) => {
        const time = api.clock()
        if (kind === 'return') threads.return(cpu, time, to, pointers.own(cpu), level(cpu))
        else if (kind === 'trap-return')
          threads.trapReturn(cpu, time, to, pointers.interrupted(cpu), level(cpu))
        else threads.call(cpu, time, from, to, pointers.own(cpu), level(cpu))
      },
      ['call', 'indirect-call', 'return', 'trap-return'],
    )
    api.onDiscon(Discon.All, ({ cpu, type, from, to, cause }) => {
      const time = api.clock()
      if (type === Discon.HostCall) return threads.hostCall(cpu, time, cause.name, level(cpu))
      pointers.read(cpu)
      threads.trap(cpu, time, cause.name, from, to, pointers.interrupted(cpu), level(cpu))
    })
    api.onExit(() => {
      threads.end(api.clock())
      sink.end()
    })
  },
})

/** Where calls and returns are made; M-profile cores return from handlers by any jump out of a register. */
const stackFlows: ReadonlySet<Flow> = new Set([
  'call',
  'indirect-call',
  'indirect-jump',
  'return',
  'trap-return',
])

/** Stack pointers of vCPUs as they were last read. */
interface StackPointers {
  read(cpu: number): void
  /** That in use. */
  own(cpu: number): bigint
  /** That of programs under a handler: handlers of M-profile cores have a stack of their own. */
  interrupted(cpu: number): bigint
}

function stackPointers(api: PluginApi): StackPointers {
  const names = new Set(api.registers().map(({ name }) => name))
  const handlersApart = names.has('psp')
  const [own, interrupted] = [0, 1].map(() => Array.from({ length: api.cpus }, () => 0n)) as [
    bigint[],
    bigint[],
  ]
  return {
    read(cpu) {
      if (!names.has('sp')) return
      own[cpu] = api.readRegister(cpu, 'sp')
      interrupted[cpu] = handlersApart ? api.readRegister(cpu, 'psp') : own[cpu]
    },
    own: cpu => own[cpu] as bigint,
    interrupted: cpu => interrupted[cpu] as bigint,
  }
}

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
    name => api.openOutput(`${directory}/${name}`, { makeFolder: true }),
    { name: program?.name ?? 'guest', start, end, symbols },
    byPrivilege,
  )
}
