/** What a run in a thread of its own and its supervisor tell each other. */

export type ToRun =
  /** A signal, with the exit status that belongs to it. */
  | { readonly kind: 'signal'; readonly status: number; readonly name: string }
  | { readonly kind: 'input'; readonly bytes: Uint8Array }
  | { readonly kind: 'input-end' }

export type ToSupervisor =
  /** Begin, or go on, to send input: one piece for each of these. */
  { readonly kind: 'input-wanted' } | { readonly kind: 'input-unwanted' }

/** What the thread starts with. */
export interface RunData {
  readonly memory: SharedArrayBuffer
  /** Arguments of the command. */
  readonly args: readonly string[]
}
