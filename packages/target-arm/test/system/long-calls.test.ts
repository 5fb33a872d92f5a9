/** A semihosting call that is served in pieces looks like one that is served at once. */
import { Discon, Machine } from '@guestscope/core'
import { PluginHost } from '@guestscope/plugin-host'
import { expect, test } from 'vitest'
import { armMBoards, cortexM3Target } from '../../src/index.ts'
import { halves, imageOf, words } from './machine.ts'

const text = 0x20100000n
/*
 *   0x100       str r3, [r4, #4]; str r2, [r4]      SysTick, every 80 instructions
 *   0x104       movs r0, #4; mov r1, r5; bkpt 0xab; subs r6, #1; bne 0x104
 *   0x10e       movs r0, #0x18; mov r1, r7; bkpt 0xab
 *   0x180       bx lr                                of SysTick
 */
const image = imageOf([
  [0, words(0x20001000, 0x101, ...Array<number>(13).fill(0x181), 0x181)],
  [0x100, halves(0x6063, 0x6022, 0x2004, 0x4629, 0xbeab, 0x3e01, 0xd1fa, 0x2018, 0x4639, 0xbeab, 0xe7fe)],
  [0x180, halves(0x4770)],
])
const registers = { r2: 7, r3: 1, r4: 0xe000e010, r5: text, r6: 80, r7: 0x20026 }

function run(length: number, tier: 0 | 1 | 'oracle') {
  let printed = 0
  const machine = new Machine({
    target: cortexM3Target(),
    board: armMBoards.find(b => b.name === 'mps2-an385') as never,
    tier,
    hotThreshold: 5,
    batch: 1,
    memoryBytes: 16 << 20,
    cpus: 1,
    console: {
      write: bytes => {
        printed += bytes.length
      },
    },
    image,
    semihosting: true,
  })
  for (const [name, value] of Object.entries(registers))
    machine.target.registers.find(r => r.name === name)?.write?.(machine.cpus[0] as never, BigInt(value))
  machine.writePhysical(text, new Uint8Array(length + 1).fill(65, 0, length))
  const seen: string[] = []
  const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
  host.install({
    name: 'looks',
    description: '',
    apiVersion: 1,
    install: api => {
      api.onDiscon(Discon.All, ({ type, from, to }) => seen.push(`${type} ${from} ${to} ${machine.clock()}`))
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          const { address } = insn
          insn.onExec(() => void seen.push(`${address}`))
        }
      })
    },
  })
  let calls = 0
  while (machine.run(1000) === 'running') calls++
  return { seen, printed, calls, stop: machine.stopReason }
}

test.each([0, 1, 'oracle'] as const)('tier %s', tier => {
  const [short, long] = [run(10, tier), run(1_200_000, tier)]
  expect(long.seen).toEqual(short.seen)
  expect(long.seen.filter(line => line.startsWith('1 ')).length).toBeGreaterThan(2)
  expect([long.printed, long.stop]).toEqual([80 * 1_200_000, { kind: 'exit', status: 0 }])
  expect(long.calls).toBeGreaterThanOrEqual(80)
})
