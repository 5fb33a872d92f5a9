import { definePlugin, type PluginApi, type PluginDefinition } from '@guestscope/plugin-api'
import { BlockCounter, type CountedBlock, executions } from './blocks.ts'
import { hex } from './text.ts'

/** A line of the module table: addresses from `base` to before `end`. */
export interface DrcovModule {
  readonly base: bigint
  readonly end: bigint
  readonly entry: bigint
  readonly path: string
}

/** A stretch of executed code. */
export interface DrcovBlock {
  readonly address: bigint
  readonly size: number
}

/** Writes executed blocks in the format of DynamoRIO's drcov, version 2, which Lighthouse, bncov and others read. */
export const drcov: PluginDefinition = definePlugin({
  name: 'drcov',
  description: 'Writes executed blocks as a drcov file, for Lighthouse and the like.',
  apiVersion: 1,
  options: {
    out: { type: 'string', default: 'guestscope.drcov', description: 'File to write.' },
  },
  install(api, { out }) {
    const file = api.openOutput(out)
    const counter = new BlockCounter(api)
    api.onExit(() => {
      const blocks = counter.blocks().flatMap(executed)
      const modules = [...programModule(api), ...otherModules(blocks, programModule(api))]
      file.write(drcovFile(modules, blocks))
      const bytes = [...new Map(blocks.map(block => [block.address, block.size])).values()]
      api.output(`${api.name}: ${blocks.length} blocks, ${bytes.reduce((a, b) => a + b, 0)} bytes of code\n`)
    })
  },
})

export default drcov

/** What of a block has run: all, or up to the instruction that always left it; nothing if it was never begun. */
function executed(block: CountedBlock): DrcovBlock[] {
  const counts = executions(block)
  const stop = counts.findIndex(count => count <= 0)
  const end = block.places[stop < 0 ? counts.length : stop] as bigint
  const size = Number(BigInt.asUintN(64, end - block.address))
  return size > 0 ? [{ address: block.address, size }] : []
}

function programModule({ program }: PluginApi): DrcovModule[] {
  if (program === undefined || program.segments.length === 0) return []
  const places = program.segments.flatMap(({ address, size }) => [address, address + BigInt(size)])
  const sorted = BigUint64Array.from(places).sort()
  const [base = 0n, end = 0n] = [sorted.at(0), sorted.at(-1)]
  return [{ base, end, entry: program.entry, path: program.name }]
}

const pageSize = 0x1000n

/** Code that lies outside the program, such as a boot ROM: a module for each run of neighbouring pages. */
function otherModules(blocks: readonly DrcovBlock[], known: readonly DrcovModule[]): DrcovModule[] {
  const pages = new Set<bigint>()
  for (const { address, size } of blocks) {
    if (known.some(({ base, end }) => address >= base && address < end)) continue
    pages.add(address - (address % pageSize))
    const last = address + BigInt(size - 1)
    pages.add(last - (last % pageSize))
  }
  const modules: { base: bigint; end: bigint; entry: bigint; path: string }[] = []
  for (const base of [...pages].sort((a, b) => (a < b ? -1 : 1))) {
    const before = modules.at(-1)
    if (before?.end === base) before.end = base + pageSize
    else modules.push({ base, end: base + pageSize, entry: 0n, path: `memory-${hex(base)}` })
  }
  return modules
}

const maxBlockSize = 0xffff

/** The bytes of a drcov file. Blocks that lie in no module are left out. */
export function drcovFile(modules: readonly DrcovModule[], blocks: readonly DrcovBlock[]): Uint8Array {
  const rows = blocks.flatMap(({ address, size }) => {
    const id = modules.findIndex(({ base, end }) => address >= base && address < end)
    const start = id < 0 ? 0n : address - (modules[id] as DrcovModule).base
    return id < 0 || start > 0xffff_ffffn ? [] : [{ id, start: Number(start), size }]
  })
  const number = (value: bigint): string => `0x${value.toString(16).padStart(16, '0')}`
  const head = [
    'DRCOV VERSION: 2',
    'DRCOV FLAVOR: guestscope',
    `Module Table: version 2, count ${modules.length}`,
    'Columns: id, base, end, entry, path',
    ...modules.map(
      ({ base, end, entry, path }, id) =>
        `${`${id}`.padStart(3)}, ${number(base)}, ${number(end)}, ${number(entry)}, ${path}`,
    ),
    `BB Table: ${rows.length} bbs`,
    '',
  ].join('\n')
  const text = new TextEncoder().encode(head)
  const file = new Uint8Array(text.length + 8 * rows.length)
  file.set(text)
  const view = new DataView(file.buffer, text.length)
  rows.forEach(({ id, start, size }, i) => {
    view.setUint32(8 * i, start, true)
    view.setUint16(8 * i + 4, Math.min(size, maxBlockSize), true)
    view.setUint16(8 * i + 6, id, true)
  })
  return file
}
