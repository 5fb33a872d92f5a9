import type { OutputFile } from '@guestscope/plugin-api'
import type { SymbolNames } from '../symbols.ts'
import type { Frame, FrameSink, Thread } from './stack.ts'

/** What the data of uftrace say of the program. */
export interface UftraceProgram {
  readonly name: string
  readonly start: bigint
  readonly end: bigint
  readonly symbols: SymbolNames
}

const session = '0000000000000001'
/** Where programs of the upper half go. */
const lowBase = 0x40_0000n
/** Addresses that each cause of traps takes behind the program. */
const trapSize = 16
/** The task that all others belong to; its id is that of the process. */
const pid = 1

/** Records (16 bytes each) of one task, collected into larger pieces. */
class Task {
  readonly tid: number
  readonly #file: OutputFile
  #bytes = new Uint8Array(1 << 16)
  #used = 0

  constructor(tid: number, file: OutputFile) {
    this.tid = tid
    this.#file = file
  }

  /** Time; then from bit 0: 2 bits of type, 1 of more data, 3 that are 5, 10 of depth, 48 of address. */
  record(time: number, type: 0 | 1, depth: number, address: bigint): void {
    if (this.#used === this.#bytes.length) this.flush()
    const view = new DataView(this.#bytes.buffer, this.#used, 16)
    view.setBigUint64(0, BigInt(time), true)
    view.setBigUint64(8, BigInt(type) | (5n << 3n) | (BigInt(depth) << 6n) | (address << 16n), true)
    this.#used += 16
  }
  flush(): void {
    if (this.#used > 0) this.#file.write(this.#bytes.subarray(0, this.#used))
    this.#bytes = new Uint8Array(1 << 16)
    this.#used = 0
  }
}

/**
 * Writes a data directory of uftrace: a task per thread, or per thread and privilege. Trap handlers appear as functions of
 * their own, named after the cause, at addresses beyond the program.
 */
export class UftraceSink implements FrameSink {
  readonly #open: (name: string) => OutputFile
  readonly #program: UftraceProgram
  readonly #byPrivilege: boolean
  readonly #tasks = new Map<string, Task>()
  /** Traps get addresses behind the program. */
  readonly #traps = new Map<string, bigint>()
  readonly #depths = new Map<Task, number>()
  /** Written at the end, and opened at once: what is wrong with the directory is said before the run. */
  readonly #files: Readonly<Record<'tasks' | 'map' | 'symbols' | 'info' | 'names', OutputFile>>

  constructor(open: (name: string) => OutputFile, program: UftraceProgram, byPrivilege: boolean) {
    this.#open = open
    this.#program = program
    this.#byPrivilege = byPrivilege
    this.#files = {
      tasks: open('task.txt'),
      map: open(`sid-${session}.map`),
      symbols: open(`${baseName(program.name)}.sym`),
      info: open('info'),
      names: open('names.txt'),
    }
  }

  enter(thread: Thread, time: number, frame: Frame): void {
    const task = this.#task(thread, frame.privilege)
    const depth = this.#depths.get(task) ?? 0
    this.#depths.set(task, depth + 1)
    task.record(time, 0, depth, this.#address(frame))
  }
  leave(thread: Thread, time: number, frame: Frame): void {
    const task = this.#task(thread, frame.privilege)
    const depth = (this.#depths.get(task) ?? 1) - 1
    this.#depths.set(task, depth)
    task.record(time, 1, depth, this.#address(frame))
  }
  instant(): void {}
  privilege(): void {}

  end(): void {
    const tasks = [...this.#tasks]
    for (const [, task] of tasks) task.flush()
    this.#files.tasks.write(
      [
        `SESS timestamp=0.000000000 pid=${pid} sid=${session} exename="${this.#program.name}"`,
        ...tasks.map(([, { tid }]) => `TASK timestamp=0.000000000 tid=${tid} pid=${pid}`),
        '',
      ].join('\n'),
    )
    this.#files.map.write(this.#map())
    this.#files.symbols.write(this.#symbols())
    this.#files.info.write(this.#info(tasks.map(([, { tid }]) => tid)))
    this.#files.names.write(tasks.map(([name, { tid }]) => `${tid} ${name}\n`).join(''))
  }

  #task({ cpu, number }: Thread, privilege: string): Task {
    const own = number === 0 ? `vCPU ${cpu}` : `vCPU ${cpu}, thread ${number}`
    const name = this.#byPrivilege ? `${own} ${privilege}` : own
    let task = this.#tasks.get(name)
    if (task === undefined) {
      const tid = pid + this.#tasks.size
      task = new Task(tid, this.#open(`${tid}.dat`))
      this.#tasks.set(name, task)
    }
    return task
  }

  #address({ kind, name, address }: Frame): bigint {
    if (kind === 'function') return this.#moved(address)
    let found = this.#traps.get(name)
    if (found === undefined) {
      found = this.#moved(this.#program.end) + BigInt(trapSize * this.#traps.size)
      this.#traps.set(name, found)
    }
    return found
  }

  /** Programs in the upper half move down: up there uftrace sees its own kernel. */
  #moved(address: bigint): bigint {
    const { start, end } = this.#program
    const moves = end > 1n << 47n && address >= start && address <= end
    return BigInt.asUintN(47, moves ? address - start + lowBase : address)
  }

  /** As /proc/PID/maps has it; where the stack is tells uftrace where its kernel would be. */
  #map(): string {
    const { name, start, end } = this.#program
    const hex = (value: bigint): string => value.toString(16).padStart(12, '0')
    const behind = this.#moved(end) + BigInt(trapSize * (this.#traps.size + 1))
    return [
      `${hex(this.#moved(start))}-${hex(behind)} r-xp 00000000 00:00 0 ${name}`,
      '7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]',
      '',
    ].join('\n')
  }

  /** Addresses relative to the program. */
  #symbols(): string {
    const { name, start, end, symbols } = this.#program
    const line = (offset: bigint, symbol: string): string =>
      `${offset.toString(16).padStart(16, '0')} T ${symbol}`
    const functions = [...symbols.all()]
      .filter(symbol => symbol.start >= start && symbol.start < end)
      .map(symbol => line(symbol.start - start, symbol.name))
    const behind = (index: number): bigint => end - start + BigInt(trapSize * index)
    const traps = [...this.#traps.keys()].map((cause, i) => line(behind(i), cause.replaceAll(/\W+/g, '_')))
    const rows = [...functions, ...traps]
    return [
      `# symbols: ${rows.length}`,
      `# path name: ${name}`,
      '# build-id:',
      ...rows,
      line(behind(this.#traps.size), '__sym_end'),
      '',
    ].join('\n')
  }

  /** A header of 40 bytes, then a line for each kind of information that the mask names. */
  #info(tids: readonly number[]): Uint8Array {
    const text = new TextEncoder().encode(
      [
        `exename:${this.#program.name}`,
        'exit_status:0',
        'cmdline:guestscope',
        'taskinfo:lines=2',
        `taskinfo:nr_tid=${tids.length}`,
        `taskinfo:tids=${tids.join()}`,
        '',
      ].join('\n'),
    )
    const bytes = new Uint8Array(40 + text.length)
    const view = new DataView(bytes.buffer)
    bytes.set(new TextEncoder().encode('Ftrace!\0'))
    view.setUint32(8, 4, true) // version
    view.setUint16(12, 40, true) // size of the header
    view.setUint8(14, 1) // little-endian
    view.setUint8(15, 2) // 64 bits
    view.setBigUint64(16, BigInt(Feature.taskSession | Feature.relativeSymbols | Feature.maxStack), true)
    view.setBigUint64(24, BigInt(Info.exeName | Info.exitStatus | Info.commandLine | Info.taskInfo), true)
    view.setUint16(32, 1024, true) // deepest stack
    bytes.set(text, 40)
    return bytes
  }
}

const Feature = {
  taskSession: 1 << 1,
  relativeSymbols: 1 << 5,
  maxStack: 1 << 6,
} as const
const Info = { exeName: 1 << 0, exitStatus: 1 << 2, commandLine: 1 << 3, taskInfo: 1 << 7 } as const

const baseName = (path: string): string => path.replace(/^.*[/\\]/, '')
