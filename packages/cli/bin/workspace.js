#!/usr/bin/env -S node --conditions=@guestscope/source --disable-warning=ExperimentalWarning
// The command inside this repository: it runs the sources, without a build. The published package has
// bin/guestscope.js instead (publishConfig.bin). The flags above are copied into node_modules/.bin/guestscope,
// and that shim prefers the Node beside it, so this costs no second process. Only an older Node that starts
// this file directly needs one.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const flag = '--conditions=@guestscope/source'
const stripsTypes = major > 22 || (major === 22 && minor >= 18)

if (stripsTypes && process.execArgv.includes(flag)) {
  // Before the first .ts file: with it stripped and compiled already, the next start is 100 ms shorter.
  module.enableCompileCache?.()
  await import('../src/bin.ts')
} else {
  const { spawnSync } = await import('node:child_process')
  const lockedNode = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url))
  const node = existsSync(lockedNode) ? lockedNode : process.execPath
  if (node === process.execPath && !stripsTypes) {
    console.error(
      `guestscope: The command runs from its sources here and needs Node 22.18 or later, not ${process.version}. (config/node)`,
    )
    process.exit(125)
  }
  const args = [
    flag,
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
  ]
  const { status, signal } = spawnSync(node, args, { stdio: 'inherit' })
  if (signal) process.kill(process.pid, signal)
  process.exitCode = status ?? 1
}
