import {
  Discon,
  definePlugin,
  type PluginApi,
  type PluginDefinition,
  PluginError,
} from '@guestscope/plugin-api'
import { EtraceEncoder, type TracedInsn } from './etrace/encoder.ts'
import { encapsulate } from './etrace/file.ts'
import { classify } from './etrace/flow.ts'
import type { EtraceParams } from './etrace/params.ts'

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
      fullAddress: options['full-address'],
    }
    const file = api.openOutput(options.out)
    const totals = { instructions: 0, packets: 0, bytes: 0 }
    const harts = Array.from({ length: api.cpus }, (_, cpu) => {
      const encoder = new EtraceEncoder(params, options, packet => {
        const bytes = encapsulate(cpu, packet, params)
        totals.packets++
        totals.bytes += bytes.length
        file.write(bytes)
      })
      return { encoder, on: false, last: 0n }
    })
    type Hart = (typeof harts)[number]
    const entry = options.rom ? undefined : api.program?.entry

    api.onTranslate(tb => {
      for (const handle of tb.insns) {
        const { address: pc, bytes } = handle
        const insn: TracedInsn = { pc, ...classify(wordOf(bytes), xlen) }
        const begins = entry === undefined || pc === entry
        handle.onExec(cpu => {
          const hart = harts[cpu] as Hart
          if (!hart.on) {
            if (!begins) return
            hart.on = true
            hart.encoder.begin()
          }
          totals.instructions++
          hart.last = pc
          hart.encoder.instruction(insn, api.privilege(cpu).level)
        })
      }
    })
    api.onDiscon(Discon.Interrupt | Discon.Exception, ({ cpu, type, from, to, cause }) => {
      const hart = harts[cpu] as Hart
      if (!hart.on) return
      const interrupt = type === Discon.Interrupt
      const ecause = cause.number & 0x3f
      hart.encoder.trap({
        interrupt,
        ecause,
        epc: from,
        handler: to,
        tval: interrupt ? 0n : api.readRegister(cpu, `${api.privilege(cpu).name.toLowerCase()}tval`),
        ofLast: !interrupt && from === hart.last && !fetchFaults.includes(ecause),
      })
    })
    api.onExit(() => {
      harts.forEach(({ encoder, on }, cpu) => {
        if (on) encoder.end(api.readRegister(cpu, 'pc'))
      })
      const { instructions, packets, bytes } = totals
      const share = instructions === 0 ? 0 : (8 * bytes) / instructions
      api.output(
        `${api.name}: ${instructions} instructions, ${packets} packets, ${bytes} bytes: ` +
          `${share.toFixed(3)} bits per instruction\n`,
      )
    })
  },
})

export default etrace

/** Exception codes of what could not even be fetched: instruction access fault, instruction page fault. */
const fetchFaults: readonly number[] = [1, 12]

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
