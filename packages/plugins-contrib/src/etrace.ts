import {
  Discon,
  definePlugin,
  type PluginApi,
  type PluginDefinition,
  PluginError,
} from '@guestscope/plugin-api'
import { EtraceEncoder } from './etrace/encoder.ts'
import { encapsulate } from './etrace/file.ts'
import { classify } from './etrace/flow.ts'
import type { EtraceParams } from './etrace/params.ts'
import type { TracedInsn } from './etrace/traced.ts'
import { BlockTracer } from './etrace/tracer.ts'

export { Code, type CodeSegment } from './etrace/code.ts'
export { type DecodedTrap, type DecoderOutput, EtraceDecoder } from './etrace/decoder.ts'
export { decodeEtrace, packetsOf } from './etrace/file.ts'
export type { EtracePacket } from './etrace/packets.ts'
export type { EtraceParams } from './etrace/params.ts'

const size = { type: 'number', minimum: 0, maximum: 12, integer: true, default: 0 } as const

/** Writes the trace that an encoder of Efficient Trace for RISC-V would give out: a bit or less per instruction. */
export const etrace: PluginDefinition = definePlugin({
  name: 'etrace',
  description: 'Writes an instruction trace in the format Efficient Trace for RISC-V (E-Trace).',
  apiVersion: 1,
  options: {
    out: { type: 'string', default: 'guestscope.etrace', description: 'File to write.' },
    bpred: { ...size, description: 'Branch predictor with 2^n entries (bpred_size_p); 0: none.' },
    cache: { ...size, description: 'Jump target cache with 2^n entries (cache_size_p); 0: none.' },
    returns: {
      ...size,
      description: 'Implicit returns, by a stack of 2^n return addresses (return_stack_size_p); 0: none.',
    },
    'full-address': { type: 'boolean', description: 'Whole addresses instead of differences.' },
    resync: {
      type: 'number',
      minimum: 0,
      integer: true,
      default: 0,
      description: 'Synchronise after so many packets; 0: only where it must be.',
    },
    loops: {
      type: 'boolean',
      description: 'Report every turn of loops without branches, so that turns can be counted.',
    },
    rom: { type: 'boolean', description: "Trace from reset on; else from the program's entry." },
  },
  install(api, options) {
    const xlen = xlenOf(api)
    const params: EtraceParams = {
      xlen,
      branchPrediction: options.bpred,
      jumpCache: options.cache,
      returnStack: options.returns,
      fullAddress: options['full-address'],
    }
    const file = api.openOutput(options.out)
    const totals = { packets: 0, bytes: 0 }
    const harts = Array.from({ length: api.cpus }, (_, cpu) => {
      const encoder = new EtraceEncoder(params, options, packet => {
        const bytes = encapsulate(cpu, packet, params)
        totals.packets++
        totals.bytes += bytes.length
        file.write(bytes)
      })
      return new BlockTracer(encoder)
    })
    const entry = options.rom ? undefined : api.program?.entry

    api.onTranslate(tb => {
      const insns = tb.insns.map(
        ({ address: pc, bytes }): TracedInsn => ({ pc, ...classify(wordOf(bytes), xlen) }),
      )
      const block = { insns }
      const begins = entry === undefined || insns.some(({ pc }) => pc === entry)
      tb.onExec(cpu => {
        const hart = harts[cpu] as BlockTracer
        if (hart.on || begins) hart.begin(block, api.privilege(cpu).level)
      })
      if (insns.length > 1) tb.insns.at(-1)?.onExec(cpu => harts[cpu]?.last())
    })
    api.onDiscon(Discon.Interrupt | Discon.Exception, ({ cpu, type, from, to, cause }) => {
      const hart = harts[cpu] as BlockTracer
      if (!hart.on) return
      const interrupt = type === Discon.Interrupt
      const tval = `${api.privilege(cpu).name.toLowerCase()}tval`
      hart.trap({
        interrupt,
        ecause: cause.number & 0x3f,
        epc: from,
        handler: to,
        tval: interrupt ? 0n : api.readRegister(cpu, tval),
      })
    })
    api.onExit(() => {
      harts.forEach((hart, cpu) => hart.end(api.readRegister(cpu, 'pc')))
      const instructions = harts.reduce((sum, hart) => sum + hart.instructions, 0)
      const { packets, bytes } = totals
      const share = instructions === 0 ? 0 : (8 * bytes) / instructions
      api.output(
        `${api.name}: ${instructions} instructions, ${packets} packets, ${bytes} bytes: ` +
          `${share.toFixed(3)} bits per instruction\n`,
      )
    })
  },
})

export default etrace

function xlenOf(api: PluginApi): 32 | 64 {
  if (api.target === 'riscv64') return 64
  if (api.target === 'riscv32') return 32
  throw new PluginError(
    'etrace/target',
    `The trace format is that of RISC-V; the guest is ${api.target}.`,
    'Use exec-log or ftrace.',
  )
}

const wordOf = (bytes: Uint8Array): number => bytes.reduce((word, byte, i) => word | (byte << (8 * i)), 0)
