/** The WebAssembly of chosen regions: `goldens/*.ir`, blocks as the targets' goldens have them, to `goldens/*.wat`. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import wabt from 'wabt'
import {
  type Callee,
  defineRegion,
  hostFunction,
  ModuleWriter,
  parseIr,
  type RegionBlock,
  type Runtime,
  type Type,
  verifyIr,
} from '../src/index.ts'

const folder = new URL('goldens/', import.meta.url)
const command = 'UPDATE_GOLDENS=1 pnpm --filter @guestscope/codegen exec vitest run test/goldens.test.ts'

const functions: Omit<Runtime, 'tlbs' | 'guestMemory'> = {
  missedLoad: hostFunction('missedLoad', ['i64', 'i32'], 'i64'),
  missedStore: hostFunction('missedStore', ['i64', 'i32', 'i64']),
  slowLoad: hostFunction('slowLoad', ['i64', 'i32'], 'i64'),
  slowStore: hostFunction('slowStore', ['i64', 'i32', 'i64']),
  slowModify: hostFunction('slowModify', ['i64', 'i32'], 'i64'),
  slowProbe: hostFunction('slowProbe', ['i64', 'i32']),
  recordHook: hostFunction('recordHook', ['i32'], 'i32'),
  accessHook: hostFunction('accessHook', ['i32']),
  edgeHook: hostFunction('edgeHook', ['i32']),
  lookup: hostFunction('lookup', [], 'i32'),
  deliver: hostFunction('deliver', []),
}
const runtime: Runtime = { ...functions, tlbs: 0 }
/** Registers are i64 slots; behind them are four vectors. */
const promote = (offset: number): Type | undefined => {
  if (offset >= 640 && offset < 704) return offset % 16 ? undefined : 'v128'
  return offset >= 128 && offset < 640 ? 'i64' : undefined
}

/** Reads `block PC VARIABLES…` and the statements behind it. */
function parseBlocks(text: string): RegionBlock[] {
  return text
    .split(/^block /m)
    .slice(1)
    .map((part, n) => {
      const end = part.indexOf('\n')
      const [pc = '', ...vars] = part.slice(0, end).split(' ')
      const { body, count } = parseIr(part.slice(end))
      expect(verifyIr(body, vars as Type[])).toEqual([])
      const length = body.filter(node => node.op === 'insn').length
      return {
        pc: BigInt(`0x${pc}`),
        body,
        count,
        vars: vars as Type[],
        length,
        offsets: Array.from({ length }, (_, i) => 4 * i),
        records: 0x10000 + 0x1000 * n,
      }
    })
}

/** The module in WebAssembly's text format, as another program reads it. */
async function lower(blocks: readonly RegionBlock[]): Promise<string> {
  const module = new ModuleWriter()
  module.importMemory('env', 'memory')
  const index = new Map<string, number>()
  for (const callee of Object.values(functions)) {
    const type = { params: ['i32' as const, ...callee.params], result: callee.result }
    index.set(callee.name, module.importFunction('env', callee.name, type))
  }
  const region = module.declare({ params: ['i32'], result: 'i32' })
  const callees = (callee: Callee): number => index.get(callee.name) as number
  defineRegion(module, region, { blocks, promote }, callees, runtime)
  module.export('region', region)
  const binary = (await wabt()).readWasm(new Uint8Array(module.finish()), {})
  try {
    binary.validate()
    return binary.toText({ foldExprs: false, inlineExport: false })
  } finally {
    binary.destroy()
  }
}

const names = readdirSync(folder).filter(name => name.endsWith('.ir'))
test.each(names)('%s', async name => {
  const blocks = parseBlocks(readFileSync(new URL(name, folder), 'utf8'))
  const golden = new URL(name.replace(/ir$/, 'wat'), folder)
  const wat = await lower(blocks)
  if (process.env.UPDATE_GOLDENS) writeFileSync(golden, wat)
  const wanted = existsSync(golden) ? readFileSync(golden, 'utf8') : ''
  expect(wat, `if the change is meant: ${command}`).toBe(wanted)
})
