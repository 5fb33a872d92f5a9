/** Random choices from a seed: the same on every machine. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    // splitmix32
    this.#state = (this.#state + 0x9e3779b9) | 0
    let z = this.#state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return Math.floor((((z ^ (z >>> 15)) >>> 0) / 2 ** 32) * limit)
  }

  /** From `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  pick<T>(all: readonly T[]): T {
    const found = all[this.below(all.length)]
    if (found === undefined) throw new Error('nothing to choose from')
    return found
  }

  /** By weights, given as pairs. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T {
    let left = this.below(choices.reduce((sum, [, weight]) => sum + weight, 0))
    for (const [choice, weight] of choices) {
      left -= weight
      if (left < 0) return choice
    }
    throw new Error('nothing to choose from')
  }

  shuffled<T>(all: readonly T[]): T[] {
    const result = [...all]
    for (let i = result.length - 1; i > 0; i--) {
      const k = this.below(i + 1)
      const [a, b] = [result[i] as T, result[k] as T]
      result[i] = b
      result[k] = a
    }
    return result
  }
}
