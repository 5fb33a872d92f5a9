/** Calls, returns and traps of a vCPU as a stack of frames that open and close in order. */
import type { Privilege } from '@guestscope/plugin-api'

/** A function or trap handler that is running. */
export interface Frame {
  readonly kind: 'function' | 'trap'
  /** Name of the function, or of the cause. */
  readonly name: string
  /** Its first instruction. */
  readonly address: bigint
  /** The call, or where the trap came. */
  readonly from: bigint
  readonly privilege: string
  /** How privileged it is. */
  readonly level: number
}

/** Gets frames as they open and close; `depth` counts from 0. Times never go back. */
export interface FrameSink {
  enter(cpu: number, time: number, frame: Frame, depth: number): void
  leave(cpu: number, time: number, frame: Frame, depth: number): void
  /** Something without duration: a host call. */
  instant(cpu: number, time: number, name: string, privilege: string): void
  /** The vCPU runs at another privilege from now on. */
  privilege(cpu: number, time: number, name: string): void
  /** The trace has ended. */
  end(): void
}

/** A return goes right behind its call: no target has longer instructions. */
const longestInsn = 16n
/** Deeper stacks are closed and begun anew: returns were missed. */
const maxDepth = 1000

/** The stack of one vCPU. */
export class CallStack {
  readonly #sink: FrameSink
  readonly #cpu: number
  readonly #symbol: (address: bigint) => { readonly name: string; readonly start: bigint }
  readonly #frames: Frame[] = []
  #time = 0
  #privilege: string | undefined

  /** `symbol` gives the function that an address lies in. */
  constructor(
    sink: FrameSink,
    cpu: number,
    symbol: (address: bigint) => { readonly name: string; readonly start: bigint },
  ) {
    this.#sink = sink
    this.#cpu = cpu
    this.#symbol = symbol
  }

  /** A call has been made. */
  call(time: number, from: bigint, to: bigint, privilege: Privilege): void {
    this.#at(time, privilege)
    // What called first was never called itself.
    if (this.#frames.length === 0) this.#push(this.#function(from, from, privilege))
    this.#push(this.#function(to, from, privilege))
  }

  /** A return has been made: it closes the function that was called from right before `to`, and what is above it. */
  return(time: number, to: bigint, privilege: Privilege): void {
    this.#at(time, privilege)
    const called = ({ kind, from }: Frame): boolean =>
      kind === 'function' ? to > from && to - from <= longestInsn : to === from
    const found = this.#frames.findLastIndex(called)
    if (found >= 0) this.#close(found)
  }

  /** A trap has been taken. */
  trap(time: number, cause: string, from: bigint, to: bigint, privilege: Privilege): void {
    this.#at(time, privilege)
    if (this.#frames.length === 0) this.#push(this.#function(from, from, privilege))
    const { name, level } = privilege
    this.#push({ kind: 'trap', name: cause, address: to, from, privilege: name, level })
  }

  /** A trap handler has returned; without one it is how a supervisor starts a program. */
  trapReturn(time: number, to: bigint, privilege: Privilege): void {
    const trap = this.#frames.findLastIndex(({ kind }) => kind === 'trap')
    if (trap >= 0) {
      this.#time = Math.max(this.#time, time)
      this.#close(trap)
    }
    this.#at(time, privilege)
    if (trap < 0) this.#push(this.#function(to, to, privilege))
  }

  /** A host call was served. */
  hostCall(time: number, name: string, privilege: Privilege): void {
    this.#at(time, privilege)
    this.#sink.instant(this.#cpu, this.#time, name, privilege.name)
  }

  /** The run has ended. */
  end(time: number): void {
    this.#time = Math.max(this.#time, time)
    this.#close(0)
  }

  #function(address: bigint, from: bigint, { name: privilege, level }: Privilege): Frame {
    const { name, start } = this.#symbol(address)
    return { kind: 'function', name, address: start, from, privilege, level }
  }

  /** Goes on to a time. Handlers that are more privileged than what runs have returned, even if nobody has said so. */
  #at(time: number, { name, level }: Privilege): void {
    this.#time = Math.max(this.#time, time)
    const left = this.#frames.findIndex(frame => frame.kind === 'trap' && frame.level > level)
    if (left >= 0) this.#close(left)
    if (name === this.#privilege) return
    this.#privilege = name
    this.#sink.privilege(this.#cpu, this.#time, name)
  }

  #push(frame: Frame): void {
    if (this.#frames.length === maxDepth) this.#close(0)
    this.#sink.enter(this.#cpu, this.#time, frame, this.#frames.length)
    this.#frames.push(frame)
  }

  /** Closes frames from the top down to this one. */
  #close(down: number): void {
    while (this.#frames.length > down)
      this.#sink.leave(this.#cpu, this.#time, this.#frames.pop() as Frame, this.#frames.length)
  }
}
