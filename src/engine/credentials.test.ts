import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CredentialsError, readCredentials } from './credentials.ts'

const garage = { clientId: 'garage', clientSecret: 'hush-of-the-garage' }
const rival = { clientId: 'rival', clientSecret: 'hush-of-the-rival' }

describe('a credentials file', () => {
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'credentials-'))
  })

  afterAll(() => rmSync(folder, { recursive: true }))

  function read(content: unknown) {
    const file = join(folder, 'credentials.json')
    writeFileSync(file, JSON.stringify(content))
    return readCredentials(file, { OPENOBD_PARTNER_CLIENT_ID: 'somebody' })
  }

  it('names the first partner and, if it wants, others', () => {
    expect(read(garage)).toEqual({ credentials: { ...garage, clusterId: '001' }, otherPartners: [] })
    const { credentials, otherPartners } = read({ ...garage, otherPartners: [rival] })
    expect(credentials).toEqual({ ...garage, clusterId: '001' })
    expect(otherPartners).toEqual([rival])
  })

  it.each<[string, object, string]>([
    ['a secret that is not a text', { otherPartners: [rival, { clientId: 'x', clientSecret: 5 }] }, '1.clientSecret'],
    ['no secret', { otherPartners: [{ clientId: 'hush-x' }] }, 'otherPartners.0.clientSecret'],
    ['an empty client id', { otherPartners: [{ ...rival, clientId: '' }] }, 'otherPartners.0.clientId'],
    ['an empty secret', { otherPartners: [{ ...rival, clientSecret: '' }] }, 'otherPartners.0.clientSecret'],
    ['a partner that is a text', { otherPartners: ['hush-x'] }, 'otherPartners.0'],
    ['partners that are no list', { otherPartners: rival }, 'otherPartners'],
    ['no first partner', { clientId: undefined, otherPartners: [rival] }, 'clientId'],
    [
      'the client id of the first partner again',
      { otherPartners: [{ ...rival, clientId: 'garage' }] },
      'repeated: otherPartners.0.clientId',
    ],
    [
      'the same client id twice',
      { otherPartners: [rival, { ...rival, clientSecret: 'hush-x' }] },
      'repeated: otherPartners.1.clientId',
    ],
  ])('with %s is refused by the name of the field, without a secret', (_what, change, field) => {
    const attempt = () => read({ ...garage, ...change })
    expect(attempt).toThrow(CredentialsError)
    expect(attempt).toThrow(field)
    expect(attempt).not.toThrow('hush')
  })
})

it('without a file there is one partner', () => {
  expect(readCredentials(undefined, {}).otherPartners).toEqual([])
})
