/** A folder for a test, and what a generated plugin needs to run there as after `npm install`. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { main } from '../src/index.ts'

export const root: string = resolve(import.meta.dirname, '../../..')

const sources = ['--customConditions', '@guestscope/source', '--lib', 'es2023,esnext.disposable,dom']

export interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export class Scratch {
  readonly path: string = mkdtempSync(join(tmpdir(), 'create-plugin-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }

  /** The command itself, in this folder. */
  create(...args: string[]): Outcome {
    let [stdout, stderr] = ['', '']
    const status = main(args, {
      directory: this.path,
      stdout: text => {
        stdout += text
      },
      stderr: text => {
        stderr += text
      },
    })
    return { status, stdout, stderr }
  }

  /** Instead of `npm install`: the packages of the workspace. */
  install(folder: string): void {
    const modules = join(this.path, folder, 'node_modules')
    mkdirSync(join(modules, '@guestscope'), { recursive: true })
    symlinkSync(join(root, 'packages/plugin-api'), join(modules, '@guestscope/plugin-api'))
    symlinkSync(join(root, 'packages/cli'), join(modules, 'guestscope'))
  }

  run(folder: string, command: string, ...args: string[]): Outcome {
    const { PATH = '' } = process.env
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: join(this.path, folder),
      encoding: 'utf8',
      input: '',
      env: {
        ...process.env,
        PATH: [join(root, 'node_modules/.bin'), PATH].join(delimiter),
        NODE_OPTIONS: '',
        NODE_TEST_CONTEXT: undefined,
      },
    })
    return { status, stdout, stderr }
  }

  /** Types as `npm run check` finds them, but with sources of the workspace, which need more than built declarations. */
  check(folder: string): Outcome {
    return this.run(folder, 'tsc', '--noEmit', ...sources)
  }
  /** The same, and JavaScript is written. */
  compile(folder: string): Outcome {
    return this.run(folder, 'tsc', ...sources)
  }
}
