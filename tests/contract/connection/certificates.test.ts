import { beforeAll, describe, expect, it } from 'vitest'
import { isOutOfDate, readCertificates, readIdentity } from '../../../src/openobd/grpc/certificates.ts'
import { type Authority, type Identity, newAuthority } from '../../support/certificates.ts'

const dayMs = 86_400_000

describe('certificates that a person imports', () => {
  let authority: Authority
  let own: Identity
  let other: Identity

  beforeAll(async () => {
    authority = await newAuthority('Authority')
    own = await authority.issue({ name: 'lift 1', untilMs: Date.UTC(2031, 4, 6) })
    other = await authority.issue({ name: 'lift 2' })
  })

  it('are read with their names and their end', () => {
    expect(readCertificates(`first line\n${authority.cert}\n${own.cert}`)).toMatchObject([
      { subject: 'Authority', issuer: 'Authority' },
      { subject: 'lift 1', issuer: 'Authority', endsAt: Date.UTC(2031, 4, 6) },
    ])
  })

  it.each([
    ['nothing', ''],
    ['a text', 'hello'],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'],
    ['noise in a frame', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
  ])('are refused when they are %s', (_name, pem) => {
    expect(readCertificates(pem)).toBeUndefined()
  })

  it('need the key that belongs to them', () => {
    expect(readIdentity({ certificate: own.cert, key: own.key })).toMatchObject({ subject: 'lift 1' })
    expect(readIdentity({ certificate: own.cert, key: other.key })).toBe('key-of-another-certificate')
    expect(readIdentity({ certificate: own.cert, key: 'no key' })).toBe('no-key')
    expect(readIdentity({ certificate: '', key: own.key })).toBe('no-certificate')
    const locked = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----'
    expect(readIdentity({ certificate: own.cert, key: locked })).toBe('key-protected')
  })

  it('are judged by the clock of this computer, also when that is a year off', () => {
    const identity = { certificate: other.cert, key: other.key }
    expect(isOutOfDate(identity, Date.now())).toBe(false)
    expect(isOutOfDate(identity, Date.now() + 365 * dayMs)).toBe(true)
    expect(isOutOfDate(identity, Date.now() - 365 * dayMs)).toBe(true)
  })
})
