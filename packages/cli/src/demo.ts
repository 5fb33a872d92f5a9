/** What the command does without arguments: runs a small guest under the plugin `traps`. */
import { fileURLToPath } from 'node:url'
import { parseArguments } from './args/parse.ts'
import { run } from './commands/run.ts'
import { runCommand } from './commands/table.ts'
import type { Host } from './host/host.ts'
import { note } from './report.ts'

export async function demo(host: Host): Promise<number> {
  const image = fileURLToPath(new URL('../demo/demo-rv64.elf', import.meta.url))
  const args = [image, '--semihosting', '--serial', 'stdio', '--plugin', 'traps', '--timeout', '60']
  note(host.stderr, `guestscope run ${args.slice(1).join(' ')} demo-rv64.elf`)
  const { options, operands } = parseArguments(runCommand, args)
  const status = await run(host, options, operands)
  note(
    host.stderr,
    "That was the demo. Your own program: 'guestscope run IMAGE'; everything else: 'guestscope help'.",
  )
  return status
}
