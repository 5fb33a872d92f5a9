/** Ends of a process that has a thread which cannot be ended. */

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
