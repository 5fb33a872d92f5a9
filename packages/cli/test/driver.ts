/**
 * Runs many command lines in one process, each with a host of its own, as they would run alone. Reads the cases as
 * JSON from standard input and writes the results as JSON.
 */
import { readFileSync } from 'node:fs'
import type { Host, Output } from '../src/host/host.ts'
import { nodeHost } from '../src/host/node.ts'
import { NodeFiles } from '../src/host/node-files.ts'
import { main } from '../src/main.ts'
import type { Outcome, Run } from './harness.ts'

class Collected implements Output {
  readonly isTerminal = false
  readonly gone = false
  readonly failure = undefined
  readonly midLine = false
  beforeWrite = (): void => {}
  readonly #chunks: Buffer[] = []

  write(data: Uint8Array | string): void {
    this.#chunks.push(Buffer.from(data))
  }
  flush(): void {}
  overlay(): void {}
  get text(): string {
    return Buffer.concat(this.#chunks).toString()
  }
}

const { clock } = nodeHost()
const outcomes: Outcome[] = []
for (const { args, input } of JSON.parse(readFileSync(0, 'utf8')) as Run[]) {
  const [stdout, stderr] = [new Collected(), new Collected()]
  const host: Host = {
    stdout,
    stderr,
    clock,
    files: new NodeFiles(),
    directory: process.cwd(),
    input: {
      kind: input === undefined ? 'none' : 'file',
      readAll: () => Buffer.from(input ?? ''),
      open: () => {},
      close: () => {},
    },
    signals: { listen: () => () => {} },
    strays: { listen: () => () => {} },
  }
  outcomes.push({ status: await main(args, host), stdout: stdout.text, stderr: stderr.text })
}
process.stdout.write(JSON.stringify(outcomes))
