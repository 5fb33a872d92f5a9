/** The operations by number, and what they have in common. */
import { GuestFileError, type GuestFileMode } from '@guestscope/core'

export const Op = {
  open: 0x01,
  close: 0x02,
  writec: 0x03,
  write0: 0x04,
  write: 0x05,
  read: 0x06,
  readc: 0x07,
  isError: 0x08,
  isTty: 0x09,
  seek: 0x0a,
  flen: 0x0c,
  tmpName: 0x0d,
  remove: 0x0e,
  rename: 0x0f,
  clock: 0x10,
  time: 0x11,
  system: 0x12,
  errno: 0x13,
  getCmdline: 0x15,
  heapInfo: 0x16,
  exit: 0x18,
  exitExtended: 0x20,
  elapsed: 0x30,
  tickFreq: 0x31,
} as const

/** What calls cost the host, in instructions: any call, work on a file of the host, and how many bytes move in the time of one. */
export const Cost = { call: 100, file: 2000, bytesPerInstruction: 4 } as const

/** What goes into the result register; a number of bytes may be larger than a safe integer. */
export type Result = number | bigint

/** Why a call is not served at once: there is more to do, or input has to come first. */
export type Pause = 'more' | 'input'

/** A call that is served piece by piece: at each `yield` the run loop gets its turn. */
export type Served = Generator<Pause, Result, void>

/** A file that the guest has opened. */
export interface OpenFile {
  readonly kind: 'file'
  readonly name: string
  readonly mode: GuestFileMode
  position: number
}

/** What a handle stands for. */
export type Opened = { readonly kind: 'in' } | { readonly kind: 'out' } | OpenFile

/** What a call that takes several pieces has done so far: bytes. */
export interface Progress {
  done: bigint
}

export const failed = (errno: number): GuestFileError => new GuestFileError(errno, `errno ${errno}`)
