/** Runs programs on Guestscope. */

import { Machine, type Tier } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import type { Hart } from '../../src/hart.ts'
import { createRiscvTarget, type RiscvTarget, virt32, virt64 } from '../../src/index.ts'
import type { Xlen } from '../../src/isa/index.ts'
import { hartFor } from './hart.ts'

/** Low, so that what runs twice runs in a region the second time. */
const hotThreshold = 2

/** Far more than any program here needs: a guard against programs that have gone astray. */
const mostInstructions = 200_000_000

const targets = new WeakMap<Hart, RiscvTarget>()

function targetFor(hart: Hart): RiscvTarget {
  let target = targets.get(hart)
  if (!target) {
    target = createRiscvTarget(hart)
    targets.set(hart, target)
  }
  return target
}

/** What the program prints on the UART. */
export function runOnOurs(xlen: Xlen, elf: Uint8Array, tier: Tier, more?: readonly string[]): string {
  let out = ''
  const decoder = new TextDecoder('latin1')
  const machine = new Machine({
    target: targetFor(hartFor(xlen, more)),
    board: xlen === 64 ? virt64 : virt32,
    tier,
    hotThreshold,
    batch: 1,
    memoryBytes: 64 * 2 ** 20,
    cpus: 1,
    console: {
      write: bytes => {
        out += decoder.decode(bytes)
      },
    },
    image: loadElf(elf),
    semihosting: false,
  })
  const state = machine.run(mostInstructions)
  const reason = machine.stopReason
  if (reason?.kind === 'exit' && reason.status === 0) return out
  const pc = machine.cpus[0]?.pc.toString(16)
  return `${out}(${state} at ${pc} after ${machine.executed} instructions)\n`
}
