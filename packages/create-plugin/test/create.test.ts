import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createPlugin } from '../src/index.ts'
import { Scratch } from './scratch.ts'

describe('what is written', () => {
  test('the files, with their names filled in', () => {
    using scratch = new Scratch()
    const { status, stdout, stderr } = scratch.create('my-plugin')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('cd my-plugin && npm install\n  npm start\n')
    const folder = join(scratch.path, 'my-plugin')
    const files = [
      '.gitignore',
      'README.md',
      'my-plugin.test.mjs',
      'my-plugin.ts',
      'package.json',
      'tsconfig.json',
    ]
    expect(readdirSync(folder).sort()).toEqual(files)
    for (const file of files) expect(readFileSync(join(folder, file), 'utf8')).not.toContain('plugin-name')
    const content = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    expect(content).toMatchObject({
      name: 'my-plugin',
      type: 'module',
      exports: './dist/my-plugin.js',
      peerDependencies: { '@guestscope/plugin-api': '*' },
    })
  })

  test('types are right, and mistakes are found', () => {
    using scratch = new Scratch()
    scratch.create('my-plugin')
    scratch.install('my-plugin')
    expect(scratch.check('my-plugin')).toEqual({ status: 0, stdout: '', stderr: '' })
    appendFileSync(join(scratch.path, 'my-plugin/my-plugin.ts'), 'plugin.install(1)\n')
    const { status, stdout } = scratch.check('my-plugin')
    expect(status).not.toBe(0)
    expect(stdout).toContain('my-plugin.ts')
  })

  test('its start script runs it on the demo', () => {
    using scratch = new Scratch()
    scratch.create('my-plugin')
    scratch.install('my-plugin')
    const content = JSON.parse(readFileSync(join(scratch.path, 'my-plugin/package.json'), 'utf8'))
    expect(content.scripts.prestart).toBe('tsc')
    expect(scratch.compile('my-plugin')).toEqual({ status: 0, stdout: '', stderr: '' })
    const [command, ...args] = content.scripts.start.split(' ')
    const { status, stdout, stderr } = scratch.run('my-plugin', command, ...args)
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^[1-9]\d* instructions, 17 discontinuities\n$/),
    })
    expect(stdout).toContain('10 timer interrupts')
    const listed = scratch.run('my-plugin', command, ...args.slice(0, -1), './my-plugin.ts,list,limit=2')
    expect(listed.stderr).toMatch(/^(vCPU 0: environment call .*\n){2}[1-9]\d* instructions/)
  })

  test.runIf(process.env.GUESTSCOPE_LONG)('its test passes, and fails where the plugin is wrong', () => {
    using scratch = new Scratch()
    scratch.create('my-plugin')
    scratch.install('my-plugin')
    const content = JSON.parse(readFileSync(join(scratch.path, 'my-plugin/package.json'), 'utf8'))
    expect(content.scripts).toMatchObject({ pretest: 'tsc', test: 'node --test' })
    const run = (): string => scratch.run('my-plugin', 'node', '--test', '--test-reporter=tap').stdout
    expect(run()).toMatch(/^# pass 4\n# fail 0$/m)
    const path = join(scratch.path, 'my-plugin/my-plugin.ts')
    writeFileSync(path, readFileSync(path, 'utf8').replace('discons++', ''))
    expect(run()).toMatch(/^# fail [1-9]$/m)
  })

  test('a scope, dots and underscores; an empty folder is used', () => {
    using scratch = new Scratch()
    mkdirSync(join(scratch.path, 'my_own.plugin2'))
    expect(createPlugin(scratch.path, '@me/my_own.plugin2')).toMatchObject({
      folder: 'my_own.plugin2',
      plugin: 'my-own-plugin2',
    })
    const folder = join(scratch.path, 'my_own.plugin2')
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name).toBe('@me/my_own.plugin2')
    expect(readFileSync(join(folder, 'my-own-plugin2.ts'), 'utf8')).toContain("name: 'my-own-plugin2'")
  })
})

describe('what is refused', () => {
  test.each([
    [[], 'A name for the plugin is missing.'],
    [['a', 'b'], "there is no use for 'b'"],
    [['a', '--force'], 'There is no option --force.'],
    [['a', '-f'], 'There is no option -f.'],
    [['My-Plugin'], "'My-Plugin' cannot be the name of a package: write it in lower case."],
    [['.hidden'], 'begins with a dot'],
    [['@me/_x'], 'begins with a dot'],
    [['../x'], 'begins with a dot'],
    [['x/y'], 'letters, digits, hyphens'],
    [['a b'], 'letters, digits, hyphens'],
    [['@me/../x'], 'begins with a dot'],
    [['@/x'], 'letters, digits, hyphens'],
    [[''], 'letters, digits, hyphens'],
    [['node_modules'], 'npm does not allow it'],
    [['http'], 'npm does not allow it'],
    [['7up'], 'begins with a letter'],
    [['x'.repeat(215)], 'more than 214 characters'],
  ])('%j', (args, message) => {
    using scratch = new Scratch()
    const { status, stdout, stderr } = scratch.create(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^create-guestscope-plugin: .*\.\n$/)
    expect(readdirSync(scratch.path)).toEqual([])
  })

  test('a folder that is not empty, and a file', () => {
    using scratch = new Scratch()
    mkdirSync(join(scratch.path, 'full'))
    writeFileSync(join(scratch.path, 'full/mine'), '')
    writeFileSync(join(scratch.path, 'file'), '')
    for (const name of ['full', 'file']) {
      const { status, stderr } = scratch.create(name)
      expect(status).toBe(2)
      expect(stderr).toContain(`${name} exists, and is no empty folder. Remove it, or take another name.`)
    }
    expect(readdirSync(join(scratch.path, 'full'))).toEqual(['mine'])
  })
})

test('--help says how, and makes nothing', () => {
  using scratch = new Scratch()
  for (const help of ['--help', '-h']) {
    const { status, stdout, stderr } = scratch.create('name', help)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('npm create guestscope-plugin NAME')
  }
  expect(existsSync(join(scratch.path, 'name'))).toBe(false)
})
