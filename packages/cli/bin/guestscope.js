#!/usr/bin/env node
// Understood by Node 14, too, so that an old one says what is wrong instead of stumbling over what it does not know.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 20 || (major === 20 && minor >= 19)) import('../lib/bin.js')
else {
  console.error(
    `guestscope: Node ${process.version} is too old. Guestscope needs Node 20.19 or later; see https://nodejs.org. (config/node)`,
  )
  process.exitCode = 125
}
