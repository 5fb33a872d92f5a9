/** Links of Markdown pages: to files, to headings, and to this repository where it is on the web. */
import { existsSync, readFileSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'

export const root: string = resolve(import.meta.dirname, '../../..')

/** Where the repository is on the web; what follows is a path in it. Pages of packages use it for what they do not hold. */
const address = /^https:\/\/github\.com\/guestscope\/guestscope\/(?:blob|tree)\/main\//

/** As forges make them: lower case, without punctuation, hyphens for spaces. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(found => anchorOf(found[1] as string))

/** Text of the file `path`, or '' of a folder; undefined if there is none. */
export type Lookup = (path: string) => string | undefined

export const inRepository: Lookup = path => {
  const file = join(root, path)
  if (path.startsWith('..') || !existsSync(file)) return undefined
  return path.endsWith('.md') ? readFileSync(file, 'utf8') : ''
}

/** The links of a page that lead nowhere: relative ones by `lookup`, those to the repository on the web in this one. */
export function brokenLinks(page: string, text: string, lookup: Lookup): string[] {
  const links = [...text.replaceAll(/^```.*?^```$/gms, '').matchAll(/\]\(([^)\s]+)\)/g)].map(
    found => found[1] as string,
  )
  return links.filter(link => {
    const own = link.replace(address, '')
    if (/^[a-z]+:/.test(own)) return false
    const [path = '', anchor] = own.split('#')
    const target = own === link ? posix.join(posix.dirname(page), path) : path
    const found = path === '' ? text : (own === link ? lookup : inRepository)(target)
    return found === undefined || (anchor !== undefined && !anchorsOf(found).includes(anchor))
  })
}
