import { describe, expect, it } from 'vitest'
import type { ProfileInput } from '../../shared/app-state.ts'
import { usualWay } from '../../shared/usual-way.ts'
import type { EnvironmentConnection } from '../environment.ts'
import type { StoredProfile } from '../storage/profile-store.ts'
import { newWay } from '../storage/profile-store.ts'
import { mostProfiles, Profiles } from './profiles.ts'

const input: ProfileInput = {
  name: 'Depot',
  host: 'openobd.example.org',
  port: 443,
  clusterId: '001',
  clientId: 'client',
  clientSecret: 'CANARY-secret-1',
  allowPlaintext: false,
}
const environment: EnvironmentConnection = {
  host: '127.0.0.1',
  port: 50051,
  clusterId: '001',
  clientId: 'env-client',
  clientSecret: 'CANARY-secret-2',
}

function setUp(more: { environment?: EnvironmentConnection; disk?: 'full' } = {}) {
  const rows = new Map<string, StoredProfile>()
  const secrets: string[] = []
  const profiles = new Profiles({
    store: {
      list: () => [...rows.values()],
      save: (profile) => {
        if (more.disk === 'full') throw new Error('disk full')
        rows.set(profile.id, profile)
      },
      remove: (id) => void rows.delete(id),
    },
    environment: more.environment,
    nowMs: () => 0,
    onSecret: (secret) => secrets.push(secret),
  })
  return { profiles, rows, secrets }
}

function saved(profiles: Profiles, more: Partial<ProfileInput> = {}) {
  const outcome = profiles.save({ ...input, ...more })
  if (!outcome.ok) throw new Error(outcome.failure.code)
  const profile = profiles.find(outcome.value.profileId)
  if (!profile) throw new Error('not saved')
  return profile
}

describe('Profiles', () => {
  // @proves Stories: The secret of a server is kept for one run only
  it('never shows or stores a secret', () => {
    const { profiles, rows, secrets } = setUp({ environment })
    saved(profiles)
    expect(JSON.stringify([profiles.list(), [...rows.values()]])).not.toContain('CANARY')
    expect(secrets).toEqual(['CANARY-secret-2', 'CANARY-secret-1'])
  })

  it('keeps the secret for this run when a change does not name it', () => {
    const { profiles } = setUp()
    const { id } = saved(profiles)
    const changed = saved(profiles, { id, name: 'Other', clusterId: '002', clientSecret: undefined })
    expect(changed).toMatchObject({ id, name: 'Other', hasSecret: true })
    expect(profiles.credentialsOf(changed)?.clientSecret).toBe('CANARY-secret-1')
  })

  it.each([{ host: 'evil.example.org' }, { port: 8443 }, { allowPlaintext: true }, { clientId: 'other' }])(
    'asks for the secret again when %o changes',
    (change) => {
      const { profiles } = setUp()
      const { id } = saved(profiles)
      const changed = saved(profiles, { id, ...change, clientSecret: undefined })
      expect(changed.hasSecret).toBe(false)
      expect(profiles.credentialsOf(changed)).toBeUndefined()
    },
  )

  it('keeps at most 50 profiles, and still changes those', () => {
    const { profiles, rows } = setUp()
    for (let n = 0; n < mostProfiles; n += 1) saved(profiles)
    expect(profiles.save(input)).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(rows.size).toBe(mostProfiles)
    const [id] = rows.keys()
    expect(profiles.save({ ...input, id })).toMatchObject({ ok: true })
  })

  it('shows that a stored profile has no secret after a restart', () => {
    const { profiles, rows } = setUp()
    rows.set('old', {
      id: 'old',
      name: 'n',
      host: 'h',
      port: 1,
      clusterId: '',
      clientId: 'c',
      allowPlaintext: false,
      way: newWay,
    })
    const profile = profiles.find('old')
    expect(profile?.hasSecret).toBe(false)
    expect(profile && profiles.credentialsOf(profile)).toBeUndefined()
  })

  it('lists the own engine, then the server of the environment, then the typed ones', () => {
    const { profiles } = setUp({ environment })
    saved(profiles)
    expect(profiles.list().map(({ kind, fromEnvironment }) => [kind, fromEnvironment])).toEqual([
      ['embedded', false],
      ['remote', true],
      ['remote', false],
    ])
  })

  it('names a profile without a name after its host', () => {
    expect(saved(setUp().profiles, { name: '' }).name).toBe('openobd.example.org')
  })

  it.each(['http://example.org', 'example.org:443', 'exa mple.org', '-x', '1.2.3', 'a/b', 'user@host'])(
    'refuses the host %s',
    (host) => {
      expect(setUp().profiles.save({ ...input, host })).toMatchObject({ failure: { code: 'invalid-input' } })
    },
  )

  it.each(['embedded', 'environment'])('does not change or remove the profile %s', (id) => {
    const { profiles } = setUp({ environment })
    expect(profiles.save({ ...input, id })).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(profiles.remove(id)).toMatchObject({ failure: { code: 'not-allowed-now' } })
  })

  it('reports profiles that were never saved as not found', () => {
    const { profiles } = setUp()
    expect(profiles.save({ ...input, id: 'x' })).toMatchObject({ failure: { code: 'not-found' } })
    expect(profiles.remove('x')).toMatchObject({ failure: { code: 'not-found' } })
  })

  it('reports a failed write', () => {
    expect(setUp({ disk: 'full' }).profiles.save(input)).toMatchObject({ failure: { code: 'storage-failed' } })
  })

  it('forgets the secret of a removed profile', () => {
    const { profiles } = setUp()
    const profile = saved(profiles)
    expect(profiles.remove(profile.id)).toMatchObject({ ok: true })
    expect(profiles.credentialsOf(profile)).toBeUndefined()
  })
})

describe('a profile', () => {
  it('is listed as it was typed, without its secret', () => {
    const { profiles } = setUp({ environment })
    const way = { ...usualWay, hasProxyPassword: false, authorities: [], hasKey: false }
    const { id } = saved(profiles)
    expect(profiles.list()).toEqual([
      {
        id: 'embedded',
        kind: 'embedded',
        name: 'Workbench engine',
        host: '127.0.0.1',
        port: 0,
        clusterId: '001',
        clientId: '',
        hasSecret: true,
        allowPlaintext: false,
        fromEnvironment: false,
      },
      {
        id: 'environment',
        kind: 'remote',
        name: '127.0.0.1',
        host: '127.0.0.1',
        port: 50_051,
        clusterId: '001',
        clientId: 'env-client',
        hasSecret: true,
        allowPlaintext: false,
        fromEnvironment: true,
        way,
      },
      {
        id,
        kind: 'remote',
        name: 'Depot',
        host: 'openobd.example.org',
        port: 443,
        clusterId: '001',
        clientId: 'client',
        hasSecret: true,
        allowPlaintext: false,
        fromEnvironment: false,
        way,
      },
    ])
  })

  it('gives its credentials when its secret is known, and the own engine has none', () => {
    const { profiles } = setUp()
    expect(profiles.credentialsOf(saved(profiles))).toEqual({
      clientId: 'client',
      clientSecret: 'CANARY-secret-1',
      clusterId: '001',
    })
    const own = profiles.find('embedded')
    expect(own && profiles.credentialsOf(own)).toBeUndefined()
  })

  it('on this computer has no host that texts must not name', () => {
    const { profiles } = setUp({ environment })
    expect(profiles.hosts()).toEqual([])
    saved(profiles)
    expect(profiles.hosts()).toEqual(['openobd.example.org'])
  })

  it('that is changed counts as one, however many there are', () => {
    const { profiles } = setUp()
    for (let n = 0; n < mostProfiles - 1; n += 1) saved(profiles)
    expect(profiles.save(input)).toMatchObject({ ok: true })
    expect(profiles.save({ ...input, id: 'x' })).toMatchObject({ failure: { code: 'not-found' } })
  })

  it('whose secret alone is typed changes nothing else', () => {
    const { profiles } = setUp()
    const { id } = saved(profiles)
    const same = { ...input, id }
    expect(profiles.changesSecretOnly(same)).toBe(true)
    expect(profiles.changesSecretOnly({ ...same, clientSecret: undefined })).toBe(false)
    expect(profiles.changesSecretOnly({ ...same, name: 'Other' })).toBe(false)
    expect(profiles.changesSecretOnly(input)).toBe(false)
  })

  it('is asked about plaintext once for each server, and not for this computer', () => {
    const { profiles } = setUp()
    const plain = { ...input, allowPlaintext: true }
    expect(profiles.needsPlaintextConsent(plain)).toBe(true)
    expect(profiles.needsPlaintextConsent({ ...plain, host: 'localhost' })).toBe(false)
    expect(profiles.needsPlaintextConsent(input)).toBe(false)
    const { id } = saved(profiles, plain)
    expect(profiles.needsPlaintextConsent({ ...plain, id, name: 'Other' })).toBe(false)
    expect(profiles.needsPlaintextConsent({ ...plain, id, host: 'other.example.org' })).toBe(true)
    expect(profiles.needsPlaintextConsent(plain)).toBe(true)
  })
})
