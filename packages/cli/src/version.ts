import { fileURLToPath } from 'node:url'
import type { Files } from './host/host.ts'

/** Version of this package. */
export function version(files: Files): string {
  const path = fileURLToPath(new URL('../package.json', import.meta.url))
  return JSON.parse(Buffer.from(files.read(path, 'The package description')).toString()).version
}
