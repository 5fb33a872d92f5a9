/**
 * The contract of a target, as cases that any test runner can run: what core takes for granted of every guest
 * architecture.
 *
 *     for (const { name, skip, run } of targetContract({ target, board, random }))
 *       skip ? test.skip(`${name}: ${skip}`) : test(name, run)
 */
import { decodeCases } from './decode.ts'
import { irCases } from './ir.ts'
import type { Check, ContractCase, ContractOptions } from './options.ts'
import { runCases } from './results.ts'
import { stateCases } from './state.ts'

/** The cases for one target. */
export function targetContract(options: ContractOptions): readonly ContractCase[] {
  const checks: readonly Check[] = [
    ...irCases(options),
    ...stateCases(options),
    ...decodeCases(options),
    ...runCases(options),
  ]
  const skips = new Map((options.skip ?? []).flatMap(s => s.cases.map(name => [name, s.reason] as const)))
  for (const name of skips.keys())
    if (!checks.some(c => c[0] === name)) throw new Error(`the contract has no case '${name}' to skip`)
  return checks.map(([name, run]) => ({ name, skip: skips.get(name), run }))
}
