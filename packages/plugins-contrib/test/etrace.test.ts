import { describe, expect, it, test } from 'vitest'
import { BitReader, BitWriter } from '../src/etrace/bits.ts'
import { Code } from '../src/etrace/code.ts'
import { EtraceDecoder } from '../src/etrace/decoder.ts'
import { EtraceEncoder } from '../src/etrace/encoder.ts'
import { encapsulate, packetsOf } from '../src/etrace/file.ts'
import { classify, type FlowInsn, FlowKind, targetOf } from '../src/etrace/flow.ts'
import { decodePacket, type EtracePacket, encodePacket } from '../src/etrace/packets.ts'
import type { EtraceParams } from '../src/etrace/params.ts'
import { BranchPredictor, JumpTargetCache, ReturnStack } from '../src/etrace/predictors.ts'
import type { TracedInsn } from '../src/etrace/traced.ts'
import etraceDefault from '../src/etrace.ts'
import { etrace } from '../src/index.ts'
import { FakeRun } from './fake-api.ts'

const params: EtraceParams = {
  ...{ xlen: 64, branchPrediction: 0, jumpCache: 0 },
  ...{ returnStack: 0, fullAddress: false },
}

describe('instructions', () => {
  /** Words and offsets as GNU binutils assembles them. */
  const rows: [number, string, number][] = [
    [0x00000013, 'other', 0],
    [0xfeb50ee3, 'branch', -4],
    [0x11f4f563, 'branch', 0x10a],
    [0xff5ff0ef, 'jump', -12],
    [0x1020006f, 'jump', 0x102],
    [0x010780e7, 'uninferable', 0],
    [0x00008067, 'uninferable', 0],
    [0xd165, 'branch', -0x20],
    [0xebe5, 'branch', 0xf0],
    [0xbff1, 'jump', -0x24],
    [0xa0f5, 'jump', 0xec],
    [0x8082, 'uninferable', 0],
    [0x9282, 'uninferable', 0],
    [0x9002, 'uninferable', 0],
    [0x0001, 'other', 0],
    [0x852e, 'other', 0],
    [0x952e, 'other', 0],
    [0x4502, 'other', 0],
    [0x00100073, 'uninferable', 0],
    [0x00000073, 'uninferable', 0],
    [0x30200073, 'uninferable', 0],
    [0x10200073, 'uninferable', 0],
    [0x10500073, 'other', 0],
  ]
  it.each(rows)('%i is %s %i', (word, kind, offset) => {
    expect(classify(word, 64)).toMatchObject({
      kind: FlowKind[kind as keyof typeof FlowKind],
      offset: BigInt(offset),
      size: (word & 3) === 3 ? 4 : 2,
      trapReturn: word === 0x30200073 || word === 0x10200073,
    })
  })
  it.each<[number, 'call' | 'return' | undefined]>([
    [0xff5ff0ef, 'call'], // jal ra
    [0x010002ef, 'call'], // jal t0
    [0x1020006f, undefined], // j
    [0x010780e7, 'call'], // jalr ra, 16(a5)
    [0x000280e7, undefined], // jalr ra, t0: swaps
    [0x000080e7, 'call'], // jalr ra, ra
    [0x00008067, 'return'], // ret
    [0x00028067, 'return'], // jr t0
    [0x00078067, undefined], // jr a5
    [0x8082, 'return'], // c.jr ra
    [0x8782, undefined], // c.jr a5
    [0x9782, 'call'], // c.jalr a5
    [0x9002, undefined], // c.ebreak
  ])('%i is %s', (word, link) => expect(classify(word, 64).link).toBe(link))
  it('c.jal is one on RV32 alone', () => {
    expect(classify(0x3ffd, 32)).toMatchObject({ kind: FlowKind.jump, offset: -2n })
    expect(classify(0x3ffd, 64).kind).toBe(FlowKind.other)
  })
  it('jalr with x0 has its target in itself', () => {
    const insn = classify(0xff800067 | 0, 64)
    expect(insn).toMatchObject({ kind: FlowKind.jump, absolute: true })
    expect(targetOf(insn, 0x1000n, 64)).toBe(0xffff_ffff_ffff_fff8n)
  })
})

describe('bits', () => {
  it('are compressed by their sign', () => {
    const bytes = (value: bigint): number[] => {
      const w = new BitWriter()
      w.bits(3, 5)
      w.long(61, value)
      return [...w.bytes()]
    }
    expect(bytes(0n)).toEqual([5])
    expect(bytes(15n)).toEqual([0x7d])
    expect(bytes(16n)).toEqual([0x85, 0])
    expect(bytes((1n << 61n) - 1n)).toEqual([0xfd])
    const r = new BitReader(Uint8Array.of(0xfd))
    expect([r.bits(3), r.long(61)]).toEqual([5, (1n << 61n) - 1n])
  })
})

describe('packets', () => {
  it('have the layout of the specification', () => {
    // Format 3, start: branch 1, privilege 3, address from bit 7.
    const start: EtracePacket = { kind: 'start', branch: 1, privilege: 3, address: 0x80000000n }
    expect([...encodePacket(start, params)]).toEqual([0x73, 0, 0, 0, 0x20])
    // Format 1: 7 branches, map 1011010, address difference 0, no flag.
    const flow: EtracePacket = {
      kind: 'flow',
      branches: { count: 7, map: 0x5a },
      reported: { address: 0n, notify: false, updiscon: false },
    }
    expect([...encodePacket(flow, params)]).toEqual([0x1d, 0x2d])
    // Format 1: full map without an address.
    const full: EtracePacket = { kind: 'flow', branches: { count: 31, map: 32 }, reported: undefined }
    expect([...encodePacket(full, params)]).toEqual([0x01, 0x10])
    // Format 2: the address two below, then flags that repeat its sign.
    const back: EtracePacket = {
      kind: 'flow',
      branches: { count: 0, map: 0 },
      reported: { address: 0xffff_ffff_ffff_fffen, notify: false, updiscon: false },
    }
    expect([...encodePacket(back, params)]).toEqual([0xfe])
    // The same, one above, with a stack of eight: irreport, then four bits of irdepth; or all as the bit before.
    const deep = { ...params, returnStack: 3 }
    const after = (more: { irdepth?: number }): EtracePacket => ({
      ...{ kind: 'flow', branches: { count: 0, map: 0 } },
      reported: { address: 4n, notify: false, updiscon: false, ...more },
    })
    expect([...encodePacket(after({}), deep)]).toEqual([0x0a])
    // 2 bits, 63 of the address, notify, updiscon: bit 67 is irreport, and then 0101.
    expect([...encodePacket(after({ irdepth: 5 }), deep)]).toEqual([0x0a, 0, 0, 0, 0, 0, 0, 0, 0x58])
    // Format 0, jump target index: 10 bits of index, 31 branches.
    const cached: EtracePacket = { kind: 'cached', index: 768, branches: { count: 31, map: 10 } }
    expect([...encodePacket(cached, { ...params, jumpCache: 10 })]).toEqual([0x00, 0xfc, 0x15])
  })

  const reported = { address: 0x1234n, notify: false, updiscon: false }
  const all: EtracePacket[] = [
    { kind: 'start', branch: 0, privilege: 1, address: 0xffff_ffff_8000_0000n },
    {
      ...{ kind: 'trap', branch: 1, privilege: 3, ecause: 7, interrupt: true, thaddr: true },
      ...{ address: 0x80001000n, tval: 0n },
    },
    {
      ...{ kind: 'trap', branch: 1, privilege: 3, ecause: 13, interrupt: false, thaddr: false },
      ...{ address: 0x80001000n, tval: 0xffff_ffff_ffff_fff0n },
    },
    {
      ...{ kind: 'support', enabled: true, status: 2, implicitReturn: true, fullAddress: true },
      ...{ jumpCache: false, branchPrediction: true },
    },
    { kind: 'flow', branches: { count: 0, map: 0 }, reported },
    { kind: 'flow', branches: { count: 0, map: 0 }, reported: { ...reported, updiscon: true } },
    { kind: 'flow', branches: { count: 1, map: 1 }, reported: { ...reported, notify: true } },
    { kind: 'flow', branches: { count: 31, map: 0x7fff_ffff }, reported },
    { kind: 'flow', branches: { count: 31, map: 0x4000_0001 }, reported: undefined },
    { kind: 'predicted', correct: 31, failed: true, reported: undefined },
    { kind: 'predicted', correct: 1000, failed: true, reported },
    { kind: 'predicted', correct: 70000, failed: false, reported: { ...reported, updiscon: true } },
    { kind: 'cached', index: 5, branches: { count: 0, map: 0 } },
    { kind: 'flow', branches: { count: 2, map: 1 }, reported: { ...reported, irdepth: 4 } },
    { kind: 'predicted', correct: 40, failed: false, reported: { ...reported, updiscon: true, irdepth: 0 } },
    { kind: 'cached', index: 9, branches: { count: 14, map: 0x2001 } },
  ]
  const both = { ...params, branchPrediction: 4, jumpCache: 4, returnStack: 2 }
  it.each(all)('read back: $kind', packet => {
    expect(decodePacket(encodePacket(packet, both), both)).toEqual(packet)
  })

  it('lie in a file behind their headers', () => {
    const file = Buffer.concat([
      Uint8Array.of(0, 0),
      ...all.map((packet, hart) => encapsulate(hart, packet, both)),
    ])
    expect(file.subarray(2, 4)).toEqual(Buffer.from([5, 0]))
    expect([...packetsOf(file, both)]).toEqual(all.map((packet, hart) => ({ hart, packet })))
    expect([...packetsOf(file.subarray(0, -1), both)]).toHaveLength(all.length - 1)
  })

  it('of unknown kinds are refused', () => {
    expect(() => [...packetsOf(Uint8Array.of(1, 0, 0x0b), params)]).toThrow('byte 0 of the trace')
    expect(() => [...packetsOf(Uint8Array.of(1, 0, 0x00), params)]).toThrow('unknown kind')
  })
})

describe('predictors', () => {
  it('branches: the prediction changes when it has failed twice', () => {
    const p = new BranchPredictor(3)
    const seen = [true, true, true, false, true, false, false, false].map(taken => {
      const predicted = p.predict(0x100n)
      p.update(0x100n, taken)
      return predicted
    })
    expect(seen).toEqual([false, true, true, true, true, true, true, false])
  })
  it('jumps: by the low bits of the address', () => {
    const cache = new JumpTargetCache(3)
    cache.add(0x104n)
    expect([cache.find(0x104n), cache.find(0x114n), cache.at(2)]).toEqual([2, undefined, 0x104n])
    cache.add(0x114n)
    expect([cache.find(0x104n), cache.find(0x114n)]).toEqual([undefined, 2])
    cache.reset()
    expect(cache.at(2)).toBeUndefined()
  })
})

describe('the return stack', () => {
  it('forgets the oldest call', () => {
    const stack = new ReturnStack(1)
    for (const link of [2n, 4n, 6n]) stack.push(link)
    expect([stack.depth, stack.deeper, stack.top]).toEqual([2, 2, 6n])
    expect([stack.pop(), stack.deeper, stack.pop(), stack.pop(), stack.deeper]).toEqual([
      6n,
      2,
      4n,
      undefined,
      1,
    ])
    stack.push(8n)
    stack.reset()
    expect(stack.depth).toBe(0)
  })
  it('of no size remembers nothing', () => {
    const none = new ReturnStack(0)
    none.push(2n)
    expect([none.depth, none.deeper, none.pop()]).toEqual([0, 0, undefined])
  })
})

/** mulberry32. */
function random(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const base = 0x1000n
const fieldB = (offset: number): number =>
  ((offset & 0x1000) << 19) | ((offset & 0x7e0) << 20) | ((offset & 0x1e) << 7) | ((offset & 0x800) >> 4)
const fieldJ = (offset: number): number =>
  ((offset & 0x100000) << 11) | ((offset & 0x7fe) << 20) | ((offset & 0x800) << 9) | (offset & 0xff000)

/** Random code: each kind of flow, short distances, so that paths meet. */
function program(pick: (below: number) => number): { bytes: Uint8Array; places: bigint[] } {
  const sizes = Array.from({ length: 24 }, () => (pick(2) ? 2 : 4))
  const places: number[] = []
  let end = 0
  for (const size of sizes) {
    places.push(end)
    end += size
  }
  const view = new DataView(new ArrayBuffer(end + 4))
  sizes.forEach((size, i) => {
    const at = places[i] as number
    const offset = (places[pick(places.length)] as number) - at
    const last = i === sizes.length - 1
    if (size === 2) view.setUint16(at, last || pick(6) === 0 ? 0x8082 : 0x0001, true)
    else {
      const words = [0x13, 0x13, fieldB(offset) | 0x63, fieldB(offset) | 0x63, fieldJ(offset) | 0x6f]
      words.push(0x8067, 0x30200073, 0x73, fieldJ(offset) | 0xef, fieldJ(offset) | 0xef, 0x8067, 0x300e7)
      view.setUint32(at, (last ? 0x8067 : (words[pick(words.length)] as number)) >>> 0, true)
    }
  })
  return { bytes: new Uint8Array(view.buffer), places: places.map(at => base + BigInt(at)) }
}

/** A random walk with traps of every kind; what the encoder is told, and what must come out. */
function walk(seed: number, params: EtraceParams, resync: number, thin = false) {
  const pick = random(seed)
  const { bytes, places } = program(pick)
  const code = new Code([{ address: base, bytes }], params.xlen)
  const packets: EtracePacket[] = []
  const encoder = new EtraceEncoder(params, { resync, loops: true }, packet => packets.push(packet))
  const expected: string[] = []
  // What the encoder is told is kept, so that instructions that it need not see can be left out.
  type Told = { insn: TracedInsn; privilege: number } | Parameters<EtraceEncoder['trap']>[0]
  const told: Told[] = []
  const needed = (one: Told, i: number): boolean => {
    const [before, behind, second] = [told[i - 1], told[i + 1], told[i + 2]]
    if (!('insn' in one) || one.insn.kind !== FlowKind.other) return true
    if (before === undefined || !('insn' in before) || before.insn.kind !== FlowKind.other) return true
    if (behind === undefined || !('insn' in behind) || second === undefined) return true
    return before.privilege !== one.privilege || !('insn' in second)
  }
  const tell = (): void => {
    for (const one of thin ? told.filter(needed) : told)
      if ('insn' in one) encoder.instruction(one.insn, one.privilege)
      else encoder.trap(one)
  }
  const anywhere = (): bigint => places[pick(places.length)] as bigint
  let pc = anywhere()
  const calls: bigint[] = []
  let privilege = 3
  encoder.begin()
  for (let steps = 20 + pick(300); steps > 0; steps--) {
    if (pick(12) === 0) {
      const [handler, kind] = [anywhere(), pick(3)]
      if (kind === 0) expected.push('interrupt')
      else {
        const insn = code.at(pc)
        if (kind === 1 && insn !== undefined) told.push({ insn: { pc, ...insn }, privilege })
        expected.push(`exception ${pc.toString(16)}`)
      }
      told.push({
        ...{ interrupt: kind === 0, ecause: kind === 1 ? 2 : 12, epc: pc, handler, tval: 0n },
        ofLast: kind === 1,
      })
      pc = handler
      privilege = pick(2) ? 3 : 1
      continue
    }
    const insn = code.at(pc)
    if (insn === undefined) throw new Error('the walk left the program')
    told.push({ insn: { pc, ...insn }, privilege })
    expected.push(pc.toString(16))
    const behind = pc + BigInt(insn.size)
    if (insn.link === 'call') calls.push(behind)
    if (insn.kind === FlowKind.uninferable) {
      // Most returns go behind their calls.
      const back = insn.link === 'return' && pick(6) ? calls.pop() : undefined
      pc = back ?? anywhere()
      if (insn.trapReturn) privilege = pick(4)
    } else if (insn.kind === FlowKind.jump) pc = targetOf(insn, pc, params.xlen)
    else if (insn.kind === FlowKind.branch) pc = pick(5) ? targetOf(insn, pc, params.xlen) : behind
    else pc = behind
  }
  tell()
  encoder.end(pc)
  return { packets, expected, code }
}

function follow({ packets, code }: ReturnType<typeof walk>, params: EtraceParams): string[] {
  const found: string[] = []
  const decoder = new EtraceDecoder(params, code, {
    retired: pc => found.push(pc.toString(16)),
    trap: ({ epc }) => found.push(epc === undefined ? 'interrupt' : `exception ${epc.toString(16)}`),
  })
  for (const packet of packets) {
    const read = decodePacket(encodePacket(packet, params), params) as EtracePacket
    expect(read).toEqual(packet)
    decoder.packet(read)
  }
  return found
}

describe('random walks are decoded', () => {
  const ways: [string, EtraceParams, number][] = [
    ['plain', params, 0],
    ['32 bits, full addresses', { ...params, xlen: 32, fullAddress: true }, 0],
    ['resynchronised', params, 2],
    ['predicted', { ...params, branchPrediction: 3 }, 0],
    ['cached', { ...params, jumpCache: 2 }, 0],
    ['all', { ...params, branchPrediction: 2, jumpCache: 3 }, 5],
    ['implicit returns', { ...params, returnStack: 3 }, 0],
    ['implicit returns, a stack of two, resynchronised', { ...params, returnStack: 1 }, 3],
    [
      'implicit returns and all, full addresses',
      { ...params, branchPrediction: 2, jumpCache: 3, returnStack: 2, fullAddress: true },
      6,
    ],
  ]
  it.each(ways)('%s', (_, params, resync) => {
    const first = Number(process.env.SEED ?? 1)
    const seeds = process.env.SEED !== undefined ? 1 : process.env.GUESTSCOPE_LONG ? 400 : 100
    for (let seed = first; seed < first + seeds; seed++) {
      const walked = walk(seed, params, resync, seed % 2 === 0)
      let found: string[]
      try {
        found = follow(walked, params)
      } catch (error) {
        throw new Error(`SEED=${seed} repeats it`, { cause: error })
      }
      expect(found, `SEED=${seed} repeats it`).toEqual(walked.expected)
    }
  })

  it('returns where calls say take no packets', () => {
    // 0: jal ra, 8; 4: beq x0, x0, -4; 8: ret
    const view = new DataView(new ArrayBuffer(12))
    for (const [i, word] of [fieldJ(8) | 0xef, fieldB(-4) | 0x63, 0x8067].entries())
      view.setUint32(4 * i, word >>> 0, true)
    const code = new Code([{ address: base, bytes: new Uint8Array(view.buffer) }], 64)
    const sizes = [0, 4].map(returnStack => {
      const some = { ...params, returnStack }
      const packets: EtracePacket[] = []
      const encoder = new EtraceEncoder(some, { resync: 0, loops: false }, packet => packets.push(packet))
      encoder.begin()
      const path: bigint[] = []
      for (let i = 0; i < 100; i++) path.push(base, base + 8n, base + 4n)
      for (const pc of path) encoder.instruction({ pc, ...(code.at(pc) as FlowInsn) }, 3)
      encoder.end(base)
      expect(follow({ packets, code, expected: [] }, some)).toEqual(path.map(pc => pc.toString(16)))
      return packets.length
    })
    // A packet for each return; or one for 31 branches, and what begins and ends the trace.
    expect(sizes).toEqual([103, 7])
  })

  it('long rows of predicted branches take one packet', () => {
    const some = { ...params, branchPrediction: 4 }
    // beq to itself; then nop.
    const bytes = Uint8Array.of(0x63, 0, 0, 0, 0x13, 0, 0, 0)
    const code = new Code([{ address: base, bytes }], 64)
    const packets: EtracePacket[] = []
    const encoder = new EtraceEncoder(some, { resync: 0, loops: false }, packet => packets.push(packet))
    encoder.begin()
    const insn = (pc: bigint) => ({ pc, ...(code.at(pc) ?? classify(0x13, 64)) })
    for (let i = 0; i < 1000; i++) encoder.instruction(insn(base), 3)
    encoder.instruction(insn(base + 4n), 3)
    encoder.end(base + 8n)
    expect(packets.map(({ kind }) => kind)).toEqual(['support', 'start', 'predicted', 'flow', 'support'])
    expect(follow({ packets, code, expected: [] }, some)).toHaveLength(1001)
  })
})

describe('a decoder', () => {
  const decoder = (): EtraceDecoder =>
    new EtraceDecoder(params, new Code([{ address: base, bytes: Uint8Array.of(0x82, 0x80, 1, 0) }], 64), {
      retired: () => {},
      trap: () => {},
    })
  const to = (address: bigint): EtracePacket => ({
    kind: 'flow',
    branches: { count: 0, map: 0 },
    reported: { address, notify: false, updiscon: false },
  })
  test('wants a synchronisation first', () => {
    expect(() => decoder().packet(to(2n))).toThrow('comes before any synchronisation')
  })
  test('says where code is missing', () => {
    expect(() => decoder().packet({ kind: 'start', branch: 1, privilege: 3, address: 0x5000n })).toThrow(
      'The trace leads to 0x5000, where no code is known',
    )
  })
  test('says which packet does not fit', () => {
    const d = decoder()
    d.packet({ kind: 'start', branch: 1, privilege: 3, address: base })
    expect(() => d.packet({ kind: 'flow', branches: { count: 31, map: 0 }, reported: undefined })).toThrow(
      'meets a jump whose target it does not tell',
    )
  })
})

describe('etrace', () => {
  it('is a default export too', () => expect(etraceDefault).toBe(etrace))
  it('is for RISC-V', () => {
    expect(() => new FakeRun(etrace, {})).toThrow('The trace format is that of RISC-V; the guest is fake')
  })
})

test('a damaged trace that leads into code without branches for ever ends with an error', () => {
  // c.nop; c.j 0: round and round, and never at the privilege that the packet says.
  const code = [{ address: 0x1000n, bytes: Uint8Array.of(1, 0, 1, 0xa0) }]
  let retired = 0
  const decoder = new EtraceDecoder(params, new Code(code, 64), {
    retired: () => void retired++,
    trap: () => {},
  })
  decoder.packet({ kind: 'start', branch: 1, privilege: 3, address: 0x1000n })
  const again = { kind: 'start', branch: 1, privilege: 2, address: 0x1000n } as const
  expect(() => decoder.packet(again)).toThrow(expect.objectContaining({ code: 'etrace/packet' }))
  expect(retired).toBeLessThan(1000)
})
