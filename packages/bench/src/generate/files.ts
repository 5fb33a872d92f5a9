/** Generated guests as files, for emulators to load. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { coldFunctions, writeColdProgram } from './cold-functions.ts'

const folder = new URL('../../node_modules/.cache/guestscope-bench/', import.meta.url)

const generators: Readonly<Record<string, () => Uint8Array>> = {
  'cold-functions': () => writeColdProgram(coldFunctions),
}

export const generatedPath = (name: string): string => fileURLToPath(new URL(`${name}.elf`, folder))

/** Writes the guest's file. Always anew: it takes a second, and an old file could be another generator's. */
export function generate(name: string): void {
  const make = generators[name]
  if (make === undefined) throw new Error(`no generator makes ${name}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(generatedPath(name), make())
}
