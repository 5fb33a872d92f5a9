/**
 * Compares the reference with an x86-64 CPU, and records the vectors of `vectors.txt`. By hand, from this
 * folder:
 *
 *   gcc -O1 -mfma -msse4.1 -frounding-math -ffp-contract=off -o /tmp/hardware hardware.c
 *   node hardware.ts compare /tmp/hardware 5000000 [seed]
 *   node hardware.ts record /tmp/hardware 480 > vectors.txt
 */

import { spawnSync } from 'node:child_process'
import type { FloatFormat, Rounding } from '../../src/float/soft/index.ts'
import { binary32, binary64, isAnyNaN } from '../../src/float/soft/index.ts'
import type { Answer } from './operations.ts'
import { ARITIES, NAMES, reference } from './operations.ts'
import { interestingTuple, Random } from './values.ts'

/** Format of the result; undefined for integers. */
function resultFormat(op: number): FloatFormat | undefined {
  const index = op & 15
  if (index === 6 || index === 7) return undefined
  return op >= 16 !== (index === 9) ? binary32 : binary64
}

type Operands = readonly [op: number, rounding: Rounding, a: bigint, b: bigint, c: bigint]

function makeOperands(random: Random): Operands {
  const index = random.below(NAMES.length)
  const single = random.below(2) === 1
  const format = single ? binary32 : binary64
  const [a = 0n, b = 0n, c = 0n] = interestingTuple(random, format, ARITIES[index] ?? 1)
  const rounding = random.below(4) as Rounding
  const integer = BigInt.asUintN(64, BigInt.asIntN(64, random.bits(64)) >> BigInt(random.below(64)))
  return [index + (single ? 16 : 0), rounding, a, index === 8 ? integer : b, c]
}

/** Asks the CPU for all answers; NaNs are made canonical. */
function hardware(program: string, list: readonly Operands[]): Answer[] {
  const input = new BigUint64Array(list.length * 8)
  list.forEach(([op, rounding, a, b, c], i) => {
    input.set([BigInt(op), BigInt(rounding), a, b, c], i * 8)
  })
  const { stdout } = spawnSync(program, { input: new Uint8Array(input.buffer), maxBuffer: 2 ** 30 })
  const words = new BigUint64Array(new Uint8Array(stdout).buffer)
  return list.map(([op], i) => {
    const bits = words[2 * i] ?? 0n
    const format = resultFormat(op)
    const canonical = format && isAnyNaN(format, bits) ? format.defaultNaN : bits
    return { bits: canonical, flags: Number(words[2 * i + 1]) }
  })
}

function line([op, rounding, a, b, c]: Operands, { bits, flags }: Answer): string {
  const name = `${NAMES[op & 15]}${op >= 16 ? '.s' : '.d'}`
  return [name, rounding, a.toString(16), b.toString(16), c.toString(16), bits.toString(16), flags].join(' ')
}

function compareAll(program: string, count: number, seed: number): void {
  const random = new Random(seed)
  const raised = new Array<number>(32).fill(0)
  let wrong = 0
  for (let done = 0; done < count; ) {
    const list = Array.from({ length: Math.min(100_000, count - done) }, () => makeOperands(random))
    const answers = hardware(program, list)
    list.forEach((operands, i) => {
      const want = answers[i] ?? { bits: 0n, flags: 0 }
      const got = reference(...operands)
      raised[want.flags] = (raised[want.flags] ?? 0) + 1
      if (got.bits === want.bits && got.flags === want.flags) return
      wrong++
      if (wrong <= 20) console.log(line(operands, got), 'hardware', want.bits.toString(16), want.flags)
    })
    done += list.length
  }
  console.log(`${count} compared, ${wrong} different; flag combinations:`)
  raised.forEach((times, flags) => {
    if (times > 0) console.log(`  ${flags.toString(2).padStart(5, '0')} ${times}`)
  })
}

function record(program: string, count: number): void {
  const random = new Random(2019)
  const list = Array.from({ length: count }, () => makeOperands(random))
  console.log('# Results of an x86-64 CPU, made by hardware.ts: operation, rounding, a, b, c, result, flags.')
  hardware(program, list).forEach((answer, i) => {
    const operands = list[i]
    if (operands) console.log(line(operands, answer))
  })
}

const [command, program = '/tmp/hardware', count = '1000000', seed = '1'] = process.argv.slice(2)
if (command === 'compare') compareAll(program, Number(count), Number(seed))
if (command === 'record') record(program, Number(count))
