/**
 * Firmware, kernel and initial file system from the command line. The guests print what was handed over; the expected
 * text is what they print on QEMU 11.1 (qemu-system-riscv64 -M virt -bios … -kernel … -initrd … -append …).
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { loadElf } from '@guestscope/images'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { armGuest, guest, type Outcome, runAll } from './harness.ts'

const boot = (part: 'bios' | 'kernel', bits: 32 | 64): string =>
  fileURLToPath(new URL(`guests/boot-${part}-rv${bits}.elf`, import.meta.url))
const [bios, kernel] = [boot('bios', 64), boot('kernel', 64)]
const arm = armGuest('exceptions-an385')
const initrdText = 'the files\n'

/** What the guests print. */
const story = (next: string, args = '(none)', initrd = '0x0', size = '0x0', tree = '0x87e00000'): string =>
  `bios: a0 0x0\nbios: a1 ${tree}\nbios: magic of the tree 0xd00dfeed\nbios: a2 0x1028\nbios: magic 0x4942534f\n` +
  `bios: version 0x2\nbios: next_addr ${next}\nbios: next_mode 0x1\nbios: options 0x0\nbios: boot_hart 0x0\n` +
  `kernel: a0 0x0\nkernel: a1 ${tree}\nkernel: command line ${args}\nkernel: initrd at ${initrd}\n` +
  `kernel: initrd size ${size}\n${initrd === '0x0' ? '' : initrdText}`

interface Row {
  readonly name: string
  readonly args: readonly string[]
  readonly status: number
  readonly out?: string
  readonly says?: readonly string[]
}
const starts = (name: string, args: readonly string[], out: string): Row => ({ name, args, status: 0, out })
const refused = (name: string, args: readonly string[], ...says: string[]): Row => ({
  name,
  args,
  status: 125,
  out: '',
  says,
})

const full = ['--initrd', 'initrd', '--append', 'a=1 b']
const rows: readonly Row[] = [
  starts('ELF files', ['--bios', bios, '--kernel', kernel], story('0x80200000')),
  starts(
    'initrd, arguments',
    ['--bios', bios, '--kernel', kernel, ...full],
    story('0x80200000', 'a=1 b', '0x84200000', '0xa'),
  ),
  starts(
    'raw binaries, the kernel compressed',
    ['--bios', 'bios64.bin', '--kernel', 'kernel64.bin.gz', ...full],
    story('0x80200000', 'a=1 b', '0x84200000', '0xa'),
  ),
  starts(
    '32 bits',
    ['--bios', boot('bios', 32), '--kernel', boot('kernel', 32), ...full],
    story('0x80400000', 'a=1 b', '0x84400000', '0xa'),
  ),
  starts(
    '32 bits, raw binaries',
    ['--target', 'riscv32', '--bios', 'bios32.bin', '--kernel', 'kernel32.bin', ...full],
    story('0x80400000', 'a=1 b', '0x84400000', '0xa'),
  ),
  starts(
    'a raw kernel goes behind a large bios',
    ['--bios', 'large.bin', '--kernel', 'kernel64.bin'],
    story('0x80600000'),
  ),
  starts(
    'an initrd that finds no room above half of memory goes right behind the kernel',
    ['-m', '12M', '--bios', bios, '--kernel', 'linux.bin', ...full],
    story('0x80200000', 'a=1 b', '0x80900000', '0xa', '0x80a00000'),
  ),
  starts(
    'in every tier',
    ['--tier', 'oracle', '--bios', bios, '--kernel', kernel, ...full],
    story('0x80200000', 'a=1 b', '0x84200000', '0xa'),
  ),
  { name: 'a bios alone', args: ['--bios', bios], status: 3 },
  starts(
    'a program with arguments',
    [kernel, '--initrd', 'initrd', '--append', 'x'],
    story('', 'x', '0x84200000', '0xa').replace(/^bios.*\n/gm, ''),
  ),

  refused('nothing', [], 'something to run', '--bios', '(usage/operand-missing)'),
  refused('a kernel alone', ['--kernel', kernel], 'no bios is named', 'fw_dynamic.bin', '(usage/bios)'),
  refused(
    'a program and a bios',
    [kernel, '--bios', bios],
    'boot-kernel',
    '--bios',
    'Leave one',
    '(usage/boot)',
  ),
  refused('a program and a kernel', [bios, '--kernel', kernel], '--kernel', '(usage/boot)'),
  refused('--raw', ['--bios', bios, '--kernel', kernel, '--raw', '0'], '--raw', '(usage/raw)'),
  refused('no such bios', ['--bios', 'none.bin', '--kernel', kernel], "The bios 'none.bin'", 'no such file'),
  refused('no such kernel', ['--bios', bios, '--kernel', 'none'], "The kernel 'none'", '(file/read)'),
  refused(
    'no such initrd',
    ['--bios', bios, '--kernel', kernel, '--initrd', 'none'],
    'initial file system',
    "'none'",
  ),
  refused('an empty kernel', ['--bios', bios, '--kernel', 'empty'], "'empty' is empty", '(image/empty)'),
  refused(
    'damaged gzip',
    ['--bios', bios, '--kernel', 'cut.gz'],
    "The kernel 'cut.gz'",
    'gunzip',
    '(file/gzip)',
  ),
  refused(
    'another architecture',
    ['--bios', bios, '--kernel', boot('kernel', 32)],
    'kernel-rv32.elf',
    '32-bit',
    '64',
  ),
  refused('another machine', ['--bios', bios, '--kernel', arm], 'for Arm', '(image/machine)'),
  refused(
    'target and file',
    ['--target', 'riscv32', '--bios', bios, '--kernel', kernel],
    '64-bit',
    'riscv32',
  ),
  refused(
    'both at one place',
    ['--bios', bios, '--kernel', guest('hello-rv64')],
    'overlap',
    '(config/overlap)',
  ),
  refused(
    'no room for the kernel',
    ['-m', '2M', '--bios', bios, '--kernel', kernel],
    'The kernel',
    'outside RAM',
    '-m',
  ),
  refused(
    'no room for the initrd',
    ['-m', '8M', '--bios', bios, '--kernel', kernel, '--initrd', 'large.bin', '-m', '6M'],
    'no room',
    '-m',
    '(config/initrd)',
  ),
  refused(
    'linked to nowhere',
    ['--bios', 'low.elf', '--kernel', kernel],
    'The bios',
    'raw binary',
    '(config/outside',
  ),
  refused(
    'no room for what the kernel says',
    ['-m', '8M', '--bios', bios, '--kernel', 'linux.bin'],
    'outside RAM',
  ),
  refused(
    'no room for the tree',
    ['-m', '9M', '--bios', bios, '--kernel', 'linux.bin'],
    "device tree's place",
  ),
  refused(
    'arm: bios',
    ['--target', 'arm-m', '--bios', bios, '--kernel', kernel],
    'mps2-an385',
    '--bios and --kernel',
  ),
  refused('arm: initrd', [arm, '--initrd', 'initrd'], 'mps2-an385', '--initrd', '(usage/boot)'),
  refused('arm: append', [arm, '--append', 'x'], '--append', '(usage/boot)'),
]

let directory = ''
let outcomes: ReadonlyMap<Row, Outcome>

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'guestscope-boot-'))
  const put = (name: string, data: string | Uint8Array): void => writeFileSync(join(directory, name), data)
  const raw = (path: string): Uint8Array => loadElf(readFileSync(path)).segments[0]?.bytes ?? new Uint8Array()
  for (const bits of [32, 64] as const) {
    put(`bios${bits}.bin`, raw(boot('bios', bits)))
    put(`kernel${bits}.bin`, raw(boot('kernel', bits)))
  }
  const compressed = gzipSync(raw(kernel))
  put('kernel64.bin.gz', compressed)
  put('cut.gz', compressed.subarray(0, 200))
  // As Linux: a jump over the header (boot-image-header.rst), which says that it needs 7 MiB.
  const linux = Buffer.alloc(64)
  linux.writeUInt32LE(0x0400_006f, 0)
  linux.writeUInt32LE(7 << 20, 0x10)
  linux.write('RSC\x05', 0x38)
  put('linux.bin', Buffer.concat([linux, raw(kernel)]))
  const large = new Uint8Array(5 << 20)
  large.set(raw(bios))
  put('large.bin', large)
  put('initrd', initrdText)
  put('empty', '')
  const low = new Uint8Array(readFileSync(bios))
  const view = new DataView(low.buffer)
  // p_paddr of the program header that is PT_LOAD
  const header = [0, 1, 2].map(n => 64 + 56 * n).find(at => view.getUint32(at, true) === 1) as number
  view.setBigUint64(header + 24, 0n, true)
  put('low.elf', low)
  const results = runAll(
    rows.map(({ args }) => ({ args: ['run', ...args] })),
    directory,
  )
  outcomes = new Map(rows.map((row, i) => [row, results[i] as Outcome]))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('run', () => {
  test.each(rows.map((row): [string, Row] => [row.name, row]))('%s', (_, row) => {
    const { stdout, stderr, status } = outcomes.get(row) as Outcome
    for (const text of row.says ?? []) expect(stderr).toContain(text)
    if (row.out !== undefined) expect(stdout, stderr).toBe(row.out)
    if (row.status === 125) expect(stderr).toMatch(/^guestscope: [^\n]+ \([a-z]+\/[a-z-]+\)\n$/)
    expect(status, stderr).toBe(row.status)
  })
})

const {
  GUESTSCOPE_LINUX_BIOS: linuxBios,
  GUESTSCOPE_LINUX_KERNEL: linuxKernel,
  GUESTSCOPE_LINUX_INITRD: linuxInitrd,
} = process.env
const absent = linuxBios === undefined || linuxKernel === undefined || linuxInitrd === undefined

describe.skipIf(absent)(
  'Linux (needs GUESTSCOPE_LINUX_BIOS, GUESTSCOPE_LINUX_KERNEL and GUESTSCOPE_LINUX_INITRD)',
  () => {
    test('boots to power-off', { timeout: 120_000 }, () => {
      const [outcome] = runAll(
        [
          {
            args: [
              ...[
                'run',
                '--bios',
                linuxBios ?? '',
                '--kernel',
                linuxKernel ?? '',
                '--initrd',
                linuxInitrd ?? '',
              ],
              ...['--append', 'console=ttyS0', '--max-instructions', '2e9'],
            ],
          },
        ],
        '.',
      )
      expect(outcome?.stdout).toContain('Linux version')
      expect(outcome?.stdout).toContain('Power down')
      expect(outcome?.status, outcome?.stderr).toBe(0)
    })
  },
)
