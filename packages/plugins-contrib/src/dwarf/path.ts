/** Is a path absolute, on any system that compiles? */
const isAbsolute = (path: string): boolean => /^([/\\]|[a-z]:[/\\])/i.test(path)

/** `path` as seen from `base`, without `.` and `..` where they can go. */
export function joinPath(base: string, path: string): string {
  const full = base === '' || isAbsolute(path) ? path : `${base.replace(/[/\\]$/, '')}/${path}`
  const parts: string[] = []
  for (const part of full.split('/')) {
    if (part === '.' || (part === '' && parts.length > 0)) continue
    const before = parts.at(-1)
    if (part === '..' && before !== undefined && before !== '' && before !== '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/')
}
