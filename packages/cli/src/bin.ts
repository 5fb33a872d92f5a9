import module from 'node:module'

// Compiled code is kept for the next start; Node 20 cannot.
module.enableCompileCache?.()
const [{ main }, { nodeHost }] = await Promise.all([import('./main.ts'), import('./host/node.ts')])
// All output has been written; timers and open input must not delay the end.
process.exit(await main(process.argv.slice(2), nodeHost()))
