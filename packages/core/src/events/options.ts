/**
 * Options of plugins: one description gives the parser for the command line, the help text and the TypeScript type,
 * in the style of `parseArgs` of node:util.
 */

interface Common {
  /** One line for the help text. */
  readonly description: string
}

/** Any text, such as a file name. */
export interface StringOption extends Common {
  readonly type: 'string'
  readonly default?: string
  readonly multiple?: false
}

/** A text that may be given several times; the value is the list of all, empty if there is none. */
export interface StringsOption extends Common {
  readonly type: 'string'
  readonly multiple: true
  readonly default?: undefined
}

/** On or off; off by default. */
export interface BooleanOption extends Common {
  readonly type: 'boolean'
  readonly default?: boolean
}

/** A finite number, decimal (1e9, 10_000, 50M) or `0x…`. */
export interface NumberOption extends Common {
  readonly type: 'number'
  /** It counts bytes: k, M and G are powers of 1024 instead of 1000. */
  readonly unit?: 'bytes'
  readonly default?: number
  /** Smallest and largest value allowed, inclusive. */
  readonly minimum?: number
  readonly maximum?: number
  /** Refuse fractions and what a number cannot hold exactly. */
  readonly integer?: boolean
}

/** One of a few words. */
export interface ChoiceOption extends Common {
  readonly type: 'choice'
  readonly choices: readonly string[]
  readonly default?: string
}

/** Description of one option. */
export type OptionSpec = StringOption | StringsOption | BooleanOption | NumberOption | ChoiceOption

/** Options of a plugin by name. Names are lower case with hyphens. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>

type Base<Spec extends OptionSpec> = Spec extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : Spec extends { readonly type: 'number' }
    ? number
    : Spec extends { readonly type: 'boolean' }
      ? boolean
      : string

/** Type of an option's value: with `undefined` unless it has a default, is a boolean, or a list. */
export type OptionValue<Spec extends OptionSpec> = Spec extends { readonly multiple: true }
  ? readonly string[]
  : Spec extends { readonly default: string | boolean | number } | { readonly type: 'boolean' }
    ? Base<Spec>
    : Base<Spec> | undefined

/** What `install` gets: a value for every option described. */
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: OptionValue<Specs[Name]>
}
