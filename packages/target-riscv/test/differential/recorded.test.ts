import { describe, expect, test } from 'vitest'
import { runOnOurs } from './ours.ts'
import { makeProgram } from './program.ts'
import { digest, readRecorded } from './recorded.ts'

const record = 'QEMU_RISCV64=… QEMU_RISCV32=… pnpm differential --record'

describe.each(readRecorded())('RV$xlen, seed $seed, $count instructions', ({ elf, output, ...options }) => {
  const program = makeProgram(options)
  const { xlen, seed, count, repeats, more } = options
  const extensions = more === undefined ? '' : ` --with ${more.join()}`
  const again = `pnpm differential --xlen ${xlen} --seed ${seed} --count ${count} --repeats ${repeats}${extensions}`

  test('is the program that was recorded', () => {
    expect(digest(program.elf), `the generator or the rows have changed; record again: ${record}`).toBe(elf)
  })

  // The oracle is some hundred times slower than generated code.
  test.each(count > 1000 ? ([0, 1] as const) : (['oracle', 0, 1] as const))(
    'gives what QEMU gave: tier %s',
    tier => {
      const lines = runOnOurs(xlen, program.elf, tier, more).trimEnd().split('\n')
      expect(lines, `to see the instruction: ${again} --tier ${tier}`).toEqual(output)
    },
  )
})
