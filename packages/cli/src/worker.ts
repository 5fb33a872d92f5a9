/** A run in a thread of its own, watched by `supervise/supervisor.ts`. */
import module from 'node:module'
import { Writable } from 'node:stream'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Output } from './host/host.ts'
import type { RunData } from './supervise/messages.ts'
import { SharedState } from './supervise/shared.ts'

module.enableCompileCache?.()
const [{ main }, { runHost }, { reportStray, reportUnsettled }] = await Promise.all([
  import('./main.ts'),
  import('./supervise/run-host.ts'),
  import('./report.ts'),
])
const { memory, args } = workerData as RunData
const state = new SharedState(memory)
const host = runHost(parentPort as MessagePort, state)

const settle = (): void => {
  host.stdout.settle()
  host.stderr.settle()
}
/** What plugins print with `console` goes the same way as everything else: through a thread it would come late, or never. */
const stream = (output: Output): Writable =>
  Object.assign(
    new Writable({
      decodeStrings: true,
      write: (chunk: Uint8Array, _encoding, done) => {
        output.write(chunk)
        done()
      },
    }),
    { isTTY: output.isTerminal },
  )
for (const [name, output] of [['stdout', host.stdout] as const, ['stderr', host.stderr] as const])
  Object.defineProperty(process, name, { value: stream(output), configurable: true, enumerable: true })

// A timer or a promise of a plugin, since whatever its callbacks throw is caught.
process.on('uncaughtException', error => {
  const status = reportStray(host.stderr, error)
  settle()
  process.exit(status)
})
// A plugin may have called `process.exit`: what has been written by then gets out.
process.on('exit', () => {
  settle()
  host.files.settle()
})
// Nothing can happen any more, and `main` still awaits something.
process.on('beforeExit', () => process.exit(reportUnsettled(host.stderr, state.note)))
void main(args, host).then(status => process.exit(status))
