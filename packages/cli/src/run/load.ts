/** Files that are loaded beside the program (`--load`). */

import type { LoadedImage } from '@guestscope/core'
import {
  type ImageExpectation,
  isElf,
  isHex,
  joinImages,
  loadElf,
  loadHex,
  loadRaw,
} from '@guestscope/images'
import type { LoadRequest } from '../args/value-types.ts'
import { CommandError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { naming } from './image.ts'

/** The image with all that is to lie beside it. Errors name the file. */
export function loadBeside(
  host: Host,
  image: LoadedImage,
  requests: readonly LoadRequest[],
  kind: ImageExpectation,
): LoadedImage {
  if (requests.length === 0) return image
  return joinImages(
    image,
    requests.map(request => readBeside(host, request, kind)),
  )
}

function readBeside(host: Host, { path, address }: LoadRequest, kind: ImageExpectation): LoadedImage {
  const bytes = host.files.read(path, 'The file')
  const format = isElf(bytes) ? 'an ELF file' : isHex(bytes) ? 'an Intel HEX file' : undefined
  if (format !== undefined && address !== undefined)
    throw new CommandError(
      'usage/load',
      `${path} is ${format}, which says itself where it belongs.`,
      'Leave @ADDRESS out.',
    )
  if (format === undefined && address === undefined)
    throw new CommandError(
      'usage/load',
      `${path} is a raw binary, which does not say where it belongs.`,
      `Name the address: --load ${path}@0x80100000.`,
    )
  const image = naming(path, () => {
    if (address !== undefined) return loadRaw(bytes, address, kind)
    return isElf(bytes) ? loadElf(bytes, kind) : loadHex(bytes, kind)
  })
  const named = image.segments.map(segment => ({
    ...segment,
    origin: segment.origin === undefined ? path : `${path}, ${segment.origin}`,
  }))
  return { ...image, segments: named }
}
