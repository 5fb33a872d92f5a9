/** The plugin `etrace` round trip: what its decoder makes of the trace is what exec-log saw. */
import { readFileSync } from 'node:fs'
import { Machine } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { PluginHost } from '@guestscope/plugin-host'
import { decodeEtrace, type EtraceParams, etrace, execLog } from '@guestscope/plugins-contrib'
import { riscv32, riscv64, virt32, virt64 } from '@guestscope/target-riscv'
import { describe, expect, test } from 'vitest'
import { guest } from './harness.ts'

interface Traced {
  readonly file: Uint8Array
  /** Lines of exec-log by hart: pcs, and `! type from to`. */
  readonly log: readonly string[][]
  readonly segments: { address: bigint; bytes: Uint8Array }[]
  readonly report: string
}

function trace(path: string, options: Record<string, boolean | number>, limit = 60_000): Traced {
  const image = loadElf(readFileSync(path))
  const wide = image.bits === 64
  const cpus = /harts-(\d)/.exec(path)?.[1] ?? '1'
  const machine = new Machine({
    tier: 1,
    hotThreshold: 4,
    batch: 1,
    target: wide ? riscv64() : riscv32(),
    board: wide ? virt64 : virt32,
    memoryBytes: 64 << 20,
    cpus: Number(cpus),
    console: { write: () => {} },
    image,
    semihosting: path.includes('semihosting'),
  })
  const chunks: Uint8Array[] = []
  let [text, report] = ['', '']
  const host = new PluginHost(machine, {
    output: said => {
      report += said
    },
    openOutput: path => ({
      write: data => {
        if (path === 'log') text += `${data}`
        else chunks.push(data as Uint8Array)
      },
    }),
  })
  host.install(etrace, { out: 'trace', rom: true, ...options })
  host.install(execLog, { out: 'log', discon: true })
  // Boot ROM, code that the guest writes, other virtual addresses: what the file does not have.
  const others: Traced['segments'] = []
  host.install({
    name: 'code',
    description: '',
    apiVersion: 1,
    install: api =>
      void api.onTranslate(({ insns }) => {
        for (const { address, bytes } of insns)
          if (!image.segments.some(s => address >= s.virtual && address < s.virtual + BigInt(s.bytes.length)))
            others.push({ address, bytes })
      }),
  })
  while (machine.executed < limit && machine.run(limit - machine.executed) === 'running');
  host.finish(machine.stopReason ?? { kind: 'exit', status: -1 })

  const log: string[][] = Array.from({ length: Number(cpus) }, () => [])
  for (const line of text.trimEnd().split('\n')) {
    const [cpu, ...rest] = line.replace(/^! (\S+)/, '$1 !').split(' ')
    if (cpu !== '#') log[Number.parseInt(cpu as string, 16)]?.push(rest.join(' '))
  }
  return {
    file: Buffer.concat(chunks),
    log,
    segments: [...image.segments.map(({ virtual, bytes }) => ({ address: virtual, bytes })), ...others],
    report,
  }
}

/** What the decoder finds, as exec-log writes it: interrupts without addresses, which the trace does not have. */
function decoded({ file, segments, log }: Traced, params: EtraceParams): string[][] {
  const lines: string[][] = log.map(() => [])
  const fetchFaults = [1, 12]
  decodeEtrace(file, segments, params, hart => {
    const own = lines[hart] as string[]
    return {
      retired: pc => own.push(pc.toString(16)),
      trap: ({ interrupt, ecause, epc }) => {
        // An instruction that traps has begun, unless it could not even be fetched.
        if (epc !== undefined && !fetchFaults.includes(ecause)) own.push(epc.toString(16))
        own.push(interrupt ? '! 1' : `! 2 ${epc?.toString(16)}`)
      },
    }
  })
  return lines
}

/** The log with as much of each event as the trace has; host calls are no traps. */
const comparable = (log: readonly string[][]): string[][] =>
  log.map(lines =>
    lines
      .filter(line => !line.startsWith('! 4'))
      .map(line => (line.startsWith('! 1') ? '! 1' : line.replace(/^(! 2 \S+) .*/, '$1'))),
  )

/** Long lists: the first difference, with what is around it. */
function expectSame(found: readonly string[], expected: readonly string[]): void {
  const at = expected.findIndex((line, i) => line !== found[i])
  if (at < 0 && found.length === expected.length) return
  const from = Math.max(0, (at < 0 ? expected.length : at) - 6)
  expect({ at: from, lines: found.slice(from, from + 12) }).toEqual({
    at: from,
    lines: expected.slice(from, from + 12),
  })
}

const options = [
  { name: 'plain', options: {} },
  { name: 'predictor', options: { bpred: 6 } },
  { name: 'cache', options: { cache: 4 } },
  { name: 'implicit returns', options: { returns: 4 } },
  { name: 'all', options: { bpred: 4, cache: 5, returns: 1, 'full-address': true, resync: 7, loops: true } },
]
/** Each option by itself is in the long tests. */
const ways = process.env.GUESTSCOPE_LONG ? options : options.filter(({ name }) => /^(plain|all)$/.test(name))
/** Not pmp, paging and selfmod: they have different code at one address, one after the other, which no trace tells. */
const guests = [
  'hello-rv64',
  'demo-rv64',
  'demo-rv32',
  'exceptions-rv64',
  'exceptions-rv32',
  'interrupts-rv64',
  'interrupts-rv32',
  'nested-rv64',
  'priorities-rv64',
  'privilege-rv64',
  'programs-rv64',
  'programs-rv32',
  'semihosting-rv64',
  'storm-1000-rv64',
  'harts-2-rv64',
]

describe.each(ways)('$name', ({ options }) => {
  test.each(guests)('%s', name => {
    const traced = trace(guest(name), options)
    const all: { bpred?: number; cache?: number; returns?: number; 'full-address'?: boolean } = options
    const lines = decoded(traced, {
      xlen: name.endsWith('64') ? 64 : 32,
      branchPrediction: all.bpred ?? 0,
      jumpCache: all.cache ?? 0,
      returnStack: all.returns ?? 0,
      fullAddress: all['full-address'] ?? false,
    })
    comparable(traced.log).forEach((expected, hart) => expectSame(lines[hart] as string[], expected))
  })
})
