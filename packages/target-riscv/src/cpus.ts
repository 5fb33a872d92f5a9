/** Models of CPU with the properties that users give: `rv64,zicond=off,zfh=on`. */
import { ConfigError } from '@guestscope/core'
import { type Extension, nameOf } from './extension.ts'
import { extensionNamed, extensions } from './extensions.ts'
import { fullHart, type Hart, hartOf, usualHart } from './hart.ts'
import type { Xlen } from './isa/row.ts'

/** A model, which properties change. */
export interface RiscvCpuModel {
  readonly name: string
  readonly description: string
  readonly hart: Hart
}

const list = (chosen: readonly Extension[]): string => chosen.map(({ title }) => title).join(', ')
const titles = (usual: Extension['usual'], xlen: Xlen): string =>
  list(extensions.filter(e => !e.unnamed && e.usual === usual && (e.xlen === undefined || e.xlen === xlen)))

/** The models of a width; the first is what boards have. */
export function riscvCpuModels(xlen: Xlen): readonly RiscvCpuModel[] {
  const modes = `M, S and U mode; PMP; ${xlen === 64 ? 'Sv39, Sv48' : 'Sv32'}`
  return [
    {
      name: `rv${xlen}`,
      description:
        `${titles('always', xlen)}; ${modes}; on unless NAME=off: ${titles('on', xlen)}; ` +
        `off unless NAME=on: ${titles('off', xlen)}`,
      hart: usualHart(xlen),
    },
    { name: 'max', description: `rv${xlen} with everything on`, hart: fullHart(xlen) },
  ]
}

/** The values of properties, as in QEMU. */
const truth: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  yes: true,
  off: false,
  false: false,
  no: false,
}

/** The model with properties: names of extensions, on or off. Throws a `ConfigError` for what cannot be. */
export function hartWith(
  { name: model, hart }: Pick<RiscvCpuModel, 'name' | 'hart'>,
  properties: readonly (readonly [name: string, value: string])[],
): Hart {
  const wanted = new Map<string, boolean>()
  for (const [name, value] of properties) wanted.set(name, check(model, hart.xlen, name, value))
  const names = new Set(hart.names)
  const turnOn = (name: string): void => {
    names.add(name)
    for (const need of extensionNamed(name)?.needs ?? []) {
      if (wanted.get(need) === false) throw missing(name, need)
      turnOn(need)
    }
  }
  for (const [name, on] of wanted) if (on) turnOn(name)
  for (const [name, on] of wanted) if (!on) names.delete(name)
  for (const name of names)
    for (const need of extensionNamed(name)?.needs ?? []) if (!names.has(need)) throw missing(name, need)
  return hartOf(hart.xlen, names)
}

const refused = (reason: string, remedy: string): ConfigError =>
  new ConfigError('config/cpu-property', reason, remedy)

const missing = (name: string, need: string): ConfigError =>
  refused(
    `The extension ${name} needs ${need}, which is off.`,
    `Turn ${name} off too (${name}=off), or leave ${need} on.`,
  )

/** Is it to be on? */
function check(model: string, xlen: Xlen, name: string, value: string): boolean {
  const extension = extensionNamed(name)
  if (extension === undefined || extension.unnamed) {
    const known = extensions.filter(e => !e.unnamed && e.usual !== 'always').map(nameOf)
    throw refused(`The CPU ${model} has no property '${name}'.`, `Known: ${known.join(', ')}.`)
  }
  const on = truth[value]
  if (on === undefined)
    throw refused(`'${value}' is no value of the property ${name}.`, `Write ${name}=on or ${name}=off.`)
  if (!on && extension.usual === 'always')
    throw refused(`The CPU ${model} always has the extension ${name}.`, `Leave ${name}=${value} out.`)
  if (on && extension.xlen !== undefined && extension.xlen !== xlen)
    throw refused(
      `The extension ${name} exists on RV${extension.xlen} only, and ${model} is RV${xlen}.`,
      `Leave ${name}=${value} out, or choose a CPU of ${extension.xlen} bits.`,
    )
  return on
}
