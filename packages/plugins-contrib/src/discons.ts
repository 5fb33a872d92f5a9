import { Discon, definePlugin, type PluginDefinition } from '@guestscope/plugin-api'
import { type CheckedInsn, DisconChecker, describeEvent, type Mismatch } from './checker.ts'
import { hex } from './text.ts'

/** Tests the emulator: do the discontinuities reported agree with the instructions executed? */
export const discons: PluginDefinition = definePlugin({
  name: 'discons',
  description: 'Checks that discontinuities agree with the executed instructions; a mismatch fails the run.',
  apiVersion: 1,
  options: {
    abort: {
      type: 'boolean',
      default: true,
      description: 'End the run at the first mismatch; else report all and fail at the end.',
    },
    'trace-all': { type: 'boolean', description: 'Print every event and every jump.' },
  },
  install(api, options) {
    const same = (cpu: number, a: bigint, b: bigint): boolean => {
      const physical = api.translateAddress(cpu, a, true)
      return physical !== undefined && physical === api.translateAddress(cpu, b, true)
    }
    const trace = options['trace-all']
    let aborted = false
    const checker = new DisconChecker(api.cpus, same, {
      mismatch(mismatch) {
        api.output(report(api.name, mismatch, api.clock()))
        if (!options.abort) return
        aborted = true
        api.exit(1, `discontinuity mismatch (${mismatch.kind}) on vCPU ${mismatch.cpu}`)
      },
      ...(trace && {
        jump: (cpu: number, from: bigint, to: bigint) =>
          api.output(`${api.name}: vCPU ${cpu}: jump from ${hex(from)} to ${hex(to)}\n`),
      }),
    })

    api.onTranslate(tb => {
      let before: CheckedInsn | undefined
      for (const handle of tb.insns) {
        const { address: pc, endsBlock } = handle
        const insn: CheckedInsn = { pc, next: BigInt.asUintN(64, pc + BigInt(handle.size)), endsBlock }
        if (before !== undefined) before.following = insn
        before = insn
        handle.onExec(cpu => {
          if (!aborted) checker.exec(cpu, insn)
        })
      }
    })
    api.onDiscon(Discon.All, ({ cpu, type, from, to, cause }) => {
      if (aborted) return
      const event = { cpu, type, from, to, cause: cause.name }
      if (trace) api.output(`${api.name}: vCPU ${cpu}: ${describeEvent(event)}\n`)
      checker.discon(event)
    })
    api.onExit(() => {
      const { events, mismatches } = checker
      api.output(`${api.name}: ${events} events checked, ${mismatches} mismatches\n`)
      if (mismatches > 0 && !aborted) api.exit(1, `${mismatches} discontinuity mismatches`)
    })
  },
})

export default discons

function report(name: string, { kind, cpu, expected, seen, event }: Mismatch, clock: number): string {
  return [
    `${name}: mismatch (${kind}) on vCPU ${cpu} at instruction ${clock}`,
    ...(event === undefined ? [] : [`  event:    ${describeEvent(event)}`]),
    `  expected: ${expected}`,
    `  seen:     ${seen}`,
    '',
  ].join('\n')
}
