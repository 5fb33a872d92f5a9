/**
 * Packets in a file: the Unformatted Trace & Diagnostic Data Packet Encapsulation for RISC-V, with a source of 8 bits, the
 * number of the hart, and without timestamps.
 */
import { PluginError } from '@guestscope/plugin-api'
import { Code, type CodeSegment } from './code.ts'
import { type DecoderOutput, EtraceDecoder } from './decoder.ts'
import { decodePacket, type EtracePacket, encodePacket } from './packets.ts'
import type { EtraceParams } from './params.ts'

/** Header: 5 bits of length, 2 of flow, 1 that announces a timestamp; then the source. */
const headerSize = 2
const maxPayload = 31

/** A packet with its header. */
export function encapsulate(hart: number, packet: EtracePacket, params: EtraceParams): Uint8Array {
  const payload = encodePacket(packet, params)
  if (payload.length > maxPayload) throw new RangeError(`a payload of ${payload.length} bytes`)
  const bytes = new Uint8Array(headerSize + payload.length)
  bytes.set([payload.length, hart])
  bytes.set(payload, headerSize)
  return bytes
}

/** The packets of a file. Null packets (length 0) are passed over; a packet that is cut off ends the file. */
export function* packetsOf(
  file: Uint8Array,
  params: EtraceParams,
): Generator<{ readonly hart: number; readonly packet: EtracePacket }> {
  for (let at = 0; at < file.length; ) {
    const length = (file[at] as number) & 31
    if (length === 0) {
      at++
      continue
    }
    const payload = file.subarray(at + headerSize, at + headerSize + length)
    if (payload.length < length) return
    const packet = decodePacket(payload, params)
    if (packet === undefined)
      throw new PluginError(
        'etrace/packet',
        `The packet at byte ${at} of the trace is of an unknown kind.`,
        'Decode it with the parameters that it was made with.',
      )
    yield { hart: file[at + 1] as number, packet }
    at += headerSize + length
  }
}

/** Decodes a file that the plugin `etrace` has written; `output` gets the harts by number. */
export function decodeEtrace(
  file: Uint8Array,
  code: readonly CodeSegment[],
  params: EtraceParams,
  output: (hart: number) => DecoderOutput,
): void {
  const decoders = new Map<number, EtraceDecoder>()
  const shared = new Code(code, params.xlen)
  for (const { hart, packet } of packetsOf(file, params)) {
    let decoder = decoders.get(hart)
    if (decoder === undefined) {
      decoder = new EtraceDecoder(params, shared, output(hart))
      decoders.set(hart, decoder)
    }
    decoder.packet(packet)
  }
}
