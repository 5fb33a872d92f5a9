/** What `run` puts into the machine's memory: files that options name. */
import type { MemoryContents, NamedFile } from '@guestscope/machine'
import type { RunOptions } from '../commands/options.ts'
import { CommandError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { targets } from '../targets.ts'

/** Reads them all. Throws a `CommandError` (`file/…`) that names the one that cannot be read. */
export function readContents(host: Host, image: string | undefined, options: RunOptions): MemoryContents {
  const { bios, kernel, initrd } = options
  if (image === undefined && bios === undefined && kernel === undefined)
    throw new CommandError(
      'usage/operand-missing',
      "'guestscope run' needs something to run: IMAGE, the guest program.",
      "Name it, or firmware with --bios and a kernel with --kernel; see 'guestscope help run'.",
    )
  const read = (path: string | undefined, what: string): NamedFile | undefined =>
    path === undefined ? undefined : { name: path, bytes: host.files.read(path, what) }
  return {
    targets,
    image: read(image, 'The image'),
    raw: options.raw,
    bios: read(bios, 'The bios'),
    kernel: read(kernel, 'The kernel'),
    initrd: read(initrd, 'The initial file system'),
    append: options.append,
    load: options.load.map(({ path, address }) => ({
      file: { name: path, bytes: host.files.read(path, 'The file') },
      ...(address !== undefined && { address }),
    })),
  }
}
