/** Ends of a process that has a thread which cannot be ended. */
import { writeSync } from 'node:fs'
import type { Kept } from './shared.ts'

/** Writes what a thread that has ended left unwritten. */
export function writeKept(fd: number, { bytes, used }: Kept): void {
  const count = Atomics.exchange(used, 0, 0)
  try {
    for (let done = 0; done < count; ) done += writeSync(fd, bytes, done, count - done)
  } catch {
    // Nobody reads, or there is no room: no more can be done here.
  }
}

/**
 * The process ends although a thread is blocked in the operating system: `process.exit` would wait for it. With the
 * status where Node can replace the process (from 22.15, not on Windows), else by SIGKILL.
 */
export function exitWithoutThread(status: number): never {
  try {
    process.execve?.(process.execPath, [process.execPath, '-e', `process.exit(${status})`])
  } catch {
    // As below.
  }
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable')
}
