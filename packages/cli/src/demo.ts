/** What the command does without arguments: runs a small guest under the plugin `traps`. */
import { fileURLToPath } from 'node:url'
import { parseArguments } from './args/parse.ts'
import { run } from './commands/run.ts'
import { runCommand } from './commands/table.ts'
import type { Host } from './host/host.ts'
import { note } from './report.ts'

const options = ['--plugin', 'traps', '--plugin', 'traps,by=cause']

export async function demo(host: Host): Promise<number> {
  const image = fileURLToPath(new URL('../demo/demo-rv64.elf', import.meta.url))
  note(host.stderr, `guestscope run demo-rv64.elf ${options.join(' ')}`)
  host.stderr.flush()
  const parsed = parseArguments(runCommand, [image, ...options])
  const status = await run(host, parsed.options, parsed.operands)
  note(
    host.stderr,
    "That was the demo. 'guestscope run IMAGE' runs your program; 'guestscope help' tells the rest.",
  )
  return status
}
