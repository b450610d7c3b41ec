import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Authenticate__Output } from '../openobd/generated/types/openOBD/v1/Authenticate.ts'
import { invalidArgument } from './refusal.ts'

/** Credentials of a partner. */
export interface Partner {
  readonly clientId: string
  readonly clientSecret: string
}

/** Credentials of the first partner; the ready line contains them. */
export interface PartnerCredentials extends Partner {
  readonly clusterId: string
}

/** Cluster id of our servers (protocol.md §4: 001 is Europe). */
export const clusterId = '001'

/** Credentials for one run. */
export const randomPartner = (): Partner => ({
  clientId: `local-${randomBytes(6).toString('hex')}`,
  clientSecret: randomBytes(32).toString('base64url'),
})

/** Throws `invalid client` (documented) unless the credentials are those of a partner; says which field is missing. */
export function assertCredentials(
  request: Authenticate__Output,
  partners: readonly Partner[],
  expectedCluster: string,
): void {
  for (const field of ['client_id', 'client_secret', 'cluster_id'] as const)
    if (request[field] === '') throw invalidArgument(`${field} is missing`)
  // Everything is compared, even after a match, so that timing does not reveal which part was right.
  const matches = partners.map(({ clientId, clientSecret }) =>
    [isSame(request.client_id, clientId), isSame(request.client_secret, clientSecret)].every(Boolean),
  )
  if (!matches.includes(true)) throw invalidArgument('invalid client')
  if (request.cluster_id !== expectedCluster) throw invalidArgument('the cluster does not exist here')
}

/** Compares in constant time, independent of the length. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
