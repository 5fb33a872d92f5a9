/** Starts the command, or many command lines in one process. */
import { execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Run {
  readonly args: readonly string[]
  /** Contents of standard input, a file; absent: none. */
  readonly input?: string | undefined
}

export interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const flags = ['--conditions=@guestscope/source', '--disable-warning=ExperimentalWarning']
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** The program that is started, and its first arguments. */
export const command: readonly string[] = [process.execPath, ...flags, path('../bin/workspace.js')]

/** A guest program of the RISC-V package. */
export const guest = (name: string): string => path(`../../target-riscv/test/guests/elf/${name}.elf`)
/** One of the Arm package, with its board. */
export const armGuest = (name: string): string => path(`../../target-arm/test/guests/elf/${name}.elf`)
/** One of the package of ready plugins, for the tracers. */
export const contribGuest = (name: string): string =>
  path(`../../plugins-contrib/test/guests/elf/${name}.elf`)
/** Uses files by semihosting; see its source. */
export const files: string = path('guests/files.elf')
/** Sends back what it gets; see its source. */
export const echo: string = path('guests/echo.elf')
export const demo: string = path('../demo/demo-rv64.elf')

/** Runs them all, one after the other, in one process. */
export function runAll(runs: readonly Run[], directory: string): Outcome[] {
  const output = execFileSync(process.execPath, [...flags, path('driver.ts')], {
    cwd: directory,
    input: JSON.stringify(runs),
    env: { ...process.env, NODE_OPTIONS: '' },
    maxBuffer: 1 << 26,
  })
  return JSON.parse(output.toString()) as Outcome[]
}

export interface Started {
  readonly child: ReturnType<typeof spawn>
  /** Resolves when the text is there. */
  until(text: string): Promise<void>
  readonly done: Promise<Outcome>
}

/** Starts the command itself; with a redirection (`2>&-`): by a shell. */
export function start(args: readonly string[], options: SpawnOptions = {}, redirection = ''): Started {
  const words = [...command, ...args]
  const [program = '', ...rest] =
    redirection === '' ? words : ['sh', '-c', `exec "$@" ${redirection}`, 'sh', ...words]
  const child = spawn(program, rest, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
    ...options,
  })
  let [stdout, stderr] = ['', '']
  const waiting: { text: string; resolve: () => void }[] = []
  child.stdout?.setEncoding('utf8').on('data', (data: string) => {
    stdout += data
    for (const { text, resolve } of waiting) if (stdout.includes(text)) resolve()
  })
  child.stderr?.setEncoding('utf8').on('data', (data: string) => {
    stderr += data
    // A plugin that prints for ever, on a fast computer: what matters is how it begins and ends.
    if (stderr.length > 1 << 26) stderr = `${stderr.slice(0, 1 << 20)}\n[…]\n${stderr.slice(-(1 << 20))}`
  })
  const done = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => resolve({ status, stdout, stderr }))
  })
  const until = (text: string): Promise<void> =>
    new Promise(resolve => {
      if (stdout.includes(text)) resolve()
      else waiting.push({ text, resolve })
    })
  return { child, until, done }
}
