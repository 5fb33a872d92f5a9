import { FlowKind } from './flow.ts'
import type { TracedInsn } from './traced.ts'

/** Straight runs since the last branch or packet, to find loops without branches: nobody could count their turns. */
export class StraightRuns {
  #runs: { start: bigint; end: bigint }[] = []

  /** A packet has reported the instruction at `pc`. */
  begin(pc: bigint): void {
    this.#runs = [{ start: pc, end: pc }]
  }

  /** True if execution goes on where it has been. `known`: a decoder is told how the instruction goes on. */
  loop({ pc }: TracedInsn, before: TracedInsn | undefined, nextPc: bigint, known: boolean): boolean {
    if (known) {
      this.#runs = []
      return false
    }
    const run = this.#runs.at(-1)
    if (run !== undefined && before?.kind === FlowKind.other && pc > run.end) run.end = pc
    else this.#runs.push({ start: pc, end: pc })
    return this.#runs.some(({ start, end }) => nextPc >= start && nextPc <= end)
  }
}
