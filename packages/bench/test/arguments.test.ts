import { expect, test } from 'vitest'
import { parseArguments } from '../src/args.ts'
import { costRows } from '../src/cost-rows.ts'
import { arm, hotSet, riscv } from '../src/guests.ts'

const parse = (args: string[], environment = {}) => parseArguments(args, environment)

test('without arguments everything is measured', () => {
  expect(parse([])).toEqual({
    suite: riscv,
    names: riscv.benchmarks.map(({ name }) => name),
    costs: costRows,
    qemu: undefined,
    qemuPlugin: undefined,
    runs: 3,
    churn: undefined,
    limit: false,
    built: false,
    history: false,
    json: false,
    help: false,
  })
})

test('names are benchmarks, groups, the hot set, costs and kinds of instrumentation', () => {
  expect(parse(['fib', '--json', '--runs', '5'])).toMatchObject({
    names: ['fib'],
    json: true,
    runs: 5,
    costs: [],
  })
  expect(parse(['ecall', 'fib', 'ecall-um']).names).toEqual(['ecall-mm', 'ecall-um', 'ecall-us', 'fib'])
  expect(parse(['hot']).names).toEqual(hotSet)
  expect(parse(['costs'])).toMatchObject({ names: [], costs: costRows })
  expect(parse(['insn-trace']).costs.map(({ mode }) => mode)).toEqual(['insn-trace'])
  expect(parse(['data-beside']).names, 'with what it is compared with').toEqual(['data-beside', 'data-apart'])
  expect(() => parse(['svc'])).toThrow('no benchmark "svc"')
  expect(() => parse(['crc'])).toThrow('There are: address-spaces, ')
})

test('QEMU is named by option or environment', () => {
  expect(parse(['--qemu', 'wrapper  qemu-x']).qemu).toEqual(['wrapper', 'qemu-x'])
  expect(parse([], { QEMU_RISCV64: 'a b' }).qemu).toEqual(['a', 'b'])
  expect(parse(['--qemu', 'c'], { QEMU_RISCV64: 'a b' }).qemu).toEqual(['c'])
  expect(parse(['--arm', 'svc'], { QEMU_ARM: 'd', QEMU_RISCV64: 'e' })).toMatchObject({
    suite: arm,
    qemu: ['d'],
  })
  expect(parse(['--qemu-plugin', 'p.so'], { QEMU_COST_PLUGIN: 'q.so' }).qemuPlugin).toBe('p.so')
  expect(parse([], { QEMU_COST_PLUGIN: 'q.so' }).qemuPlugin).toBe('q.so')
  expect(() => parse(['--qemu', ' '])).toThrow('--qemu takes a command')
})

test('Linux joins with its three files', () => {
  const variables = {
    GUESTSCOPE_LINUX_BIOS: 'b',
    GUESTSCOPE_LINUX_KERNEL: 'k',
    GUESTSCOPE_LINUX_INITRD: 'i',
  }
  const { suite, names } = parse(['linux', '--linux-initrd', 'j'], variables)
  expect(names).toEqual(['linux'])
  const linux = suite.benchmarks.find(({ name }) => name === 'linux')
  expect(linux?.boot).toEqual({ bios: 'b', kernel: 'k', initrd: 'j' })
  const files = (dashes: string) =>
    `${dashes}bios b ${dashes}kernel k ${dashes}initrd j ${dashes}append console=ttyS0`
  expect(linux && suite.ours(linux).join(' ')).toBe(`--memory 64M ${files('--')}`)
  const theirs = linux && suite.theirs(linux).join(' ')
  expect(theirs).toMatch(/^-machine virt -m 64M /)
  expect(theirs?.endsWith(files('-'))).toBe(true)
  expect(() => parse(['--linux-bios', 'b'])).toThrow('all of --linux-bios, --linux-kernel and --linux-initrd')
  expect(() => parse(['linux'])).toThrow('no benchmark "linux"')
  expect(parse(['--arm'], variables).suite, 'the variables are for RISC-V').toBe(arm)
  const all = ['--linux-bios=b', '--linux-kernel=k', '--linux-initrd=i']
  expect(() => parse(['--arm', ...all])).toThrow('does not run on Cortex-M')
})

test('wrong numbers and options are refused', () => {
  expect(() => parse(['--arm', '--limit'])).toThrow('--limit is for RISC-V')
  expect(() => parse(['--runs', '0'])).toThrow('--runs takes a number from 1')
  expect(() => parse(['--churn', 'long'])).toThrow('--churn takes a number from 1, not "long"')
  expect(() => parse(['--fast'])).toThrow('--fast')
})
