/** How many instructions make a good slice of work: long enough to be worth the pause, short enough to react. */
export class Pace {
  /** Instructions of the next slice. */
  slice = 20_000
  /** Milliseconds that a slice should take. */
  readonly #wanted = 10

  /** The last slice took so long. */
  worked(instructions: number, milliseconds: number): void {
    const fitting = (instructions * this.#wanted) / Math.max(milliseconds, 0.1)
    // Towards it in steps: a slice in which much was compiled says little about the next.
    this.slice = Math.round(Math.min(Math.max(fitting, this.slice / 4, 1000), this.slice * 4, 1e9))
  }
}
