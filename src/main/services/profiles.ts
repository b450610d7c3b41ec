import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { readCertificates, readIdentity } from '../../openobd/grpc/certificates.ts'
import { type Endpoint, isLoopback, trustProfileEndpoint } from '../../openobd/grpc/endpoint.ts'
import type { PartnerCredentials } from '../../openobd/session/session-controller.ts'
import type { Profile, ProfileInput } from '../../shared/app-state.ts'
import { type FailureCode, fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import { isSameServer } from '../../shared/same-server.ts'
import type { WayView } from '../../shared/way.ts'
import type { EnvironmentConnection } from '../environment.ts'
import { newWay, type ProfileStore, type StoredProfile, type StoredWay } from '../storage/profile-store.ts'
import { storageFailure } from './failures.ts'
import { freeName, profilesFromFile, profilesToFile } from './profile-file.ts'
import { ProfileSecrets } from './profile-secrets.ts'
import { isSameProxy, type RouteSource } from './server-route.ts'

/** Id of the application's own engine. */
export const embeddedProfileId = 'embedded'
/** Id of the profile that OPENOBD_… variables describe. */
export const environmentProfileId = 'environment'

/** Maximum number of typed profiles, so that a flood of calls cannot make more. */
export const mostProfiles = 50

/** Dependencies of the profiles. */
export interface ProfilesOptions {
  readonly store: Pick<ProfileStore, 'list' | 'save' | 'remove'>
  readonly environment: EnvironmentConnection | undefined
  readonly nowMs: () => number
  readonly onSecret: (secret: string) => void
  /** Default: secrets are kept in memory for this run only. */
  readonly secrets?: ProfileSecrets
}

/** The servers that the application can connect to. */
export class Profiles {
  readonly secrets: ProfileSecrets
  readonly #options: ProfilesOptions

  constructor(options: ProfilesOptions) {
    this.#options = options
    this.secrets = options.secrets ?? new ProfileSecrets({ onSecret: options.onSecret })
    const { environment } = options
    if (environment) this.secrets.take(environmentProfileId, 'client-secret', environment.clientSecret)
  }

  /** Every profile as the renderer may see it: the own engine first, then the environment's, then the typed ones. */
  list(): Profile[] {
    const remote = this.#options.store.list().map((stored) => this.#view(stored, false))
    return [embedded, ...this.#fromEnvironment(), ...remote]
  }

  /** Names and hosts of all servers except this computer, to remove them from texts. */
  hosts(): string[] {
    return this.list().flatMap(({ host }) => (isLoopback(host) ? [] : [host]))
  }

  /** The profile with this id. */
  find(id: string): Profile | undefined {
    return this.list().find((profile) => profile.id === id)
  }

  /** The credentials of the profile; undefined for the own engine and while the secret is missing. */
  credentialsOf(profile: Profile): PartnerCredentials | undefined {
    const clientSecret = this.secrets.get(profile.id, 'client-secret')
    if (clientSecret === undefined) return undefined
    return { clientId: profile.clientId, clientSecret, clusterId: profile.clusterId }
  }

  /** Why the secret of a profile is missing. */
  missingSecret({ id }: Profile): FailureCode {
    return this.secrets.trouble(id, 'client-secret') === 'locked' ? 'secret-locked' : 'secret-missing'
  }

  /** What the route of a profile is made of. */
  routeSource({ id }: Profile): RouteSource {
    return {
      way: this.#stored(id)?.way ?? newWay,
      proxyPassword: this.secrets.get(id, 'proxy-password'),
      certificateKey: this.secrets.get(id, 'certificate-key'),
    }
  }

  /** Adds or changes a typed profile. Fails with `invalid-input`, `not-found`, `not-allowed-now` or `storage-failed`. */
  save(input: ProfileInput): Outcome<{ profileId: string }> {
    const { id, clientSecret, way: wanted, remember: _, ...fields } = input
    if (id === embeddedProfileId || id === environmentProfileId) return fail('not-allowed-now')
    const stored = this.#options.store.list()
    const before = stored.find((profile) => profile.id === id)
    if (id === undefined && stored.length >= mostProfiles) return fail('not-allowed-now')
    if (id !== undefined && before === undefined) return fail('not-found')
    if (!trustProfileEndpoint(fields, { allowPlaintext: fields.allowPlaintext }).ok) return fail('invalid-input')
    if (wanted && !isUsable(wanted)) return fail('invalid-input')
    const { proxyPassword, ...typed } = wanted ?? {}
    const taken = stored.flatMap((profile) => (profile.id === id ? [] : [profile.name]))
    const profile: StoredProfile = {
      ...fields,
      id: id ?? randomUUID(),
      name: freeName(fields.name || fields.host, taken),
      way: { ...(before?.way ?? newWay), ...typed },
    }
    const written = this.#write(profile)
    if (!written.ok) return written
    // A secret belongs to the server and the client it was typed for, a password to its proxy.
    if (before && !isSameServer(before, profile)) this.secrets.forget(profile.id, 'client-secret')
    if (before && !isSameProxy(before.way.proxy, profile.way.proxy)) this.secrets.forget(profile.id, 'proxy-password')
    if (clientSecret !== undefined) this.secrets.take(profile.id, 'client-secret', clientSecret)
    if (proxyPassword) this.secrets.take(profile.id, 'proxy-password', proxyPassword)
    return succeeded({ profileId: profile.id })
  }

  /** Stores the secrets of a profile for later runs, or removes them from the disk. Fails when the disk refuses. */
  async rememberSecrets(id: string, isWanted: boolean): Promise<Outcome<null>> {
    for (const name of ['client-secret', 'proxy-password'] as const) {
      const kept = await this.secrets.remember(id, name, isWanted)
      if (!kept.ok) return kept
    }
    return succeeded(null)
  }

  /** Whether the input changes nothing but the secret. */
  changesSecretOnly(input: ProfileInput): boolean {
    const { id, clientSecret, remember: _, way, ...fields } = input
    const before = this.#stored(id)
    if (before === undefined || clientSecret === undefined) return false
    const { proxyPassword, ...typed } = way ?? {}
    const changed = { ...fields, id, way: { ...before.way, ...typed } }
    return proxyPassword === undefined && isDeepStrictEqual(before, changed)
  }

  /** Whether a person must agree outside the page: plaintext to another computer, and not yet agreed to for this server. */
  needsPlaintextConsent(input: ProfileInput): boolean {
    if (!input.allowPlaintext || isLoopback(input.host)) return false
    const before = this.#stored(input.id)
    return before === undefined || !isSameServer(before, input)
  }

  /** Removes a typed profile and its secrets. */
  remove(id: string): Outcome<null> {
    if (id === embeddedProfileId || id === environmentProfileId) return fail('not-allowed-now')
    if (this.#stored(id) === undefined) return fail('not-found')
    try {
      this.#options.store.remove(id)
    } catch (error) {
      return storageFailure(error)
    }
    return this.secrets.forget(id)
  }

  /** Sets the authorities of a profile from PEM texts; without a text they are removed. Fails with `certificate-unusable`. */
  setAuthorities(id: string, pem: string): Outcome<null> {
    const before = this.#stored(id)
    if (!before) return fail('not-found')
    if (pem !== '' && !readCertificates(pem)) return certificateFailure('no-certificate')
    return this.#write({ ...before, way: { ...before.way, authorities: pem } })
  }

  /**
   * Sets the certificate of this computer and its key for a profile, from PEM texts that hold both; without a text both are removed.
   * Fails with `certificate-unusable`.
   */
  async setIdentity(id: string, pem: string): Promise<Outcome<null>> {
    const before = this.#stored(id)
    if (!before) return fail('not-found')
    const isRemoved = pem === ''
    const certificate = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)?.join('\n') ?? ''
    const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/.exec(pem)?.[0] ?? ''
    const read = isRemoved ? undefined : readIdentity({ certificate, key })
    if (typeof read === 'string') return certificateFailure(read)
    const written = this.#write({ ...before, way: { ...before.way, certificate } })
    if (!written.ok) return written
    if (isRemoved) return this.secrets.forget(id, 'certificate-key')
    this.secrets.take(id, 'certificate-key', key)
    const kept = await this.secrets.remember(id, 'certificate-key', true)
    return kept.ok ? succeeded(null) : kept
  }

  /** The typed servers as a file without secrets. */
  toFile(): string {
    return profilesToFile(this.#options.store.list())
  }

  /** Adds the servers of a file; a name that is taken gets a number. `leftOut`: servers that cannot be read, or exceed the limit. */
  addFromFile(text: string): Outcome<{ added: number; leftOut: number }> {
    const read = profilesFromFile(text)
    if (!read.ok) return read
    let added = 0
    let { leftOut } = read.value
    for (const server of read.value.servers) {
      const { way, ...fields } = server
      const { certificate: _, authorities, ...typed } = way
      const saved = this.save({ ...fields, way: typed })
      if (saved.ok && authorities !== '') this.setAuthorities(saved.value.profileId, authorities)
      if (saved.ok) added += 1
      else if (saved.failure.code === 'storage-failed' || saved.failure.code === 'disk-full') return saved
      else leftOut += 1
    }
    return succeeded({ added, leftOut })
  }

  #stored(id: string | undefined): StoredProfile | undefined {
    return this.#options.store.list().find((profile) => profile.id === id)
  }

  #write(profile: StoredProfile): Outcome<null> {
    try {
      this.#options.store.save(profile, this.#options.nowMs())
      return succeeded(null)
    } catch (error) {
      return storageFailure(error)
    }
  }

  #fromEnvironment(): Profile[] {
    const { environment } = this.#options
    if (!environment) return []
    const { host, port, clusterId, clientId } = environment
    const fields = { id: environmentProfileId, name: host, host, port, clusterId, clientId, allowPlaintext: false }
    return [this.#view({ ...fields, way: newWay }, true)]
  }

  #view({ way, ...stored }: StoredProfile, fromEnvironment: boolean): Profile {
    const trouble = this.secrets.trouble(stored.id, 'client-secret')
    return {
      ...stored,
      kind: 'remote',
      hasSecret: this.secrets.get(stored.id, 'client-secret') !== undefined,
      ...(trouble && { secretTrouble: trouble }),
      fromEnvironment,
      way: this.#wayView(stored.id, way),
    }
  }

  #wayView(id: string, { proxy, authorities, certificate, partnerApi }: StoredWay): WayView {
    const own = readCertificates(certificate)?.[0]
    return {
      proxy,
      partnerApi,
      hasProxyPassword: this.secrets.get(id, 'proxy-password') !== undefined,
      authorities: [...(readCertificates(authorities) ?? [])],
      ...(own && { certificate: own }),
      hasKey: this.secrets.get(id, 'certificate-key') !== undefined,
    }
  }
}

const certificateFailure = (problem: string) => fail('certificate-unusable', { parameters: { cause: problem } })

/** Addresses of the Partner API are encrypted, except on this computer. */
function isUsable({ proxy, partnerApi }: NonNullable<ProfileInput['way']>): boolean {
  if (proxy.kind === 'typed' && !trustProfileEndpoint(proxy).ok) return false
  if (!partnerApi.isOn) return true
  const { restBaseUrl, tokenUrl, wsUrl } = partnerApi
  return isUsableUrl(restBaseUrl, 'http') && isUsableUrl(tokenUrl, 'http') && (wsUrl === '' || isUsableUrl(wsUrl, 'ws'))
}

function isUsableUrl(text: string, scheme: 'http' | 'ws'): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, port, username, password } = new URL(text)
  const endpoint: Endpoint = { host: hostname, port: Number(port) || 443 }
  if (username !== '' || password !== '' || !trustProfileEndpoint(endpoint).ok) return false
  return protocol === `${scheme}s:` || (protocol === `${scheme}:` && isLoopback(hostname))
}

const embedded: Profile = {
  id: embeddedProfileId,
  kind: 'embedded',
  name: 'Workbench engine',
  host: '127.0.0.1',
  port: 0,
  clusterId: '001',
  clientId: '',
  hasSecret: true,
  allowPlaintext: false,
  fromEnvironment: false,
}
