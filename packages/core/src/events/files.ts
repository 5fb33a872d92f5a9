/** A file that is read from its beginning to its end. It may be a pipe into which another program writes meanwhile. */
export interface InputFile {
  /** The next bytes, at least one and at most `limit`, waiting for them if need be; none at the end of the file. */
  read(limit: number): Uint8Array
}
