import { isIPv6 } from 'node:net'
import { fail } from '../../shared/outcome.ts'

/** Why something could not be stored: a full disk has a code of its own (SQLITE_FULL of SQLite, ENOSPC of the system). */
export function storageFailure(error: unknown) {
  const { errcode, code } = (error ?? {}) as { readonly errcode?: unknown; readonly code?: unknown }
  return fail(errcode === 13 || code === 'ENOSPC' ? 'disk-full' : 'storage-failed')
}

const folders = /(?:\p{L}:)?[\\/]?(?:[\p{L}\p{M}\p{N}_.@ ~&+,()!#'-]+[\\/])+(?=[\p{L}\p{M}\p{N}_.@-])/gu
const ipv4 = /\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b/g
// Two colons among hexadecimal digits; only real addresses are removed.
const ipv6 = /(?<![\p{L}\p{N}:])[\da-f]{0,4}:[\da-f]{0,4}:[\da-f:.]*(?:%[\p{L}\p{N}]+)?/giu
// A file name with a line number looks like a host with a port. It is kept: it helps and reveals nothing.
const hostAndPort = /\b[\w-]+(\.[\w-]+)*\.(?!ya?ml\b|json\b)[a-z]{2,}:\d+\b/gi
// A name under a common top-level domain, or under one used in local networks. A field (`ecus.0.request`) has none.
const hostName =
  /(?<![\p{L}\p{N}_.-])(?:[\p{L}\p{N}-]+\.)+(?:com|net|org|info|biz|io|eu|de|nl|be|lu|fr|at|ch|uk|us|it|es|pl|cloud|dev|app|local|lan|internal|intranet|home|corp|example|test|invalid)\b/giu
// The name after a resolver's error is a host, however short it is.
const unresolved = /\b(ENOTFOUND|EAI_AGAIN|ENODATA|ESERVFAIL)\s+\S+/g

const left = '…'

/** Whether a text is an address, also with a zone, a port or a full stop. */
function isAddress(found: string): boolean {
  const bare = found.replace(/%.*$/, '').replace(/[.:]$/, '')
  return isIPv6(found) || isIPv6(bare) || isIPv6(bare.replace(/:\d+$/, ''))
}

/** Removes what a failure must not contain: host names, addresses and the folders of paths. Returns at most 500 characters. */
export function cleanDetail(text: string): string {
  return text
    .replaceAll(unresolved, `$1 ${left}`)
    .replaceAll(ipv4, left)
    .replaceAll(ipv6, (found) => (isAddress(found) ? left : found))
    .replaceAll(hostAndPort, left)
    .replaceAll(hostName, left)
    .replaceAll(folders, '')
    .slice(0, 500)
}

/** The text without these hosts as whole words, in upper or lower case. */
export function withoutHosts(text: string, hosts: readonly string[]): string {
  // The longest first: one host may be the start of another.
  const longestFirst = [...hosts].sort((a, b) => b.length - a.length)
  return longestFirst.reduce((clean, host) => {
    const literal = host.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return clean.replace(new RegExp(`(?<![\\p{L}\\p{N}-])${literal}(?![\\p{L}\\p{N}-])`, 'giu'), left)
  }, text)
}
