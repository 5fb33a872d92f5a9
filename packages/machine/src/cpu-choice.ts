/** A CPU by its name and what it is to have or not: `rv64,zfh=on`. */
import type { CpuModel, CpuProperty } from '@guestscope/images'
import { UsageError } from './errors.ts'

/** Name and properties. Throws a `UsageError` (`usage/cpu`) for what is no property. */
export function cpuChoice(text: string): {
  readonly name: string
  readonly properties: readonly CpuProperty[]
} {
  const [name = '', ...rest] = text.split(',')
  const properties = rest.map((part): CpuProperty => {
    const [, key, value] = /^([^=]+)=(.+)$/.exec(part) ?? []
    if (key !== undefined && value !== undefined) return [key, value]
    throw new UsageError(
      'usage/cpu',
      `'${part}' is no property of a CPU.`,
      `Write ${name},NAME=on or ${name},NAME=off (\`cpu\`).`,
    )
  })
  return { name, properties }
}

/** The model as the properties change it. */
export function changed(model: CpuModel, properties: readonly CpuProperty[]): CpuModel {
  if (properties.length === 0) return model
  if (model.changed === undefined)
    throw new UsageError(
      'usage/cpu',
      `The CPU ${model.name} has no properties.`,
      `Write ${model.name} alone (\`cpu\`).`,
    )
  const target = model.changed(properties)
  return { ...model, target: () => target }
}
