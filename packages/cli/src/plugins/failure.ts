import { PluginError } from '@guestscope/core'
import { CommandError, isUserError, messageOf } from '../errors.ts'
import { isOurs, placesOf } from './origin.ts'

/** What to do about it. */
const hint = 'Mend the plugin, or leave it out.'

/** An error of a plugin as one for the user: which plugin, where and what. */
export function pluginFailure(plugin: string, callback: string, error: unknown): CommandError {
  const options = { cause: error }
  // What the plugin asked for cannot be done: a file that cannot be written is no fault of it.
  if (isUserError(error) && !(error instanceof PluginError))
    return new CommandError(error.code, `Plugin ${plugin}: ${problemOf(error)}`, error.hint, options)
  const code = isUserError(error) ? ` (${error.code})` : ''
  return new CommandError('plugin/threw', described(plugin, callback, error, code), hint, options)
}

/** The same for `install`, as the plugin host refuses it: the plugin's own error, or one of a call that it made. */
export function installFailure(plugin: string, error: unknown): unknown {
  if (!(error instanceof PluginError)) return error
  const { code, cause } = error
  if (code !== 'plugin/install-failed') {
    const [innermost] = placesOf(cause)
    // Thrown by the plugin: meant for the user as it is.
    if (innermost === undefined || !isOurs(innermost)) return error
  } else if (isUserError(cause))
    return new CommandError(cause.code, `Plugin ${plugin}: ${problemOf(cause)}`, cause.hint, { cause })
  return new CommandError(code, described(plugin, 'install', cause, ''), hint, { cause })
}

const problemOf = (error: Error & { readonly hint: string }): string =>
  error.message.slice(0, -error.hint.length).trimEnd()

function described(plugin: string, callback: string, error: unknown, code: string): string {
  const place = placesOf(error).find(place => !isOurs(place))
  const where = place === undefined ? '' : ` at ${place.text}`
  return `Plugin ${plugin} threw an error${code} in ${callback}${where}: ${messageOf(error).replace(/[.!?]?$/, '.')}`
}
