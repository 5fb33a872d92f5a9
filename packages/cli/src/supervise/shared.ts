/** Memory that a run in a thread of its own shares with its supervisor: what can be known of a run that does not return. */
import { capacity, type Kept } from '../host/sink.ts'

/** How far a run is. */
export const Phase = {
  /** Reading files, loading and installing plugins. */
  loading: 0,
  /** Between the first instruction and the last. */
  running: 1,
  /** The run is over, plugins say what they found. */
  reporting: 2,
  /** They have; readers have not taken everything yet. The run ends this by itself. */
  delivering: 3,
} as const

/** Why a thread does nothing, if so. */
export const Away = { not: 0, asleep: 1, writing: 2 } as const

/** Indices of the words. */
const Word = { phase: 0, beats: 1, away: 2, note: 3, stdout: 4, stderr: 6 } as const
/** Bytes of the words, and of the note. */
const [wordBytes, noteBytes] = [32, 480]

export class SharedState {
  readonly memory: SharedArrayBuffer
  readonly stdout: Kept
  readonly stderr: Kept
  readonly #words: Int32Array
  readonly #note: Buffer

  /** Over the memory of another thread, or over new memory. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(wordBytes + noteBytes + 2 * capacity)) {
    this.memory = memory
    this.#words = new Int32Array(memory, 0, wordBytes / 4)
    this.#note = Buffer.from(memory, wordBytes, noteBytes)
    const output = (word: number, at: number): Kept => ({
      bytes: new Uint8Array(memory, at, capacity),
      span: this.#words.subarray(word, word + 2),
    })
    this.stdout = output(Word.stdout, wordBytes + noteBytes)
    this.stderr = output(Word.stderr, wordBytes + noteBytes + capacity)
  }

  /** One of `Phase`. */
  get phase(): number {
    return Atomics.load(this.#words, Word.phase)
  }
  set phase(phase: number) {
    Atomics.store(this.#words, Word.phase, phase)
  }

  /** Grows whenever the thread comes back to its event loop. */
  get beats(): number {
    return Atomics.load(this.#words, Word.beats)
  }
  beat(): void {
    Atomics.add(this.#words, Word.beats, 1)
  }

  /** One of `Away`: what the thread waits for may come late, or never. */
  get away(): number {
    return Atomics.load(this.#words, Word.away)
  }
  set away(away: number) {
    Atomics.store(this.#words, Word.away, away)
  }

  /** What is to be said if the thread never comes back: `plugin spin did not return from install`; or nothing. */
  get note(): string {
    return this.#note.toString('utf8', 0, Atomics.load(this.#words, Word.note))
  }
  set note(text: string) {
    const written = this.#note.write(text)
    Atomics.store(this.#words, Word.note, written)
  }
}
