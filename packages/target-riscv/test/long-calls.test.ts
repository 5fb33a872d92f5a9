/**
 * Semihosting calls that are served in pieces: but for the turns that the run loop gets, nothing shows that they are long.
 * The same program makes short calls and long ones; instructions, events, times and what plugins see must be the same.
 */
import { Discon, type GuestFile, Machine, type SemihostingHost, type Tier } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { PluginHost } from '@guestscope/plugin-host'
import { describe, expect, test } from 'vitest'
import { riscv64, virt64 } from '../src/index.ts'
import { assembleProgram } from './differential/asm.ts'
import { programElf } from './differential/elf.ts'

const at = { program: 0x80000000, blocks: 0x80002000, data: 0x80400000, text: 0x80800000 } as const
/** Parameter blocks by operation. */
const block = { open: at.blocks, write: at.blocks + 0x40, read: at.blocks + 0x80, seek: at.blocks + 0xc0 }
const exitBlock = at.blocks + 0x100
const call = (operation: number, parameter: number): string => `
  li a0,${operation}
  la a1,0x${parameter.toString(16)}
  jal ra,@call`

/** Hart 0 makes calls, a timer that ticks every 100 instructions interrupts it; hart 1 counts in s9. */
const source = `
  csrrs t0,mhartid,zero
  bne t0,zero,@spin
  la t0,@handler
  csrrw zero,mtvec,t0
  li t0,128
  csrrs zero,mie,t0
  lui s6,0x2004
  sd zero,0(s6)
  csrrsi zero,mstatus,8
  li s0,4
${call(1, block.open)}
${call(1, block.open + 0x20)}
loop:
${call(5, block.write)}
  add s8,s8,a0
${call(6, block.read)}
  add s8,s8,a0
${call(0x0a, block.seek)}
${call(4, at.text)}
  addi s0,s0,-1
  bne s0,zero,@loop
${call(0x18, exitBlock)}
spin:
  addi s9,s9,1
  jal zero,@spin
call:
  slli zero,zero,0x1f
  ebreak
  srai zero,zero,0x7
  jalr zero,0(ra)
handler:
  lui s6,0x2004
  ld s7,0(s6)
  addi s7,s7,1
  sd s7,0(s6)
  mret`

function machineFor(tier: Tier, cpus: number, semihostingHost: SemihostingHost, program = source): Machine {
  const machine = new Machine({
    target: riscv64(),
    board: virt64,
    tier,
    memoryBytes: 64 << 20,
    cpus,
    console: { write: () => {} },
    image: loadElf(programElf(64, at.program, assembleProgram(64, at.program, program))),
    semihosting: true,
    semihostingHost,
    hotThreshold: 5,
    batch: 1,
  })
  for (const cpu of machine.cpus) cpu.pc = BigInt(at.program)
  return machine
}

/** Fields of a parameter block. */
function put(machine: Machine, address: number, ...fields: readonly (number | bigint)[]): void {
  const bytes = new Uint8Array(8 * fields.length)
  const view = new DataView(bytes.buffer)
  fields.forEach((value, i) => view.setBigUint64(8 * i, BigInt(value), true))
  expect(machine.writePhysical(BigInt(address), bytes)).toBe(true)
}
function putText(machine: Machine, address: number, text: string): number {
  machine.writePhysical(BigInt(address), new TextEncoder().encode(`${text}\0`))
  return text.length
}

const register = (machine: Machine, name: string, cpu = 0): bigint | undefined =>
  machine.target.registers.find(r => r.name === name)?.read(machine.cpus[cpu] as never)

/** Runs the program; `length`: bytes of each transfer. */
function run(length: number, tier: Tier, cpus: number, looksAtAll: boolean) {
  let [printed, readBytes] = [0, 0]
  const file: GuestFile = {
    read: (position, wanted) => {
      const bytes = new Uint8Array(Math.max(Math.min(wanted, length - position), 0)).fill(7)
      readBytes += bytes.length
      return bytes
    },
    write: () => {},
    size: () => length,
    close: () => {},
  }
  const files = { open: () => file, remove: () => {}, rename: () => {} }
  const output = (bytes: Uint8Array): void => {
    printed += bytes.length
  }
  const machine = machineFor(tier, cpus, { files, output })
  put(machine, block.open, at.blocks + 0x200, 4, putText(machine, at.blocks + 0x200, ':tt'))
  put(machine, block.open + 0x20, at.blocks + 0x210, 0, putText(machine, at.blocks + 0x210, 'file'))
  put(machine, block.write, 1, at.data, length)
  put(machine, block.read, 2, at.data, length)
  put(machine, block.seek, 2, 0)
  put(machine, exitBlock, 0x20026, 0)
  putText(machine, at.text, 'x'.repeat(length))

  const seen: string[] = []
  const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
  let executed = 0
  host.install({
    name: 'looks',
    description: '',
    apiVersion: 1,
    install: api => {
      api.onDiscon(Discon.All, ({ cpu, type, from, to }) => {
        seen.push(`${cpu} ${type} ${from.toString(16)} ${to.toString(16)} ${machine.clock()}`)
      })
      if (!looksAtAll) return
      const { count } = api.scoreboard('count')
      api.onTranslate(tb => {
        seen.push(`block ${tb.address.toString(16)} ${tb.insns.length}`)
        tb.inlineAdd(count, 1)
        for (const insn of tb.insns) insn.onExec(() => void executed++)
      })
      api.onExit(() => seen.push(`${count.sum()} blocks, ${executed} instructions`))
    },
  })
  let calls = 0
  while (machine.run(3000) === 'running') calls++
  host.finish(machine.stopReason ?? { kind: 'exit', status: 99 })
  const counted = register(machine, 's9', cpus - 1)
  return {
    calls,
    moved: [printed, readBytes],
    interrupts: seen.filter(line => line.startsWith('0 1 ')).length,
    same: { seen, counted, left: register(machine, 's8'), stop: machine.stopReason, clock: machine.clock() },
  }
}

const tiers: readonly Tier[] = [0, 1, 2, 'oracle']
const ways = tiers.flatMap(tier =>
  [1, 2].flatMap(cpus => [false, true].map(all => [tier, cpus, all] as const)),
)

test.each(ways)('tier %s, %i CPUs, plugin at every instruction: %s', (tier, cpus, looksAtAll) => {
  const [short, long] = [100, 1_200_000].map(length => run(length, tier, cpus, looksAtAll))
  expect(long?.same).toEqual(short?.same)
  expect(long?.moved).toEqual([2 * 4 * 1_200_000, 4 * 1_200_000])
  expect(long?.same).toMatchObject({ left: 0n, stop: { kind: 'exit', status: 0 } })
  expect(long?.interrupts).toBeGreaterThan(0)
  // Each call comes back to whoever runs the machine: between its two pieces.
  expect((long?.calls ?? 0) - (short?.calls ?? 0)).toBeGreaterThanOrEqual(3 * 4)
})

describe.each(tiers)('lengths beyond all memory, tier %s', tier => {
  // 2^44 bytes, the whole of a 64-bit address space, and 127 MiB on a machine of 64.
  test.each([1n << 44n, (1n << 64n) - 1n, 127n << 20n])('%i bytes are refused at once', length => {
    let printed = 0
    const machine = machineFor(
      tier,
      1,
      {
        output: bytes => {
          printed += bytes.length
        },
      },
      `${call(1, block.open)} ${call(5, block.write)}
        addi s8,a0,0
        ${call(0x13, 0x80000000)}
        addi s9,a0,0
      wait:
        jal zero,@wait
      call:
        slli zero,zero,0x1f
        ebreak
        srai zero,zero,0x7
        jalr zero,0(ra)`,
    )
    put(machine, block.open, at.blocks + 0x200, 4, putText(machine, at.blocks + 0x200, ':tt'))
    put(machine, block.write, 1, at.data, length)
    machine.run(2000)
    expect([register(machine, 's8'), register(machine, 's9'), printed]).toEqual([length, 14n, 0])
  })
})

test.each(tiers)('a call waits for input, and the machine with it, tier %s', tier => {
  const input: Uint8Array[] = []
  let ended = false
  const machine = machineFor(
    tier,
    1,
    { input: () => input.shift() ?? (ended ? new Uint8Array() : undefined) },
    `lui s6,0x2004
      sd zero,0(s6)
      la t0,@handler
      csrrw zero,mtvec,t0
      li t0,128
      csrrs zero,mie,t0
      csrrsi zero,mstatus,8
      ${call(7, 0x80000000)}
      addi s8,a0,0
      ${call(7, 0x80000000)}
      addi s9,a0,0
    wait:
      jal zero,@wait
    call:
      slli zero,zero,0x1f
      ebreak
      srai zero,zero,0x7
      jalr zero,0(ra)
    handler:
      lui s6,0x2004
      ld s7,0(s6)
      addi s7,s7,1
      sd s7,0(s6)
      mret`,
  )
  expect(machine.run(100_000)).toBe('idle')
  const clock = machine.clock()
  expect([machine.run(100_000), machine.clock()]).toEqual(['idle', clock])
  input.push(Uint8Array.of(65))
  expect(machine.run(100_000)).toBe('idle')
  expect(register(machine, 's8')).toBe(65n)
  ended = true
  expect(machine.run(100_000)).toBe('running')
  expect(register(machine, 's9')).toBe((1n << 64n) - 1n)
})
