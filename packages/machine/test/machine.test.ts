/** A machine as users of the library have it. */
import { GuestscopeError, type PluginDefinition } from '@guestscope/core'
import { type Guest, writeElf } from '@guestscope/images'
import { discons, traps } from '@guestscope/plugins-contrib'
import { arm } from '@guestscope/target-arm'
import { riscv } from '@guestscope/target-riscv'
import { describe, expect, test } from 'vitest'
import { createMachine, endMessage, type MachineChoice } from '../src/index.ts'
import { armGuest, cliGuest, riscvGuest } from './files.ts'

const targets = [riscv, arm]

/** A machine and what it has printed. */
async function rig(choice: Partial<MachineChoice>) {
  const said = { text: '', reports: '' }
  const write = (bytes: Uint8Array): void => {
    said.text += new TextDecoder().decode(bytes)
  }
  const machine = await createMachine({
    targets,
    ...choice,
    console: { write, ...choice.console },
    pluginIo: {
      output: text => {
        said.reports += text
      },
      ...choice.pluginIo,
    },
  })
  return { machine, said }
}

async function failure(choice: Partial<MachineChoice>): Promise<GuestscopeError> {
  const error: unknown = await createMachine({ targets, ...choice }).then(
    () => undefined,
    thrown => thrown,
  )
  if (error instanceof GuestscopeError) return error
  throw error ?? new Error('created')
}

describe('what runs', () => {
  test.each([
    ['riscv64', 'rv64', 'virt', riscvGuest('hello-rv64'), 'Hello from a RISC-V guest.\n'],
    ['riscv32', 'rv32', 'virt', riscvGuest('hello-rv32'), 'Hello from a RISC-V guest.\n'],
    ['arm-m', 'cortex-m3', 'mps2-an385', armGuest('hello-an385'), 'Hello from Cortex-M!\n'],
  ])('%s: by the program', async (target, cpu, board, image, text) => {
    const { machine, said } = await rig({ image, semihosting: true })
    expect([machine.guest.name, machine.cpu.name, machine.board.name]).toEqual([target, cpu, board])
    expect(await machine.run()).toEqual({ kind: 'exit', status: 0 })
    expect(said.text).toBe(text)
    expect(machine.stopReason).toEqual({ kind: 'exit', status: 0 })
  })

  test('only what is chosen is loaded', async () => {
    const loaded: string[] = []
    const counting = [...riscv, ...arm].map(
      (guest): Guest => ({
        ...guest,
        load: () => {
          loaded.push(guest.name)
          return guest.load()
        },
      }),
    )
    await createMachine({ targets: counting, image: riscvGuest('hello-rv32') })
    expect(loaded).toEqual(['riscv32'])
  })

  test('firmware, kernel, initial file system, command line', async () => {
    const { machine, said } = await rig({
      targets: [riscv],
      bios: cliGuest('boot-bios-rv64'),
      kernel: cliGuest('boot-kernel-rv64'),
      initrd: new TextEncoder().encode('ten bytes.'),
      append: 'quiet',
      memory: '64M',
    })
    expect((await machine.run()).kind).toBe('exit')
    expect(said.text).toContain('quiet')
    expect(machine.core.memory.regions.find(({ name }) => name === 'RAM')?.size).toBe(64 << 20)
  })

  test('a raw binary, where there is one target; a file beside', async () => {
    const image = riscvGuest('hello-rv64')
    const whole = await createMachine({ targets, image })
    const [segment] = whole.image.segments
    const at = segment?.physical as bigint
    const raw = { targets: riscv.slice(0, 1), image: segment?.bytes as Uint8Array, raw: at }
    const { machine, said } = await rig({
      ...raw,
      load: [{ file: Uint8Array.of(1, 2, 3), address: 0x8100_0000n }],
    })
    expect(machine.readMemory(0x8100_0000n, 4, { physical: true })).toEqual(Uint8Array.of(1, 2, 3, 0))
    await machine.run({ until: 'guest.' })
    expect(said.text).toContain('Hello from a RISC-V guest.')
  })
})

describe('a run', () => {
  const image = riscvGuest('interrupts-rv64')
  /** What a whole run gives. */
  const whole = async () => {
    const { machine, said } = await rig({ image })
    return { end: await machine.run(), text: said.text, executed: machine.core.executed }
  }

  test('ends at a limit, and another goes on from there', async () => {
    const { machine, said } = await rig({ image })
    const pause = await machine.run({ limit: 1000 })
    expect(pause).toEqual({
      kind: 'limit',
      message: 'The limit of 1000 instructions (`limit`) was reached after 1000 instructions.',
    })
    expect(endMessage(pause)).toContain('1000')
    expect(machine.core.executed).toBe(1000)
    expect(machine.step(5)).toBe('running')
    expect(machine.core.executed).toBe(1005)
    expect(await machine.run({ limit: 0 })).toMatchObject({ kind: 'limit' })
    expect(machine.core.executed).toBe(1005)
    const end = await machine.run()
    expect({ end, text: said.text, executed: machine.core.executed }).toEqual(await whole())
  })

  test('beside another one', async () => {
    const both = await Promise.all([
      rig({ image }),
      rig({ image: armGuest('interrupts-an385'), semihosting: true }),
    ])
    const ends = await Promise.all(both.map(({ machine }) => machine.run()))
    expect(ends.map(({ kind }) => kind)).toEqual(['exit', 'exit'])
    expect(both[0].said.text).toBe((await whole()).text)
    expect(both[0].machine.core.executed).toBe((await whole()).executed)
  })

  test('is ended from outside, by a signal or for good', async () => {
    const image = spin()
    const { machine } = await rig({ image })
    const aborted = new AbortController()
    setTimeout(() => aborted.abort(), 20)
    expect(await machine.run({ signal: aborted.signal })).toMatchObject({ kind: 'aborted' })
    expect(await machine.run({ signal: aborted.signal })).toMatchObject({ kind: 'aborted' })
    expect(await machine.run({ timeout: 0.02 })).toMatchObject({ kind: 'timeout' })
    setTimeout(() => machine.stop(7, 'enough'), 20)
    const end = await machine.run()
    expect(end).toEqual({ kind: 'exit', status: 7, message: 'enough' })
    expect(endMessage(end)).toBe('enough')
    expect(await machine.run()).toEqual(end)
    expect(machine.step()).toBe('stopped')
  })

  test('takes no limits that are none', async () => {
    const { machine } = await rig({ image })
    await expect(machine.run({ limit: Number.NaN })).rejects.toMatchObject({ code: 'usage/run' })
    await expect(machine.run({ timeout: -1 })).rejects.toMatchObject({ code: 'usage/run' })
    expect(machine.core.executed).toBe(0)
    expect(await machine.run()).toMatchObject({ kind: 'exit' })
  })

  test('is stopped in the middle of a step; plugins report behind it', async () => {
    let stop = (): void => {}
    const { machine, said } = await rig({
      image: riscvGuest('hello-rv64'),
      console: { write: () => stop() },
      plugins: [{ plugin: traps }],
    })
    stop = () => {
      machine.stop(4)
      expect(said.reports).toBe('')
    }
    expect(machine.step(1000)).toBe('stopped')
    expect(machine.stopReason).toMatchObject({ status: 4 })
    expect(said.reports).not.toBe('')
  })

  test('is one at a time', async () => {
    const { machine } = await rig({ image: spin() })
    const first = machine.run({ limit: 1_000_000 })
    await expect(machine.run()).rejects.toMatchObject({ code: 'usage/running' })
    expect(await first).toMatchObject({ kind: 'limit' })
  })

  test('ends at a text', async () => {
    const { machine, said } = await rig({ image: riscvGuest('hello-rv64') })
    expect(await machine.run({ until: 'RISC' })).toEqual({
      kind: 'text',
      message: "The guest has printed 'RISC'.",
    })
    expect(said.text).toBe('Hello from a RISC')
    expect(await machine.run({ until: 'RISC' })).toEqual({ kind: 'exit', status: 0 })
    expect(said.text).toBe('Hello from a RISC-V guest.\n')
  })
})

describe('input', () => {
  test('is waited for where somebody may send it', async () => {
    const { machine, said } = await rig({ image: cliGuest('echo'), console: { interactive: true } })
    const run = machine.run({ until: 'abc' })
    setTimeout(() => machine.send('abc'), 30)
    expect(await run).toMatchObject({ kind: 'text' })
    setTimeout(() => machine.endInput(), 30)
    expect(await machine.run()).toMatchObject({ kind: 'asleep' })
    expect(said.text).toContain('abc')
  })
  test('else the guest is asleep, and goes on when it comes', async () => {
    const { machine, said } = await rig({ image: cliGuest('echo') })
    expect(await machine.run()).toMatchObject({
      kind: 'asleep',
      message: expect.stringContaining('no more input'),
    })
    machine.send(Uint8Array.of(0x78))
    await machine.run()
    expect(said.text).toContain('x')
  })
})

describe('looking into it', () => {
  test('registers', async () => {
    const { machine } = await rig({ image: riscvGuest('hello-rv64') })
    machine.setRegister('a0', 5n)
    expect(machine.register('a0')).toBe(5n)
    expect(machine.registers().find(({ name }) => name === 'a0')).toEqual({
      name: 'a0',
      group: 'general',
      bits: 64,
      value: 5n,
    })
    expect(machine.pc()).toBe(machine.register('pc'))
    expect(() => machine.register('a9')).toThrow("riscv64 has no register 'a9'. Did you mean")
    expect(() => machine.register('a0', 3)).toThrow('There is no CPU 3. The machine has 1')
  })

  test('memory and symbols', async () => {
    const { machine } = await rig({ image: cliGuest('echo') })
    const start = machine.symbols.all.find(({ name }) => name === '_start')?.address as bigint
    expect(machine.symbols.nameOf(start)).toBe('_start')
    const before = machine.readMemory(start, 4) as Uint8Array
    expect(machine.writeMemory(start, Uint8Array.of(1, 2, 3, 4))).toBe(true)
    expect(before).not.toEqual(Uint8Array.of(1, 2, 3, 4))
    expect(machine.readMemory(start, 4)).toEqual(Uint8Array.of(1, 2, 3, 4))
    expect(machine.readMemory(0n, 4, { physical: true })).toBeUndefined()
    expect(machine.writeMemory(0x4000_0000n, before, { physical: true })).toBe(false)
  })
})

describe('plugins', () => {
  const image = riscvGuest('interrupts-rv64')

  test('report when the run has ended for good, once', async () => {
    const { machine, said } = await rig({ image, plugins: [{ plugin: traps, options: { by: 'cause' } }] })
    await machine.run({ limit: 1000 })
    expect(said.reports).toBe('')
    await machine.run()
    const { reports } = said
    expect(reports).toContain('machine timer interrupt')
    machine.stop()
    expect(said.reports).toBe(reports)
  })

  test('are installed later, too', async () => {
    const { machine, said } = await rig({ image })
    await machine.run({ limit: 1000 })
    machine.install(discons)
    machine.stop()
    expect(said.reports).not.toBe('')
  })

  test('without files are told so', async () => {
    const writing: PluginDefinition = {
      name: 'writing',
      description: 'Writes.',
      apiVersion: 1,
      install: api => void api.openOutput('x.txt'),
    }
    expect(await failure({ image, plugins: [{ plugin: writing }] })).toMatchObject({
      code: 'file/none',
      message: expect.stringContaining("Plugin writing wants to write the file 'x.txt'"),
    })
  })

  test('end runs', async () => {
    const ending: PluginDefinition = {
      name: 'ending',
      description: 'Ends.',
      apiVersion: 1,
      install: api => api.onExit(() => api.exit(3, 'not good')),
    }
    const { machine } = await rig({ image, plugins: [{ plugin: ending }] })
    const end = await machine.run()
    expect(end).toMatchObject({ kind: 'plugin', status: 3 })
    expect(machine.stopReason).toEqual(end)
  })
})

describe('errors name what is wrong, and options by their names here', () => {
  const image = riscvGuest('hello-rv64')
  const elf = (more: Partial<Parameters<typeof writeElf>[0]>): Uint8Array =>
    writeElf({
      bits: 64,
      machine: 243,
      flags: 0,
      entry: 0x8000_0000,
      segments: [{ base: 0x8000_0000, bytes: new Uint8Array(4), flags: 5, align: 4 }],
      ...more,
    })
  const zeros = new Uint8Array(64)
  test.each<[string, Partial<MachineChoice>, string]>([
    ['usage/nothing-to-run', {}, '`image`'],
    ['usage/target', { image, targets: [] }, '`targets`'],
    ['usage/target', { image, target: 'riscv' }, "Did you mean 'riscv64'"],
    [
      'usage/target',
      { image: { name: 'rom.bin', bytes: zeros }, raw: 0n },
      'rom.bin is one. Name it with `target`',
    ],
    ['usage/file', { image: image.buffer as unknown as Uint8Array }, '`image` has is no file'],
    ['usage/board', { image, board: 'microbit' }, 'only for arm-m'],
    ['usage/cpu', { image, cpu: 'rv46' }, "Did you mean 'rv64'"],
    ['usage/raw', { image, raw: 0n }, 'Leave `raw` out'],
    ['usage/boot', { image, kernel: image }, '`kernel`'],
    ['usage/boot', { image: armGuest('hello-an385'), append: 'x' }, '`append` cannot be used'],
    ['usage/bios', { kernel: image }, '`bios`'],
    ['usage/load', { image, load: [{ file: zeros }] }, 'load[0] is a raw binary'],
    ['image/not-elf', { image: zeros }, 'image: The file is not an ELF file. Give the linked executable'],
    ['image/machine', { image: elf({ machine: 62 }) }, 'riscv64 or riscv32 or arm-m'],
    ['image/wrong-order', { image: elf({ littleEndian: false }) }, 'big-endian RISC-V'],
    ['image/wrong-class', { image, target: 'riscv32' }, '64-bit'],
    [
      'image/outside-memory',
      {
        image: elf({
          segments: [{ base: 0x8800_0000, bytes: zeros, flags: 5, align: 4 }],
        }),
      },
      'more with `memory`',
    ],
    ['image/empty', { kernel: new Uint8Array(0), bios: image }, "The kernel 'kernel' is empty"],
    [
      'file/gzip',
      { kernel: Uint8Array.of(0x1f, 0x8b, 8, 0), bios: image },
      "The kernel 'kernel' cannot be unpacked",
    ],
    ['config/memory', { image, memory: 'much' }, "There cannot be 'much'"],
    ['config/memory', { image, memory: 12345 }, '12345 bytes'],
    ['config/cpus', { image, cpus: 9 }, '(`cpus`)'],
    ['config/rate', { image, rate: 0 }, '0 instructions per second'],
  ])('%s: %#', async (code, choice, text) => {
    const error = await failure(choice)
    expect(error.code).toBe(code)
    expect(error.message).toContain(text)
    expect(error.message).toBe(`${error.message.slice(0, -error.hint.length).trimEnd()} ${error.hint}`)
    expect(error.message).not.toMatch(/(^|[ (])--?[a-z]/)
  })
})

/** `j .` */
function spin(): Uint8Array {
  return writeElf({
    bits: 64,
    machine: 243,
    flags: 0,
    entry: 0x8000_0000,
    segments: [{ base: 0x8000_0000, bytes: Uint8Array.of(0x6f, 0, 0, 0), flags: 5, align: 4 }],
  })
}
