/** The host of a run in a thread of its own: streams and files as ever, signals and input by way of the supervisor. */
import type { MessagePort } from 'node:worker_threads'
import { FdOutput } from '../host/fd-output.ts'
import type { Input, Signals } from '../host/host.ts'
import { nodeHost } from '../host/node.ts'
import { capacity } from '../host/sink.ts'
import type { ToRun, ToSupervisor } from './messages.ts'
import { Away, Phase, type SharedState } from './shared.ts'

/** Milliseconds in which a reader takes something that reads at all. */
const readerTime = 100

/** An output that says when it waits for its reader, and keeps what waits where the supervisor finds it. */
class SharedOutput extends FdOutput {
  readonly #state: SharedState

  constructor(fd: 1 | 2, state: SharedState) {
    super(fd)
    this.#state = state
    this.keepIn(fd === 1 ? state.stdout : state.stderr)
  }

  override flush(): void {
    this.#waits(() => super.flush())
  }
  override settle(patience?: number, left?: number): void {
    this.#waits(() => super.settle(patience, left))
  }
  #waits(work: () => void): void {
    const before = this.#state.away
    this.#state.away = Away.writing
    work()
    this.#state.away = before
  }

  /** Elsewhere the supervisor does not find what waits: not while the reader reads. */
  protected override makeRoom(bytes: number): boolean {
    this.settle(readerTime)
    return (this.backlog === 0 && bytes <= capacity) || super.makeRoom(bytes)
  }
}

export function runHost(port: MessagePort, state: SharedState): ReturnType<typeof nodeHost> {
  const send = (message: ToSupervisor): void => port.postMessage(message)
  const heard = {
    signal: (_status: number, _name: string) => {},
    input: (_bytes: Uint8Array) => {},
    end: () => {},
  }
  port.on('message', (message: ToRun) => {
    if (message.kind === 'signal') return heard.signal(message.status, message.name)
    if (message.kind === 'input-end') return heard.end()
    heard.input(message.bytes)
    send({ kind: 'input-wanted' })
  })
  // While plugins are loaded, or report, the thread ends if nothing can happen any more.
  port.unref()

  const signals: Signals = {
    listen: callback => {
      heard.signal = callback
      state.phase = Phase.running
      port.ref()
      return () => {
        heard.signal = () => {}
        state.phase = Phase.reporting
        port.unref()
      }
    },
  }
  const own = nodeHost()
  const input = (): Input => ({
    kind: own.input.kind,
    readAll: () => own.input.readAll(),
    open: (received, ended) => {
      heard.input = received
      heard.end = ended
      send({ kind: 'input-wanted' })
    },
    close: () => send({ kind: 'input-unwanted' }),
  })
  const [stdout, stderr] = [new SharedOutput(1, state), new SharedOutput(2, state)]
  FdOutput.pair(stdout, stderr)
  return {
    ...own,
    stdout,
    stderr,
    signals,
    input: input(),
    clock: {
      now: own.clock.now,
      breathe: () => {
        state.beat()
        return own.clock.breathe()
      },
      sleep: async (milliseconds, wake) => {
        state.away = Away.asleep
        await own.clock.sleep(milliseconds, wake)
        state.away = Away.not
      },
    },
    doing: what => {
      state.note = what
    },
    delivering: () => {
      state.phase = Phase.delivering
    },
  }
}
