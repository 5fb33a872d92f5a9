/** Outputs that take nothing: a full disk, a reader that went away, a closed stream. Nothing is lost in silence. */
import { existsSync } from 'node:fs'
import { devNull } from 'node:os'
import { describe, expect, test } from 'vitest'
import { echo, guest, start } from './harness.ts'

const full = '/dev/full'
const hello = guest('hello-rv64')

/** The command by a shell, which leads its streams elsewhere. */
const redirected = (args: readonly string[], redirection: string): ReturnType<typeof start> =>
  start(args, {}, redirection)

describe.skipIf(!existsSync(full)).concurrent('a full disk', () => {
  const problem = (what: string): string =>
    `guestscope: ${what} cannot be written: no space left on the device. ` +
    'Make room there, or choose another place. (file/write)\n'

  // The guest ends by itself, with status 0, before anything has left the buffers.
  test.each([
    ['standard output', [], '>/dev/full', problem('Standard output')],
    ['--serial file:', ['--serial', `file:${full}`], '', problem(`The file '${full}'`)],
    ['--plugin-output', ['-p', 'traps', '--plugin-output', full], '', problem(`The file '${full}'`)],
    ["a plugin's file", ['-p', `exec-log,out=${full}`], '', problem(`The file '${full}'`)],
    ['--stats-json', ['--stats-json', full], '', problem(`The file '${full}'`)],
  ] as const)('%s', async (_, options, redirection, expected) => {
    const { status, stderr } = await redirected(['run', hello, ...options], redirection).done
    expect({ status, stderr }).toEqual({ status: 125, stderr: expected })
  })

  test.each([
    ['standard error', ['run', hello, '-p', 'traps'], '2>/dev/full'],
    ['both', ['run', hello, '-p', 'traps'], '>/dev/full 2>&1'],
    ['standard error while a mistake is told', ['run', 'no.elf'], '2>/dev/full'],
    ['the help', ['help'], '>/dev/full'],
    ['a list', ['list'], '>/dev/full'],
    ['a listing', ['disas', hello], '>/dev/full'],
  ] as const)('%s', async (_, args, redirection) => {
    expect((await redirected(args, redirection).done).status).toBe(125)
  })

  test('a guest that does not end by itself is ended', async () => {
    const { child, done } = redirected(['run', echo], '>/dev/full')
    const { status, stderr } = await done
    child.stdin?.end()
    expect({ status, stderr }).toEqual({ status: 125, stderr: problem('Standard output') })
  })
})

describe.concurrent('streams that lead nowhere', () => {
  test('nobody reads standard error', async () => {
    const { child, until, done } = start(['run', echo, '-p', 'traps'])
    await until('ready\n')
    child.stderr?.destroy()
    child.stdin?.write('q')
    expect((await done).status).toBe(141)
  })

  test.each(['>&-', '2>&-', '>&- 2>&- <&-', `>${devNull} 2>&1`])(
    '%s is what the user wants',
    async closed => {
      expect((await redirected(['run', hello, '-p', 'traps'], closed).done).status).toBe(0)
    },
  )
})
