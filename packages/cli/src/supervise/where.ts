/** Where a thread is that does not come back: its debugger knows, also in the middle of an endless loop. */
import type { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { within } from './patience.ts'

/** A place in code that is not ours. */
export interface Place {
  /** `file:line:column` */
  readonly at: string
  /** What it was called for (`onExec`), if a frame of ours tells. */
  readonly callback: string | undefined
}

interface Frame {
  readonly functionName: string
  readonly location: {
    readonly scriptId: string
    readonly lineNumber: number
    readonly columnNumber?: number
  }
}

/** Milliseconds to wait for an answer: a thread that is blocked outside JavaScript gives none. */
const patience = 1000

/**
 * The place in which the only other thread is; undefined if it cannot be told, or nothing of others runs there. The
 * thread goes on afterwards.
 */
export async function whereIsThread(): Promise<Place | undefined> {
  try {
    const { Session } = await import('node:inspector')
    const session = new Session()
    session.connect()
    let place: Place | undefined
    await within(
      patience,
      ask(session, found => {
        place = found
      }),
    )
    session.disconnect()
    return place
  } catch {
    return undefined // a Node without inspector
  }
}

/** Stops the thread, tells the place, and lets it go on: one that stands still could not be ended. */
function ask(session: Session, found: (place: Place | undefined) => void): Promise<true> {
  return new Promise(resolve => {
    const urls = new Map<string, string>()
    let send = (_method: string): void => {}
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId } }) => {
      let id = 0
      send = method => {
        const message = JSON.stringify({ id: ++id, method })
        session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
      }
      send('Debugger.enable')
      send('Debugger.pause')
    })
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      const { method, params: told } = JSON.parse(params.message)
      if (method === 'Debugger.scriptParsed') urls.set(told.scriptId, told.url)
      else if (method === 'Debugger.paused') {
        found(placeIn(told.callFrames, urls))
        send('Debugger.resume')
      } else if (method === 'Debugger.resumed') resolve(true)
    })
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  })
}

/** Packages of ours that call plugins, as the beginnings of URLs. */
const ours = (): string[] => [
  new URL('..', import.meta.url).href,
  ...['codegen', 'core', 'machine', 'plugin-host'].map(
    name => new URL('..', import.meta.resolve(`@guestscope/${name}`)).href,
  ),
]

/** Functions of ours that are not named as what they call. */
const callbacksOf: Readonly<Record<string, string>> = { discon: 'onDiscon' }

/** The innermost frame that is not ours, and what we called there. */
function placeIn(frames: readonly Frame[], urls: ReadonlyMap<string, string>): Place | undefined {
  const roots = ours()
  const url = ({ location }: Frame): string => urls.get(location.scriptId) ?? ''
  const own = (frame: Frame): boolean => roots.some(root => url(frame).startsWith(root))
  const inner = frames.find(frame => url(frame).startsWith('file:') && !own(frame))
  if (inner === undefined) return undefined
  const { lineNumber, columnNumber = 0 } = inner.location
  const caller = frames.slice(frames.indexOf(inner)).find(own)?.functionName ?? ''
  return {
    at: `${fileURLToPath(url(inner))}:${lineNumber + 1}:${columnNumber + 1}`,
    callback: /^on[A-Z]\w*$/.test(caller) ? caller : callbacksOf[caller],
  }
}
