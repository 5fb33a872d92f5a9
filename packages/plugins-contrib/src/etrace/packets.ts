/** The packets (te_inst) of Efficient Trace for RISC-V, version 2, chapter 7, and their layout. */
import { type BitFields, BitReader, BitWriter } from './bits.ts'
import { addressLsb, depthWidth, type EtraceParams, Width } from './params.ts'

/** Format 3, subformat 0: where tracing begins, or begins again. */
export interface StartPacket {
  readonly kind: 'start'
  /** 0: the instruction is a branch that was taken. */
  readonly branch: number
  readonly privilege: number
  readonly address: bigint
}

/** Format 3, subformat 1: an exception or interrupt. */
export interface TrapPacket {
  readonly kind: 'trap'
  readonly branch: number
  readonly privilege: number
  readonly ecause: number
  readonly interrupt: boolean
  /** The address is that of the handler's first instruction, which has retired. */
  readonly thaddr: boolean
  readonly address: bigint
  /** Exceptions only. */
  readonly tval: bigint
}

/** How tracing has ended: it goes on; the last packet was made for the end; the last packet would have come anyway. */
export const QualStatus = { noChange: 0, endedRep: 1, traceLost: 2, endedNtr: 3 } as const

/** Format 3, subformat 3: whether and how the encoder works. */
export interface SupportPacket {
  readonly kind: 'support'
  readonly enabled: boolean
  readonly status: number
  readonly implicitReturn: boolean
  readonly fullAddress: boolean
  readonly jumpCache: boolean
  readonly branchPrediction: boolean
}

/** Outcomes of branches since the last packet, the oldest in bit 0: 0 taken, 1 not taken. */
export interface Branches {
  readonly count: number
  readonly map: number
}

/** The address of an instruction, differential unless all are full. */
export interface ReportedAddress {
  readonly address: bigint
  /** The instruction was to be reported, whatever came before it. */
  readonly notify: boolean
  /** It follows an uninferable jump, and a packet of format 3 follows. */
  readonly updiscon: boolean
  /**
   * Entries of the return stack: of the return that did not go where the stack says, and so to the address; or at an
   * address behind implicit returns, which may occur at several depths. Absent: neither.
   */
  readonly irdepth?: number
}

/** Formats 1 and 2: branches, an address, or both. */
export interface FlowPacket {
  readonly kind: 'flow'
  readonly branches: Branches
  readonly reported: ReportedAddress | undefined
}

/** Format 0, subformat 0: at least 31 branches that were predicted correctly. */
export interface PredictedPacket {
  readonly kind: 'predicted'
  /** Correct predictions. */
  readonly correct: number
  /** One more branch came, and its prediction failed; with an address it is the instruction there. */
  readonly failed: boolean
  readonly reported: ReportedAddress | undefined
}

/** Format 0, subformat 1: an address that is in the jump target cache. */
export interface CachedPacket {
  readonly kind: 'cached'
  readonly index: number
  readonly branches: Branches
}

/** Any packet. */
export type EtracePacket =
  | StartPacket
  | TrapPacket
  | SupportPacket
  | FlowPacket
  | PredictedPacket
  | CachedPacket

/** Most branches that a packet can tell of one by one. */
export const fullMap = 31

const Format = { optional: 0, branches: 1, address: 2, sync: 3 } as const
const Sub = { start: 0, trap: 1, support: 3, predicted: 0, cached: 1 } as const
const BranchFormat = { noAddress: 0, address: 2, addressFailed: 3 } as const

type Layout<P> = (io: BitFields, params: EtraceParams, packet?: P) => P

const addressOf = (io: BitFields, { xlen }: EtraceParams, address?: bigint): bigint =>
  io.long(xlen - Number(addressLsb), address === undefined ? undefined : address >> addressLsb) << addressLsb

const reportedOf = (io: BitFields, params: EtraceParams, packet?: ReportedAddress): ReportedAddress => {
  const reported = {
    address: addressOf(io, params, packet?.address),
    notify: io.flag(packet?.notify),
    updiscon: io.flag(packet?.updiscon),
  }
  const width = depthWidth(params)
  if (io.flag(packet?.irdepth !== undefined)) return { ...reported, irdepth: io.bits(width, packet?.irdepth) }
  io.repeat(width)
  return reported
}

/** Bits of a map with so many valid ones. */
const mapWidth = (count: number): number => [0, 1, 3, 7, 15, 31].find(width => count <= width) as number

const start: Layout<StartPacket> = (io, params, packet) => ({
  kind: 'start',
  branch: io.bits(1, packet?.branch),
  privilege: io.bits(Width.privilege, packet?.privilege),
  address: addressOf(io, params, packet?.address),
})

const trap: Layout<TrapPacket> = (io, params, packet) => {
  const head = {
    branch: io.bits(1, packet?.branch),
    privilege: io.bits(Width.privilege, packet?.privilege),
    ecause: io.bits(Width.ecause, packet?.ecause),
    interrupt: io.bits(1, packet && Number(packet.interrupt)) === 1,
    thaddr: io.bits(1, packet && Number(packet.thaddr)) === 1,
    address: addressOf(io, params, packet?.address),
  }
  return { kind: 'trap', ...head, tval: head.interrupt ? 0n : io.long(params.xlen, packet?.tval) }
}

/** encoder_mode has one bit, ioptions five, in this order; data trace is not supported. */
const support: Layout<SupportPacket> = (io, _, packet) => {
  const bit = (value?: boolean): boolean => io.bits(1, value === undefined ? undefined : Number(value)) === 1
  const enabled = bit(packet?.enabled)
  io.bits(1) // encoder_mode 0: branch trace.
  const status = io.bits(2, packet?.status)
  const implicitReturn = bit(packet?.implicitReturn)
  io.bits(1) // implicit exception: never.
  const fullAddress = bit(packet?.fullAddress)
  const jumpCache = bit(packet?.jumpCache)
  return {
    kind: 'support',
    enabled,
    status,
    implicitReturn,
    fullAddress,
    jumpCache,
    branchPrediction: bit(packet?.branchPrediction),
  }
}

/** Format 1. A full map without an address has the number 0. */
const branches: Layout<FlowPacket> = (io, params, packet) => {
  const addressed = packet === undefined || packet.reported !== undefined
  const number = io.bits(5, packet && (addressed ? packet.branches.count : 0))
  const map = io.bits(number === 0 ? fullMap : mapWidth(number), packet?.branches.map)
  return {
    kind: 'flow',
    branches: { count: number === 0 ? fullMap : number, map },
    reported: number === 0 ? undefined : reportedOf(io, params, packet?.reported),
  }
}

/** Format 2. */
const address: Layout<FlowPacket> = (io, params, packet) => ({
  kind: 'flow',
  branches: { count: 0, map: 0 },
  reported: reportedOf(io, params, packet?.reported),
})

const predicted: Layout<PredictedPacket> = (io, params, packet) => {
  const correct = io.bits(32, packet && packet.correct - fullMap) + (packet ? 0 : fullMap)
  const form = io.bits(2, packet && formOf(packet))
  return {
    kind: 'predicted',
    correct,
    failed: form !== BranchFormat.address,
    reported: form === BranchFormat.noAddress ? undefined : reportedOf(io, params, packet?.reported),
  }
}
const formOf = ({ reported, failed }: PredictedPacket): number =>
  reported === undefined ? BranchFormat.noAddress : failed ? BranchFormat.addressFailed : BranchFormat.address

const cached: Layout<CachedPacket> = (io, params, packet) => {
  const index = io.bits(params.jumpCache, packet?.index)
  const count = io.bits(5, packet?.branches.count)
  const map = io.bits(mapWidth(count), packet?.branches.map)
  io.flag() // irreport: what did not go where the stack says has its address.
  io.repeat(depthWidth(params))
  return { kind: 'cached', index, branches: { count, map } }
}

/** Is the subformat of format 0 written? Only if there are two. */
const hasSub = ({ branchPrediction, jumpCache }: EtraceParams): boolean =>
  branchPrediction > 0 && jumpCache > 0

/** The payload of a packet. */
export function encodePacket(packet: EtracePacket, params: EtraceParams): Uint8Array {
  const io = new BitWriter()
  const sync = (sub: number): void => {
    io.bits(2, Format.sync)
    io.bits(2, sub)
  }
  const optional = (sub: number): void => {
    io.bits(2, Format.optional)
    if (hasSub(params)) io.bits(1, sub)
  }
  switch (packet.kind) {
    case 'start':
      sync(Sub.start)
      start(io, params, packet)
      break
    case 'trap':
      sync(Sub.trap)
      trap(io, params, packet)
      break
    case 'support':
      sync(Sub.support)
      support(io, params, packet)
      break
    case 'flow':
      io.bits(2, packet.branches.count > 0 ? Format.branches : Format.address)
      ;(packet.branches.count > 0 ? branches : address)(io, params, packet)
      break
    case 'predicted':
      optional(Sub.predicted)
      predicted(io, params, packet)
      break
    case 'cached':
      optional(Sub.cached)
      cached(io, params, packet)
  }
  return io.bytes()
}

/** A packet from its payload; undefined if it is of a kind that this encoder never sends. */
export function decodePacket(payload: Uint8Array, params: EtraceParams): EtracePacket | undefined {
  const io = new BitReader(payload)
  switch (io.bits(2)) {
    case Format.branches:
      return branches(io, params)
    case Format.address:
      return address(io, params)
    case Format.sync: {
      const sub = io.bits(2)
      if (sub === Sub.start) return start(io, params)
      if (sub === Sub.trap) return trap(io, params)
      return sub === Sub.support ? support(io, params) : undefined
    }
    default: {
      if (params.branchPrediction === 0 && params.jumpCache === 0) return undefined
      const sub = hasSub(params) ? io.bits(1) : params.branchPrediction > 0 ? Sub.predicted : Sub.cached
      return sub === Sub.predicted ? predicted(io, params) : cached(io, params)
    }
  }
}
