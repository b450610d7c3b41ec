import { verify } from 'node:crypto'
import type { UpdateInfo } from 'electron-updater'
import { parse } from 'yaml'
import { z } from 'zod'
import { UpdateRefused } from './update-refused.ts'

/** A signed manifest that is older than this is not taken: nobody can hold a computer back on an old version for longer. */
export const longestAgeMs = 30 * 24 * 60 * 60 * 1000
/** Largest manifest and signature, in bytes. */
export const largestManifest = 64 * 1024
/** Largest update, in bytes. */
const largestUpdate = 1024 * 1024 * 1024

const versionPattern = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/

/** What electron-builder writes. Only names of files in the folder of the manifest are accepted. */
const manifestSchema = z.object({
  version: z.string().regex(versionPattern),
  files: z
    .array(
      z.object({
        url: z.string().regex(/^[\w][\w.-]{0,199}$/),
        sha512: z.base64().length(88),
        size: z.number().int().positive().max(largestUpdate),
      }),
    )
    .min(1)
    .max(20),
  releaseDate: z.union([z.iso.datetime(), z.date()]),
})

/** What a manifest is judged by. */
export interface ManifestRules {
  /** Public half of the release key (SPKI, PEM). */
  readonly publicKey: string
  readonly currentVersion: string
  readonly nowMs: number
}

/** The sign of a - b for versions of three numbers. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('-')[0]?.split('.').map(Number) ?? [])
  for (let part = 0; part < 3; part += 1) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0)
    if (difference !== 0) return Math.sign(difference)
  }
  return 0
}

/**
 * Reads a manifest whose signature (Ed25519 over its exact bytes, in base64) is right. Throws UpdateRefused for a wrong signature, a
 * manifest that cannot be read, an older version, or a newer one whose manifest is older than 30 days.
 */
export function readManifest(text: string, signature: string, rules: ManifestRules): UpdateInfo {
  if (!isSigned(text, signature, rules.publicKey)) throw new UpdateRefused('not-signed')
  const read = manifestSchema.safeParse(yamlOf(text))
  if (!read.success) throw new UpdateRefused('damaged')
  const { version, files, releaseDate } = read.data
  const newer = compareVersions(version, rules.currentVersion)
  if (newer < 0) throw new UpdateRefused('older')
  const age = rules.nowMs - new Date(releaseDate).getTime()
  if (newer > 0 && age > longestAgeMs) throw new UpdateRefused('stale')
  const [first] = files
  const date = new Date(releaseDate).toISOString()
  return { version, files, releaseDate: date, path: first?.url ?? '', sha512: first?.sha512 ?? '' }
}

function isSigned(text: string, signature: string, publicKey: string): boolean {
  try {
    return verify(null, Buffer.from(text), publicKey, Buffer.from(signature.trim(), 'base64'))
  } catch {
    return false
  }
}

function yamlOf(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 })
  } catch {
    return undefined
  }
}
