import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Partner, PartnerCredentials } from './engine.ts'

/** The cluster that the engine calls itself (protocol.md §4: 001 is Europe). */
const clusterId = '001'

const partnerSchema = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) })
const fileSchema = partnerSchema.extend({ otherPartners: z.array(partnerSchema).default([]) })

/** A credentials file that cannot be used; the message never quotes it. */
export class CredentialsError extends Error {}

/** Everybody who may sign in. */
export interface KnownPartners {
  /** Those of the first partner, who is told in the ready line. */
  readonly credentials: PartnerCredentials
  readonly otherPartners: readonly Partner[]
}

/** The partners: from a file; or one, from the environment, or random for this run. */
export function readCredentials(file: string | undefined, environment: NodeJS.ProcessEnv): KnownPartners {
  if (file !== undefined) {
    const { clientId, clientSecret, otherPartners } = readFile(file)
    return { credentials: { clientId, clientSecret, clusterId }, otherPartners }
  }
  const credentials = {
    clientId: environment.OPENOBD_PARTNER_CLIENT_ID || `local-${randomBytes(6).toString('hex')}`,
    clientSecret: environment.OPENOBD_PARTNER_CLIENT_SECRET || randomBytes(32).toString('base64url'),
    clusterId,
  }
  return { credentials, otherPartners: [] }
}

function readFile(path: string): z.infer<typeof fileSchema> {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'not valid JSON'
    throw new CredentialsError(`${path}: the credentials file cannot be read (${reason})`)
  }
  const parsed = fileSchema.safeParse(content)
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the file as a whole').join(', ')
    throw new CredentialsError(
      `${path}: the credentials file needs the texts clientId and clientSecret, and both for each of otherPartners ` +
        `if there are any (wrong: ${fields})`,
    )
  }
  assertDistinct(path, parsed.data)
  return parsed.data
}

function assertDistinct(path: string, { clientId, otherPartners }: z.infer<typeof fileSchema>): void {
  const taken = new Set([clientId])
  for (const [index, other] of otherPartners.entries()) {
    if (taken.has(other.clientId))
      throw new CredentialsError(
        `${path}: every partner needs a client id of its own (repeated: otherPartners.${index}.clientId)`,
      )
    taken.add(other.clientId)
  }
}
