/** Nodes differ in what they say when they load a plugin: nothing of it can be mended by who runs it. */

/** Before 24.3: types are stripped. Any: the `package.json` near the file names no kind of modules. */
const isAboutLoading = (warning: unknown, kind: unknown): boolean =>
  (kind === 'ExperimentalWarning' && /type stripping/i.test(String(warning))) ||
  (kind as { readonly code?: unknown } | undefined)?.code === 'MODULE_TYPELESS_PACKAGE_JSON'

/** Loads a module; Node’s warnings about the way of it are left out, all others come. */
export async function quietly<T>(load: () => Promise<T>): Promise<T> {
  const { emitWarning } = process
  process.emitWarning = (...args: unknown[]): void => {
    const [warning, kind] = args
    if (!isAboutLoading(warning, kind)) Reflect.apply(emitWarning, process, args)
  }
  try {
    return await load()
  } finally {
    process.emitWarning = emitWarning
  }
}
