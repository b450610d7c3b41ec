import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { securityHeaders } from './headers.ts'
import type { BundleManifest } from './manifest.ts'

/** Origin of the renderer. */
export const bundleOrigin = 'app://bundle'

/**
 * The manifest path of a URL, or undefined. Nothing is decoded or normalised: a URL with percent signs, backslashes, dot
 * segments, another host or credentials has no path.
 */
export function bundlePathOf(url: string): string | undefined {
  if (!url.startsWith(`${bundleOrigin}/`)) return undefined
  const path = url.slice(bundleOrigin.length).split(/[?#]/, 1)[0] ?? ''
  return /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(path) ? path : undefined
}

const refuse = (status: number) => new Response(null, { status, headers: securityHeaders })

/**
 * Answers requests for `app://bundle/…` with files of the manifest, checked against their digest, and 404 for everything
 * else. Only GET and HEAD.
 */
export function createBundleHandler(options: { manifest: BundleManifest; folder: string }) {
  const files = new Map(Object.entries(options.manifest))
  const checked = new Map<string, Uint8Array<ArrayBuffer>>()
  const load = async (path: string, sha256: string) => {
    const known = checked.get(path)
    if (known) return known
    const bytes = await readFile(join(options.folder, ...path.split('/')))
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw new Error('A file of the bundle was changed after the build.')
    const copy = new Uint8Array(bytes)
    checked.set(path, copy)
    return copy
  }
  return async (request: { method: string; url: string }): Promise<Response> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405)
    const path = bundlePathOf(request.url)
    const file = path === undefined ? undefined : files.get(path)
    if (path === undefined || file === undefined) return refuse(404)
    const bytes = await load(path, file.sha256).catch(() => undefined)
    if (!bytes) return refuse(404)
    const headers = { ...securityHeaders, 'content-type': file.mimeType, 'content-length': String(bytes.byteLength) }
    return new Response(request.method === 'HEAD' ? null : bytes, { status: 200, headers })
  }
}
