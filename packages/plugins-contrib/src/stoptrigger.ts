import { definePlugin, type PluginDefinition, PluginError } from '@guestscope/plugin-api'

/** Ends the run at an address, or after so many instructions. */
export const stoptrigger: PluginDefinition = definePlugin({
  name: 'stoptrigger',
  description: 'Ends the run at an address, or after so many instructions of a vCPU.',
  apiVersion: 1,
  options: {
    icount: {
      type: 'string',
      description:
        'Stop after so many instructions of a vCPU. With :STATUS behind it, with this status; else 0.',
    },
    addr: {
      type: 'string',
      multiple: true,
      description: 'Stop before the instruction at this address runs. :STATUS as above.',
    },
  },
  install(api, options) {
    const icount = options.icount === undefined ? undefined : parseTrigger('icount', options.icount)
    const addresses = new Map(
      options.addr.map(text => parseTrigger('addr', text)).map(({ value, status }) => [value, status]),
    )
    if (icount === undefined && addresses.size === 0)
      throw new PluginError('plugin/option-value', 'It has nothing to stop at.', 'Give icount= or addr=.')
    if (icount?.value === 0n)
      throw new PluginError('plugin/option-value', 'icount=0 is not possible.', 'Give a number from 1.')

    // The instruction must not run: the guest is sent to it anew, and by then the run has ended.
    const stop = (cpu: number, pc: bigint, what: string, status: number): void => {
      api.output(`${what}, exiting\n`)
      api.exit(status)
      api.setPc(cpu, pc)
    }

    const { insns } = api.scoreboard('insns')
    api.onTranslate(tb => {
      for (const insn of tb.insns) {
        const pc = insn.address
        const status = addresses.get(pc)
        if (status !== undefined) insn.onExec(cpu => stop(cpu, pc, `${hex(pc)} reached`, status), 'write-pc')
        if (icount === undefined) continue
        insn.onExecIf(
          insns,
          '==',
          icount.value,
          cpu => stop(cpu, pc, `icount reached at ${hex(pc)}`, icount.status),
          'write-pc',
        )
        insn.inlineAdd(insns, 1)
      }
    })
  },
})

export default stoptrigger

const hex = (value: bigint): string => `0x${value.toString(16)}`

/** `VALUE` or `VALUE:STATUS`. */
function parseTrigger(option: string, text: string): { value: bigint; status: number } {
  const found = /^(0x[\da-f]+|\d+)(?::(\d{1,3}))?$/i.exec(text)
  const status = Number(found?.[2] ?? 0)
  if (found?.[1] !== undefined && status <= 255) return { value: BigInt(found[1]), status }
  throw new PluginError(
    'plugin/option-value',
    `${option}=${text} is not possible.`,
    `Write ${option}=NUMBER or ${option}=NUMBER:STATUS, with a status from 0 to 255.`,
  )
}
