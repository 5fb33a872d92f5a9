import type { Machine } from '@guestscope/core'
import { below, bits32, bits64, type ContractOptions, type Random, targetContract } from '@guestscope/testkit'
import { describe, test } from 'vitest'
import { type Core, cortexM0, cortexM0Plus, cortexM3, cortexM4, cortexM7 } from '../src/cores.ts'
import {
  cortexM0PlusTarget,
  cortexM0Target,
  cortexM3Target,
  cortexM4Target,
  cortexM7Target,
  lm3s6965evb,
  microbit,
} from '../src/index.ts'
import { assemble, decode, disassemble, type Insn, randomWord, rowsOf } from '../src/isa/thumb/index.ts'
import { Flags, S } from '../src/state.ts'

const ram = 0x20000000
const code = ram + 0x400
const handlerAt = ram + 0x1000
const literalsAt = handlerAt + 0x100
const data = ram + 0x2000
const frame = ram + 0x3000
/** A word that counts exceptions, so that handlers differ. */
const counter = ram + 0x1800
/** r4 … r7 point to data: the handler sets them, and few instructions write them. */
const pointers = new Set([4, 5, 6, 7])

/**
 * The handler of every exception: on behind the instruction (four bytes: behind two of two bytes at times), from outside
 * the program somewhere back into it, on a new stack. `=` stands for a literal.
 */
const handler = (bytes: number): string => `
  movs r0, #0
  msr CONTROL, r0
  cpsie i
  ldr r1, =${0xe000ed24} # SHCSR: each kind of fault with an exception of its own, from the second on
  ldr r2, =${0x70000}
  str r2, [r1, #0]
  ldr r1, =${counter}
  ldr r7, [r1, #0]
  adds r7, #89
  str r7, [r1, #0]
  ldr r1, =${0xe000ed14} # CCR: some with UNALIGN_TRP, DIV_0_TRP
  movs r2, #24
  ands r2, r7
  str r2, [r1, #0]
  mrs r0, MSP
  ldr r1, =${ram}
  subs r2, r0, r1
  ldr r3, =${0x3f00}
  cmp r2, r3
  bcs.n @outside
  ldr r3, [r0, #24]
  ldr r1, =${code}
  subs r2, r3, r1
  ldr r1, =${bytes}
  cmp r2, r1
  bcs.n @outside
  adds r3, r3, #4
  b.n @inside
outside:
  ldr r2, =${0x3fe}
  ands r7, r2
  ldr r3, =${code}
  adds r3, r3, r7
inside:
  ldr r0, =${frame}
  mov sp, r0
  str r3, [r0, #24]
  ldr r1, =${1 << 24}
  str r1, [r0, #28]
  ldr r4, =${data}
  str r4, [r0, #0]
  str r2, [r0, #4]
  str r1, [r0, #12]
  adds r5, r4, #7
  adds r5, #125
  ldr r6, =${data + 0x400}
  ldr r7, =${data + 0x3fd}
  ldr r1, =${0xfffffff9}
  bx r1`

interface Code {
  readonly bytes: Uint8Array
  readonly literals: Uint8Array
}

function assembleHandler(core: Core, text: string): Code {
  const lines = text
    .split('\n')
    .map(line => line.replace(/#[ A-Z].*/, '').trim())
    .filter(line => line !== '')
  const literals: number[] = []
  const labels = new Map<string, number>()
  const pass = (): number[] => {
    const bytes: number[] = []
    for (const line of lines) {
      const at = handlerAt + bytes.length
      if (line.endsWith(':')) {
        labels.set(line.slice(0, -1), at)
        continue
      }
      const plain = line
        .replace(/@(\w+)/, (_, label) => `0x${(labels.get(label) ?? at + 4).toString(16)}`)
        .replace(/=(\d+)/, (_, value) => {
          if (!literals.includes(Number(value))) literals.push(Number(value))
          return `[pc, #${literalsAt + 4 * literals.indexOf(Number(value)) - ((at + 4) & ~3)}]`
        })
      const { word, size } = assemble(core, plain, at)
      bytes.push(...bytesOf(word, size))
    }
    return bytes
  }
  pass()
  return { bytes: Uint8Array.from(pass()), literals: new Uint8Array(Uint32Array.from(literals).buffer) }
}

const bytesOf = (word: number, size: number): number[] =>
  (size === 4 ? [word >>> 16, word & 0xffff] : [word]).flatMap(half => [half & 0xff, half >> 8])

/** An exception while FAULTMASK is set has nowhere to go. */
const locks = (insn: Insn): boolean =>
  /^(msr|cps)/.test(insn.row.name) && /FAULTMASK|^cpsid .*f/.test(disassemble(insn, 0))
/** Waiting for an interrupt that never comes ends a run. */
const waiting = /^(wf[ie])\b/
/** What programs are better without, mostly: wild accesses, lost pointers, loops for ever. */
function wild(insn: Insn): boolean {
  const { row, rd, rn, imm } = insn
  const { regs, more } = row
  const spared = (file: unknown, n: number): boolean => file === 'r' && (pointers.has(n) || n === 13)
  if (locks(insn) || (!more.source && spared(regs.rd, rd))) return true
  if (/\[rn, rm/.test(row.args)) return true
  if (/\[rn|^rn!?,/.test(row.args) && regs.rn === 'r' && !row.name.startsWith('cm')) return !pointers.has(rn)
  return row.ending === 'branch' && (imm <= 0 || imm > 64)
}

function options(core: Core, target: ContractOptions['target']): ContractOptions {
  const board = core.baseline ? microbit : lm3s6965evb
  const rows = rowsOf(core).filter(({ name }) => !waiting.test(name))
  const usual = rows.filter(row => row.ending === undefined || row.ending === 'branch')
  return {
    target,
    board,
    memoryBytes: board.defaultMemory,
    scratch: offset => offset >= S.scratch && offset < S.n,
    flags: [
      0,
      Flags.fpReady,
      Flags.unprivileged | Flags.strictAlign,
      Flags.notThumb,
      // In an IT block: ne, and more follow; ge, the last.
      0x14,
      0xa8 | Flags.fpReady,
    ],
    random: {
      code: BigInt(code),
      instruction: random => {
        const from = random() < 0.95 ? usual : rows
        const row = from[below(random, from.length)]
        if (!row) throw new Error('no rows')
        const any = (): number => randomWord(random, core, row)
        let word = any()
        for (let i = 0; i < 20 && wild(decode(core, word, row.size) as Insn); i++) word = any()
        return bytesOf(word, row.size)
      },
      prepare: (machine: Machine, random: Random, bytes: number) => {
        const cpu = machine.cpus[0]
        if (!cpu) throw new Error('no CPU')
        const put = (at: number, what: Uint8Array): void => {
          machine.memory.bytes.set(what, machine.memory.linear(BigInt(at)))
        }
        // Behind the program: permanently undefined.
        put(
          code + bytes,
          new Uint8Array(new Uint16Array((handlerAt - code - bytes) >> 1).fill(0xde00).buffer),
        )
        put(0, new Uint8Array(Uint32Array.from({ length: 48 }, (_, i) => (i ? handlerAt | 1 : frame)).buffer))
        const trap = assembleHandler(core, handler(bytes))
        put(handlerAt, trap.bytes)
        put(literalsAt, trap.literals)
        const set = (name: string, value: bigint): void =>
          machine.target.registers.find(r => r.name === name)?.write?.(cpu, value)
        for (let i = 0; i < 15; i++) set(`r${i}`, BigInt(bits32(random) >>> 0))
        for (const r of pointers) set(`r${r}`, BigInt(data + 0x40 * r))
        for (let i = 0; i < 16; i++) cpu.set64(S.s + 8 * i, bits64(random))
        set('sp', BigInt(frame))
        set('lr', BigInt(bits32(random) >>> 0))
        if (core.fpu !== 'none') cpu.set32(S.cpacr, 0xf << 20)
        set('xpsr', 1n << 24n)
      },
    },
    skip: core.baseline
      ? [
          {
            reason: 'Armv6-M has the kinds of instructions of Armv7-M, of which it uses few',
            cases: ['the random generator makes instructions of which most kinds are valid'],
          },
        ]
      : [],
  }
}

const all = [
  [cortexM0.name, cortexM0, cortexM0Target],
  [cortexM0Plus.name, cortexM0Plus, cortexM0PlusTarget],
  [cortexM3.name, cortexM3, cortexM3Target],
  [cortexM4.name, cortexM4, cortexM4Target],
  [cortexM7.name, cortexM7, cortexM7Target],
] as const

/** The least and the most of them; those between are in the long tests. */
const targets = process.env.GUESTSCOPE_LONG
  ? all
  : all.filter(([, core]) => core === cortexM0 || core === cortexM7)

describe.each(targets)('%s', (_, core, target) => {
  for (const { name, skip, run } of targetContract(options(core, target()))) test.skipIf(skip)(name, run)
})
