/** How many instructions make a good slice of work, and how often timers, input and signals have their turn. */

/**
 * Most instructions of a slice, whatever the slices before were like: if the next ones are a thousand times as dear, it
 * still ends within a second or so.
 */
const most = 1_000_000
/** Milliseconds that a slice should take, and between two turns of the others. */
const wanted = 10

export class Pace {
  /** Instructions of the next slice. */
  slice = 20_000
  #breathed = 0

  /** The last slice, which has just ended, took so long. True: the others are to have their turn. */
  worked(instructions: number, milliseconds: number, now: number): boolean {
    const fitting = (instructions * wanted) / Math.max(milliseconds, 0.1)
    // Towards it in steps: a slice in which much was compiled says little about the next.
    this.slice = Math.round(Math.min(Math.max(fitting, this.slice / 4, 1000), this.slice * 4, most))
    if (now - this.#breathed < wanted) return false
    this.#breathed = now
    return true
  }
}
