/** The hart that random programs are for, here and in QEMU. */
import { readFileSync } from 'node:fs'
import { hartWith } from '../../src/cpus.ts'
import { nameOf } from '../../src/extension.ts'
import { extensions } from '../../src/extensions.ts'
import { type Hart, hartOf } from '../../src/hart.ts'
import type { Xlen } from '../../src/isa/index.ts'

/** What the recorded guests and programs have; `cases.json` says the same to QEMU. */
const recorded = ['m', 'a', 'f', 'd', 'zba', 'zbb', 'zbs']

const cases: { cpu: Record<Xlen, string> } = JSON.parse(
  readFileSync(new URL('../guests/cases.json', import.meta.url), 'utf8'),
)

/** Names of the extensions that can be added to those on this width. */
export const addable = (xlen: Xlen): readonly string[] =>
  extensions
    .filter(e => !e.unnamed && e.usual !== 'always' && (e.xlen === undefined || e.xlen === xlen))
    .map(nameOf)
    .filter(name => !recorded.includes(name))

const made = new Map<string, Hart>()

/** The hart that was recorded, with more extensions. */
export function hartFor(xlen: Xlen, more: readonly string[] = []): Hart {
  const key = `${xlen} ${more.join()}`
  let hart = made.get(key)
  if (!hart) {
    const base = { name: `rv${xlen}`, hart: hartOf(xlen, new Set(recorded)) }
    hart = hartWith(
      base,
      more.map(name => [name, 'on']),
    )
    made.set(key, hart)
  }
  return hart
}

/** The same for `-cpu` of QEMU. */
export const qemuCpu = (xlen: Xlen, more: readonly string[] = []): string =>
  [cases.cpu[xlen], ...more.map(name => `${name}=true`)].join()
