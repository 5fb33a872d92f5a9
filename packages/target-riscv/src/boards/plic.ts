/**
 * RISC-V platform-level interrupt controller (PLIC specification 1.0.0), dimensioned as on QEMU's `virt`: 95 sources,
 * 3 bits of priority, contexts M and S for each hart. All gateways are level-triggered. It departs from QEMU where
 * QEMU departs from the specification: a source that is still high at completion is pending again, a claim ignores
 * the threshold, the completion of a source that is not enabled for the context has no effect.
 */
import type { AccessSize, MmioDevice } from '@guestscope/core'

/** Sources are 1 … 95. */
export const plicSources = 95
const words = (plicSources + 32) >> 5
const maxPriority = 7

const pendingBase = 0x1000
const enableBase = 0x2000
const enableStride = 0x80
const contextBase = 0x200000
const contextStride = 0x1000

/** How a board wires the PLIC. */
export interface PlicOptions {
  /** Context 2n is machine mode of hart n, 2n + 1 its supervisor mode. */
  readonly contexts: number
  /** Drives the external interrupt line of a context. */
  readonly setLine: (context: number, level: boolean) => void
  /** A context has claimed a source: for devices that request once for each event. */
  readonly claimed?: (source: number) => void
}

interface Context {
  readonly enabled: Uint32Array
  threshold: number
}

interface PlicState {
  readonly priority: Uint8Array
  /** Input levels, pending bits, and sources claimed but not completed. */
  readonly level: Uint32Array
  readonly pending: Uint32Array
  readonly inService: Uint32Array
  readonly contexts: readonly Context[]
}

/** The levels of the inputs are the devices'. */
const newState = (contexts: number, level: Uint32Array): PlicState => ({
  priority: new Uint8Array(plicSources + 1),
  level,
  pending: level.slice(),
  inService: new Uint32Array(words),
  contexts: Array.from({ length: contexts }, () => ({ enabled: new Uint32Array(words), threshold: 0 })),
})

/**
 * Registers, 32 bits each: priority of source n at 4n, pending bits at 0x1000, enable bits of context c at
 * 0x2000 + 0x80c, threshold at 0x200000 + 0x1000c, claim and completion after it. Others read 0.
 */
export class Plic implements MmioDevice {
  readonly name = 'plic'
  readonly size = 0x600000
  readonly smallest = 4
  state: PlicState
  readonly #setLine: (context: number, level: boolean) => void
  readonly #claimed: ((source: number) => void) | undefined

  constructor(options: PlicOptions) {
    this.#setLine = options.setLine
    this.#claimed = options.claimed
    this.state = newState(options.contexts, new Uint32Array(words))
  }

  reset(): void {
    this.state = newState(this.state.contexts.length, this.state.level)
    this.#update()
  }

  /** A device's line, `source` 1 … 95. A request stays pending when the level falls before it is claimed. */
  setSource(source: number, level: boolean): void {
    set(this.state.level, source, level)
    if (!level || has(this.state.inService, source) || has(this.state.pending, source)) return
    set(this.state.pending, source, true)
    this.#update()
  }

  read(offset: number, size: AccessSize): number {
    if (size !== 4) return 0
    if (offset < pendingBase) return this.state.priority[offset >> 2] ?? 0
    if (offset < enableBase) return this.state.pending[(offset - pendingBase) >> 2] ?? 0
    if (offset < contextBase) {
      const [context, at] = this.#context(offset - enableBase, enableStride)
      return context?.enabled[at >> 2] ?? 0
    }
    const [context, at] = this.#context(offset - contextBase, contextStride)
    if (context === undefined) return 0
    return at === 0 ? context.threshold : at === 4 ? this.#claim(context) : 0
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (size !== 4) return
    if (offset < pendingBase) {
      const source = offset >> 2
      if (source >= 1 && source <= plicSources) this.state.priority[source] = value & maxPriority
    } else if (offset >= contextBase) {
      const [context, at] = this.#context(offset - contextBase, contextStride)
      if (context === undefined) return
      if (at === 0) context.threshold = value & maxPriority
      else if (at === 4) this.#complete(context, value)
    } else if (offset >= enableBase) {
      const [context, at] = this.#context(offset - enableBase, enableStride)
      // There is no source 0: its bit is hardwired to 0 (chapter "Interrupt Enables").
      if (context !== undefined && at >> 2 < words) context.enabled[at >> 2] = at === 0 ? value & ~1 : value
    }
    this.#update()
  }

  #context(offset: number, stride: number): [Context | undefined, number] {
    return [this.state.contexts[Math.floor(offset / stride)], offset % stride]
  }

  /** The enabled pending source of the highest priority, at least 1, the lowest number first; 0: none. */
  #best(context: Context): number {
    let best = 0
    for (let word = 0; word < words; word++) {
      let candidates = (this.state.pending[word] ?? 0) & (context.enabled[word] ?? 0)
      while (candidates !== 0) {
        const bit = 31 - Math.clz32(candidates & -candidates)
        candidates &= candidates - 1
        const source = 32 * word + bit
        if (this.#priorityOf(source) > this.#priorityOf(best)) best = source
      }
    }
    return best
  }

  #priorityOf(source: number): number {
    return this.state.priority[source] ?? 0
  }

  #claim(context: Context): number {
    const source = this.#best(context)
    if (source === 0) return 0
    set(this.state.pending, source, false)
    set(this.state.inService, source, true)
    this.#claimed?.(source)
    this.#update()
    return source
  }

  /** Opens the gateway again: a source that is still high becomes pending. */
  #complete(context: Context, source: number): void {
    if (source > plicSources || !has(context.enabled, source) || !has(this.state.inService, source)) return
    set(this.state.inService, source, false)
    if (has(this.state.level, source)) set(this.state.pending, source, true)
  }

  #update(): void {
    for (const [index, context] of this.state.contexts.entries())
      this.#setLine(index, this.#priorityOf(this.#best(context)) > context.threshold)
  }
}

const has = (bits: Uint32Array, index: number): boolean =>
  ((bits[index >> 5] ?? 0) & (1 << (index & 31))) !== 0

const set = (bits: Uint32Array, index: number, value: boolean): void => {
  const mask = 1 << (index & 31)
  const old = bits[index >> 5] ?? 0
  bits[index >> 5] = value ? old | mask : old & ~mask
}
