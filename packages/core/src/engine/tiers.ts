/** What is counted of the generated code of a tier. */

/** Generated code of one tier. */
export interface TierStatistics {
  /** Such as 0: the interpreter, or 1: regions. */
  readonly tier: number
  /** WebAssembly functions made: handlers and helpers in tier 0, regions above. */
  readonly functions: number
  /** Of those, how many are forgotten: their guest code has changed, or all code was thrown away. */
  readonly released: number
  readonly modules: number
  /** Bytes of WebAssembly. */
  readonly bytes: number
  /** Milliseconds that making the WebAssembly took, and that the host's compiler took before it could run. */
  readonly generateMs: number
  readonly compileMs: number
}

/** Counts of one tier as they grow. */
export class TierCounters implements TierStatistics {
  readonly tier: number
  functions = 0
  released = 0
  modules = 0
  bytes = 0
  generateMs = 0
  compileMs = 0

  constructor(tier: number) {
    this.tier = tier
  }

  /** A module was made: work began at `start`, the bytes were there at `generated`, it could run just now. */
  add(functions: number, bytes: number, start: number, generated: number): void {
    this.functions += functions
    this.modules++
    this.bytes += bytes
    this.generateMs += generated - start
    this.compileMs += performance.now() - generated
  }
}
