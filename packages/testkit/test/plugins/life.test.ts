import { type Cpu, Discon, type Disposable, type PluginApi, type TimeControl } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { seeded } from '../../src/random.ts'
import { Toy, toy, toyRam } from '../../src/toy/toy.ts'
import { data, device, PluginRun, roundInsns, ways } from './run.ts'

/** A plugin that asks for everything there is; returns what it has seen. */
function everything(api: PluginApi): () => string {
  const seen = { exec: 0, memory: 0, edges: 0, discons: 0, traced: 0, conditional: 0 }
  const cells = api.scoreboard('insns', 'memory')
  const edges = api.countEdges()
  const discons = api.countDiscons(Discon.All)
  const buffer = api.traceBuffer({
    fields: ['pc', 'value'],
    records: 64,
    onBatch: batch => {
      seen.traced += batch.count
    },
  })
  api.onDiscon(Discon.All, () => seen.discons++)
  api.onEdge(() => seen.edges++)
  api.onTranslate(tb => {
    for (const insn of tb.insns) {
      insn.inlineAdd(cells.insns, 1)
      insn.onExec(cpu => {
        if (api.readRegister(cpu, 'r0') === 0n) seen.exec++
      }, 'read')
      insn.onExecIf(cells.insns, '>=', 100, () => seen.conditional++)
      insn.onMemory('both', () => seen.memory++)
      insn.inlineAddMemory('both', cells.memory, 1)
      insn.trace(buffer)
      insn.traceMemory('write', buffer)
    }
  })
  return () => {
    buffer.flush()
    const inline = [cells.insns, cells.memory].map(cell => cell.sum())
    return JSON.stringify([seen, ...inline, edges.sum(), discons.sum()], (_, v) =>
      typeof v === 'bigint' ? `${v}` : v,
    )
  }
}

describe.each(ways)('life of plugins: %s', (name, way) => {
  const seeds = (name.startsWith('tier') ? 4 : 2) * (process.env.GUESTSCOPE_LONG ? 2 : 1)
  test.each(Array.from({ length: seeds }, (_, i) => i + 1))(
    'uninstalling any at random points changes neither guest nor others (seed %i)',
    seed => {
      const random = seeded(seed)
      const below = (n: number): number => Math.floor(random() * n)
      const options = { toDevice: seed % 2 === 0, rounds: 200, cpus: 1 + (seed % 2) }
      const alone = new PluginRun(way, options)
      let expected = ''
      alone.install(api => {
        const result = everything(api)
        api.onExit(() => {
          expected = result()
        })
      }, 'stays')
      const reason = alone.run()

      const run = new PluginRun(way, options)
      let result = ''
      const going: PluginApi[] = []
      const late: string[] = []
      for (let i = 0; i < 4; i++) {
        if (i === 2)
          run.install(api => {
            const mine = everything(api)
            api.onExit(() => {
              result = mine()
            })
          }, 'stays')
        run.install(api => {
          everything(api)
          going.push(api)
          // One goes from inside a callback, in the middle of a block.
          const at = below(1500)
          let n = 0
          api.onTranslate(tb =>
            tb.insns.forEach(insn =>
              insn.onExec(() => {
                if (n > at) late.push(`${i} after uninstall`)
                if (n++ === at) void api.uninstall()
              }),
            ),
          )
        }, `goes ${i}`)
      }
      let last: string = run.machine.run(1)
      while (last === 'running') {
        const api = going[below(4)]
        if (below(4) === 0 && api) {
          try {
            void api.uninstall()
          } catch (error) {
            expect(error).toMatchObject({ code: 'plugin/gone' })
          }
        }
        last = run.machine.run(1 + below(700))
      }
      const stop = run.machine.stopReason
      expect(stop && run.host.finish(stop)).toEqual(reason)
      expect(run.state()).toBe(alone.state())
      expect(result).toBe(expected)
      expect(late).toEqual([])
      expect(run.failures).toEqual([])
    },
  )

  test('uninstall ends callbacks at once and the rest at the next safe point', async () => {
    const run = new PluginRun(way)
    const seen: string[] = []
    let taken: PluginApi | undefined
    let promise: Promise<void> | undefined
    run.install(api => {
      taken = api
      const { n } = api.scoreboard('n')
      const buffer = api.traceBuffer({
        fields: ['pc'],
        onBatch: ({ count }) => seen.push(`${count} records`),
      })
      let calls = 0
      api.onTranslate(tb =>
        tb.insns.forEach(insn => {
          insn.trace(buffer)
          insn.inlineAdd(n, 1)
          insn.onExec(() => {
            if (++calls === 25) promise = api.uninstall(() => seen.push(`done, ${calls} calls`))
          })
        }),
      )
      api.onExit(() => seen.push('exit'))
    })
    const stop = run.run(40)
    await promise
    expect(stop).toEqual({ kind: 'exit', status: 20 })
    expect(seen).toEqual(['25 records', 'done, 25 calls'])
    expect(() => taken?.onExit(() => {})).toThrow(expect.objectContaining({ code: 'plugin/gone' }))
  })

  test('reset drops everything and registers anew at the next safe point; cells stay', async () => {
    const run = new PluginRun(way, { rounds: 30 })
    const seen: string[] = []
    let promise: Promise<void> | undefined
    run.install(api => {
      const { n, m } = api.scoreboard('n', 'm')
      api.onTranslate(tb => tb.insns.forEach(insn => insn.inlineAdd(n, 1)))
      api.onDiscon(Discon.All, () => {
        promise ??= api.reset(() => {
          seen.push(`reset after ${n.sum()}`)
          api.onTranslate(tb => tb.insns.forEach(insn => insn.inlineAdd(m, 1)))
          api.onExit(() => seen.push(`${n.sum() + m.sum()} of ${run.machine.executed}`))
        })
      })
      api.onExit(() => seen.push('never'))
    })
    run.run()
    await promise
    expect(seen).toEqual(['reset after 7', `${run.machine.executed} of ${run.machine.executed}`])
  })

  test('registering during the run takes effect at once', () => {
    const run = new PluginRun(way, { rounds: 60 })
    const seen: bigint[] = []
    let registered: Disposable | undefined
    run.install(api =>
      api.onDiscon(Discon.All, () => {
        registered ??= api.onTranslate(tb => {
          for (const { address } of tb.insns) seen.push(address)
          tb.insns.forEach(insn => {
            if (insn.address === toyRam) insn.onExec(() => registered?.dispose())
          })
        })
      }),
    )
    run.run()
    // The handler is the next to run, translated anew; from round 2 on nobody listens any more.
    expect(seen[0]).toBe(toyRam + 0x24n)
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('vCPUs: init, idle, resume, exit; resets and flushes of the machine', () => {
    const code = [toy('addi', 1, 1, 1), toy('wait'), toy('bne', 1, 5, -2), toy('halt')].flat()
    const run = new PluginRun(way, { code, cpus: 2, rounds: 2 })
    const seen: string[] = []
    run.install(api => {
      api.onCpuInit(cpu => seen.push(`init ${cpu}`))
      api.onCpuIdle(cpu => seen.push(`idle ${cpu}`))
      api.onCpuResume(cpu => seen.push(`resume ${cpu}`))
      api.onCpuExit(cpu => seen.push(`exit ${cpu}`))
      api.onReset(() => {
        seen.push('reset')
        run.prepare()
      })
      api.onExit(() => seen.push('end'))
    })
    run.machine.run(1000)
    expect(seen).toEqual(['init 0', 'init 1', 'idle 0', 'idle 1'])
    seen.length = 0
    run.machine.cpus[1]?.set64(Toy.vector, toyRam + 8n)
    run.machine.cpus[1]?.set64(Toy.line, 1n)
    run.machine.run(1000)
    expect(seen).toEqual(['resume 1', 'idle 1'])
    seen.length = 0
    run.machine.host.reset()
    run.machine.run(1)
    expect(seen).toEqual(['reset'])
    let flushes = 0
    run.install(api => api.onFlush(() => flushes++), 'other')
    run.machine.flushBlocks()
    run.machine.run(1)
    expect(flushes).toBe(1)
    seen.length = 0
    run.host.finish({ kind: 'exit', status: 0 })
    expect(seen).toEqual(['exit 0', 'exit 1', 'end'])
  })

  test('a vCPU goes to sleep once, also where a callback before the instruction has asked for a safe point', () => {
    // The handler counts in r6 and goes on behind the wait.
    const code = [
      toy('addi', 1, 1, 1), // 0
      toy('wait'), // 4
      toy('bne', 1, 5, -2), // 8
      toy('halt'), // c
      toy('addi', 6, 6, 1), // 10
      toy('jr', 0, 7), // 14
    ].flat()
    const run = new PluginRun(way, { code, rounds: 3 })
    const cpu = run.machine.cpus[0] as Cpu
    cpu.set64(Toy.vector, toyRam + 0x10n)
    cpu.set64(Toy.R(7), toyRam + 8n)
    run.install(api =>
      api.onTranslate(tb => {
        for (const insn of tb.insns)
          if (insn.mnemonic === 'wait') insn.onExec(() => api.onTranslate(() => {}).dispose())
      }),
    )
    for (let i = 0; i < 3; i++) {
      expect(run.machine.run(100)).toBe('idle')
      cpu.set64(Toy.line, 1n)
    }
    expect(run.run(100)).toEqual({ kind: 'exit', status: 3 })
    expect([cpu.get64(Toy.R(6)), run.machine.executed]).toEqual([3n, 3 * 5 + 1])
  })

  test('an error stops that plugin alone, if the run is told so', () => {
    const bare = new PluginRun(way)
    bare.run()
    const places = [
      'onExec',
      'onMemory',
      'onEdge',
      'onDiscon',
      'onTranslate',
      'onBatch',
      'onCpuInit',
    ] as const
    for (const place of places) {
      const run = new PluginRun(way, { pluginErrors: 'stop-plugin' })
      let n = 0
      const bad = (): void => {
        if (++n === 3 || place === 'onCpuInit') throw new Error('bad')
        if (n > 3) run.failures.push('called again')
      }
      run.install(api => {
        api.onExit(() => run.failures.push('exit'))
        if (place === 'onDiscon') api.onDiscon(Discon.All, bad)
        if (place === 'onEdge') api.onEdge(bad)
        if (place === 'onCpuInit') api.onCpuInit(bad)
        const buffer = api.traceBuffer({
          fields: ['pc'],
          records: 16,
          onBatch: place === 'onBatch' ? bad : () => {},
        })
        api.onTranslate(tb => {
          if (place === 'onTranslate') bad()
          tb.insns.forEach(insn => {
            insn.trace(buffer)
            if (place === 'onExec') insn.onExec(bad)
            if (place === 'onMemory') insn.onMemory('both', bad)
          })
        })
      }, 'bad')
      let good = 0
      run.install(api => api.onTranslate(tb => tb.insns.forEach(insn => insn.onExec(() => good++))), 'good')
      expect([place, run.run()]).toEqual([place, { kind: 'exit', status: 20 }])
      expect([place, ...run.failures]).toEqual([place, `bad ${place}`])
      expect(run.state()).toBe(bare.state())
      expect(good).toBe(run.machine.executed)
    }
  })

  test('virtual time in the hands of a plugin', () => {
    const fired: number[] = []
    const run = new PluginRun(way, { rounds: 100 })
    const { machine } = run
    const wake = (at: number): void => machine.host.timer(() => fired.push(machine.host.clock())).set(at)
    wake(50)
    wake(1_000_000)
    let control: TimeControl | undefined
    run.install(api => {
      control = api.requestTimeControl()
      expect(api.requestTimeControl()).toBeUndefined()
      api.onDiscon(Discon.All, () => control?.update(control.now() + 100_000))
    })
    control?.update(10)
    machine.run(6)
    expect([machine.clock(), machine.host.clock(), ...fired]).toEqual([6, 10])
    machine.run(3 * roundInsns)
    expect([machine.host.clock(), ...fired]).toEqual([300_010, 100_010])
    machine.run(10 * roundInsns)
    expect(fired).toEqual([100_010, 1_000_010])
    expect(() => control?.update(5)).toThrow('Virtual time cannot be set to 5.')
    control?.dispose()
    control = undefined // its callback is still there
    const now = machine.host.clock()
    wake(now + 17)
    machine.run(40)
    expect(fired.at(-1)).toBe(now + 17)
    expect(machine.host.clock()).toBe(now + 40)
  })

  test('guest memory is read and written, or it is said why not', () => {
    const run = new PluginRun(way)
    run.install(api => {
      const bytes = Uint8Array.of(1, 2, 3, 4)
      expect(api.writeMemory(0, data, bytes)).toEqual({ ok: true })
      expect(api.readMemory(0, data, 4)).toEqual({ ok: true, bytes })
      expect(api.writePhysical(data + 4n, bytes)).toEqual({ ok: true })
      expect(api.readPhysical(data, 8)).toEqual({ ok: true, bytes: Uint8Array.of(1, 2, 3, 4, 1, 2, 3, 4) })
      expect(api.readMemory(0, 0x200000n, 4)).toMatchObject({ ok: false, code: 'unmapped' })
      expect(api.writeMemory(0, 0x200000n, bytes)).toMatchObject({ ok: false, code: 'unmapped' })
      expect(api.readMemory(0, 0x50000n, 4)).toMatchObject({ ok: false, code: 'nothing-there' })
      expect(api.readMemory(0, device, 4)).toMatchObject({ ok: false, code: 'device' })
      expect(api.readPhysical(device, 4)).toMatchObject({ ok: false, code: 'device' })
      expect(api.writePhysical(device, bytes)).toMatchObject({ ok: false, code: 'device' })
      expect(api.writeMemory(0, device - 2n, bytes)).toMatchObject({ ok: false, code: 'nothing-there' })
    })
    expect(run.written).toEqual([])
  })

  test('code that a plugin overwrites runs as it is then', () => {
    const run = new PluginRun(way, { rounds: 60 })
    let events = 0
    run.install(api =>
      api.onDiscon(Discon.All, () => {
        // From the 20th round on the handler counts by two.
        if (++events === 20) api.writeMemory(0, toyRam + 0x24n, Uint8Array.from(toy('addi', 6, 6, 2)))
      }),
    )
    run.run()
    expect(run.machine.cpus[0]?.get64(Toy.R(6))).toBe(19n + 2n * 41n)
  })
})

test('cells are given back and used again; trace buffers too', () => {
  const run = new PluginRun({ tier: 1, hotThreshold: 1, batch: 1 }, { rounds: 0 })
  run.install(api => {
    for (let i = 0; i < 40; i++) {
      const boards = Array.from({ length: 50 }, () =>
        api.scoreboard(...Array.from({ length: 50 }, (_, k) => `${k}`)),
      )
      const buffers = Array.from({ length: 60 }, () => api.traceBuffer({ fields: ['pc'], onBatch: () => {} }))
      for (const board of boards) api.freeScoreboard(board)
      for (const buffer of buffers) buffer.dispose()
      run.machine.run(10)
      expect(() => boards[0]?.['0']?.get(0)).toThrow(expect.objectContaining({ code: 'plugin/argument' }))
    }
    expect(() =>
      Array.from({ length: 65 }, () => api.traceBuffer({ fields: ['pc'], onBatch: () => {} })),
    ).toThrow(expect.objectContaining({ code: 'plugin/trace-exhausted' }))
  })
})

test('wrong arguments are refused, named', () => {
  const run = new PluginRun({ tier: 0 })
  const wrong: [(api: PluginApi) => void, string][] = [
    [api => api.traceBuffer({ fields: [], onBatch: () => {} }), 'no field is asked for'],
    [api => api.traceBuffer({ fields: ['sp' as 'pc'], onBatch: () => {} }), "no field 'sp'"],
    [
      api => api.traceBuffer({ fields: ['pc'], records: 3, onBatch: () => {} }),
      '3 is not a number of records',
    ],
    [api => api.countEdges(['goto' as 'call']), "no edge of kind 'goto'"],
    [api => api.onEdge(() => {}, []), 'No kind of edges'],
    [api => api.countDiscons(8), 'countDiscons: 8 contains no category'],
    [api => api.freeScoreboard({ a: {} as never }), 'not a cell of this machine'],
    [api => api.writeRegister(0, 'r99', 0n), "no register 'r99'"],
    [api => api.writeRegister(0, 'r0', 0n), 'r0 cannot be written'],
    [api => api.setPc(7, 0n), 'There is no vCPU 7'],
    [api => api.traceEdges({ flush() {}, dispose() {} }), 'not a trace buffer in use'],
  ]
  run.install(api => {
    for (const [attempt, message] of wrong) expect(() => attempt(api)).toThrow(message)
    api.onTranslate(tb => {
      const [insn] = tb.insns
      expect(() => insn?.onMemory('all' as 'both', () => {})).toThrow("'all' is no access to memory")
      expect(() => insn?.onMemory('both', () => {}, 'pc' as 'read')).toThrow("'pc' is no access to registers")
      expect(() => insn?.onExec(() => {}, 'rw' as 'read')).toThrow("'rw' is no access to registers")
      const { n } = api.scoreboard('n')
      expect(() => insn?.onExecIf(n, '=' as '==', 0, () => {})).toThrow("'=' is no condition")
    })
  })
  expect(run.run()).toEqual({ kind: 'exit', status: 20 })
})
