/** The commands and their options: the one place that knows them. */
import type { CommandSpec } from '../args/spec.ts'
import {
  address,
  count,
  date,
  load,
  pluginErrors,
  rate,
  seconds,
  serial,
  size,
  text,
  tier,
} from '../args/value-types.ts'
import type { DisasOptions, ListOptions, RunOptions } from './options.ts'

const image = {
  name: 'IMAGE',
  description: 'The guest program: an ELF or Intel HEX file, or with --raw any file.',
} as const
const target = {
  value: 'NAME',
  type: text,
  description: "Guest architecture ('list targets'); default: the one that the image is for.",
} as const
const raw = {
  value: 'ADDRESS',
  type: address,
  description: 'The image is a raw binary that belongs at this address, such as 0 or 0x80000000.',
} as const
const cpu = {
  value: 'NAME[,PROPERTY=on|off …]',
  type: text,
  description:
    "CPU model ('list cpus'), and extensions that it is to have or not, such as rv64,zfh=on; default: the one of the board.",
} as const

export const runCommand: CommandSpec<RunOptions> = {
  name: 'run',
  summary: 'Runs a guest program; its exit code becomes the exit status.',
  operands: [{ ...image, optional: true }],
  options: {
    target,
    board: {
      value: 'NAME',
      type: text,
      description:
        "Kind of machine ('list boards'); default: the first of the target (with --cpu: that has it).",
    },
    cpu,
    raw,
    load: {
      value: 'FILE[@ADDRESS]',
      type: load,
      many: true,
      description:
        'Puts another file into memory besides: an ELF or Intel HEX file where it says, any other at the address. ' +
        'May be given several times.',
    },
    memory: { short: 'm', value: 'SIZE', type: size, description: 'Main memory, such as 128M or 1G.' },
    smp: { value: 'N', type: count(1), description: 'Number of CPUs; default 1.' },
    bios: {
      value: 'FILE',
      type: text,
      description:
        'Firmware that starts instead of IMAGE, such as OpenSBI: an ELF file or a raw binary for the start of RAM.',
    },
    kernel: {
      value: 'FILE',
      type: text,
      description:
        'Kernel that the firmware starts: an ELF file or a raw binary; may be compressed with gzip.',
    },
    initrd: {
      value: 'FILE',
      type: text,
      description: 'Initial file system that the kernel finds in memory.',
    },
    append: { value: 'TEXT', type: text, description: "The kernel's command line." },
    plugin: {
      short: 'p',
      value: 'NAME[,KEY=VALUE …]',
      type: text,
      many: true,
      description:
        "Plugin with its options ('list plugins'): a ready one, a package, or the path of a .ts or .js file. " +
        'May be given several times.',
    },
    'plugin-output': {
      value: 'FILE',
      type: text,
      description: 'Where reports of plugins go; default: standard error.',
    },
    'plugin-errors': {
      value: 'WHAT',
      type: pluginErrors,
      description:
        'What becomes of the run when a plugin throws an error: stop-run (default), or stop-plugin: it goes on ' +
        'without that plugin.',
    },
    semihosting: { description: 'Serve semihosting calls of the guest (console, exit).' },
    'semihosting-dir': {
      value: 'DIR',
      type: text,
      description:
        'Folder whose files the guest may read, write and remove by semihosting calls, which are then served; ' +
        'default: none.',
    },
    'semihosting-args': {
      value: 'TEXT',
      type: text,
      description:
        "Command line that the guest gets by a semihosting call, which are then served; default: the image's name.",
    },
    'semihosting-limit': {
      value: 'BYTES',
      type: size,
      description:
        'What the guest may write into files of --semihosting-dir in all, such as 10M; default: 1G. A new file counts ' +
        'as 4096 bytes, and bytes that are skipped count, too.',
    },
    date: {
      value: 'DATE',
      type: date,
      description:
        'What clocks of the day show at the start, such as 2025-06-30 or 2025-06-30T12:00Z, in UTC, or now; default: ' +
        '2025-01-01.',
    },
    serial: {
      value: 'WHERE',
      type: serial,
      description:
        'Serial port: stdio (default), none or file:PATH. Semihosting has standard input and output in any case.',
    },
    rate: {
      value: 'N',
      type: rate,
      description:
        'Instructions that take a second of guest time (default 1e9), or board: as many as its CPU clock has cycles.',
    },
    'max-instructions': {
      value: 'N',
      type: count(1),
      description: 'End the run after so many instructions of all CPUs together, such as 1e9.',
    },
    timeout: { value: 'SECONDS', type: seconds, description: 'End the run after this time.' },
    'expect-text': {
      value: 'TEXT',
      type: text,
      description:
        'End with status 0 as soon as the guest has printed the text, with status 1 if it ends before.',
    },
    quiet: {
      description: 'Do not tell what is noticed about the guest, such as that it polls an absent device.',
    },
    stats: { description: 'Print figures about the run and the engine at the end, to standard error.' },
    hot: {
      value: 'N',
      type: count(1),
      description: 'Print the N pieces of guest code that were executed most, found by samples.',
    },
    'stats-json': {
      value: 'FILE',
      type: text,
      description: 'Write the figures of --stats and --hot as JSON.',
    },
    tier: {
      value: 'TIER',
      type: tier,
      description:
        'How instructions run: 0 interpreter only, 1 (default) also compiled regions, 2 the hottest gathered and ' +
        'compiled again, oracle the slow reference.',
    },
  },
  notes: [
    'What the guest prints goes to standard output as it comes, everything else to standard error. Standard input ' +
      'feeds the serial port. On a terminal: Ctrl-A x leaves, Ctrl-A h lists the other keys.',
  ],
  examples: [
    'guestscope run hello.elf',
    'guestscope run kernel.elf -m 256M --smp 2 -p traps,by=cause',
    'guestscope run firmware.hex --board microbit',
    'guestscope run loader.elf --load app.hex --load data.bin@0x80100000',
    'guestscope run --bios fw_dynamic.bin --kernel Image --initrd rootfs.cpio.gz --append console=ttyS0',
    'guestscope run test.elf --semihosting -p ./my-plugin.ts --expect-text PASS --timeout 10',
  ],
  load: async () => (await import('./run.ts')).run,
}

export const listCommand: CommandSpec<ListOptions> = {
  name: 'list',
  summary: 'Lists targets, boards, CPUs and ready plugins with their options, or one of them.',
  operands: [
    {
      name: 'WHAT',
      optional: true,
      description: 'targets, boards, cpus or plugins, or the name of one, such as traps; default: all.',
    },
  ],
  options: {},
  load: async () => (await import('./list.ts')).list,
}

export const disasCommand: CommandSpec<DisasOptions> = {
  name: 'disas',
  summary: 'Disassembles the executable segments of a program.',
  operands: [image],
  options: {
    target,
    cpu: {
      ...cpu,
      description: "CPU model ('list cpus'); default: the one that knows the most instructions.",
    },
    raw,
    start: { value: 'ADDR', type: address, description: 'First address; default: all code.' },
    count: { value: 'N', type: count(1), description: 'At most so many instructions.' },
    symbol: { value: 'NAME', type: text, description: 'Only this function or label.' },
  },
  examples: [
    'guestscope disas kernel.elf --symbol main',
    'guestscope disas kernel.elf --start 0x80000000 --count 20',
  ],
  load: async () => (await import('./disas.ts')).disas,
}

export const commands: readonly CommandSpec<never>[] = [
  runCommand,
  listCommand,
  disasCommand,
] as readonly unknown[] as readonly CommandSpec<never>[]
