import { z } from 'zod'
import { longest } from '../../shared/limits.ts'
import { fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import { usualWay } from '../../shared/usual-way.ts'
import { partnerApiSettingsSchema, proxyChoiceSchema } from '../../shared/way.ts'
import type { StoredProfile } from '../storage/profile-store.ts'

/** The version of the file that this version writes. */
const version = 1
/** Longest file that is read, in characters. */
const longestFile = 2_000_000

const serverSchema = z.object({
  name: z.string().max(longest.profileName),
  host: z.string().min(1).max(longest.host),
  port: z.number().int().min(1).max(65_535),
  clusterId: z.string().max(longest.clusterId),
  clientId: z.string().max(longest.clientId),
  proxy: proxyChoiceSchema.default(usualWay.proxy),
  authorities: z.string().default(''),
  partnerApi: partnerApiSettingsSchema.default(usualWay.partnerApi),
})
const fileSchema = z.object({
  format: z.literal('openobd-workbench-servers'),
  version: z.number().int().min(1),
  servers: z.array(z.unknown()).max(200),
})

/** A server of a file, without id. Plaintext is never imported: a person agrees to it on this computer. */
export type ImportedProfile = Omit<StoredProfile, 'id'>

/** The servers as a file for another computer: no secret, no password, no certificate of this computer. */
export function profilesToFile(profiles: readonly StoredProfile[]): string {
  const servers = profiles.map(({ name, host, port, clusterId, clientId, way }) => {
    const { proxy, authorities, partnerApi } = way
    return { name, host, port, clusterId, clientId, proxy, authorities, partnerApi }
  })
  return `${JSON.stringify({ format: 'openobd-workbench-servers', version, servers }, undefined, 2)}\n`
}

/** Reads such a file. Fails with `file-unreadable` or `file-too-new`; servers that cannot be read are counted. */
export function profilesFromFile(text: string): Outcome<{ servers: ImportedProfile[]; leftOut: number }> {
  const file = text.length > longestFile ? undefined : fileSchema.safeParse(parsed(text.replace(/^\uFEFF/, '')))
  if (!file?.success) return fail('file-unreadable')
  if (file.data.version > version) return fail('file-too-new')
  const servers = file.data.servers.flatMap((entry) => {
    const read = serverSchema.safeParse(entry)
    if (!read.success) return []
    const { proxy, authorities, partnerApi, ...profile } = read.data
    return [{ ...profile, allowPlaintext: false, way: { proxy, authorities, partnerApi, certificate: '' } }]
  })
  return succeeded({ servers, leftOut: file.data.servers.length - servers.length })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The name, or with a number behind it the first one that is free. */
export function freeName(name: string, taken: readonly string[], longestName: number = longest.profileName): string {
  if (!taken.includes(name)) return name
  for (let number = 2; ; number += 1) {
    const ending = ` (${number})`
    const next = `${name.slice(0, longestName - ending.length)}${ending}`
    if (!taken.includes(next)) return next
  }
}
