import type { PluginApi } from '@guestscope/plugin-api'

/** What came of a comparison: the first difference ends the run, and only that one is told. */
export class Verdict {
  /** A difference was found; nothing is compared any more. */
  over = false
  readonly #api: PluginApi

  constructor(api: PluginApi) {
    this.#api = api
  }

  /** The comparison fails for another reason than a difference. */
  fails(problem: string): void {
    this.over = true
    this.#api.output(`${this.#api.name}: ${problem}\n`)
    this.#api.exit(1, problem)
  }

  /** `place` says where in words; `before` are lines that both runs have. */
  differs(cpu: number, place: string, expected: string, seen: string, before: readonly string[] = []): void {
    this.over = true
    const lines = [
      `${this.#api.name}: difference on vCPU ${cpu} ${place}`,
      ...before.map(line => `            ${line}`),
      `  expected: ${expected}`,
      `  seen:     ${seen}`,
    ]
    this.#api.output(lines.map(line => `${line}\n`).join(''))
    this.#api.exit(1, `the runs differ on vCPU ${cpu} ${place}`)
  }
}
