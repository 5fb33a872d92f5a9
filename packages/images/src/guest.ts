/** What a package of targets exports, so that a machine can be put together from its name or from a program. */
import type { Board, Target } from '@guestscope/core'
import type { ImageExpectation } from './elf.ts'

/** A model of CPU. */
export interface CpuModel {
  /** Such as `cortex-m3`. */
  readonly name: string
  /** One line for a list. */
  readonly description: string
  /** The target that it is; machines may share it. */
  readonly target: () => Target
  /** The target as properties change it; throws a `ConfigError` for what cannot be. Absent: there are none. */
  readonly changed?: (properties: readonly CpuProperty[]) => Target
}

/** What a CPU is to have or not, such as `zfh` and `on`. */
export type CpuProperty = readonly [key: string, value: string]

/** What machines of a guest are made of. The first of each list is the default. */
export interface GuestParts {
  readonly cpus: readonly CpuModel[]
  readonly boards: readonly Board[]
  /** Name of the CPU that a listing assumes: it knows every instruction of the others; absent: the first. */
  readonly widest?: string
}

/**
 * A guest architecture: its name, and which programs are for it. Light: what a machine needs of it besides is loaded when
 * it has been chosen.
 */
export interface Guest extends Readonly<ImageExpectation> {
  /** One line for a list. */
  readonly description: string
  readonly load: () => Promise<GuestParts>
}
