import { z } from 'zod'
import { clusterId, type Partner, type PartnerCredentials, randomPartner } from '../../server/credentials.ts'
import { hiddenCharacterOf } from '../../shared/typed-text.ts'
import { readTextFile, TextFileError } from '../files/text-file.ts'

const partnerSchema = z.strictObject({ clientId: z.string().min(1), clientSecret: z.string().min(1) })
const fileSchema = partnerSchema.extend({ otherPartners: z.array(partnerSchema).default([]) })

/** Error for a credentials file that cannot be used; the message never contains its values. */
export class CredentialsError extends Error {}

/** All partners that may sign in. */
export interface KnownPartners {
  /** Credentials of the first partner; the ready line contains them. */
  readonly credentials: PartnerCredentials
  readonly otherPartners: readonly Partner[]
}

/** The partners: from a file; or one, from the environment, or random for this run. */
export function readCredentials(file: string | undefined, environment: NodeJS.ProcessEnv): KnownPartners {
  if (file !== undefined) {
    const { clientId, clientSecret, otherPartners } = readFile(file)
    for (const [index, partner] of otherPartners.entries()) assertVisible(`${file}: otherPartners.${index}.`, partner)
    assertVisible(`${file}: `, { clientId, clientSecret })
    return { credentials: { clientId, clientSecret, clusterId }, otherPartners }
  }
  const random = randomPartner()
  const credentials = {
    clientId: environment.OPENOBD_PARTNER_CLIENT_ID || random.clientId,
    clientSecret: environment.OPENOBD_PARTNER_CLIENT_SECRET || random.clientSecret,
    clusterId,
  }
  const { OPENOBD_PARTNER_CLIENT_ID = '', OPENOBD_PARTNER_CLIENT_SECRET = '' } = environment
  assertVisible('', { OPENOBD_PARTNER_CLIENT_ID, OPENOBD_PARTNER_CLIENT_SECRET })
  return { credentials, otherPartners: [] }
}

/** Invisible characters are pasted by accident, and the sign-in would fail without a visible reason. */
function assertVisible(where: string, values: object): void {
  for (const [field, value] of Object.entries(values)) {
    const character = hiddenCharacterOf(String(value))
    if (character !== undefined)
      throw new CredentialsError(`${where}${field} contains a character that cannot be seen (${character}): remove it`)
  }
}

function readFile(path: string): z.infer<typeof fileSchema> {
  const parsed = fileSchema.safeParse(contentOf(path))
  if (!parsed.success) {
    throw new CredentialsError(
      `${path}: the credentials file needs the texts clientId and clientSecret, and both for each of otherPartners ` +
        `if there are any (wrong: ${parsed.error.issues.flatMap(fieldsOf).join(', ')})`,
    )
  }
  assertDistinct(path, parsed.data)
  return parsed.data
}

function contentOf(path: string): unknown {
  try {
    return JSON.parse(readTextFile(path, 'credentials'))
  } catch (error) {
    if (error instanceof TextFileError) throw new CredentialsError(`${path}: ${error.message}`)
    throw new CredentialsError(
      `${path}: the credentials file is not valid JSON: write {"clientId": "…", "clientSecret": "…"}`,
    )
  }
}

function fieldsOf(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...issue.path, key].join('.'))
  return [issue.path.join('.') || 'the file as a whole']
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
