/** What only a process of its own shows: streams, signals, the exit status. */
import { describe, expect, test } from 'vitest'
import { echo, start } from './harness.ts'

describe.concurrent('the process', () => {
  test('without arguments: the demo and its report', async () => {
    const { child, done } = start([])
    child.stdin?.end()
    const { status, stdout, stderr } = await done
    expect(status).toBe(0)
    expect(stdout).toContain('Guestscope demo')
    expect(stderr).toMatch(/vCPU +interrupts +exceptions +host calls\n +0 +10 +7 +0\n/)
    expect(stderr).toContain('machine timer interrupt')
  })

  test('input that comes late wakes the guest; its exit code is the status', async () => {
    const { child, until, done } = start(['run', echo])
    await until('ready\n')
    child.stdin?.write('ab')
    await until('ready\nab')
    child.stdin?.write('q')
    expect(await done).toEqual({ status: 7, stdout: 'ready\nabq', stderr: '' })
  })

  test('the end of the input ends a guest that waits for it', async () => {
    const { child, until, done } = start(['run', echo])
    await until('ready\n')
    child.stdin?.end('x')
    const { status, stdout, stderr } = await done
    expect([status, stdout]).toEqual([1, 'ready\nx'])
    expect(stderr).toContain('cannot come')
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('%s: plugins report, then status %i', async (signal, expected) => {
    const { child, until, done } = start(['run', echo, '-p', 'traps'])
    await until('ready\n')
    child.stdin?.write('s')
    await until('ready\ns')
    child.kill(signal)
    const { status, stderr } = await done
    expect(status).toBe(expected)
    expect(stderr).toMatch(/^vCPU +interrupts/)
    expect(stderr).toContain(`Ended by ${signal}`)
  })

  test('the line with the text that was expected is ended', async () => {
    const { child, until, done } = start(['run', echo, '--expect-text', 'PASS'])
    await until('ready\n')
    child.stdin?.write('xPASSx')
    expect(await done).toEqual({ status: 0, stdout: 'ready\nxPASS\n', stderr: '' })
  })

  test('a reader that goes away ends the run quietly', async () => {
    const { child, until, done } = start(['run', echo])
    await until('ready\n')
    child.stdout?.destroy()
    child.stdin?.write('more')
    const { status, stderr } = await done
    expect([status, stderr]).toEqual([141, ''])
  })
})
