/** Resident memory in the course of a run. */

/** The most per stretch of time; the stretches grow with the run, so that a long one takes no more room. */
export class MemoryLog {
  #most: number[] = []
  #stretch: number
  readonly #stretches: number

  /** At first so many seconds are a stretch; as soon as there would be more than `stretches`, twice as many. */
  constructor(seconds = 0.02, stretches = 4000) {
    this.#stretch = seconds
    this.#stretches = stretches
  }

  add(time: number, bytes: number | undefined): void {
    if (bytes === undefined) return
    while (time >= this.#stretch * this.#stretches) this.#halve()
    const at = Math.floor(time / this.#stretch)
    this.#most[at] = Math.max(this.#most[at] ?? 0, bytes)
  }

  /** The most in each quarter of a run that took so long, in MB; undefined if nothing is known of a quarter. */
  quarters(seconds: number): number[] | undefined {
    const result = [0, 0, 0, 0]
    this.#most.forEach((bytes, at) => {
      const quarter = Math.min(Math.floor((4 * at * this.#stretch) / seconds), 3)
      result[quarter] = Math.max(result[quarter] ?? 0, bytes / 1e6)
    })
    return result.every(megabytes => megabytes > 0) ? result : undefined
  }

  #halve(): void {
    const half: number[] = []
    this.#most.forEach((bytes, at) => {
      half[at >> 1] = Math.max(half[at >> 1] ?? 0, bytes)
    })
    this.#most = half
    this.#stretch *= 2
  }
}
