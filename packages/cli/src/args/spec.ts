/** How a command describes itself. Parsing, help texts and error messages all come from these descriptions. */
import type { Host } from '../host/host.ts'

/** A kind of value. */
export interface ValueType<T> {
  /** What is taken, in words: `It takes …`. */
  readonly takes: string
  /** The value, or undefined if the text is none. */
  parse(text: string): T | undefined
}

interface Common {
  /** One letter. */
  readonly short?: string
  /** One sentence for the help. */
  readonly description: string
}

export interface FlagSpec extends Common {
  readonly value?: undefined
}

export interface ValueSpec<T> extends Common {
  /** How the help calls the value, in capitals. */
  readonly value: string
  readonly type: ValueType<T>
  /** May be given several times. */
  readonly many?: boolean
}

/** By the type of the value: a flag for booleans, repeatable for arrays. */
export type OptionSpec<T> = [T] extends [boolean]
  ? FlagSpec
  : [T] extends [readonly (infer Element)[]]
    ? ValueSpec<Element> & { readonly many: true }
    : ValueSpec<NonNullable<T>>

/** A row for every member of the type of the options. */
export type OptionTable<Options> = { readonly [Name in keyof Options]-?: OptionSpec<Options[Name]> }

/** An argument without a name. */
export interface OperandSpec {
  readonly name: string
  readonly description: string
  readonly optional?: boolean
}

/** A command; `Options` has a member for every option. */
export interface CommandSpec<Options> {
  readonly name: string
  /** One sentence. */
  readonly summary: string
  readonly operands: readonly OperandSpec[]
  readonly options: OptionTable<Options>
  /** Paragraphs at the end of its help. */
  readonly notes?: readonly string[]
  readonly examples?: readonly string[]
  /** Loads what does it. */
  readonly load: () => Promise<CommandAction<Options>>
}

/** Does the work and gives the exit status. */
export type CommandAction<Options> = (
  host: Host,
  options: Options,
  operands: readonly string[],
) => Promise<number>
