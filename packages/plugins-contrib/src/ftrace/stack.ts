/** Calls and traps of a thread as a stack of frames that open and close in order. */

/** A function or trap handler that is running. */
export interface Frame {
  readonly kind: 'function' | 'trap'
  /** Name of the function, or of the cause. */
  readonly name: string
  /** Its first instruction. */
  readonly address: bigint
  /** The call, or where the trap came. */
  readonly from: bigint
  /** The stack pointer there. */
  readonly sp: bigint
  readonly privilege: string
  /** How privileged it is. */
  readonly level: number
}

/** Who runs: the vCPU where it was first seen, and its number, 0 for the first of a vCPU. */
export interface Thread {
  readonly cpu: number
  readonly number: number
}

/** Gets frames as they open and close; `depth` counts from 0. Times of a thread never go back. */
export interface FrameSink {
  enter(thread: Thread, time: number, frame: Frame, depth: number): void
  leave(thread: Thread, time: number, frame: Frame, depth: number): void
  /** Something without duration: a host call. */
  instant(thread: Thread, time: number, name: string, privilege: string): void
  /** The vCPU runs at another privilege from now on. */
  privilege(cpu: number, time: number, name: string): void
  /** The trace has ended. */
  end(): void
}

/** A return goes right behind its call: no target has longer instructions. */
const longestInsn = 16n
/** Most that a return itself takes off the stack: Arm pops the registers along with the pc. */
const longestPop = 128n
/** Deeper stacks are closed and begun anew: returns were missed. */
const maxDepth = 1000

/** The frames of one thread. */
export class CallStack implements Thread {
  readonly cpu: number
  readonly number: number
  readonly #sink: FrameSink
  readonly #frames: Frame[] = []
  #time = 0

  constructor(sink: FrameSink, { cpu, number }: Thread) {
    this.#sink = sink
    this.cpu = cpu
    this.number = number
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0
  }
  get hasTrap(): boolean {
    return this.#frames.some(({ kind }) => kind === 'trap')
  }

  /** Goes on to a time. */
  at(time: number): void {
    this.#time = Math.max(this.#time, time)
  }
  /** Runs at this level: handlers that are more privileged have returned, even if nobody has said so. */
  level(level: number): void {
    const left = this.#frames.findIndex(frame => frame.kind === 'trap' && frame.level > level)
    if (left >= 0) this.#close(left)
  }

  push(frame: Frame): void {
    if (this.#frames.length === maxDepth) this.#close(0)
    this.#sink.enter(this, this.#time, frame, this.#frames.length)
    this.#frames.push(frame)
  }

  /** Closes the function that was called from right before `to`, and what is above it; false if there is none. */
  return(to: bigint, sp: bigint): boolean {
    return this.#closeLast(
      ({ kind, from, sp: own }) =>
        kind === 'function' && to > from && to - from <= longestInsn && own >= sp && own - sp <= longestPop,
    )
  }

  /** Closes the trap that came with this stack pointer, and what is above it; false if there is none. */
  trapReturn(to: bigint, sp: bigint): boolean {
    return this.#closeLast(
      ({ kind, from, sp: own }) => kind === 'trap' && own === sp && to >= from && to - from <= longestInsn,
    )
  }
  /** The same wherever the handler goes to. */
  trapReturnAnywhere(sp: bigint): boolean {
    return this.#closeLast(({ kind, sp: own }) => kind === 'trap' && own === sp)
  }

  /** Could the stack pointer be on this stack, as far as is known from the handler that runs, or from all? */
  owns(sp: bigint): boolean {
    const own = this.#frames.slice(this.#frames.findLastIndex(({ kind }) => kind === 'trap') + 1)
    const [first, last] = [own.at(0), own.at(-1)]
    return first === undefined || last === undefined || (sp <= first.sp && sp + longestPop >= last.sp)
  }

  /** The run has ended, or the thread is given up. */
  end(): void {
    this.#close(0)
  }
  instant(name: string, privilege: string): void {
    this.#sink.instant(this, this.#time, name, privilege)
  }

  #closeLast(is: (frame: Frame) => boolean): boolean {
    const found = this.#frames.findLastIndex(is)
    if (found >= 0) this.#close(found)
    return found >= 0
  }
  /** Closes frames from the top down to this one. */
  #close(down: number): void {
    while (this.#frames.length > down)
      this.#sink.leave(this, this.#time, this.#frames.pop() as Frame, this.#frames.length)
  }
}
