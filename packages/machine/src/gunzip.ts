/** Unpacks what was packed with gzip. */

/** Does the file say that it is packed? */
export const isGzip = (file: Uint8Array): boolean => file[0] === 0x1f && file[1] === 0x8b

/** The contents; undefined if they are more than `most` bytes. Throws an error of the platform if the file is damaged. */
export async function gunzip(file: Uint8Array, most: number): Promise<Uint8Array | undefined> {
  const { readable, writable } = new DecompressionStream('gzip')
  const writer = writable.getWriter()
  // What goes wrong comes out where it is read.
  writer.write(file as Uint8Array<ArrayBuffer>).then(
    () => writer.close().catch(() => {}),
    () => {},
  )
  const reader = readable.getReader()
  const pieces: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.length
    if (size > most) {
      await reader.cancel()
      return undefined
    }
    pieces.push(value)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
