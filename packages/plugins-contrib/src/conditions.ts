/**
 * IT blocks of Arm: their instructions count as executed, whether their condition holds or not. Here is which did not
 * run, for those who want to know what the program did.
 */
import type { PluginApi } from '@guestscope/plugin-api'

/** xPSR of Armv7-M (DDI 0403, B1.4.2): bits of the flags, and where ITSTATE has the condition. */
const Flag = { n: 31, z: 30, c: 29, v: 28 } as const
const itCondition = 12

/** Does the condition of the instruction hold that runs next (A7.3)? */
export function conditionHolds(xpsr: number): boolean {
  const bit = (n: number): boolean => ((xpsr >>> n) & 1) !== 0
  const [n, z, c, v] = [bit(Flag.n), bit(Flag.z), bit(Flag.c), bit(Flag.v)]
  const condition = (xpsr >>> itCondition) & 15
  const holds = [z, c, n, v, c && !z, n === v, n === v && !z, true][condition >> 1] as boolean
  // Odd ones are the opposite, but for 15, which is "always" too.
  return condition & 1 && condition !== 15 ? !holds : holds
}

/** How often conditional instructions did not run. */
export class SkipCounter {
  readonly #skipped = new Map<bigint, number>()
  /** Address of an IT instruction → those of its block. */
  readonly #blocks = new Map<bigint, readonly bigint[]>()

  constructor(api: PluginApi) {
    if (!api.registers().some(({ name }) => name === 'xpsr')) return
    api.onTranslate(({ insns }) => {
      for (const [i, insn] of insns.entries()) {
        const { address, mnemonic } = insn
        if (/^it[te]{0,3}$/.test(mnemonic)) {
          const own = insns.slice(i + 1, i + mnemonic.length)
          this.#blocks.set(
            address,
            own.map(one => one.address),
          )
        }
        if (!insn.conditional) continue
        insn.onExec(cpu => {
          if (conditionHolds(Number(api.readRegister(cpu, 'xpsr')))) return
          this.#skipped.set(address, (this.#skipped.get(address) ?? 0) + 1)
        }, 'read')
      }
    })
  }

  /** Takes what did not run off the executions; an IT instruction then counts as the arm that ran more often. */
  apply(counts: Map<bigint, number>): void {
    for (const [address, skipped] of this.#skipped) counts.set(address, (counts.get(address) ?? 0) - skipped)
    for (const [address, own] of this.#blocks) {
      const most = Math.max(...own.map(one => counts.get(one) ?? 0))
      if (own.length > 0 && counts.has(address)) counts.set(address, most)
    }
  }
}
