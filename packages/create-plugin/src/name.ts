import { builtinModules } from 'node:module'

/** The rules of npm for names of packages; the first that is broken, as a sentence, else undefined. */
export function checkName(name: string): string | undefined {
  const broken = rules.find(([holds]) => !holds(name))
  return broken && `'${name}' cannot be the name of a package: ${broken[1]}.`
}

const base = (name: string): string => name.replace(/^@[^/]*\//, '')

const rules: readonly (readonly [(name: string) => boolean, string])[] = [
  [name => name.length <= 214, 'it has more than 214 characters'],
  [name => name === name.toLowerCase(), 'write it in lower case'],
  [name => !/^[._-]/.test(base(name)), 'it begins with a dot, an underscore or a hyphen'],
  [
    name => /^(@[a-z\d][a-z\d._-]*\/)?[a-z\d._-]+$/.test(name),
    'letters, digits, hyphens, dots and underscores are allowed, and a scope before it, as in @me/my-plugin',
  ],
  [name => ![...builtinModules, 'node_modules', 'favicon.ico'].includes(name), 'npm does not allow it'],
  [name => /^[a-z]/.test(base(name)), 'the name of a plugin begins with a letter'],
]
