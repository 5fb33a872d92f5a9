/**
 * Plugins may lie anywhere, with no node_modules near: what they import as `@guestscope/plugin-api` is our own copy.
 */
import module from 'node:module'

const specifier = '@guestscope/plugin-api'
let bridged = false

/** Takes effect for all modules loaded from now on. */
export function bridgePluginApi(): void {
  if (bridged) return
  bridged = true
  const own = import.meta.resolve(specifier)
  if (module.registerHooks !== undefined)
    module.registerHooks({
      resolve: (name, context, next) =>
        name === specifier ? { url: own, shortCircuit: true } : next(name, context),
    })
  // Before Node 22.15: the same in a thread of its own.
  else module.register(`data:text/javascript,${encodeURIComponent(hooks)}`, { data: { specifier, own } })
}

const hooks = `
let data
export const initialize = given => { data = given }
export const resolve = (name, context, next) =>
  name === data.specifier ? { url: data.own, shortCircuit: true } : next(name, context)
`
