import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { isLoopback, trustProfileEndpoint } from '../../openobd/grpc/endpoint.ts'
import type { PartnerCredentials } from '../../openobd/session/session-controller.ts'
import type { Profile, ProfileInput } from '../../shared/app-state.ts'
import { fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import { isSameServer } from '../../shared/same-server.ts'
import type { EnvironmentConnection } from '../environment.ts'
import type { ProfileStore, StoredProfile } from '../storage/profile-store.ts'
import { storageFailure } from './failures.ts'

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
}

/** The servers that the application can connect to. Secrets are kept in memory for this run only. */
export class Profiles {
  readonly #options: ProfilesOptions
  readonly #secrets = new Map<string, string>()

  constructor(options: ProfilesOptions) {
    this.#options = options
    const { environment } = options
    if (environment) this.#keepSecret(environmentProfileId, environment.clientSecret)
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
    const clientSecret = this.#secrets.get(profile.id)
    if (clientSecret === undefined) return undefined
    return { clientId: profile.clientId, clientSecret, clusterId: profile.clusterId }
  }

  /** Adds or changes a typed profile. Fails with `invalid-input`, `not-found`, `not-allowed-now` or `storage-failed`. */
  save(input: ProfileInput): Outcome<{ profileId: string }> {
    const { id, clientSecret, ...fields } = input
    if (id === embeddedProfileId || id === environmentProfileId) return fail('not-allowed-now')
    const stored = this.#options.store.list()
    const before = stored.find((profile) => profile.id === id)
    if (id === undefined && stored.length >= mostProfiles) return fail('not-allowed-now')
    if (id !== undefined && before === undefined) return fail('not-found')
    const endpoint = trustProfileEndpoint(fields, { allowPlaintext: fields.allowPlaintext })
    if (!endpoint.ok) return fail('invalid-input')
    const profile: StoredProfile = { ...fields, id: id ?? randomUUID(), name: fields.name || fields.host }
    try {
      this.#options.store.save(profile, this.#options.nowMs())
    } catch (error) {
      return storageFailure(error)
    }
    // A secret belongs to the server and the client it was typed for.
    if (before && !isSameServer(before, profile)) this.#secrets.delete(profile.id)
    if (clientSecret !== undefined) this.#keepSecret(profile.id, clientSecret)
    return succeeded({ profileId: profile.id })
  }

  /** Whether the input changes nothing but the secret. */
  changesSecretOnly(input: ProfileInput): boolean {
    const { id, clientSecret, ...fields } = input
    const before = this.#options.store.list().find((profile) => profile.id === id)
    return before !== undefined && clientSecret !== undefined && isDeepStrictEqual(before, { ...fields, id })
  }

  /** Whether a person must agree outside the page: plaintext to another computer, and not yet agreed to for this server. */
  needsPlaintextConsent(input: ProfileInput): boolean {
    if (!input.allowPlaintext || isLoopback(input.host)) return false
    const before = this.#options.store.list().find(({ id }) => id === input.id)
    return before === undefined || !isSameServer(before, input)
  }

  /** Removes a typed profile and its secret. */
  remove(id: string): Outcome<null> {
    if (id === embeddedProfileId || id === environmentProfileId) return fail('not-allowed-now')
    if (!this.#options.store.list().some((profile) => profile.id === id)) return fail('not-found')
    try {
      this.#options.store.remove(id)
    } catch (error) {
      return storageFailure(error)
    }
    this.#secrets.delete(id)
    return succeeded(null)
  }

  #keepSecret(id: string, secret: string): void {
    this.#secrets.set(id, secret)
    this.#options.onSecret(secret)
  }

  #fromEnvironment(): Profile[] {
    const { environment } = this.#options
    if (!environment) return []
    const { host, port, clusterId, clientId } = environment
    const stored = { id: environmentProfileId, name: host, host, port, clusterId, clientId, allowPlaintext: false }
    return [this.#view(stored, true)]
  }

  #view(stored: StoredProfile, fromEnvironment: boolean): Profile {
    return { ...stored, kind: 'remote', hasSecret: this.#secrets.has(stored.id), fromEnvironment }
  }
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
