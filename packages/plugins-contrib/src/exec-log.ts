import {
  Discon,
  definePlugin,
  type InsnHandle,
  type PluginApi,
  type PluginDefinition,
  PluginError,
} from '@guestscope/plugin-api'
import { PcHash } from './fnv.ts'
import { BatchedOutput, hex, leftOut, openLog, unknownRegister } from './text.ts'

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
    limit: { ...count, description: 'Log at most so many instructions, and so many events, of each vCPU.' },
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
    const limit = options.limit ?? Number.POSITIVE_INFINITY
    const end = start + limit
    const names = options.names === undefined ? undefined : checkedNames(api, options.names)
    const cpus = Array.from({ length: api.cpus }, (_, cpu) => ({
      prefix: `${hex(cpu)} `,
      count: 0,
      events: 0,
      hash: new PcHash(),
      registers: options.regs === 'off' ? () => '' : registerColumns(api, options.regs === 'diff', names),
    }))
    type CpuLog = (typeof cpus)[number]

    // One function per mode, and all that is known at translation outside of it: these run for every instruction.
    const hashed = (insn: InsnHandle): ((cpu: number) => void) => {
      const pc = insn.address
      const [low, high] = [Number(pc & 0xffff_ffffn) | 0, Number(pc >> 32n) | 0]
      return cpu => {
        const own = cpus[cpu] as CpuLog
        own.hash.add(low, high)
        if (++own.count % chunk === 0 && own.count <= end)
          write(`${own.prefix}${own.count} ${own.hash} ${hex(pc)}\n`)
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
        const own = cpus[cpu] as CpuLog
        // Events may come without end and without an instruction.
        if (own.count >= start && own.count <= end && ++own.events <= limit)
          write(`! ${hex(cpu)} ${type} ${hex(from)} ${hex(to)}\n`)
      })
    api.onExit(() => {
      cpus.forEach((own, cpu) => {
        write(`# vcpu ${hex(cpu)} insns ${own.count}${chunk > 0 ? ` hash ${own.hash}` : ''}\n`)
        if (own.count > end) write(leftOut(cpu, own.count - end, 'instructions'))
        if (own.events > limit) write(leftOut(cpu, own.events - limit, 'events'))
      })
      log.flush()
    })
  },
})

export default execLog

/** The registers that `names=` asks for. */
function checkedNames(api: PluginApi, text: string): string[] {
  const names = text.split(':')
  const known = new Map(api.registers().map(({ name, bits }) => [name, bits]))
  for (const name of names) {
    const bits = known.get(name)
    if (bits === undefined) throw unknownRegister(api, name)
    if (bits > 64)
      throw new PluginError(
        'plugin/option-value',
        `names=${name} is not possible: the register has ${bits} bits.`,
        'Name registers of 64 bits at most.',
      )
  }
  return names
}

/** Makes the text of a vCPU's registers: ` name=value` each. */
function registerColumns(
  api: PluginApi,
  diff: boolean,
  asked: readonly string[] | undefined,
): (cpu: number) => string {
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
