/** The host under Node. */
import { platformClock } from '@guestscope/machine/clock'
import { ExitStatus } from '../exit-status.ts'
import { FdOutput } from './fd-output.ts'
import type { Host, Signals, Strays } from './host.ts'
import { NodeFiles } from './node-files.ts'
import { NodeInput } from './node-input.ts'

const statuses = {
  SIGINT: ExitStatus.interrupted,
  SIGTERM: ExitStatus.terminated,
  SIGHUP: ExitStatus.hangUp,
  SIGQUIT: ExitStatus.quit,
} as const

/** Signals of this process. */
export const signals: Signals = {
  listen: callback => {
    const listeners = Object.entries(statuses).map(([name, status]) => {
      const listener = (): void => callback(status, name)
      process.on(name, listener)
      return () => process.off(name, listener)
    })
    return () => {
      for (const stop of listeners) stop()
    }
  },
}

const strays: Strays = {
  listen: callback => {
    // Whoever else listens would end the process.
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', callback)
    return () => {
      process.off('uncaughtException', callback)
      for (const other of others) process.on('uncaughtException', other)
    }
  },
}

/** The computer that this process runs on. */
export function nodeHost(): Host & {
  readonly stdout: FdOutput
  readonly stderr: FdOutput
  readonly files: NodeFiles
} {
  let input: NodeInput | undefined
  const [stdout, stderr] = [new FdOutput(1), new FdOutput(2)]
  FdOutput.pair(stdout, stderr)
  return {
    stdout,
    stderr,
    get input() {
      input ??= new NodeInput()
      return input
    },
    files: new NodeFiles(),
    clock: platformClock,
    signals,
    strays,
    directory: process.cwd(),
  }
}
