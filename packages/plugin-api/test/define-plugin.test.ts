import { asPluginDefinition, checkApiVersion } from '@guestscope/plugin-host'
import { describe, expect, it } from 'vitest'
import { apiVersions, Discon, definePlugin } from '../src/index.ts'

describe('definePlugin', () => {
  it('returns the definition and types the options by their description', () => {
    const plugin = definePlugin({
      name: 'p',
      description: 'A plugin.',
      apiVersion: 1,
      options: {
        by: { type: 'choice', choices: ['a', 'b'], default: 'a', description: '' },
        out: { type: 'string', description: '' },
        n: { type: 'number', default: 1, description: '' },
        on: { type: 'boolean', description: '' },
      },
      install(_api, options) {
        const by: 'a' | 'b' = options.by
        const out: string | undefined = options.out
        const n: number = options.n
        const on: boolean = options.on
        // @ts-expect-error It may be missing.
        const text: string = options.out
        // @ts-expect-error No such choice.
        const never: boolean = options.by === 'c'
        // @ts-expect-error No such option.
        const other: unknown = options.other
        return void [by, out, n, on, text, never, other]
      },
    })
    expect(asPluginDefinition(plugin, 'p.ts')).toBe(plugin)
  })

  it('needs no options', () => {
    const plugin = definePlugin({ name: 'p', description: '', apiVersion: 1, install: () => {} })
    expect(plugin.options).toBeUndefined()
  })

  it.each([
    [undefined, 'p.ts is not a plugin: it has no default export that is an object.'],
    [{}, 'p.ts is not a plugin: name is not a text.'],
    [{ name: 'p' }, 'apiVersion is not a number'],
    [{ name: 'p', apiVersion: 1 }, 'install is not a function'],
  ])('%o is no plugin', (value, message) => {
    expect(() => asPluginDefinition(value, 'p.ts')).toThrow(message)
  })
})

describe('the versions of the interface', () => {
  it('are 1', () => {
    expect(apiVersions).toEqual({ minimum: 1, current: 1 })
    expect(Discon).toEqual({ Interrupt: 1, Exception: 2, HostCall: 4, All: 7 })
  })

  it.each([3, 4, 5])('%i is accepted from 3 to 5', version => {
    expect(() => checkApiVersion('p', version, { minimum: 3, current: 5 })).not.toThrow()
  })

  it('that are too new or too old are refused, both named', () => {
    const known = { minimum: 3, current: 5 }
    expect(() => checkApiVersion('p', 6, known)).toThrow(
      expect.objectContaining({
        code: 'plugin/api-too-new',
        message: expect.stringContaining(
          'needs version 6 of the plugin interface; this Guestscope has version 5',
        ),
      }),
    )
    expect(() => checkApiVersion('p', 2, known)).toThrow(
      expect.objectContaining({
        code: 'plugin/api-too-old',
        message: expect.stringContaining(
          'written for version 2 of the plugin interface; this Guestscope has version 5 and supports none before 3',
        ),
      }),
    )
    expect(() => checkApiVersion('p', 3.5, known)).toThrow('3.5')
    expect(() => checkApiVersion('p', Number.NaN, known)).toThrow('NaN')
  })
})
