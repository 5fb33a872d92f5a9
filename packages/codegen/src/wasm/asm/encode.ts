/** A small writer of WebAssembly modules: just the sections and instructions that the lowering needs. */
import type { Type } from '../../ir/types.ts'
import { type Opcode, opcodes, prefixShift } from './opcodes.ts'

const valType: Readonly<Record<Type, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b }
/** Type of a block without a value. */
const noValue = 0x40

/** A growing byte buffer with LEB128. */
export class Bytes {
  #buf: Uint8Array = new Uint8Array(256)
  length = 0

  byte(value: number): void {
    if (this.length === this.#buf.length) this.#grow(1)
    this.#buf[this.length++] = value
  }
  append(data: ArrayLike<number>): void {
    if (this.length + data.length > this.#buf.length) this.#grow(data.length)
    this.#buf.set(data, this.length)
    this.length += data.length
  }
  #grow(need: number): void {
    const next = new Uint8Array(Math.max(this.#buf.length * 2, this.length + need))
    next.set(this.#buf)
    this.#buf = next
  }
  u32(value: number): void {
    value >>>= 0
    while (value > 0x7f) {
      this.byte((value & 0x7f) | 0x80)
      value >>>= 7
    }
    this.byte(value)
  }
  s32(value: number): void {
    value |= 0
    for (;;) {
      const low = value & 0x7f
      value >>= 7
      if ((value === 0 && !(low & 0x40)) || (value === -1 && low & 0x40)) return this.byte(low)
      this.byte(low | 0x80)
    }
  }
  s64(value: bigint): void {
    if (BigInt.asIntN(32, value) === value) return this.s32(Number(value))
    for (;;) {
      const low = Number(value & 0x7fn)
      value >>= 7n
      if ((value === 0n && !(low & 0x40)) || (value === -1n && low & 0x40)) return this.byte(low)
      this.byte(low | 0x80)
    }
  }
  name(text: string): void {
    const data = new TextEncoder().encode(text)
    this.u32(data.length)
    this.append(data)
  }
  view(): Uint8Array<ArrayBuffer> {
    return this.#buf.slice(0, this.length) as Uint8Array<ArrayBuffer>
  }
}

/** A forward-only position in the nesting of blocks, for `br`. */
export interface Label {
  readonly depth: number
}

/** The code of one function: instructions, locals with reuse, nesting depth. */
export class Code {
  readonly out: Bytes = new Bytes()
  readonly #paramCount: number
  readonly #locals: Type[] = []
  readonly #free: Record<Type, number[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] }
  #depth = 0
  /** Positions of conditional branches of which one way is much more likely, and whether it is the one taken. */
  readonly #hints: (readonly [number, 0 | 1])[] = []
  readonly #view = new DataView(new ArrayBuffer(16))

  constructor(params: readonly Type[]) {
    this.#paramCount = params.length
  }

  local(type: Type): number {
    return this.#free[type].pop() ?? this.#paramCount + this.#locals.push(type) - 1
  }
  release(local: number): void {
    const type = this.#locals[local - this.#paramCount]
    if (type) this.#free[type].push(local)
  }

  /** Instructions without immediates, one after the other. */
  op(...names: Opcode[]): void {
    for (const name of names) this.#op(name)
  }
  #op(name: Opcode): void {
    const code = opcodes[name]
    if (code < 0x100) return this.out.byte(code)
    this.out.byte(code >> prefixShift)
    this.out.u32(code & ((1 << prefixShift) - 1))
  }
  /** An instruction that takes a number of a local, a lane … */
  #indexed(name: Opcode, index: number): void {
    this.#op(name)
    this.out.u32(index)
  }
  get(local: number): void {
    this.#indexed('local.get', local)
  }
  set(local: number): void {
    this.#indexed('local.set', local)
  }
  tee(local: number): void {
    this.#indexed('local.tee', local)
  }
  i32(value: number): void {
    this.#op('i32.const')
    this.out.s32(value)
  }
  i64(value: number | bigint): void {
    this.#op('i64.const')
    this.out.s64(BigInt(value))
  }
  const(type: Type, value: number | bigint): void {
    if (type === 'i32') return this.i32(Number(value))
    if (type === 'i64') return this.i64(value)
    this.#op(`${type}.const`)
    if (type === 'v128') return this.#bytes(BigInt(value))
    const size = type === 'f32' ? 4 : 8
    if (size === 4) this.#view.setFloat32(0, Number(value), true)
    else this.#view.setFloat64(0, Number(value), true)
    this.out.append(new Uint8Array(this.#view.buffer, 0, size))
  }
  /** Sixteen bytes, the lowest first. */
  #bytes(value: bigint): void {
    this.#view.setBigUint64(0, BigInt.asUintN(64, value), true)
    this.#view.setBigUint64(8, BigInt.asUintN(64, value >> 64n), true)
    this.out.append(new Uint8Array(this.#view.buffer))
  }
  /** A load or store instruction with its offset. */
  mem(name: Opcode, offset: number, memory = 0): void {
    this.#op(name)
    // Natural alignment is not promised; bit 6: the number of a memory follows.
    this.out.u32(memory ? 0x40 : 0)
    if (memory) this.out.u32(memory)
    this.out.u32(offset)
  }
  /** A load or store of one lane of a vector. */
  memLane(name: Opcode, offset: number, lane: number, memory = 0): void {
    this.mem(name, offset, memory)
    this.out.byte(lane)
  }
  /** Takes or replaces one lane of a vector. */
  lane(name: Opcode, lane: number): void {
    this.#indexed(name, lane)
  }
  /** `pattern`: for each byte of the result a number among the 32 bytes of both vectors, the lowest first. */
  shuffle(pattern: bigint): void {
    this.#op('i8x16.shuffle')
    this.#bytes(pattern)
  }
  /** memory.fill */
  fill(): void {
    this.#indexed('memory.fill', 0)
  }
  call(index: number): void {
    this.#indexed('call', index)
  }

  /** Calls the table's function whose index is on the stack. `tail`: instead of returning. */
  callIndirect(type: number, tail = false): void {
    this.#indexed(tail ? 'return_call_indirect' : 'call_indirect', type)
    this.out.byte(0)
  }

  #open(name: 'block' | 'loop' | 'if', type: number): Label {
    this.#indexed(name, type)
    return { depth: ++this.#depth }
  }
  block(): Label {
    return this.#open('block', noValue)
  }
  loop(): Label {
    return this.#open('loop', noValue)
  }
  /** Says of the `if` that follows which way it goes nearly always. */
  hint(taken: boolean): void {
    this.#hints.push([this.out.length, taken ? 1 : 0])
  }
  if(result?: Type): Label {
    return this.#open('if', result ? valType[result] : noValue)
  }
  else(): void {
    this.#op('else')
  }
  end(): void {
    this.#depth--
    this.#op('end')
  }
  br(label: Label): void {
    this.#indexed('br', this.#depth - label.depth)
  }
  brIf(label: Label): void {
    this.#indexed('br_if', this.#depth - label.depth)
  }
  brTable(labels: readonly Label[], fallback: Label): void {
    this.#indexed('br_table', labels.length)
    for (const l of labels) this.out.u32(this.#depth - l.depth)
    this.out.u32(this.#depth - fallback.depth)
  }

  /** The function body as it stands in the code section, and its branch hints. */
  finish(): FunctionBody {
    const head = new Bytes()
    const runs: [number, Type][] = []
    for (const t of this.#locals) {
      const last = runs.at(-1)
      if (last?.[1] === t) last[0]++
      else runs.push([1, t])
    }
    head.u32(runs.length)
    for (const [n, t] of runs) {
      head.u32(n)
      head.byte(valType[t])
    }
    const whole = new Bytes()
    whole.u32(head.length + this.out.length + 1)
    whole.append(head.view())
    whole.append(this.out.view())
    whole.byte(opcodes.end)
    return { bytes: whole.view(), hints: this.#hints.map(([at, taken]) => [head.length + at, taken]) }
  }
}

interface FunctionBody {
  readonly bytes: Uint8Array
  /** Offsets of branch instructions from the first byte after the size, and whether they are likely taken. */
  readonly hints: readonly (readonly [number, 0 | 1])[]
}

interface Signature {
  readonly params: readonly Type[]
  readonly result: Type | undefined
}

/** A module under construction: imports first, then functions. */
export class ModuleWriter {
  readonly #types: string[] = []
  readonly #typeBytes: Bytes = new Bytes()
  readonly #imports: Bytes = new Bytes()
  #importCount = 0
  #importedFunctions = 0
  readonly #functions: (Signature & { body?: FunctionBody })[] = []
  readonly #exports: { name: string; index: number }[] = []

  type(sig: Signature): number {
    const key = `${sig.params.join()}>${sig.result ?? ''}`
    const known = this.#types.indexOf(key)
    if (known >= 0) return known
    this.#typeBytes.byte(0x60)
    this.#typeBytes.u32(sig.params.length)
    for (const p of sig.params) this.#typeBytes.byte(valType[p])
    this.#typeBytes.append(sig.result ? [1, valType[sig.result]] : [0])
    return this.#types.push(key) - 1
  }
  #import(module: string, name: string): void {
    this.#imports.name(module)
    this.#imports.name(name)
    this.#importCount++
  }
  /** Imports the one memory (minimum size in 64 KiB pages). */
  importMemory(module: string, name: string): void {
    this.#import(module, name)
    this.#imports.append([2, 0, 1])
  }
  importTable(module: string, name: string): void {
    this.#import(module, name)
    this.#imports.append([1, 0x70, 0, 0])
  }
  /** Function imports must come before the first `declare`. */
  importFunction(module: string, name: string, sig: Signature): number {
    if (this.#functions.length) throw new Error('wasm: imports come before functions')
    this.#import(module, name)
    this.#imports.byte(0)
    this.#imports.u32(this.type(sig))
    return this.#importedFunctions++
  }
  /** Reserves a function's index; its body is given later. */
  declare(sig: Signature): number {
    return this.#importedFunctions + this.#functions.push({ ...sig }) - 1
  }
  define(index: number, code: Code): void {
    const f = this.#functions[index - this.#importedFunctions]
    if (!f) throw new Error(`wasm: no function ${index}`)
    f.body = code.finish()
  }
  export(name: string, index: number): void {
    this.#exports.push({ name, index })
  }

  /** The module. `optimise`: asks V8 (with its flag for compilation hints) for its optimising compiler from the start. */
  finish(optimise = false): Uint8Array<ArrayBuffer> {
    const out = new Bytes()
    out.append([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
    const section = (id: number, count: number, fill: (b: Bytes) => void): void => {
      if (!count) return
      const body = new Bytes()
      body.u32(count)
      fill(body)
      out.byte(id)
      out.u32(body.length)
      out.append(body.view())
    }
    const functionTypes = this.#functions.map(f => this.type(f))
    section(1, this.#types.length, b => b.append(this.#typeBytes.view()))
    section(2, this.#importCount, b => b.append(this.#imports.view()))
    section(3, functionTypes.length, b => functionTypes.forEach(t => b.u32(t)))
    section(7, this.#exports.length, b => {
      for (const e of this.#exports) {
        b.name(e.name)
        b.byte(0)
        b.u32(e.index)
      }
    })
    if (optimise) this.#writeTiers(out)
    this.#writeHints(out)
    section(10, this.#functions.length, b => {
      for (const f of this.#functions) {
        if (!f.body) throw new Error('wasm: a declared function has no body')
        b.append(f.body.bytes)
      }
    })
    return out.view()
  }

  /** The custom section of the compilation hints proposal: every function eagerly, in the top tier; others skip it. */
  #writeTiers(out: Bytes): void {
    const body = new Bytes()
    body.name('compilationHints')
    body.u32(this.#functions.length)
    const [eager, optimised] = [2, 2]
    for (const _ of this.#functions) body.byte(eager | (optimised << 2) | (optimised << 4))
    out.byte(0)
    out.u32(body.length)
    out.append(body.view())
  }

  /** The custom section of the branch hinting proposal; engines without it skip it. */
  #writeHints(out: Bytes): void {
    const hinted = this.#functions.map((f, i) => ({ f, i })).filter(({ f }) => f.body?.hints.length)
    if (!hinted.length) return
    const body = new Bytes()
    body.name('metadata.code.branch_hint')
    body.u32(hinted.length)
    for (const { f, i } of hinted) {
      const hints = f.body?.hints ?? []
      body.u32(this.#importedFunctions + i)
      body.u32(hints.length)
      for (const [at, taken] of hints) {
        body.u32(at)
        body.append([1, taken])
      }
    }
    out.byte(0)
    out.u32(body.length)
    out.append(body.view())
  }
}
