import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { packConfiguration } from './configuration.ts'
import { readReleaseEnvironment } from './release-environment.ts'

const keyOf = (type: 'ed25519' | 'x25519') =>
  generateKeyPairSync(type as 'ed25519')
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString()
const feed = 'https://updates.example.org/workbench/'

describe('the environment of a release', () => {
  it('may be empty, and each thing that is left out is said in a sentence', () => {
    const read = readReleaseEnvironment({})
    expect(read).toMatchObject({ feed: undefined, updateKey: undefined, publisher: undefined })
    expect(read.notes).toEqual([
      'No update feed: set WORKBENCH_UPDATE_FEED. This package takes no updates.',
      'Windows installers are not signed: WIN_CSC_LINK is not set.',
      'macOS applications are not signed: CSC_LINK is not set.',
      'macOS applications are not notarised: neither APPLE_API_KEY nor APPLE_ID is set.',
    ])
  })

  it('says nothing when everything is there', () => {
    const all = {
      WORKBENCH_UPDATE_FEED: feed,
      WORKBENCH_UPDATE_PUBLIC_KEY: keyOf('ed25519'),
      CSC_LINK: 'x',
      APPLE_ID: 'x',
    }
    expect(readReleaseEnvironment(all).notes).toEqual([])
  })

  it.each([
    [{ WORKBENCH_UPDATE_FEED: feed }, 'belong together'],
    [{ WORKBENCH_UPDATE_PUBLIC_KEY: keyOf('ed25519') }, 'belong together'],
    [{ WORKBENCH_UPDATE_FEED: 'http://updates.example.org/' }, 'https'],
    [{ WORKBENCH_UPDATE_FEED: 'updates.example.org' }, 'https'],
    [{ WORKBENCH_UPDATE_FEED: feed, WORKBENCH_UPDATE_PUBLIC_KEY: 'no key' }, 'Ed25519'],
    [{ WORKBENCH_UPDATE_FEED: feed, WORKBENCH_UPDATE_PUBLIC_KEY: keyOf('x25519') }, 'Ed25519'],
  ])('is refused where it cannot be meant (%#)', (environment, words) => {
    expect(() => readReleaseEnvironment(environment)).toThrow(words)
  })

  it('does not take a private key for a public one', () => {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    expect(() => readReleaseEnvironment({ WORKBENCH_UPDATE_PUBLIC_KEY: pem })).toThrow('Ed25519 public key')
  })
})

describe('the configuration of a run', () => {
  const file = {
    publish: { provider: 'generic', url: 'https://updates.invalid/', publisherName: ['Us'] },
    electronFuses: { enableNodeCliInspectArguments: true },
  }

  it('has the feed and the publisher of the release, and no inspector', () => {
    const made = packConfiguration(file, { release: { feed, publisher: 'Firm, Ltd' }, isInspectable: false })
    expect(made).toMatchObject({
      publish: { provider: 'generic', url: feed, publisherName: ['Firm, Ltd'] },
      electronFuses: { enableNodeCliInspectArguments: false },
    })
  })

  // @proves Security: A71 Windows packages always name their publisher
  it.each([undefined, [], ['']])('is refused without a publisher (%j)', (publisherName) => {
    const without = { ...file, publish: { ...file.publish, publisherName: publisherName as string[] } }
    const release = { feed: undefined, publisher: undefined }
    expect(() => packConfiguration(without, { release, isInspectable: false })).toThrow('no publisher')
  })
})
