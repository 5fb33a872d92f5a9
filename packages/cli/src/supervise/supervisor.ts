/**
 * A run with plugins that are not ours happens in a thread of its own. This one hears signals, keys and the clock
 * whatever the other does; it asks first, and ends a run that does not answer.
 */
import v8 from 'node:v8'
import { SHARE_ENV, Worker } from 'node:worker_threads'
import { ExitStatus } from '../exit-status.ts'
import { FdOutput } from '../host/fd-output.ts'
import { signals } from '../host/node.ts'
import { NodeInput } from '../host/node-input.ts'
import { problem, reportStray } from '../report.ts'
import { KeyFilter } from '../run/keys.ts'
import type { ForeignRun } from './foreign.ts'
import { exitWithoutThread } from './last-resort.ts'
import type { RunData, ToRun, ToSupervisor } from './messages.ts'
import { moment, tick, within } from './patience.ts'
import { Away, Phase, SharedState } from './shared.ts'
import { stuckText } from './text.ts'
import { type Verdict, Watch } from './watch.ts'

/** Milliseconds in which a thread ends that is told to, if it can. */
const endTime = 500
/** Milliseconds in which a reader has to take something of what a thread left. */
const readerTime = 1000

/** Runs the command line in the module at `entry` (`worker.ts`). Ends the process. */
export function supervise(entry: URL, args: readonly string[], run: ForeignRun): void {
  new Supervisor(entry, args, run)
}

class Supervisor {
  readonly #run: ForeignRun
  readonly #state = new SharedState()
  readonly #worker: Worker
  readonly #input = new NodeInput()
  readonly #watch: Watch
  readonly #ticks: NodeJS.Timeout
  /** Who asked the run to end, with the status that belongs to it. */
  #asked: { readonly status: number; readonly name: string } | undefined
  /** The thread has ended, or is being ended. */
  #over = false
  #listening = false

  constructor(entry: URL, args: readonly string[], run: ForeignRun) {
    this.#run = run
    this.#watch = new Watch(run.limits, this.#state, moment())
    const workerData: RunData = { memory: this.#state.memory, args }
    this.#worker = new Worker(entry, {
      workerData,
      env: SHARE_ENV,
      // They write by themselves.
      stdout: true,
      stderr: true,
    })
    this.#worker.on('message', (message: ToSupervisor) => this.#heard(message))
    this.#worker.on('error', error => this.#failed(error))
    this.#worker.on('exit', status => this.#leave(status))
    signals.listen((status, name) => this.#signal(status, name))
    this.#ticks = setInterval(() => {
      const verdict = this.#watch.tick(moment())
      if (verdict !== undefined) void this.#end(verdict)
    }, tick)
  }

  // Input.

  #heard({ kind }: ToSupervisor): void {
    if (kind === 'input-unwanted') this.#input.close()
    else if (this.#listening) process.stdin.resume()
    else this.#listen()
  }

  /** A terminal's Ctrl-A x is heard here, too: the run may not. */
  #listen(): void {
    this.#listening = true
    const keys = new KeyFilter({ send: () => {}, help: () => {}, leave: () => this.#ask(0, 'Ctrl-A x') })
    this.#input.open(
      bytes => {
        // One piece at a time: the run asks for the next.
        process.stdin.pause()
        if (this.#input.kind === 'terminal') keys.push(bytes)
        this.#send({ kind: 'input', bytes })
      },
      () => this.#send({ kind: 'input-end' }),
    )
  }

  #send(message: ToRun): void {
    this.#worker.postMessage(message)
  }

  // Ending.

  #signal(status: number, name: string): void {
    // Asked twice, or nobody listens yet or any more: whatever there is still to say, end now.
    const now = this.#asked !== undefined || this.#state.phase !== Phase.running
    this.#send({ kind: 'signal', status, name })
    this.#ask(status, name)
    if (now) void this.#end({ kind: 'asked', after: 0 })
  }

  #ask(status: number, name: string): void {
    this.#asked ??= { status, name }
    this.#watch.ask()
  }

  /** Ends the thread, and says what did not return. */
  async #end(verdict: Verdict): Promise<void> {
    if (this.#over) return
    this.#over = true
    clearInterval(this.#ticks)
    const { phase, note, away } = this.#state
    const { whereIsThread } = await import('./where.ts')
    const place = verdict.after > 0 ? await whereIsThread() : undefined
    const ended = (await within(endTime, this.#worker.terminate())) !== undefined
    this.#input.close()
    // If it has not, it stands still; not while it writes them.
    const stderr = this.#inherit(ended || away !== Away.writing)
    const stuck = { verdict, asked: this.#asked, run: this.#run, phase, note, away, place }
    // Ended at once, a run need not be stuck.
    problem(stderr, stuckText(stuck), verdict.after > 0 || note !== '' ? 'run/stuck' : undefined)
    stderr.settle(readerTime)
    const status = verdict.kind === 'asked' && this.#asked ? this.#asked.status : ExitStatus.limit
    if (ended) process.exit(status)
    exitWithoutThread(status)
  }

  /** Writes what the thread has left, unless it may still do so itself; gives standard error. */
  #inherit(left = true): FdOutput {
    const [stdout, stderr] = [new FdOutput(1), new FdOutput(2)]
    FdOutput.pair(stdout, stderr)
    const outputs = [
      [stdout, this.#state.stdout],
      [stderr, this.#state.stderr],
    ] as const
    for (const [output, { bytes, span }] of left ? outputs : []) {
      output.write(bytes.slice(span[0], span[1]))
      output.settle(readerTime)
      output.giveUp()
    }
    return stderr
  }

  /** The thread has thrown where nothing could catch it. */
  #failed(error: unknown): void {
    const stderr = this.#inherit()
    this.#input.close()
    if ((error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY') {
      const megabytes = Math.round(v8.getHeapStatistics().heap_size_limit / 2 ** 20)
      problem(
        stderr,
        `The run needs more memory than JavaScript has here (${megabytes} MB): a plugin keeps too much. ` +
          'Let it keep less, or give more with NODE_OPTIONS=--max-old-space-size=8192 (megabytes).',
        'run/memory',
      )
    } else reportStray(stderr, error)
    stderr.settle(readerTime)
    this.#leave(ExitStatus.fault)
  }

  #leave(status: number): void {
    if (this.#over) return
    this.#over = true
    this.#input.close()
    process.exit(status)
  }
}
