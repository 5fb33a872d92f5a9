/**
 * The rules that discontinuity events and executed instructions keep together, as a class without a machine, so that
 * tests can feed it every kind of mistake.
 *
 * An event leads from one instruction to another without any between. So, per vCPU:
 *
 * - An event right behind another begins where that one led to (`double`).
 * - Otherwise a host call comes from the last executed instruction; an exception from that or, if the next could not
 *   even be fetched, from the next; an interrupt from the next (`from`). Which is next is known unless the last one
 *   can branch; then any is accepted.
 * - The next executed instruction is the one that the last event led to (`to`; `early` if the CPU instead goes on as if
 *   nothing had happened).
 * - Without an event, execution goes on behind an instruction that cannot branch (`missing`).
 */
import { Discon, type DisconType } from '@guestscope/plugin-api'
import { hex, typeName } from './text.ts'

/** Kinds of mistakes, as above. */
export type MismatchKind = 'from' | 'to' | 'early' | 'double' | 'missing'

/** An instruction as the checker sees it, made once and given at each execution. */
export interface CheckedInsn {
  readonly pc: bigint
  /** Address behind it. */
  readonly next: bigint
  /** Can execution go on elsewhere? */
  readonly endsBlock: boolean
  /** The next instruction of its block: a short cut, not needed. */
  following?: CheckedInsn
}

/** A discontinuity. */
export interface CheckedEvent {
  readonly cpu: number
  readonly type: DisconType
  readonly from: bigint
  readonly to: bigint
  /** Name of the cause. */
  readonly cause: string
}

/** A broken rule. */
export interface Mismatch {
  readonly kind: MismatchKind
  readonly cpu: number
  /** What had to happen, and what did: phrases with addresses in hexadecimal. */
  readonly expected: string
  readonly seen: string
  /** The event in question; none if it is missing. */
  readonly event?: CheckedEvent
}

/** Where the checker reports. */
export interface CheckerOutput {
  mismatch(mismatch: Mismatch): void
  /** Execution did not go on behind the last instruction. */
  jump?(cpu: number, from: bigint, to: bigint): void
}

interface CpuState {
  last: CheckedInsn | undefined
  /** The last event, if no instruction has run since. */
  pending: CheckedEvent | undefined
}

/** Checks the events of all vCPUs. */
export class DisconChecker {
  /** Events seen. */
  events = 0
  /** Mistakes reported. */
  mismatches = 0
  readonly #cpus: readonly CpuState[]
  readonly #same: (cpu: number, a: bigint, b: bigint) => boolean
  readonly #output: CheckerOutput

  /** `same` says whether two different addresses mean the same instruction. */
  constructor(cpus: number, same: (cpu: number, a: bigint, b: bigint) => boolean, output: CheckerOutput) {
    this.#cpus = Array.from({ length: cpus }, () => ({ last: undefined, pending: undefined }))
    this.#same = same
    this.#output = output
  }

  /** An instruction is about to run. */
  exec(cpu: number, insn: CheckedInsn): void {
    const state = this.#cpus[cpu] as CpuState
    const { last, pending } = state
    state.last = insn
    if (pending === undefined) {
      if (last !== undefined && last.following !== insn) this.#goesOn(cpu, last, insn)
      return
    }
    state.pending = undefined
    this.#output.jump?.(cpu, last?.pc ?? pending.from, insn.pc)
    if (this.#equal(cpu, pending.to, insn.pc)) return
    const undisturbed = insn.pc === pending.from || insn.pc === last?.next
    this.#report(
      undisturbed ? 'early' : 'to',
      cpu,
      `${hex(pending.to)}, to which the event leads, as the next instruction executed`,
      undisturbed ? `${hex(insn.pc)}: the CPU has not gone to the handler` : hex(insn.pc),
      pending,
    )
  }

  /** A discontinuity is reported. */
  discon(event: CheckedEvent): void {
    this.events++
    const state = this.#cpus[event.cpu] as CpuState
    const { last, pending } = state
    state.pending = event
    if (pending !== undefined) {
      if (!this.#equal(event.cpu, pending.to, event.from))
        this.#report(
          'double',
          event.cpu,
          `from ${hex(pending.to)}, to which the event before it led, as no instruction ran between`,
          `from ${hex(event.from)}, right behind ${describeEvent(pending)}`,
          event,
        )
      return
    }
    if (last === undefined) return
    const allowed = origins(event.type, last)
    if (allowed.some(({ pc }) => pc === undefined || this.#equal(event.cpu, pc, event.from))) return
    this.#report(
      'from',
      event.cpu,
      `from ${allowed.map(({ pc = 0n, what }) => `${hex(pc)} (${what})`).join(' or ')}`,
      `from ${hex(event.from)}`,
      event,
    )
  }

  #goesOn(cpu: number, last: CheckedInsn, insn: CheckedInsn): void {
    if (insn.pc === last.next) return
    this.#output.jump?.(cpu, last.pc, insn.pc)
    if (last.endsBlock || this.#equal(cpu, last.next, insn.pc)) return
    this.#report(
      'missing',
      cpu,
      `${hex(last.next)} after ${hex(last.pc)}, which cannot branch, or an event`,
      `${hex(insn.pc)}, and no event`,
    )
  }

  #equal(cpu: number, a: bigint, b: bigint): boolean {
    return a === b || this.#same(cpu, a, b)
  }

  #report(kind: MismatchKind, cpu: number, expected: string, seen: string, event?: CheckedEvent): void {
    this.mismatches++
    this.#output.mismatch({ kind, cpu, expected, seen, ...(event !== undefined && { event }) })
  }
}

/** Where an event may come from when `last` was the last instruction executed; pc undefined: anywhere. */
function origins(type: DisconType, last: CheckedInsn): { pc: bigint | undefined; what: string }[] {
  const executed = { pc: last.pc, what: 'the last instruction executed' }
  const next = { pc: last.endsBlock ? undefined : last.next, what: 'the next instruction' }
  if (type === Discon.HostCall) return [executed]
  return type === Discon.Interrupt ? [next] : [executed, next]
}

/** An event in words. */
export function describeEvent(event: CheckedEvent): string {
  return `${typeName(event.type)} '${event.cause}' from ${hex(event.from)} to ${hex(event.to)}`
}
