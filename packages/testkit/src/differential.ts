/** Random programs here and on a reference emulator, compared chunk by chunk. */
import type { Tier } from '@guestscope/core'

/** Says which program to make. */
export interface StreamOptions {
  readonly seed: number
  /** Instructions. */
  readonly count: number
  /** How often each chunk runs. */
  readonly repeats: number
  /** Only this chunk. */
  readonly only?: number
}

/** A program prints a line per chunk. */
export interface StreamProgram {
  readonly elf: Uint8Array
  readonly count: number
  readonly chunks: readonly unknown[]
}

/** A target's programs, and the two machines. */
export interface Differential<Options extends StreamOptions> {
  /** Of the machine: such as `RV64`, and as an argument of the command: `--xlen 64`. */
  label(options: Options): string
  argument(options: Options): string
  make(options: Options): StreamProgram
  ours(options: Options, elf: Uint8Array, tier: Tier): string
  reference(options: Options, elf: Uint8Array): Promise<string>
  /** Says in which instruction of a chunk the two part. */
  localise(options: Options, tier: Tier): Promise<readonly string[]>
}

/** How to go through the programs. */
export interface StreamRun {
  readonly tiers: readonly Tier[]
  /** Differences that are looked into. */
  readonly show: number
  say(line: string): void
}

/** Tiers as an option of a command names them. */
export const tiersOf = (list: string): Tier[] =>
  list.split(',').map(name => {
    const tier = (['oracle', 0, 1, 2] as const).find(t => `${t}` === name)
    if (tier === undefined) throw new Error(`there is no tier '${name}': 0, 1, 2 or oracle`)
    return tier
  })

/** Compares machines program by program. */
export class DifferentialStream<Options extends StreamOptions> {
  readonly #differential: Differential<Options>
  readonly #run: StreamRun
  #shown = 0

  constructor(differential: Differential<Options>, run: StreamRun) {
    this.#differential = differential
    this.#run = run
  }

  /**
   * Runs as many programs as the instructions need, each with the next seed and `most` instructions at most; or, with
   * `only`, says where that chunk differs. Returns the number of differences.
   */
  async through(options: Options, most: number): Promise<number> {
    if (options.only !== undefined) {
      for (const tier of this.#run.tiers) await this.#look(options, tier)
      return 0
    }
    let differing = 0
    for (let i = 0; i * most < options.count; i++) {
      const count = Math.min(most, options.count - i * most)
      differing += await this.#compare({ ...options, seed: options.seed + i, count })
    }
    return differing
  }

  /** Runs one program everywhere; returns the number of lines that differ. */
  async #compare(options: Options): Promise<number> {
    const { label, make, ours, reference } = this.#differential
    const program = make(options)
    const theirs = reference(options, program.elf)
    const mine = this.#run.tiers.map(tier => ({ tier, lines: ours(options, program.elf, tier).split('\n') }))
    const expected = (await theirs).split('\n')
    let differing = 0
    for (const { tier, lines } of mine) {
      for (let i = 0; i < Math.max(expected.length, lines.length); i++) {
        if (expected[i] === lines[i]) continue
        differing++
        if (i < program.chunks.length && this.#shown < this.#run.show)
          await this.#look({ ...options, only: i }, tier)
      }
    }
    const result = differing ? `${differing} differences` : 'equal'
    const { length } = program.chunks
    this.#run.say(
      `${label(options)} seed ${options.seed}: ${program.count} instructions in ${length} chunks: ${result}`,
    )
    return differing
  }

  async #look(options: Options, tier: Tier): Promise<void> {
    const { label, argument, localise } = this.#differential
    const { seed, count, only, repeats } = options
    this.#shown++
    this.#run.say(`Different: ${label(options)}, tier ${tier}, seed ${seed}, chunk ${only}`)
    for (const line of await localise(options, tier)) this.#run.say(line)
    const stream = `--tier ${tier} --seed ${seed} --count ${count} --repeats ${repeats} --chunk ${only}`
    this.#run.say(`  Again: pnpm differential ${argument(options)} ${stream}`)
  }
}
