/**
 * The programs of docs/library.md and README.md: their types are right, and they print what is shown. The last one of the
 * page is for browsers. To write what they print anew:
 *
 *     UPDATE_DOCS=1 pnpm --filter @guestscope/machine exec vitest run docs
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect, test } from 'vitest'

const own = join(import.meta.dirname, '..')
const page = join(own, '../../docs/library.md')
/** Within the package, so that imports lead where they do in it. */
const folder = join(own, `reports/docs-${process.pid}`)
const condition = '@guestscope/source'

/** Each program, and what it is said to print. */
const programsOf = (path: string) =>
  [...readFileSync(path, 'utf8').matchAll(/^```ts\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?/gms)].map(
    ([, code = '', output]) => ({ code, output }),
  )
const programs = programsOf(page)
const shown = programs.filter(({ output }) => output !== undefined)
const silent = programs.filter(({ output }) => output === undefined)
const [readme] = programsOf(join(own, 'README.md'))

const guests = {
  'hello-rv64': 'target-riscv/test/guests/elf',
  'hello-rv32': 'target-riscv/test/guests/elf',
  'hello-an385': 'target-arm/test/guests/elf',
  'demo-rv64': 'cli/demo',
  echo: 'cli/test/guests',
}

const put = (name: string, code: string): string => {
  writeFileSync(join(folder, name), code)
  return name
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true })
  for (const [name, path] of Object.entries(guests))
    copyFileSync(join(own, '..', path, `${name}.elf`), join(folder, `${name}.elf`))
  copyFileSync(join(folder, 'hello-rv64.elf'), join(folder, 'program.elf'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a program in Node; gives what it prints. */
function run(name: string, ...options: string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [`--conditions=${condition}`, ...options, name], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return stdout
}

test('types', () => {
  const files = [readme, ...programs].map((program, i) => put(`types-${i}.ts`, program?.code ?? ''))
  put(
    'tsconfig.json',
    JSON.stringify({
      extends: '../../../../tsconfig.base.json',
      compilerOptions: {
        ...{ noEmit: true, composite: false, declaration: false, declarationMap: false },
        ...{ isolatedDeclarations: false, rewriteRelativeImportExtensions: false },
        ...{ allowImportingTsExtensions: true, lib: ['es2023', 'esnext.disposable', 'dom'], types: ['node'] },
      },
      files,
    }),
  )
  const tsc = join(own, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  expect(stdout).toBe('')
})

test('the README', () => {
  expect(run(put('readme.ts', readme?.code ?? ''))).toBe(
    "Hello from a RISC-V guest.\n{ kind: 'exit', status: 0 }\n",
  )
})

test.each(shown.map((program, i) => [i, program] as const))('program %i', (i, { code, output }) => {
  const printed = run(put(`program-${i}.ts`, code))
  if (process.env.UPDATE_DOCS !== undefined)
    return writeFileSync(
      page,
      readFileSync(page, 'utf8').replace(
        `${code}\`\`\`\n\n\`\`\`text\n${output}`,
        () => `${code}\`\`\`\n\n\`\`\`text\n${printed}`,
      ),
    )
  expect(printed, 'UPDATE_DOCS=1 writes it anew').toBe(output)
})

test('the page for browsers: bundled as it is, and without anything of Node', async () => {
  expect(silent).toHaveLength(1)
  const bundle = await rolldown({
    input: join(folder, put('page.ts', silent[0]?.code ?? '')),
    platform: 'browser',
    resolve: { conditionNames: [condition, 'import', 'browser'] },
    onLog: (_level, log) => {
      throw new Error(log.message)
    },
  })
  const { output } = await bundle.write({ dir: join(folder, 'page'), format: 'esm' })
  expect(
    output.flatMap(chunk => ('imports' in chunk ? chunk.imports : [])).filter(name => /^node:/.test(name)),
  ).toEqual([])
  // What runs a guest is no part of what is loaded with the page.
  const first = output.find(chunk => 'isEntry' in chunk && chunk.isEntry)
  expect(JSON.stringify(first && 'moduleIds' in first ? first.moduleIds : '')).not.toMatch(
    /target-\w+\/src\/(?!guest\.ts)/,
  )
  put(
    'browser.mjs',
    `
    import { readFileSync } from 'node:fs'
    const bytes = readFileSync('hello-an385.elf')
    const print = process.stdout.write.bind(process.stdout)
    let text = ''
    const input = {
      files: [{ name: 'hello.elf', arrayBuffer: async () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) }],
      addEventListener: (_, listener) => { input.changed = listener },
    }
    const output = { append: more => { text += more } }
    globalThis.document = { querySelector: name => (name === 'pre' ? output : input) }
    delete globalThis.process
    delete globalThis.Buffer
    delete globalThis.setImmediate
    await import('./page/page.js')
    await input.changed()
    print(text)
  `,
  )
  expect(run('browser.mjs')).toMatch(/^Hello from Cortex-M!\n\nexit after \d+ instructions$/)
})
