import { createHash } from 'node:crypto'

/** The provider id of a partner: a UUID derived from its client id, so that it is the same in every run. */
export function providerIdOf(clientId: string): string {
  const digits = createHash('sha256').update(`provider ${clientId}`).digest('hex')
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-')
}
