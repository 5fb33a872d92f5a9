/** Why a run ended. */

/** The first reason given wins. */
export type StopReason =
  /** The guest (or the board, or the user) ended the run. */
  | { readonly kind: 'exit'; readonly status: number; readonly message?: string }
  /** A plugin called `api.exit`. */
  | { readonly kind: 'plugin'; readonly plugin: string; readonly status: number; readonly message?: string }
  /** A plugin threw. */
  | {
      readonly kind: 'plugin-error'
      readonly plugin: string
      /** Which callback: `onDiscon`, `onTranslate`, `onExec`, `onExit`. */
      readonly callback: string
      readonly error: unknown
    }

/** Exit status of the emulator when a plugin threw. */
export const pluginErrorStatus = 70

/** Exit status for the operating system, 0 … 255. */
export function stopStatus(reason: StopReason): number {
  return reason.kind === 'plugin-error' ? pluginErrorStatus : reason.status & 0xff
}

/** The reason in one line, for a user; undefined if there is nothing to say. */
export function stopMessage(reason: StopReason): string | undefined {
  switch (reason.kind) {
    case 'exit':
      return reason.message
    case 'plugin':
      return reason.message === undefined ? undefined : `${reason.plugin}: ${reason.message}`
    case 'plugin-error':
      return `Plugin ${reason.plugin} failed in ${reason.callback}: ${describeError(reason.error)}`
  }
}

/** What was thrown, as text. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
