import module from 'node:module'
import v8 from 'node:v8'

// Compiled code is kept for the next start; Node 20 cannot.
module.enableCompileCache?.()
// Regions say which way their branches go and, in tier 2, which compiler they want; V8 listens only if told to. An
// engine without the flags ignores them.
v8.setFlagsFromString('--experimental-wasm-branch-hinting')
v8.setFlagsFromString('--experimental-wasm-compilation-hints')
const args = process.argv.slice(2)
const { foreignRun } = await import('./supervise/foreign.ts')
const foreign = foreignRun(args)
if (foreign !== undefined) {
  const { supervise } = await import('./supervise/supervisor.ts')
  supervise(new URL(import.meta.url.replace(/bin\.([jt]s)$/, 'worker.$1')), args, foreign)
} else {
  const [{ main }, { nodeHost }, { reportStray }] = await Promise.all([
    import('./main.ts'),
    import('./host/node.ts'),
    import('./report.ts'),
  ])
  const host = nodeHost()
  // A timer or a promise of a plugin, since whatever its callbacks throw is caught.
  process.on('uncaughtException', error => {
    const status = reportStray(host.stderr, error)
    host.stdout.settle()
    host.stderr.settle()
    process.exit(status)
  })
  // All output has been written then; timers and open input must not delay the end.
  process.exit(await main(args, host))
}
