import { describe, expect, test } from 'vitest'
import { commandHelp, generalHelp } from '../src/args/help.ts'
import { parseArguments } from '../src/args/parse.ts'
import { address, count, date, pluginErrors, seconds, serial, size, tier } from '../src/args/value-types.ts'
import { commands, disasCommand, runCommand } from '../src/commands/table.ts'

describe('values', () => {
  test.each([
    ['64M', 64 * 2 ** 20],
    ['1G', 2 ** 30],
    ['1.5g', 1.5 * 2 ** 30],
    ['512KiB', 2 ** 19],
    ['4096', 4096],
    ['0x8000000', 2 ** 27],
    ['0x10k', 2 ** 14],
    ['1e6', 1e6],
    ['65_536', 2 ** 16],
    ['', undefined],
    ['M', undefined],
    ['-1M', undefined],
    ['0', undefined],
    ['12Q', undefined],
    ['1.3', undefined],
  ])('size %s', (text, bytes) => expect(size.parse(text)).toBe(bytes))

  test.each([
    ['1', 1],
    ['1e9', 1e9],
    ['1.5e3', 1500],
    ['10_000', 10_000],
    ['50M', 50e6],
    ['1k', 1000],
    ['1.1k', 1100],
    ['2g', 2e9],
    ['0x100', 256],
    ['1.0005k', undefined],
    ['_1', undefined],
    ['M', undefined],
    ['1MB', undefined],
    ['1e7G', undefined],
    ['-5', undefined],
    ['0', undefined],
    ['1.5', undefined],
    ['1e300', undefined],
    ['two', undefined],
  ])('count %s', (text, value) => expect(count(1).parse(text)).toBe(value))

  test.each([
    ['1970-01-01', 0],
    ['2025-06-30', 1751241600],
    ['2025-06-30T12:00:30Z', 1751241600 + 43230],
    ['2025-06-30 12:00', 1751241600 + 43200],
    ['2025-06-30T12:00+02:00', 1751241600 + 36000],
    ['2025-02-29', undefined],
    ['2025-06-30T25:00', undefined],
    ['1969-12-31', undefined],
    ['2106-01-01', undefined],
    ['today', undefined],
    ['5', undefined],
  ])('date %s', (text, value) => expect(date.parse(text)).toBe(value))

  test('others', () => {
    expect(seconds.parse('0.5')).toBe(0.5)
    expect(seconds.parse('10s')).toBe(10)
    expect(seconds.parse('0')).toBeUndefined()
    expect(address.parse('0x80000000')).toBe(0x8000_0000n)
    expect(address.parse('main')).toBeUndefined()
    expect(serial.parse('none')).toBe('none')
    expect(serial.parse('file:a b')).toEqual({ file: 'a b' })
    expect(serial.parse('file:')).toBeUndefined()
    expect(tier.parse('0')).toBe(0)
    expect(tier.parse('oracle')).toBe('oracle')
    expect(tier.parse('2')).toBe(2)
    expect(tier.parse('3')).toBeUndefined()
    expect(pluginErrors.parse('stop-plugin')).toBe('stop-plugin')
    expect(pluginErrors.parse('ignore')).toBeUndefined()
  })
})

describe('arguments of a command', () => {
  test('options and operands in any order', () => {
    const args = ['-m128M', '--smp', '2', 'a.elf', '-p', 'traps', '--plugin=x,y=1', '--semihosting']
    const { options, operands, help } = parseArguments(runCommand, args)
    expect(operands).toEqual(['a.elf'])
    expect(help).toBe(false)
    expect(options).toEqual({
      target: undefined,
      board: undefined,
      cpu: undefined,
      raw: undefined,
      memory: 2 ** 27,
      smp: 2,
      load: [],
      plugin: ['traps', 'x,y=1'],
      'plugin-output': undefined,
      semihosting: true,
      'semihosting-dir': undefined,
      'semihosting-args': undefined,
      serial: undefined,
      'max-instructions': undefined,
      timeout: undefined,
      'expect-text': undefined,
      quiet: false,
      stats: false,
      hot: undefined,
      'stats-json': undefined,
      tier: undefined,
    })
  })

  test('the last of two counts, and -- ends options', () => {
    const { options, operands } = parseArguments(disasCommand, ['--count', '1', '--count=2', '--', '--x'])
    expect(options.count).toBe(2)
    expect(operands).toEqual(['--x'])
  })

  test('help wins over what is wrong', () => {
    expect(parseArguments(runCommand, ['--help', '--nonsense']).help).toBe(true)
    expect(parseArguments(runCommand, ['-h']).help).toBe(true)
  })

  test.each([
    [['a', 'b'], 'usage/operand-extra', "'b'"],
    [['a', '--memroy=1M'], 'usage/option-unknown', 'Did you mean --memory?'],
    [['a', '-z'], 'usage/option-unknown', "See 'guestscope help run'"],
    [['a', '--memory'], 'usage/option-value', '--memory needs a value'],
    [['a', '--memory', '--smp', '2'], 'usage/option-value', '--memory needs a value'],
    [['a', '-m', 'much'], 'usage/option-value', "-m cannot be 'much'. It takes a size"],
    [['a', '--semihosting=on'], 'usage/option-value', 'takes no value'],
    [['a', '--target='], 'usage/option-value', "--target cannot be ''"],
  ])('%j', (args, code, text) => {
    expect(() => parseArguments(runCommand, args)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) }),
    )
  })

  test('an operand that must be there', () => {
    expect(() => parseArguments(disasCommand, [])).toThrow(
      expect.objectContaining({
        code: 'usage/operand-missing',
        message: expect.stringContaining('IMAGE'),
      }),
    )
  })
})

describe('help', () => {
  test('names every command and every option', () => {
    for (const command of commands) {
      expect(generalHelp(commands)).toContain(`guestscope ${command.name}`)
      const help = commandHelp(command)
      for (const option of Object.keys(command.options)) expect(help).toContain(`--${option}`)
    }
  })
  test('fits into 100 columns and tells the statuses', () => {
    const texts = [generalHelp(commands), ...commands.map(command => commandHelp(command))]
    for (const line of texts.join('\n').split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    for (const text of texts.slice(0, 2)) expect(text).toContain('124')
  })
})
