import { definePlugin, type InsnHandle, type PluginDefinition, PluginError } from '@guestscope/plugin-api'
import { physicalOf } from './memory.ts'
import { RegisterWatch } from './register-watch.ts'
import { BatchedOutput, openLog } from './text.ts'

/** A line per executed instruction with its accesses to memory, as QEMU's plugin of the name writes it. */
export const execlog: PluginDefinition = definePlugin({
  name: 'execlog',
  description: 'Writes a line per executed instruction, with accesses to memory and changed registers.',
  apiVersion: 1,
  options: {
    out: { type: 'string', description: 'File to write; default: the plugin output.' },
    ifilter: {
      type: 'string',
      multiple: true,
      description: 'Only instructions whose assembly text begins so.',
    },
    afilter: {
      type: 'string',
      multiple: true,
      description: 'Only the instruction at this address, hexadecimal. Adds to ifilter.',
    },
    reg: {
      type: 'string',
      multiple: true,
      description: 'Append this register when the instruction has changed it; * and ? stand for any letters.',
    },
    rdisas: { type: 'boolean', description: 'Look at registers only after instructions that name them.' },
  },
  install(api, options) {
    const log = new BatchedOutput(openLog(api, options.out))
    const addresses = new Set(options.afilter.map(parseAddress))
    const selects = (text: string, address: bigint): boolean =>
      (options.ifilter.length === 0 && addresses.size === 0) ||
      addresses.has(address) ||
      options.ifilter.some(prefix => text.startsWith(prefix))

    const cpus = Array.from({ length: api.cpus }, (_, cpu) => ({
      prefix: `${cpu}, `,
      /** The line of the last instruction, to which its accesses are still appended. */
      line: '',
      registers: new RegisterWatch(api, cpu, options.reg),
      /** The last instruction may have changed a register that is watched. */
      look: false,
    }))
    type CpuLog = (typeof cpus)[number]
    const access = options.reg.length === 0 ? 'none' : 'read'
    // Set while a line waits for its registers: instructions that are not logged look at this alone.
    const { waiting } = api.scoreboard('waiting')

    /** True if the registers have been read: what changes from now on is due to the next instruction. */
    const finish = (own: CpuLog): boolean => {
      const { look } = own
      if (look) own.line += own.registers.changes()
      own.look = false
      if (own.line !== '') log.write(`${own.line}\n`)
      own.line = ''
      return look
    }
    const logged = (insn: InsnHandle, text: string): void => {
      const head = `0x${insn.address.toString(16)}, 0x${opcodeOf(insn)}, "${text}"`
      const look = access === 'read' && (!options.rdisas || (cpus[0] as CpuLog).registers.areNamedIn(text))
      insn.onExec(cpu => {
        const own = cpus[cpu] as CpuLog
        if (!finish(own) && look) own.registers.changes()
        own.line = own.prefix + head
        own.look = look
      }, access)
      insn.inlineStore(waiting, 1)
      insn.onMemory('both', event => {
        const { cpu, isStore, isIo, device } = event
        const address = physicalOf(event).toString(16).padStart(8, '0')
        const own = cpus[cpu] as CpuLog
        own.line += `, ${isStore ? 'store' : 'load'}, 0x${address}, ${isIo ? device : 'RAM'}`
      })
    }

    api.onTranslate(tb => {
      for (const insn of tb.insns) {
        const text = insn.disassemble()
        if (selects(text, insn.address)) logged(insn, text)
        else if (access === 'read')
          insn.onExecIf(
            waiting,
            '==',
            1,
            cpu => {
              waiting.set(cpu, 0n)
              finish(cpus[cpu] as CpuLog)
            },
            access,
          )
      }
    })
    api.onExit(() => {
      for (const own of cpus) if (own.line !== '') log.write(`${own.line}\n`)
      log.flush()
    })
  },
})

export default execlog

/** The first four bytes as a number. */
function opcodeOf({ bytes }: InsnHandle): string {
  return bytes
    .subarray(0, 4)
    .reduceRight((word, byte) => word * 256 + byte, 0)
    .toString(16)
}

function parseAddress(text: string): bigint {
  const digits = text.replace(/^0x/i, '')
  if (/^[\da-f]+$/i.test(digits)) return BigInt(`0x${digits}`)
  throw new PluginError(
    'plugin/option-value',
    `afilter=${text} is not possible.`,
    'Give an address in hexadecimal.',
  )
}
