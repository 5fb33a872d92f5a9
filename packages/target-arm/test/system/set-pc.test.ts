/** Plugins that send the CPU elsewhere, out of the middle of an IT block. */
import { PluginHost } from '@guestscope/plugin-host'
import { expect, test } from 'vitest'
import { type Contents, halves, machineFor, words } from './machine.ts'

test.each([
  [0, 1000],
  [1, 1],
  ['oracle', 1000],
] as const)('the IT block ends: tier %s', (tier, hotThreshold) => {
  const [main, target] = [0x100, 0x180]
  const contents: Contents = [
    [0, words(0x20001000, main + 1)],
    // movs r0, #0; cmp r0, #1; itt eq; moveq r1, #1; moveq r1, #2
    [main, halves(0x2000, 0x2801, 0xbf04, 0x2101, 0x2102)],
    // adds r2, #5; b main
    [target, halves(0x3205, 0xe7bd)],
  ]
  const machine = machineFor('mps2-an385', contents, tier, undefined, hotThreshold)
  const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
  host.install({
    name: 'elsewhere',
    description: '',
    apiVersion: 1,
    install: api =>
      void api.onTranslate(tb => {
        for (const insn of tb.insns)
          if (insn.address === BigInt(main + 6))
            insn.onExec(cpu => api.setPc(cpu, BigInt(target)), 'write-pc')
      }),
  })
  const rounds = 20
  machine.run(5 * rounds) // three, then two: what the callback is before does not count
  const read = (name: string): bigint | undefined =>
    machine.target.registers.find(r => r.name === name)?.read(machine.cpus[0] as (typeof machine.cpus)[0])
  expect([read('r1'), read('r2')]).toEqual([0n, BigInt(5 * rounds)])
})
