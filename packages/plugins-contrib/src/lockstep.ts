import {
  Discon,
  definePlugin,
  type PluginApi,
  type PluginDefinition,
  PluginError,
} from '@guestscope/plugin-api'
import { EachInstruction, type RegisterCheck } from './lockstep/each.ts'
import { Hashes } from './lockstep/hashes.ts'
import { ReferenceLog } from './lockstep/reference-log.ts'
import { Verdict } from './lockstep/verdict.ts'
import { hex } from './text.ts'

/** Compares this run with the log of another: of ours in another tier or version, or of QEMU. */
export const lockstep: PluginDefinition = definePlugin({
  name: 'lockstep',
  description: 'Compares the run with the exec-log of another, as it goes; a difference fails it.',
  apiVersion: 1,
  options: {
    against: { type: 'string', description: 'The other log: a file, or a pipe that the other run writes.' },
    start: {
      type: 'number',
      minimum: 0,
      integer: true,
      default: 0,
      description: 'The other log skips so many instructions of each vCPU (start=).',
    },
    discon: {
      type: 'boolean',
      description: 'Compare discontinuities, too; the other log has them (discon).',
    },
    ignore: { type: 'string', multiple: true, description: 'A register that is not compared.' },
    tail: {
      type: 'number',
      minimum: 0,
      integer: true,
      default: 0,
      description: 'Let the other run be so many instructions longer at its end.',
    },
    partial: { type: 'boolean', description: 'Let the other log end before this run.' },
    history: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      integer: true,
      default: 8,
      description: 'Lines to show from before a difference.',
    },
  },
  install(api, options) {
    const { against } = options
    if (against === undefined)
      throw new PluginError(
        'lockstep/against',
        'There is nothing to compare with.',
        'Name the log of the other run: against=FILE.',
      )
    const log = new ReferenceLog(api.openInput(against), options.discon, api.cpus)
    const first = log.peek()
    if (log.fault !== undefined)
      throw new PluginError(
        'lockstep/log',
        `${against} cannot be compared with: ${log.fault}.`,
        'Make it with the plugin exec-log, of Guestscope or of QEMU.',
      )
    if (first === undefined)
      throw new PluginError(
        'lockstep/empty',
        `${against} has no instructions.`,
        'Make it with the plugin exec-log, of Guestscope or of QEMU.',
      )
    const verdict = new Verdict(api)
    const registers = / [^\s=;]+=[\da-f]/.test(first)
      ? registerCheck(api, new Set(options.ignore))
      : undefined
    const hashed = log.kind === 'hashes'
    const hashes = hashed ? new Hashes(api.cpus, log, verdict, options) : undefined
    const each = hashed ? undefined : new EachInstruction(api.cpus, log, verdict, options, registers)

    const access = registers === undefined ? 'none' : 'read'
    api.onTranslate(tb => {
      for (const insn of tb.insns) {
        const callback = (hashes ?? each)?.callback(insn)
        if (callback !== undefined) insn.onExec(callback, access)
      }
    })
    if (options.discon && each !== undefined)
      api.onDiscon(Discon.All, ({ cpu, type, from, to }) =>
        each.event(cpu, `! ${type} ${hex(from)} ${hex(to)}`),
      )
    api.onExit(() => {
      const { compared, ended } = (hashes ?? each)?.end() ?? { compared: 0, ended: false }
      if (verdict.over) return
      if (compared === 0) return verdict.fails(`no instruction was compared with ${against}`)
      api.output(
        `${api.name}: ${compared} instructions as in ${against}${ended ? ', which ends there' : ''}\n`,
      )
    })
  },
})

export default lockstep

/** Counters run by themselves, and elsewhere otherwise. */
const counters: readonly string[] = ['time', 'cycle', 'instret', 'mcycle', 'minstret', 'pc']

/** Compares the registers that a line has and that this target knows, too. */
function registerCheck(api: PluginApi, ignored: ReadonlySet<string>): RegisterCheck {
  const names = api.registers().map(({ name }) => name)
  const unknown = [...ignored].find(name => !names.includes(name))
  if (unknown !== undefined)
    throw new PluginError(
      'lockstep/register',
      `${api.target} has no register '${unknown}'.`,
      'Give names of registers of this target to ignore=.',
    )
  const compared = new Set(names.filter(name => !counters.includes(name) && !ignored.has(name)))
  return (cpu, line) => {
    for (const [, name = '', value = ''] of line.split(' ;', 1)[0]?.matchAll(/ ([^\s=;]+)=([\da-f]+)/g) ??
      []) {
      if (!compared.has(name)) continue
      const own = hex(api.readRegister(cpu, name))
      if (own !== value) return { expected: `${name}=${value}`, seen: `${name}=${own}` }
    }
    return undefined
  }
}
