import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { PartnerCredentials } from './engine.ts'

/** The cluster that the engine calls itself (protocol.md §4: 001 is Europe). */
const clusterId = '001'

const fileSchema = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) })

/** A credentials file that cannot be used; the message never quotes it. */
export class CredentialsError extends Error {}

/** The partner's credentials: from a file, from the environment, or random for this run. */
export function readCredentials(file: string | undefined, environment: NodeJS.ProcessEnv): PartnerCredentials {
  if (file !== undefined) return { ...readFile(file), clusterId }
  return {
    clientId: environment.OPENOBD_PARTNER_CLIENT_ID || `local-${randomBytes(6).toString('hex')}`,
    clientSecret: environment.OPENOBD_PARTNER_CLIENT_SECRET || randomBytes(32).toString('base64url'),
    clusterId,
  }
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
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the file as a whole').join(', ')
  throw new CredentialsError(
    `${path}: the credentials file needs the texts clientId and clientSecret (wrong: ${fields})`,
  )
}
