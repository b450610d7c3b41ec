import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isOutOfDate, readCertificates, readIdentity } from './certificates.ts'

const read = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../tests/contract/certificates', name), 'utf8')
const [good, key, authority] = [read('good.pem'), read('good.key'), read('authority.pem')]
const factsOf = (pem: string) => {
  const { subject, issuer, validFrom, validTo } = new X509Certificate(pem)
  return { subject, issuer, beginsAt: Date.parse(validFrom), endsAt: Date.parse(validTo) }
}

describe('the certificates of a text', () => {
  it('are read in their order, whatever stands around them', () => {
    const found = readCertificates(`first\n${good}\nsecond\n${authority}\n${key}`)
    expect(found?.map(({ beginsAt, endsAt }) => ({ beginsAt, endsAt }))).toEqual(
      [good, authority].map(factsOf).map(({ beginsAt, endsAt }) => ({ beginsAt, endsAt })),
    )
    expect(found?.[0]?.subject).not.toBe('')
    expect(found?.[0]?.issuer).toBe(found?.[1]?.subject)
  })

  it.each([
    ['', 'nothing'],
    ['no certificate', 'another text'],
    [key, 'a key'],
    [`${good}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`, 'one that cannot be read'],
  ])('are none in a text that has %# %s', (text) => expect(readCertificates(text)).toBeUndefined())
})

describe('the certificate of this computer', () => {
  it('is read with its key', () => {
    expect(readIdentity({ certificate: `${good}\n${authority}`, key })).toEqual(readCertificates(good)?.[0])
  })

  it.each([
    ['no-certificate', '', key],
    ['no-key', good, 'no key'],
    ['key-protected', good, '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----'],
    ['key-protected', good, '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nAAAA'],
    [
      'key-of-another-certificate',
      good,
      generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    ],
  ])('is refused: %s', (problem, certificate, ownKey) => {
    expect(readIdentity({ certificate, key: ownKey })).toBe(problem)
  })

  it('is out of date before its first and from its last moment on', () => {
    const { beginsAt, endsAt } = factsOf(good)
    const isOut = (at: number) => isOutOfDate({ certificate: good, key }, at)
    expect([isOut(beginsAt - 1), isOut(beginsAt), isOut(endsAt - 1), isOut(endsAt)]).toEqual([true, false, false, true])
    expect(isOutOfDate({ certificate: 'none', key }, beginsAt)).toBe(false)
  })
})
