import {
  Discon,
  definePlugin,
  type InsnHandle,
  type PluginApi,
  type PluginDefinition,
} from '@guestscope/plugin-api'
import { PcHash } from './fnv.ts'
import { BatchedOutput, hex, openLog } from './text.ts'

const count = { type: 'number', minimum: 0, integer: true } as const

/** Counters that run by themselves, left out of the registers unless asked for by name. */
const counters = new Set(['time', 'cycle', 'instret', 'mcycle', 'minstret', 'pc'])

/** Logs every executed instruction, or hashes of many, for a comparison in lock step with another emulator. */
export const execLog: PluginDefinition = definePlugin({
  name: 'exec-log',
  description: 'Writes a line per executed instruction: vcpu pc.',
  apiVersion: 1,
  options: {
    out: { type: 'string', description: 'File to write; default: the plugin output.' },
    start: { ...count, default: 0, description: 'Skip so many instructions of each vCPU.' },
    limit: { ...count, description: 'Log at most so many instructions of each vCPU.' },
    exit: { type: 'boolean', description: 'End the run, with status 0, when vCPU 0 has reached the limit.' },
    insn: { type: 'boolean', description: 'Append the bytes of the instruction.' },
    disas: { type: 'boolean', description: 'End lines with the instruction in assembly language.' },
    regs: {
      type: 'choice',
      choices: ['off', 'diff', 'all'],
      default: 'off',
      description: 'Append registers before the instruction: those that changed since the last line, or all.',
    },
    names: {
      type: 'string',
      description: 'Registers for regs=, separated by colons; default: all but free counters.',
    },
    discon: { type: 'boolean', description: "Interleave discontinuities: '! vcpu type from to'." },
    hash: {
      ...count,
      default: 0,
      description:
        "Instead: a line 'vcpu count hash pc' per so many instructions; FNV-1a over all pcs so far.",
    },
  },
  install(api, options) {
    const log = new BatchedOutput(openLog(api, options.out))
    const write = (text: string): void => log.write(text)

    const { start, hash: chunk } = options
    const end = start + (options.limit ?? Number.POSITIVE_INFINITY)
    const cpus = Array.from({ length: api.cpus }, (_, cpu) => ({
      prefix: `${hex(cpu)} `,
      count: 0,
      hash: new PcHash(),
      registers:
        options.regs === 'off' ? () => '' : registerColumns(api, options.regs === 'diff', options.names),
    }))
    type CpuLog = (typeof cpus)[number]

    // One function per mode, and all that is known at translation outside of it: these run for every instruction.
    const hashed = (insn: InsnHandle): ((cpu: number) => void) => {
      const pc = insn.address
      const [low, high] = [Number(pc & 0xffff_ffffn) | 0, Number(pc >> 32n) | 0]
      return cpu => {
        const own = cpus[cpu] as CpuLog
        own.hash.add(low, high)
        if (++own.count % chunk === 0) write(`${own.prefix}${own.count} ${own.hash} ${hex(pc)}\n`)
        if (own.count >= end) ended(cpu)
      }
    }
    const logged = (insn: InsnHandle): ((cpu: number) => void) => {
      const bytes = options.insn
        ? ` ${[...insn.bytes].map(b => b.toString(16).padStart(2, '0')).join('')}`
        : ''
      const head = hex(insn.address) + bytes
      const tail = options.disas ? ` ; ${insn.disassemble()}\n` : '\n'
      return cpu => {
        const own = cpus[cpu] as CpuLog
        const at = own.count++
        if (at >= start && at < end) write(own.prefix + head + own.registers(cpu) + tail)
        if (own.count >= end) ended(cpu)
      }
    }
    const ended = (cpu: number): void => {
      if (options.exit && cpu === 0) api.exit(0)
    }

    const callback = chunk > 0 ? hashed : logged
    const access = options.regs === 'off' ? 'none' : 'read'
    api.onTranslate(tb => {
      for (const insn of tb.insns) insn.onExec(callback(insn), access)
    })
    if (options.discon)
      api.onDiscon(Discon.All, ({ cpu, type, from, to }) => {
        const at = cpus[cpu]?.count ?? 0
        if (at >= start && at <= end) write(`! ${hex(cpu)} ${type} ${hex(from)} ${hex(to)}\n`)
      })
    api.onExit(() => {
      cpus.forEach((own, cpu) => {
        write(`# vcpu ${hex(cpu)} insns ${own.count}${chunk > 0 ? ` hash ${own.hash}` : ''}\n`)
      })
      log.flush()
    })
  },
})

export default execLog

/** Makes the text of a vCPU's registers: ` name=value` each. */
function registerColumns(api: PluginApi, diff: boolean, names: string | undefined): (cpu: number) => string {
  const asked = names?.split(':')
  const wanted = api
    .registers()
    .filter(
      ({ name, bits }) => bits <= 64 && (asked === undefined ? !counters.has(name) : asked.includes(name)),
    )
    .map(({ name }) => name)
  const last = new Map<string, bigint>()
  return cpu => {
    let text = ''
    for (const name of wanted) {
      const value = api.readRegister(cpu, name)
      if (diff && last.get(name) === value) continue
      last.set(name, value)
      text += ` ${name}=${hex(value)}`
    }
    return text
  }
}
