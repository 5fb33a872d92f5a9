import {
  Cpu,
  type DecodedInsn,
  Discon,
  type DisconEvent,
  type GuestMemory,
  Layout,
  type Machine,
  type PluginApi,
  type PluginDefinition,
  type RegisterInfo,
  type StopReason,
  stopMessage,
  stopStatus,
  type TbHandle,
} from '@guestscope/core'
import type { BlockSource } from '@guestscope/core/hooks'
import { PluginHost, type PluginMachine } from '@guestscope/plugin-host'
import { describe, expect, it } from 'vitest'

const register: RegisterInfo = { name: 'a0', group: 'general', bits: 64, read: cpu => cpu.get64(128) }

function setup() {
  const view = new DataView(new ArrayBuffer(Layout.firstCpu + 2 * Layout.cpuSize))
  const memory = { view, wasm: { buffer: view.buffer } } as unknown as GuestMemory
  const cpus = [0, 1].map(i => new Cpu(undefined as unknown as Machine, i, memory))
  const calls = { flush: 0, discon: [] as boolean[], stop: [] as StopReason[] }
  const output: string[] = []
  const failures: string[] = []
  const machine: PluginMachine = {
    instrumentation: undefined as unknown as PluginHost,
    cpus,
    target: {
      name: 'fake64',
      registers: [register],
      cause: number => ({ type: number < 0 ? Discon.Interrupt : Discon.Exception, name: `cause ${number}` }),
      privilege: cpu => ({ level: cpu.index, name: `level ${cpu.index}` }),
      disassemble: (insn, pc) => `insn ${insn.handler} at ${pc}`,
      describe: insn => ({ mnemonic: `i${insn.handler}`, group: 'base', kind: 'load', flow: 'next' }),
    },
    memory: {
      placeAt: () => undefined,
      traces: { start: 0, end: 0 },
      wasm: new WebAssembly.Memory({ initial: 1 }),
      words: new Int32Array(1),
    },
    requestSafePoint: () => {},
    yield: () => {},
    redirect: () => {},
    virtualTime: () => 42,
    holdTime: () => {},
    writeVirtual: () => false,
    writePhysical: () => false,
    clock: () => 42,
    stopReason: undefined,
    stop: reason => calls.stop.push(reason),
    flushBlocks: () => calls.flush++,
    updateDiscon: () => calls.discon.push(host.discons),
    readVirtual: (_, address, n) => (address < 16n ? new Uint8Array(n).fill(7) : undefined),
    readPhysical: (address, n) => (address < 16n ? new Uint8Array(n).fill(8) : undefined),
    translateDebug: (_, address, access) => address + BigInt(access),
  }
  const host: PluginHost = new PluginHost(machine, {
    output: text => output.push(text),
    openOutput: path => ({ write: text => output.push(`${path}: ${text}`) }),
    symbol: address => (address === 0x1000n ? 'start' : undefined),
    onError: ({ plugin, callback }) => failures.push(`${plugin} ${callback}`),
  })
  const install = (name: string, run: (api: PluginApi) => void): void =>
    host.install({ name, description: '', apiVersion: 1, install: run })
  const cpu = cpus[0] as Cpu
  return { host, machine, cpu, calls, output, failures, install }
}

const insn = (handler: number, endsBlock: boolean) => ({ handler, endsBlock }) as unknown as DecodedInsn
const block: BlockSource = {
  pc: 0x1000n,
  insns: [
    { pc: 0x1000n, physical: 0x9000n, insn: insn(1, false), bytes: Uint8Array.of(1, 2) },
    { pc: 0x1002n, physical: 0x9002n, insn: insn(2, true), bytes: Uint8Array.of(3, 4, 5, 6) },
  ],
}

/** What a plugin's callbacks throw. */
const bad = (): never => {
  throw new Error('bad')
}

describe('installing', () => {
  it('puts itself into the machine and lists the plugins; a second of the same name gets a number', () => {
    const { host, machine, install } = setup()
    expect(machine.instrumentation).toBe(host)
    install('a', () => {})
    install('b', () => {})
    install('a', api => expect(api.name).toBe('a#2'))
    expect(host.names).toEqual(['a', 'b', 'a#2'])
  })

  it('gives checked options with their defaults', () => {
    const { host } = setup()
    const plugin: PluginDefinition = {
      name: 'p',
      description: '',
      apiVersion: 1,
      options: {
        n: { type: 'number', description: '', default: 3 },
        on: { type: 'boolean', description: '' },
      },
      install: (_, options) => expect(options).toEqual({ n: 3, on: true }),
    }
    host.install(plugin, { on: true })
    expect(() => host.install(plugin, { off: true }, 'q')).toThrow(
      "Plugin q has no option 'off'. Its options are: n, on.",
    )
  })

  it('leaves nothing behind of a plugin whose installation fails', () => {
    const { host, calls, install } = setup()
    const install1 = () =>
      install('a', api => {
        api.onDiscon(Discon.All, bad)
        api.onTranslate(bad)
        api.onExit(bad)
        bad()
      })
    expect(install1).toThrow('Plugin a cannot be installed: bad')
    expect([host.discons, host.translates, host.names]).toEqual([false, false, []])
    expect(calls.discon).toEqual([true, false])
    expect(host.finish({ kind: 'exit', status: 0 })).toEqual({ kind: 'exit', status: 0 })
  })

  it('refuses an asynchronous install', () => {
    const { install } = setup()
    expect(() => install('a', async () => {})).toThrow('install returned a promise')
    expect(() => install('a', async () => bad())).toThrow('install returned a promise')
  })
})

describe('discontinuities', () => {
  it('go to all listeners of the category, in order of installation', () => {
    const { host, cpu, calls, install } = setup()
    const seen: string[] = []
    const log = (who: string) => (event: DisconEvent) =>
      seen.push(`${who}: ${event.cpu} ${event.type} ${event.from} ${event.to} ${event.cause.name}`)
    install('a', api => api.onDiscon(Discon.All, log('a')))
    install('b', api => api.onDiscon(Discon.Interrupt, log('b')))
    install('c', api => api.onDiscon(-1, log('c')))
    expect(calls.discon).toEqual([true, true, true])
    cpu.pc = 20n
    host.discon(cpu, 5, 10, 0)
    expect(seen).toEqual(['a: 0 2 10 20 cause 5', 'c: 0 2 10 20 cause 5'])
    seen.length = 0
    host.discon(cpu, -5, 10, 0)
    expect(seen).toEqual(['a: 0 1 10 20 cause -5', 'b: 0 1 10 20 cause -5', 'c: 0 1 10 20 cause -5'])
  })

  it('can be listened to and left during the run, also from a callback', () => {
    const { host, cpu, calls, install } = setup()
    let api: PluginApi | undefined
    install('a', given => {
      api = given
    })
    expect(host.discons).toBe(false)
    const seen: string[] = []
    const first = api?.onDiscon(Discon.All, () => {
      seen.push('first')
      first?.dispose()
      first?.dispose()
      api?.onDiscon(Discon.All, () => seen.push('second'))
    })
    host.discon(cpu, 1, 0, 0)
    host.discon(cpu, 1, 0, 0)
    expect(seen).toEqual(['first', 'second'])
    expect(calls.discon).toEqual([true, false, true])
  })

  it('refuse an empty mask', () => {
    const { install } = setup()
    expect(() => install('a', api => api.onDiscon(8, () => {}))).toThrow('contains no category')
  })
})

describe('translation', () => {
  it('shows the block and collects hooks in order: block before instruction, plugin after plugin', () => {
    const { host, cpu, calls, install } = setup()
    const seen: unknown[] = []
    install('a', api =>
      api.onTranslate(tb => {
        const [first, second] = tb.insns
        expect(tb.address).toBe(0x1000n)
        expect([first?.address, first?.physical, first?.size, first?.endsBlock]).toEqual([
          0x1000n,
          0x9000n,
          2,
          false,
        ])
        expect([second?.bytes, second?.endsBlock]).toEqual([Uint8Array.of(3, 4, 5, 6), true])
        expect([second?.disassemble(), first?.symbol(), second?.symbol()]).toEqual([
          'insn 2 at 4098',
          'start',
          undefined,
        ])
        expect([first?.mnemonic, second?.mnemonic, first?.group, first?.kind]).toEqual([
          'i1',
          'i2',
          'base',
          'load',
        ])
        first?.onExec(n => seen.push(`a first ${n}`))
        tb.onExec(n => seen.push(`a block ${n}`))
      }),
    )
    install('b', api => {
      const { count, last } = api.scoreboard('count', 'last')
      api.onTranslate(tb => {
        tb.onExec(n => seen.push(`b block ${n}`))
        tb.insns[1]?.inlineAdd(count, 2)
        tb.insns[1]?.inlineStore(last, -1n)
      })
    })
    expect(calls.flush).toBe(2)
    const hooks = host.translate(block)
    for (const hook of hooks?.exec[0] ?? []) if (hook.kind === 'call') hook.run(cpu.index)
    expect(seen).toEqual(['a block 0', 'b block 0', 'a first 0'])
    expect(hooks?.exec[1]).toEqual([
      { kind: 'add', offset: Layout.cells, value: 2n },
      { kind: 'store', offset: Layout.cells + 8, value: 0xffff_ffff_ffff_ffffn },
    ])
  })

  it('gives no hooks where nobody wants any', () => {
    const { host, install } = setup()
    install('a', api => api.onTranslate(() => {}))
    expect(host.translate(block)).toBeUndefined()
  })

  it('starts and ends during the run; hooks of an ended registration are quiet', () => {
    const { host, calls, install } = setup()
    let count = 0
    let end = (): void => {}
    install('a', api => {
      const registration = api.onTranslate(tb => tb.onExec(() => count++))
      end = () => registration.dispose()
    })
    const hook = host.translate(block)?.exec[0]?.[0]
    if (hook?.kind === 'call') hook.run(0)
    end()
    if (hook?.kind === 'call') hook.run(0)
    expect([count, calls.flush, host.translates]).toEqual([1, 2, false])
  })
})

describe('handles', () => {
  it('are refused when their callback has returned', () => {
    const { host, cpu, install } = setup()
    let tb: TbHandle | undefined
    let event: DisconEvent | undefined
    install('a', api => {
      api.onTranslate(given => {
        tb = given
      })
      api.onDiscon(Discon.All, given => {
        event = given
      })
    })
    let insn: TbHandle['insns'][number] | undefined
    install('b', api =>
      api.onTranslate(given => {
        insn = given.insns[0]
      }),
    )
    host.translate(block)
    host.discon(cpu, 1, 0, 0)
    const stale = (handle: string, callback: string) =>
      expect.objectContaining({
        code: 'plugin/stale-handle',
        message: expect.stringContaining(
          `The ${handle} handle was used after its ${callback} callback had returned.`,
        ),
      })
    expect(() => tb?.address).toThrow(stale('block', 'onTranslate'))
    expect(() => tb?.insns).toThrow(stale('block', 'onTranslate'))
    expect(() => tb?.onExec(() => {})).toThrow(stale('block', 'onTranslate'))
    expect(() => insn?.disassemble()).toThrow(stale('instruction', 'onTranslate'))
    expect(() => insn?.bytes).toThrow(stale('instruction', 'onTranslate'))
    expect(() => event?.from).toThrow(stale('event', 'onDiscon'))
    expect(() => event?.cause).toThrow(stale('event', 'onDiscon'))
  })
})

describe('cells', () => {
  it('hold 64 bits per vCPU', () => {
    const { cpu, install } = setup()
    install('a', api => {
      const { n } = api.scoreboard('n')
      n.set(0, -1n)
      n.add(1, 3n)
      expect([n.get(0), n.get(1), n.sum()]).toEqual([0xffff_ffff_ffff_ffffn, 3n, 2n])
      expect(cpu.get64(Layout.cells)).toBe(0xffff_ffff_ffff_ffffn)
      expect(() => n.get(2)).toThrow('There is no vCPU 2. vCPUs are numbered from 0 to 1.')
    })
  })

  it('run out', () => {
    const { install } = setup()
    const many = Array.from({ length: Layout.maxCells + 1 }, (_, i) => `c${i}`)
    expect(() => install('a', api => void api.scoreboard(...many))).toThrow(
      `All ${Layout.maxCells} cells are in use`,
    )
  })

  it('of another machine are refused', () => {
    const one = setup()
    const other = setup()
    other.install('b', api => {
      const { n } = api.scoreboard('n')
      one.install('a', own => void own.onTranslate(tb => tb.inlineAdd(n, 1)))
    })
    one.host.translate(block)
    expect(one.failures).toEqual(['a onTranslate'])
  })
})

describe('files', () => {
  it('are refused where the host has none', () => {
    const { install } = setup()
    install('a', api => {
      expect(api.program).toBeUndefined()
      expect(() => api.openInput('x.log')).toThrow("The file 'x.log' cannot be read")
      expect(() => api.readFile('x.elf')).toThrow("The file 'x.elf' cannot be read")
    })
  })
})

describe('registers and memory', () => {
  it('are readable', () => {
    const { cpu, install } = setup()
    cpu.set64(128, 99n)
    install('a', api => {
      expect([api.target, api.cpus, api.clock()]).toEqual(['fake64', 2, 42])
      expect(api.registers()).toEqual([{ name: 'a0', group: 'general', bits: 64, writable: false }])
      expect(api.readRegister(0, 'a0')).toBe(99n)
      expect(() => api.readRegister(0, 'a1')).toThrow("fake64 has no register 'a1'")
      expect(api.readMemory(0, 0n, 2)).toEqual({ ok: true, bytes: Uint8Array.of(7, 7) })
      expect(api.readPhysical(0n, 2)).toEqual({ ok: true, bytes: Uint8Array.of(8, 8) })
      expect(api.readMemory(0, 99n, 2)).toMatchObject({ ok: false })
      expect(() => api.readMemory(0, 0n, -1)).toThrow('-1 is not a number of bytes')
      expect([api.translateAddress(0, 8n), api.translateAddress(0, 8n, true)]).toEqual([8n, 10n])
    })
  })

  it('tell the privilege', () => {
    const { install } = setup()
    install('a', api => {
      expect(api.privilege(1)).toEqual({ level: 1, name: 'level 1' })
      expect(() => api.privilege(2)).toThrow('There is no vCPU 2')
    })
  })

  it('need access in execution callbacks', () => {
    const { host, install, failures } = setup()
    const seen: bigint[] = []
    install('a', api =>
      api.onTranslate(tb => {
        tb.onExec(() => seen.push(api.readRegister(0, 'a0')), 'read')
        tb.onExec(() => seen.push(api.readRegister(0, 'a0')))
      }),
    )
    for (const hook of host.translate(block)?.exec[0] ?? []) if (hook.kind === 'call') hook.run(0)
    expect(seen).toEqual([0n])
    expect(failures).toEqual(['a onExec'])
  })
})

describe('a plugin that throws', () => {
  it('stops the run, named, and gets no more callbacks; others get theirs', () => {
    const { host, cpu, calls, failures, install } = setup()
    const seen: string[] = []
    install('bad', api => {
      api.onDiscon(Discon.All, bad)
      api.onExit(() => seen.push('bad'))
    })
    install('good', api => {
      api.onDiscon(Discon.All, () => seen.push('event'))
      api.onExit(() => seen.push('exit'))
    })
    host.discon(cpu, 1, 0, 0)
    host.discon(cpu, 1, 0, 0)
    expect(failures).toEqual(['bad onDiscon'])
    expect(calls.stop).toEqual([
      { kind: 'plugin-error', plugin: 'bad', callback: 'onDiscon', error: new Error('bad') },
    ])
    const [reason] = calls.stop as [StopReason]
    expect(stopStatus(reason)).toBe(70)
    expect(stopMessage(reason)).toBe('Plugin bad failed in onDiscon: bad')
    host.finish(reason)
    expect(seen).toEqual(['event', 'event', 'exit'])
  })

  it.each(['onTranslate', 'onExec'])('in %s leaves the translation of others alone', where => {
    const { host, install, failures } = setup()
    let count = 0
    install('bad', api => api.onTranslate(tb => (where === 'onExec' ? tb.onExec(bad) : bad())))
    install('good', api => api.onTranslate(tb => tb.onExec(() => count++)))
    for (let i = 0; i < 2; i++)
      for (const hook of host.translate(block)?.exec[0] ?? []) if (hook.kind === 'call') hook.run(0)
    expect(failures).toEqual([`bad ${where}`])
    expect(count).toBe(2)
  })

  it('at the exit fails a successful run', () => {
    const { host, install } = setup()
    const seen: string[] = []
    install('bad', api => api.onExit(bad))
    install('good', api => api.onExit(() => seen.push('exit')))
    expect(host.finish({ kind: 'exit', status: 0 })).toMatchObject({ kind: 'plugin-error', plugin: 'bad' })
    expect(seen).toEqual(['exit'])
  })
})

describe('exit', () => {
  it('ends the run', () => {
    const { calls, install } = setup()
    install('a', api => api.exit(3, 'enough'))
    expect(calls.stop).toEqual([{ kind: 'plugin', plugin: 'a', status: 3, message: 'enough' }])
    expect(calls.stop.map(stopMessage)).toEqual(['a: enough'])
  })

  it('refuses what is not a status', () => {
    const { install } = setup()
    for (const status of [-1, 256, 1.5])
      expect(() => install('a', api => api.exit(status))).toThrow('not a status')
  })

  it('at the end turns success into failure, and leaves a failure alone', () => {
    const { host, output, install } = setup()
    install('a', api => api.onExit(() => api.exit(1, 'no')))
    const failed = { kind: 'plugin', plugin: 'a', status: 1, message: 'no' }
    expect(host.finish({ kind: 'exit', status: 0 })).toEqual(failed)
    expect(host.finish({ kind: 'exit', status: 9 })).toEqual({ kind: 'exit', status: 9 })
    expect(output).toEqual(['a: no\n'])
  })
})
