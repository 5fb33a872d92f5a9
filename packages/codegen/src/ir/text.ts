/**
 * IR as text, and back. One statement a line; a value is named by its number and type:
 *
 *     %2:i64 = i64.add %0 %1
 *     set 136 %2
 *     %3:i32 = gload.32s %2
 *     if %3 {
 *       raise %4 %5
 *     }
 */
import { opInfo } from './ops/index.ts'
import type { AccessDescriptor, Callee, IrFunction, Node, Type, Width } from './types.ts'

/** Special operations whose `imm` is written. */
const special: ReadonlySet<string> = new Set([
  'const',
  'get',
  'set',
  'operand',
  'vget',
  'vset',
  'mload',
  'mstore',
  'rload',
  'rstore',
  'insn',
  'goto',
  'leave',
  'hook',
])

function withImm(op: string): boolean {
  const info = opInfo(op)
  return info.kind === 'numeric' ? info.immediate !== undefined : special.has(op)
}

/** Prints statements; numbers are those of the nodes. */
export function printIr(body: readonly Node[], indent = ''): string {
  return body.map(n => indent + printNode(n, indent)).join('')
}

/** Prints a function with its signature. */
export function printFunction(f: IrFunction): string {
  const vars = f.vars.slice(f.params.length)
  const head = `function ${f.name}(${f.params.join(' ')})${f.result ? ` ${f.result}` : ''}`
  return `${head}${vars.length ? ` vars(${vars.join(' ')})` : ''} {\n${printIr(f.body, '  ')}}\n`
}

function printNode(n: Node, indent: string): string {
  const words = [opText(n)]
  if (n.callee) words.push(n.callee.name)
  if (withImm(n.op)) words.push(immText(n))
  words.push(...n.args.map(a => `%${a.id}`))
  let text = (n.type ? `%${n.id}:${n.type} = ` : '') + words.join(' ')
  if (n.body) {
    text += ` {\n${printIr(n.body, `${indent}  `)}${indent}}`
    if (n.orelse?.length) text += ` else {\n${printIr(n.orelse, `${indent}  `)}${indent}}`
  }
  return `${text}\n`
}

function opText({ op, width, access }: Node): string {
  const parts = [op, width, access?.order, access?.mode === undefined ? undefined : `mode${access.mode}`]
  return parts.filter(part => part !== undefined).join('.')
}

const immText = ({ imm, type, op }: Node): string =>
  Object.is(imm, -0) ? '-0' : type === 'v128' && isVector(op) ? `0x${imm.toString(16)}` : String(imm)

/** Reads statements back. `callees` resolves the names after `call`. Throws a SyntaxError that names the statement. */
export function parseIr(
  text: string,
  callees: ReadonlyMap<string, Callee> = new Map(),
): { body: readonly Node[]; count: number } {
  const lines = text
    .split('\n')
    .map(l => l.trim())
    .filter(l => l && !l.startsWith(';'))
  const nodes = new Map<string, Node>()
  let at = 0
  let count = 0

  const fail = (message: string): never => {
    throw new SyntaxError(`IR text, statement ${at}: ${message}: ${lines[at - 1] ?? ''}`)
  }
  const list = (): Node[] => {
    const body: Node[] = []
    while (at < lines.length && !lines[at]?.startsWith('}')) body.push(statement())
    return body
  }
  const statement = (): Node => {
    const line = lines[at++] as string
    const match = /^(?:%(\d+):(i32|i64|f32|f64|v128) = )?(.*?)( \{)?$/.exec(line)
    const [, name, type, rest = '', opens] = match ?? fail('not a statement')
    const words = rest.split(/\s+/)
    const { op, width, access } = splitOp(words.shift() ?? '')
    const callee = op === 'call' ? (callees.get(words[0] ?? '') ?? fail('unknown function')) : undefined
    if (callee) words.shift()
    const imm = withImm(op) ? number(words.shift() ?? '', op, type) : 0
    const args = words.map(w => nodes.get(w) ?? fail(`${w} is not defined`))
    const fields: Partial<Node> = {
      ...(width && { width }),
      ...(access && { access }),
      ...(callee && { callee }),
    }
    const node: { -readonly [K in keyof Node]: Node[K] } = {
      id: count++,
      op,
      type: type as Type | undefined,
      args,
      imm,
      ...fields,
    }
    if (opens) {
      node.body = list()
      const end = lines[at++]
      node.orelse = end === '} else {' ? list() : []
      if (end === '} else {') at++
    }
    if (name) nodes.set(`%${name}`, node)
    return node
  }
  const body = list()
  if (at < lines.length) fail('a brace too many')
  return { body, count }
}

const withWidth: ReadonlySet<string> = new Set([
  'gload',
  'gstore',
  'gprobe',
  'gmodify',
  'gput',
  'rload',
  'rstore',
  'mload',
  'mstore',
])

/** `gload.32s.big.mode1`: operation, width, `AccessDescriptor`. */
function splitOp(word: string): Pick<Node, 'op' | 'width' | 'access'> {
  const [op = '', width, ...rest] = word.split('.')
  if (!withWidth.has(op) || width === undefined) {
    opInfo(word)
    return { op: word }
  }
  const mode = rest.find(part => part.startsWith('mode'))?.slice('mode'.length)
  const access: AccessDescriptor = {
    ...(rest.includes('big') && { order: 'big' }),
    ...(mode !== undefined && { mode: Number(mode) }),
  }
  return { op, width: width as Width, ...(rest.length > 0 && { access }) }
}

/** Is the immediate of this operation with a v128 a vector, too? */
const isVector = (op: string): boolean => op === 'const' || op === 'i8x16.shuffle'

/** Constants of type i64 and v128 and patterns of shuffles are bigints; offsets and all else are numbers. */
const number = (word: string, op: string, type: string | undefined): number | bigint =>
  (type === 'i64' && op === 'const') || (type === 'v128' && isVector(op)) ? BigInt(word) : Number(word)
