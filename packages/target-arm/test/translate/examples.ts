/** Single instructions with what is there before and after: for tables of examples. */
import { expect } from 'vitest'
import { S } from '../../src/state.ts'
import { type Case, type End, Harness, pc, ways, window } from './harness.ts'

type Values = Readonly<Record<number, number>>

/** An instruction, what is there before, and what is after; what is not named stays. */
export interface Example extends Case {
  readonly note?: string
  /** Registers by number. */
  readonly r?: Values
  readonly after?: Values
  /** Words of memory by address. */
  readonly memory?: Values
  readonly memoryAfter?: Values
  /** State slots. */
  readonly s?: Values
  readonly sAfter?: Values
  /** N Z C V Q. */
  readonly nzcvq?: number
  readonly nzcvqAfter?: number
  /** Default: after the instruction. */
  readonly to?: number
  readonly trap?: End['trap']
  readonly leave?: number
  /** Translation flags and ITSTATE after it. */
  readonly flagsAfter?: number
  readonly calls?: readonly (readonly [string, ...number[]])[]
}

const unsigned = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value >>> 0]))

/** Runs all of them in every way. */
export function runExamples(list: readonly Example[]): void {
  const harness = new Harness(list)
  list.forEach((e, i) => {
    for (const way of ways) {
      harness.reset(i)
      const { view } = harness
      for (let at = window.start; at < window.start + 256; at += 4) view.setInt32(at, 0, true)
      for (const [at, word] of Object.entries(e.memory ?? {})) view.setInt32(Number(at), word, true)
      for (const [n, value] of Object.entries(e.r ?? {})) harness.setR(Number(n), value)
      for (const [slot, value] of Object.entries(e.s ?? {})) harness.set32(Number(slot), value)
      harness.nzcvq = e.nzcvq ?? 0
      const registers = harness.registers()
      const end = harness.run(i, way)

      for (const [n, value] of Object.entries(e.after ?? {})) registers[Number(n)] = value >>> 0
      const memory = { ...e.memory, ...e.memoryAfter }
      const slots = { ...e.s, ...e.sAfter }
      const at = e.trap ? pc : (e.to ?? pc + (e.size ?? 4))
      const name = `${way} ${e.sem}${e.it ? ' if' : ''} ${e.note ?? ''}`
      const words = Object.keys(memory).map(a => [a, view.getUint32(Number(a), true)])
      const states = Object.keys(slots).map(slot => [slot, harness.get32(Number(slot)) >>> 0])
      expect({
        name,
        end,
        registers: harness.registers(),
        memory: Object.fromEntries(words),
        slots: Object.fromEntries(states),
        nzcvq: harness.nzcvq,
        flags: harness.flags,
        calls: harness.calls,
      }).toEqual({
        name,
        end: {
          pc: at,
          ...(e.trap && { trap: e.trap }),
          ...(e.leave !== undefined && { leave: e.leave }),
        },
        registers,
        memory: unsigned(memory),
        slots: unsigned(slots),
        nzcvq: e.nzcvqAfter ?? e.nzcvq ?? 0,
        flags: e.flagsAfter ?? e.flags ?? 0,
        calls: e.calls ?? [],
      })
    }
  })
}

/** The slot of a register, for examples that name state slots. */
export const slotOf = (n: number): number => S.r + 8 * n
