/** An old Node gets one sentence. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const bin = fileURLToPath(new URL('../bin/guestscope.js', import.meta.url))

test.each(['14.21.3', '18.20.8', '20.18.3'])('Node %s', version => {
  const pretended = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${pretended}`, bin],
    {
      encoding: 'utf8',
    },
  )
  expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
  expect(stderr).toMatch(
    /^guestscope: Node v\S+ is too old\. Guestscope needs Node 20\.19 or later[^\n]+\(config\/node\)\n$/,
  )
})

test('what it reads first is understood by Node 14', () => {
  // Static imports, top-level await, ??= and the like would fail before the sentence comes.
  const source = readFileSync(bin, 'utf8').replaceAll(/^\s*\/\/.*$/gm, '')
  expect(source).not.toMatch(/^\s*(import|export)\s[^(]|\bawait\b|\?\?=|\|\|=|&&=|#\w|\bstatic\b|\.at\(/m)
})
