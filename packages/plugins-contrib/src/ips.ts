import { definePlugin, type PluginDefinition } from '@guestscope/plugin-api'

/** Milliseconds for which nothing else is looked at. */
const longestSleep = 100

const count = { type: 'number', minimum: 1, integer: true } as const

/** Slows the guest down to so many instructions per second of real time. */
export const ips: PluginDefinition = definePlugin({
  name: 'ips',
  description: 'Limits each vCPU to so many instructions per second of real time.',
  apiVersion: 1,
  options: {
    ips: { ...count, default: 1_000_000_000, description: 'Most instructions of a vCPU per second.' },
    ipq: {
      ...count,
      description: 'Instructions after which the time is looked at; default: a tenth of ips.',
    },
  },
  install(api, options) {
    const perSecond = options.ips
    const quantum = options.ipq ?? Math.max(1, Math.floor(perSecond / 10))
    const { insns } = api.scoreboard('insns')
    const start = performance.now()
    const done = Array.from({ length: api.cpus }, () => 0)

    const look = (cpu: number): void => {
      const sofar = (done[cpu] ?? 0) + Number(insns.get(cpu))
      // The vCPUs share a thread: while one waits, the others do, and none is ahead of its time for it.
      const early = (1000 * sofar) / perSecond - (performance.now() - start)
      sleep(Math.min(early, longestSleep))
      // Signals and limits must not wait. What is counted stays, so that the next block waits for the rest.
      if (early > longestSleep) return api.yield()
      done[cpu] = sofar
      insns.set(cpu, 0n)
    }
    api.onTranslate(tb => {
      tb.onExecIf(insns, '>=', quantum, look)
      tb.inlineAdd(insns, tb.insns.length)
    })
  },
})

export default ips

/** Holds the thread. */
function sleep(milliseconds: number): void {
  if (milliseconds < 1) return
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
  } catch {
    // The main thread of a page must not wait.
    const end = performance.now() + milliseconds
    while (performance.now() < end);
  }
}
