/**
 * `node .ci/registry.mjs`: a package registry for rehearsals, on this machine alone. Prints its address, forgets all when it ends. It
 * speaks as much of npm's protocol as publishing and installing need, and knows nothing but what was published to it, so that
 * what an installation finds came from here. (A full registry for private use brings 300 packages into every clone.)
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

/** Name of a package → its document: `dist-tags`, and the manifests of its versions. */
const documents = new Map()
/** Path of a tarball → its bytes. */
const tarballs = new Map()

class Refusal extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

async function readBody(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString())
}

/** Takes what `npm publish` sends: a document with one version, and its tarball. */
function publish(name, { versions, 'dist-tags': tags, _attachments: attachments }) {
  const known = documents.get(name) ?? { name, 'dist-tags': {}, versions: {} }
  for (const [version, manifest] of Object.entries(versions)) {
    if (known.versions[version]) throw new Refusal(409, `${name}@${version} is published already`)
    const attachment = attachments[`${name}-${version}.tgz`] ?? Object.values(attachments)[0]
    const bytes = Buffer.from(attachment.data, 'base64')
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
    if (manifest.dist.integrity !== integrity)
      throw new Refusal(400, `${name}@${version}: the tarball is damaged`)
    tarballs.set(decodeURIComponent(new URL(manifest.dist.tarball).pathname), bytes)
    known.versions[version] = manifest
  }
  Object.assign(known['dist-tags'], tags)
  documents.set(name, known)
  return { ok: true }
}

const server = createServer(async (request, response) => {
  const answer = (status, content) => {
    const raw = Buffer.isBuffer(content)
    response.writeHead(status, { 'content-type': raw ? 'application/octet-stream' : 'application/json' })
    response.end(raw ? content : JSON.stringify(content))
  }
  try {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname)
    const name = path.slice(1)
    if (request.method === 'PUT') return answer(201, publish(name, await readBody(request)))
    const found = tarballs.get(path) ?? documents.get(name)
    if (request.method !== 'GET' || found === undefined) throw new Refusal(404, `${path} is not here`)
    answer(200, found)
  } catch (error) {
    answer(error.status ?? 500, { error: error.message })
  }
})

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`))
