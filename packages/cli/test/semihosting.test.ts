/** Semihosting on the command line: limits of files, streams, the name of the program. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Errno } from '@guestscope/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NodeGuestFiles } from '../src/host/node-guest-files.ts'
import { files, type Outcome, runAll, start } from './harness.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'guestscope-semihosting-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('what a guest may write', () => {
  const folder = (name: string, limit: number): NodeGuestFiles => {
    mkdirSync(join(directory, name))
    return new NodeGuestFiles(join(directory, name), limit)
  }
  const refused = (errno: number) => expect.objectContaining({ errno })
  const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(65)

  test('the limit is for all files together, and a new one counts, too', () => {
    const guest = folder('all', 3 * 4096)
    const [a, b] = [guest.open('a', 'w'), guest.open('b', 'a')]
    a.write(0, bytes(4000))
    expect(() => b.write(0, bytes(97))).toThrow(refused(Errno.noSpace))
    b.write(0, bytes(96))
    expect([a.size(), b.size()]).toEqual([4000, 96])
    expect(() => guest.open('c', 'w')).toThrow(refused(Errno.noSpace))
    expect(existsSync(join(directory, 'all/c'))).toBe(false)
    expect(guest.open('a', 'r').read(0, 2)).toEqual(bytes(2))
    // What is there already costs nothing.
    expect(guest.open('b', 'w').size()).toBe(0)
  })
  test('bytes that are skipped count', () => {
    const guest = folder('sparse', 1 << 20)
    const file = guest.open('a', 'w')
    expect(() => file.write(2 ** 40, bytes(1))).toThrow(refused(Errno.noSpace))
    expect(file.size()).toBe(0)
    file.write(5000, bytes(1))
    file.write(0, bytes(1))
    expect(file.size()).toBe(5001)
  })
  test('removing gives nothing back: a loop of it comes to an end', () => {
    const guest = folder('loop', 10 * 4096)
    expect(() => {
      for (let i = 0; i < 11; i++) {
        guest.open('a', 'w').close()
        guest.remove('a')
      }
    }).toThrow(refused(Errno.noSpace))
  })
})

describe('whole command lines', () => {
  const rows = {
    'no room for the file': [
      '--semihosting-dir',
      'box',
      '--semihosting-limit',
      '4095',
      '--semihosting-args',
      'wx',
    ],
    'no room for its bytes': [
      '--semihosting-dir',
      'box',
      '--semihosting-limit',
      '4100',
      '--semihosting-args',
      'wy',
    ],
    '--serial none': ['--serial', 'none', '--semihosting-args', 'i'],
    '--serial file:': ['--serial', 'file:serial', '--semihosting-args', 'i'],
    'the name of the program': ['--semihosting-dir', 'box'],
  } as const
  let outcomes: Readonly<Record<string, Outcome>> = {}
  beforeAll(() => {
    mkdirSync(join(directory, 'box'))
    const runs = Object.values(rows).map(args => ({ args: ['run', files, ...args], input: 'abc' }))
    const results = runAll(runs, directory)
    outcomes = Object.fromEntries(Object.keys(rows).map((name, i) => [name, results[i] as Outcome]))
  })
  const notice = (limit: number): string =>
    `guestscope: A file of the guest cannot grow: it would get past the ${limit} bytes that --semihosting-limit allows.\n`

  test('a guest gets ENOSPC, the user a line', () => {
    expect(outcomes['no room for the file']).toEqual({ status: 28, stdout: '', stderr: notice(4095) })
    expect(outcomes['no room for its bytes']).toMatchObject({ stderr: notice(4100) })
    expect(readFileSync(join(directory, 'box/y'), 'utf8')).toBe('')
  })
  test.each(['--serial none', '--serial file:'])('%s leaves semihosting alone', name => {
    expect(outcomes[name]).toEqual({ status: 0, stdout: 'abc', stderr: '' })
  })
  test('without --semihosting-args the command line is the name of the image', () => {
    // files.elf takes the first letter, f, for "append", and the rest for the file.
    expect(outcomes['the name of the program']).toMatchObject({ status: 0 })
    expect(readFileSync(join(directory, 'box/iles.elf'), 'utf8')).toBe('written\n')
  })
})

test('input from a pipe is waited for, byte by byte, up to its end', async () => {
  const { child, until, done } = start(['run', files, '--semihosting-args', 'i'])
  child.stdin?.write('a')
  await until('a')
  child.stdin?.write('bc')
  await until('abc')
  child.stdin?.end()
  expect(await done).toEqual({ status: 0, stdout: 'abc', stderr: '' })
})

test.each([
  ['--timeout', ['--timeout', '0.5'], 124],
  ['SIGTERM', [], 143],
] as const)('%s ends a guest that waits for input', async (_, options, expected) => {
  const { child, until, done } = start(['run', files, '--semihosting-args', 'i', ...options])
  child.stdin?.write('a')
  await until('a')
  if (expected === 143) child.kill('SIGTERM')
  expect((await done).status).toBe(expected)
})
