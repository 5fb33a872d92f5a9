import type { InsnHandle } from '@guestscope/plugin-api'
import { PcHash } from '../fnv.ts'
import type { ReferenceLog } from './reference-log.ts'
import type { Verdict } from './verdict.ts'

interface Place {
  count: number
  compared: number
  readonly hash: PcHash
  /** The next line of the log, and the count that it is for; undefined: the log has ended. */
  line: string | undefined
  due: number
}

/** Compares hashes of all pcs so far, one for every so many instructions. */
export class Hashes {
  readonly #log: ReferenceLog
  readonly #verdict: Verdict
  readonly #places: readonly Place[]
  readonly #tail: number
  readonly #partial: boolean

  /** `tail`: instructions more that the other run may have at the end; `partial`: its log may end before this run. */
  constructor(
    cpus: number,
    log: ReferenceLog,
    verdict: Verdict,
    { tail, partial }: { readonly tail: number; readonly partial: boolean },
  ) {
    this.#tail = tail
    this.#partial = partial
    this.#log = log
    this.#verdict = verdict
    // A line that is due now is no line: the first instruction asks for the first one.
    this.#places = Array.from({ length: cpus }, () => ({
      count: 0,
      compared: 0,
      hash: new PcHash(),
      line: '',
      due: 0,
    }))
  }

  /** What to call before the instruction. */
  callback(insn: InsnHandle): (cpu: number) => void {
    const pc = insn.address
    const [low, high] = [Number(pc & 0xffff_ffffn) | 0, Number(pc >> 32n) | 0]
    const end = ` ${pc.toString(16)}`
    return cpu => {
      const place = this.#places[cpu] as Place
      place.hash.add(low, high)
      place.count++
      if (place.due === 0) this.#advance(cpu, place)
      if (place.count !== place.due || this.#verdict.over) return
      const seen = `${place.count} ${place.hash}${end}`
      if (place.line === seen) {
        place.compared = place.count
        this.#advance(cpu, place)
      } else this.#differs(cpu, place, place.line ?? '', seen)
    }
  }

  /** This run has ended; gives the instructions compared, and whether the log ended before it. */
  end(): { compared: number; ended: boolean } {
    let ended = false
    for (const [cpu, place] of this.#places.entries()) {
      if (this.#verdict.over) break
      if (place.due === 0) this.#advance(cpu, place)
      if (place.line !== undefined && place.due > place.count + this.#tail) {
        this.#differs(cpu, place, place.line, `the end of the run after ${place.count} instructions`)
        break
      }
      while (this.#log.next(cpu) !== undefined);
      const totals = this.#log.totals(cpu)
      const seen = `${place.count} instructions, hash ${place.hash}`
      const expected = `${totals?.instructions} instructions, hash ${totals?.hash}`
      if (this.#log.fault !== undefined) this.#verdict.fails(this.#log.fault)
      else if (totals === undefined && place.compared === place.count) continue
      else if (totals === undefined || totals.instructions < place.count) {
        ended = true
        const end = 'the end of the log (partial lets it end early)'
        if (!this.#partial) this.#differs(cpu, place, end, seen)
      } else if (seen === expected) place.compared = place.count
      else if (totals.instructions > place.count && totals.instructions <= place.count + this.#tail) continue
      else this.#differs(cpu, place, expected, seen)
    }
    return { compared: this.#places.reduce((sum, { compared }) => sum + compared, 0), ended }
  }

  #advance(cpu: number, place: Place): void {
    place.line = this.#log.next(cpu)
    if (this.#log.fault !== undefined && !this.#verdict.over) this.#verdict.fails(this.#log.fault)
    place.due = place.line === undefined ? -1 : Number.parseInt(place.line, 10)
  }

  #differs(cpu: number, { count, compared }: Place, expected: string, seen: string): void {
    const place = `behind instruction ${compared} and up to ${count}`
    this.#verdict.differs(cpu, place, expected, seen)
  }
}
