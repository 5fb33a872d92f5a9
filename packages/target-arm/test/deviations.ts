/**
 * What QEMU 11.1 reports for M-profile guests where it departs from the contract of discontinuities. The recordings in
 * `guests/expected` are as QEMU wrote them; this turns our events into their form before the two are compared, and says
 * how often each departure applied. Nothing of this is in the product.
 */

/** An event of ours. */
export interface DisconEvent {
  readonly vcpu: number
  /** 1 interrupt, 2 exception, 4 host call. */
  readonly type: number
  readonly from: bigint
  readonly to: bigint
  /** As the target names it: `supervisor call`, `SysTick`, `undefined instruction, taken as HardFault` … */
  readonly cause: string
  /** Did it arise in the course of an exception return, without an instruction between? */
  readonly inReturn: boolean
}

/** Each known departure. */
export const deviations = {
  /** QEMU: from is the instruction after the SVC, 2 bytes further, also where the call became a HardFault. */
  supervisorCall: 'Q7: an SVC comes from the next instruction',
  /** QEMU enters the next pending exception inside the return from the one before, past its hook. */
  tailChained: 'Q16: a tail-chained exception is not reported',
  /** The same place: a bad EXC_RETURN, a frame that cannot be popped or contradicts it. */
  faultInReturn: 'Q16: a fault of an exception return is not reported',
} as const

export type Deviation = keyof typeof deviations

/** Our events in QEMU's form. */
export interface Reported {
  /** As QEMU's plugin writes them: `vcpu type from to`, hexadecimal. */
  readonly lines: readonly string[]
  /** How often each departure was applied. */
  readonly applied: Readonly<Record<Deviation, number>>
}

const supervisorCall = /^supervisor call\b/

/** The departure that an event is subject to; one that is not reported needs no other. */
export function deviationOf({ type, cause, inReturn }: DisconEvent): Deviation | undefined {
  if (inReturn) return type === 1 ? 'tailChained' : 'faultInReturn'
  return type === 2 && supervisorCall.test(cause) ? 'supervisorCall' : undefined
}

/** What QEMU would have reported for these events. */
export function asQemuReports(events: readonly DisconEvent[]): Reported {
  const applied = { supervisorCall: 0, tailChained: 0, faultInReturn: 0 }
  const lines: string[] = []
  for (const event of events) {
    const deviation = deviationOf(event)
    if (deviation) applied[deviation]++
    if (deviation && deviation !== 'supervisorCall') continue
    const { vcpu, type, from, to } = event
    const shown = deviation === 'supervisorCall' ? BigInt.asUintN(32, from + 2n) : from
    lines.push(`${vcpu.toString(16)} ${type} ${shown.toString(16)} ${to.toString(16)}`)
  }
  return { lines, applied }
}

/**
 * An event from a line of the plugin `discon-log` with `cause=on`, `vcpu type from to cause`; a line that the test
 * marked with `inReturn` in front arose in an exception return.
 */
export function parseEvent(line: string): DisconEvent {
  const found = /^(inReturn )?([\da-f]+) ([124]) ([\da-f]+) ([\da-f]+) (.+)$/.exec(line)
  if (!found) throw new Error(`not a line of discon-log with causes: ${line}`)
  const [, mark, vcpu = '', type = '', from, to, cause = ''] = found
  return {
    vcpu: Number.parseInt(vcpu, 16),
    type: Number(type),
    from: BigInt(`0x${from}`),
    to: BigInt(`0x${to}`),
    cause,
    inReturn: mark !== undefined,
  }
}
