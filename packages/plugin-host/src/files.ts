/** Files of plugins: what the host of the run gives, behind checks. */
import { type InputFile, type OutputFile, type OutputOptions, PluginError } from '@guestscope/core'
import { check } from './check.ts'
import type { PluginHostIo } from './machine.ts'

export function openOutput(
  io: PluginHostIo,
  plugin: string,
  path: string,
  options?: OutputOptions,
): OutputFile {
  check('openOutput', 'path', path)
  if (options !== undefined) {
    check('openOutput', 'object', options)
    check('openOutput: makeFolder', 'flag', options.makeFolder ?? false)
  }
  const file = io.openOutput(path, options, plugin)
  return {
    write: data => {
      check('write', 'data', data)
      // A copy: it is written in the background, and plugins use their buffers again.
      file.write(typeof data === 'string' ? data : data.slice())
    },
  }
}

export function readFile(io: PluginHostIo, path: string): Uint8Array {
  check('readFile', 'path', path)
  if (io.readFile === undefined) throw noFiles(path)
  return io.readFile(path)
}

export function openInput(io: PluginHostIo, path: string): InputFile {
  check('openInput', 'path', path)
  if (io.openInput === undefined) throw noFiles(path)
  const file = io.openInput(path)
  return {
    read: limit => {
      check('read', 'limit', limit)
      return file.read(limit)
    },
  }
}

function noFiles(path: string): PluginError {
  return new PluginError(
    'plugin/no-files',
    `The file '${path}' cannot be read: plugins cannot read files here.`,
    'Use the command guestscope, or give the plugin host readFile and openInput.',
  )
}
