/** Images as users have them: tutorial links, several files, HEX with more than records, files that want too much. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { loadElf } from '@guestscope/images'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contribGuest, guest, type Outcome, runAll } from './harness.ts'

const own = (name: string): string => fileURLToPath(new URL(`guests/${name}.elf`, import.meta.url))
/** Linked with -Ttext=0x80000000; prints what lies at 0x80100000. */
const tutorial = own('text-address')
const bios = own('boot-bios-rv64')

interface Row {
  readonly name: string
  readonly args: readonly string[]
  readonly status: number
  readonly out: string
  readonly says: readonly string[]
}
const runs = (name: string, args: readonly string[], out: string): Row => ({
  name,
  args,
  status: 0,
  out,
  says: [],
})
const refused = (name: string, args: readonly string[], ...says: string[]): Row => ({
  name,
  args,
  status: 125,
  out: '',
  says,
})

/** A record of a HEX file. */
function record(type: number, offset: number, ...data: number[]): string {
  const bytes = [data.length, offset >> 8, offset & 255, type, ...data]
  const sum = -bytes.reduce((a, b) => a + b, 0) & 255
  return `:${[...bytes, sum].map(byte => byte.toString(16).padStart(2, '0')).join('')}\n`
}
const end = ':00000001FF\n'
const text = [...Buffer.from('beside\n\0')]

const rows: readonly Row[] = [
  runs('the headers of the file in front of RAM', [tutorial], ''),
  runs(
    '.data and .bss that are loaded elsewhere',
    [own('two-addresses'), '--semihosting', '--board', 'microbit'],
    '',
  ),
  runs('a raw binary beside', [tutorial, '--load', 'text.bin@0x80100000'], 'beside\n'),
  runs('HEX beside', [tutorial, '--load', 'text.hex'], 'beside\n'),
  runs(
    'several',
    ['start.hex', '--target', 'riscv64', '--load', 'text.bin@0x80100000', '--load', 'text.bin@0x80200000'],
    'beside\n',
  ),
  runs('a name with an @', [tutorial, '--load', 'text@1.hex'], 'beside\n'),
  runs('in every tier', [tutorial, '--tier', 'oracle', '--load', 'text.hex'], 'beside\n'),

  refused(
    'an ELF file at an address',
    [tutorial, '--load', `${bios}@0x80100000`],
    'is an ELF file',
    'Leave @ADDRESS out',
    '(usage/load)',
  ),
  refused(
    'a HEX file at an address',
    [tutorial, '--load', 'text.hex@0x80100000'],
    'is an Intel HEX file',
    '(usage/load)',
  ),
  refused(
    'a raw binary without one',
    [tutorial, '--load', 'text.bin'],
    'text.bin is a raw binary',
    '--load text.bin@0x',
    '(usage/load)',
  ),
  refused(
    'a file that is not there',
    [tutorial, '--load', 'none.hex'],
    "'none.hex'",
    'no such file',
    '(file/read)',
  ),
  refused(
    'an ELF file for another machine',
    [tutorial, '--load', own('two-addresses')],
    'two-addresses.elf',
    'for Arm',
    '(image/machine)',
  ),
  refused(
    'two at one place',
    [tutorial, '--load', 'text.bin@0x80000004'],
    '0x80000004',
    '.text',
    'text.bin',
    '(image/overlap)',
  ),
  refused(
    'where there is no memory',
    [tutorial, '--load', 'text.bin@0x60000000'],
    '0x60000000',
    'text.bin',
    'RAM 0x80000000',
    '(image/outside-memory)',
  ),
  refused(
    'partly',
    [tutorial, '--load', 'text.bin@0x87fffffc'],
    '4 bytes fit into RAM',
    '--memory',
    '(image/outside-memory)',
  ),
  refused('beside nothing', ['--load', 'text.hex'], 'something to run', '(usage/operand-missing)'),

  refused(
    'HEX with comments',
    ['comment.hex', '--board', 'microbit'],
    'comment.hex: Line 1 of the HEX file',
    'no comments',
    '(image/hex-syntax)',
  ),
  refused(
    'HEX with a byte-order mark',
    ['mark.hex', '--board', 'microbit'],
    'mark.hex: Line 1 of the HEX file',
    'byte-order mark',
    'ASCII',
    '(image/hex-text)',
  ),
  refused('HEX in UTF-16', ['wide.hex', '--board', 'microbit'], 'UTF-16', '(image/hex-text)'),
  refused(
    'HEX for no memory',
    ['far.hex', '--board', 'microbit'],
    '0x60000010',
    'line 3 of the HEX file',
    'the real board',
    '(image/outside-memory)',
  ),
  refused('HEX for another board', ['other.hex', '--board', 'microbit'], '0x9903', '(image/hex-board)'),

  refused('a device', ['/dev/zero'], "'/dev/zero'", 'does not end', '(file/endless)'),
  refused('a device for a plugin', [tutorial, '-p', 'ftrace,elf=/dev/zero'], "'/dev/zero'", '(file/endless)'),
  refused('a folder', ['.', '--raw', '0', '--target', 'riscv64'], 'directory', '(file/read)'),
  refused('a folder beside', [tutorial, '--load', '.@0x80100000'], 'directory', '(file/read)'),
  refused(
    'gzip of more than the memory',
    ['-m', '8M', '--bios', bios, '--kernel', 'bomb.gz'],
    "'bomb.gz' unpacks to more than the 8388608 bytes",
    '-m',
    '(file/gzip-size)',
  ),
  ...['coverage', 'ftrace', 'cflow'].map(plugin =>
    refused(
      `${plugin} of an ELF file that ends in its header`,
      [tutorial, '-p', `${plugin},elf=cut.elf`],
      'cut.elf',
      'truncated',
      '(elf/truncated)',
    ),
  ),
]

describe('guestscope run', () => {
  const directory = mkdtempSync(join(tmpdir(), 'guestscope-'))
  let outcomes: Outcome[] = []

  beforeAll(() => {
    const write = (name: string, data: Uint8Array | string): void =>
      writeFileSync(join(directory, name), data)
    const hex = record(4, 0, 0x80, 0x10) + record(0, 0, ...text) + end
    write('text.bin', Uint8Array.from(text))
    write('text.hex', hex)
    write('text@1.hex', hex)
    const [start] = loadElf(readFileSync(tutorial)).segments
    const code = [...(start?.bytes ?? [])].slice(start?.headers)
    const lines = Array.from({ length: code.length / 4 }, (_, i) =>
      record(0, 4 * i, ...code.slice(4 * i, 4 * i + 4)),
    )
    write('start.hex', record(4, 0, 0x80, 0) + lines.join('') + end)
    write('comment.hex', `; by hand\n${hex}`)
    write('mark.hex', `\ufeff${hex}`)
    write('wide.hex', Buffer.from(`\ufeff${hex}`, 'utf16le'))
    write('far.hex', record(0, 0, 0, 0x20, 0, 0x20) + record(4, 0, 0x60, 0) + record(0, 0x10, 1) + end)
    write('other.hex', record(10, 0, 0x99, 3, 0xc0, 0xde) + record(13, 0, 1) + end)
    write('bomb.gz', gzipSync(Buffer.alloc(64 << 20)))
    write('cut.elf', readFileSync(contribGuest('lines-dwarf5-rv64')).subarray(0, 56))
    outcomes = runAll(
      rows.map(({ args }) => ({ args: ['run', ...args] })),
      directory,
    )
  }, 120_000)
  afterAll(() => rmSync(directory, { recursive: true }))

  test.each(rows.map((row, i) => [row.name, row, i] as const))('%s', (_, { status, out, says }, i) => {
    const outcome = outcomes[i] as Outcome
    for (const piece of says) expect(outcome.stderr).toContain(piece)
    expect([outcome.status, outcome.stdout]).toEqual([status, out])
  })

  test('two ELF files at one place', () => {
    const [outcome] = runAll([{ args: ['run', guest('nested-rv64'), '--load', tutorial] }], directory) as [
      Outcome,
    ]
    expect(outcome.stderr).toContain('(image/overlap)')
    expect(outcome.stderr).toContain('text-address.elf, .text')
  })
})
