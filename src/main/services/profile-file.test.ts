import { describe, expect, it } from 'vitest'
import { newWay } from '../storage/profile-store.ts'
import { freeName, profilesFromFile, profilesToFile } from './profile-file.ts'
import { Profiles } from './profiles.ts'

const stored = {
  id: 'p',
  name: 'Depot',
  host: 'grpc.example.test',
  port: 443,
  clusterId: '001',
  clientId: 'c',
  allowPlaintext: true,
  way: { ...newWay, certificate: '-----BEGIN CERTIFICATE-----\nCANARY\n-----END CERTIFICATE-----' },
}
const file = (servers: unknown[], version = 1) =>
  JSON.stringify({ format: 'openobd-workbench-servers', version, servers })
const entry = { name: 'Depot', host: 'grpc.example.test', port: 443, clusterId: '001', clientId: 'c' }

const newProfiles = () => {
  const rows = new Map<string, typeof stored>()
  return new Profiles({
    store: {
      list: () => [...rows.values()],
      save: (profile) => void rows.set(profile.id, profile as never),
      remove: (id) => void rows.delete(id),
    },
    environment: undefined,
    nowMs: () => 0,
    onSecret: () => undefined,
  })
}

describe('a file of servers', () => {
  it('holds no certificate of this computer, no consent to plaintext and no id', () => {
    const text = profilesToFile([stored])
    expect(text).not.toMatch(/CANARY|allowPlaintext|"id"/)
    expect(profilesFromFile(text)).toMatchObject({
      ok: true,
      value: { servers: [{ name: 'Depot', host: 'grpc.example.test', allowPlaintext: false }], leftOut: 0 },
    })
  })

  // @proves Bad input: A broken file of servers, or one of a later version, says so and changes nothing
  it.each([
    ['nothing', ''],
    ['a text', 'hello'],
    ['cut JSON', file([entry]).slice(0, -10)],
    ['another JSON', '{"servers": []}'],
    ['a list', '[]'],
    ['null', 'null'],
  ])('that is %s is refused as unreadable', (_name, text) => {
    expect(profilesFromFile(text)).toMatchObject({ failure: { code: 'file-unreadable' } })
  })

  it('of a later version is refused as too new', () => {
    expect(profilesFromFile(file([entry], 2))).toMatchObject({ failure: { code: 'file-too-new' } })
  })

  it('is read with a byte order mark, and its broken servers are counted', () => {
    const read = profilesFromFile(`\uFEFF${file([entry, { ...entry, port: 0 }, { host: 'x' }, 7])}`)
    expect(read).toMatchObject({ value: { leftOut: 3 } })
  })

  it('gives a number to a name that is taken', () => {
    const profiles = newProfiles()
    expect(profiles.addFromFile(file([entry, entry, entry]))).toMatchObject({ value: { added: 3, leftOut: 0 } })
    expect(profiles.list().map(({ name }) => name)).toEqual(['Workbench engine', 'Depot', 'Depot (2)', 'Depot (3)'])
  })

  // @proves Bad input: Hosts with a scheme, a path, a port, blanks or invisible characters
  it.each([
    'https://grpc.example.test',
    'grpc.example.test/path',
    'grpc.example.test:443',
    'two words.test',
    'user@grpc.example.test',
    '-begins.test',
    '1.2.3',
  ])('leaves out a server with the host %s', (host) => {
    expect(newProfiles().addFromFile(file([{ ...entry, host }]))).toMatchObject({ value: { added: 0, leftOut: 1 } })
  })

  it.each([
    '[2001:db8::1]',
    '2001:db8::1',
    'münchen.example.test',
    'xn--mnchen-3ya.example.test',
    ' grpc.example.test ',
  ])('takes a server with the host %s', (host) => {
    expect(newProfiles().addFromFile(file([{ ...entry, host }]))).toMatchObject({ value: { added: 1 } })
  })

  it('leaves out addresses of the Partner API that are not encrypted', () => {
    const partnerApi = { isOn: true, restBaseUrl: 'http://api.test', tokenUrl: 'https://api.test/t', wsUrl: '' }
    expect(newProfiles().addFromFile(file([{ ...entry, partnerApi }]))).toMatchObject({ value: { leftOut: 1 } })
  })
})

describe('freeName', () => {
  it('shortens a long name for its number', () => {
    const long = 'x'.repeat(80)
    expect(freeName(long, [long])).toBe(`${'x'.repeat(76)} (2)`)
  })
})
