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

  it('may begin with the mark that Windows puts in front', () => {
    const file = join(folder, 'credentials.json')
    writeFileSync(file, `\uFEFF${JSON.stringify(garage)}`)
    expect(readCredentials(file, {}).credentials).toMatchObject(garage)
  })

  it.each<[string, Buffer, string]>([
    ['is empty', Buffer.from(''), 'is not valid JSON: write {"clientId"'],
    ['has a comma too many', Buffer.from('{"clientId": "hush",}'), 'is not valid JSON: write {"clientId"'],
    ['is UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'is not text in UTF-8: save it in this encoding'],
  ])('that %s is refused with what to do', (_what, bytes, words) => {
    const file = join(folder, 'bad.json')
    writeFileSync(file, bytes)
    expect(() => readCredentials(file, {})).toThrow(words)
    expect(() => readCredentials(file, {})).not.toThrow('hush')
  })

  it('that is not there is refused with what to do', () => {
    const attempt = () => readCredentials(join(folder, 'nowhere.json'), {})
    expect(attempt).toThrow(CredentialsError)
    expect(attempt).toThrow('nowhere.json: the credentials file cannot be read (ENOENT): there is no such file')
  })

  it.each<[string, object, string]>([
    ['a secret that is not a text', { otherPartners: [rival, { clientId: 'x', clientSecret: 5 }] }, '1.clientSecret'],
    ['no secret', { otherPartners: [{ clientId: 'hush-x' }] }, 'otherPartners.0.clientSecret'],
    ['an empty client id', { otherPartners: [{ ...rival, clientId: '' }] }, 'otherPartners.0.clientId'],
    ['an empty secret', { otherPartners: [{ ...rival, clientSecret: '' }] }, 'otherPartners.0.clientSecret'],
    ['a partner that is a text', { otherPartners: ['hush-x'] }, 'otherPartners.0'],
    ['partners that are no list', { otherPartners: rival }, 'otherPartners'],
    ['a misspelt field', { otherPartner: [rival] }, 'otherPartner'],
    ['a misspelt field of a partner', { otherPartners: [{ ...rival, cluster: '001' }] }, 'otherPartners.0.cluster'],
    [
      'a secret with a soft hyphen',
      { clientSecret: 'hu\u00ADsh' },
      'clientSecret contains a character that cannot be seen',
    ],
    [
      'a zero-width space in the client id of another partner',
      { otherPartners: [{ ...rival, clientId: 'ri\u200Bval' }] },
      'otherPartners.0.clientId contains a character that cannot be seen (U+200B)',
    ],
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

it.each([
  ['OPENOBD_PARTNER_CLIENT_ID', 'gar\u200Bage', 'U+200B'],
  ['OPENOBD_PARTNER_CLIENT_SECRET', 'hush ', 'U+0020'],
])('a character of %s that cannot be seen is refused by the name of the variable', (name, value, character) => {
  const attempt = () => readCredentials(undefined, { [name]: value })
  expect(attempt).toThrow(`${name} contains a character that cannot be seen (${character}): remove it`)
  expect(attempt).not.toThrow('hush')
})

it('without a file there is one partner', () => {
  expect(readCredentials(undefined, {}).otherPartners).toEqual([])
})
