import type { FunctionCall } from '../../openobd/generated/types/openOBD/v1/FunctionCall.ts'
import type { FunctionDetails__Output } from '../../openobd/generated/types/openOBD/v1/FunctionDetails.ts'
import type {
  FunctionRegistration,
  FunctionRegistration__Output,
} from '../../openobd/generated/types/openOBD/v1/FunctionRegistration.ts'
import type { FunctionVisibility__Output } from '../../openobd/generated/types/openOBD/v1/FunctionVisibility.ts'
import type { Clock, Timer } from '../clock/clock.ts'
import { serverChoices } from '../protocol-choices.ts'
import { cancelled, notFound, permissionDenied, type Refusal, unavailable } from '../refusal.ts'
import { FunctionHost, type HostStream, type RegistrationReply } from './function-host.ts'
import { providerIdOf } from './provider.ts'

/** Dependencies of the broker. */
export interface FunctionBrokerSetup {
  readonly clock: Clock
  /** Issues a broker token for a partner. */
  readonly issueToken: (clientId: string) => string
}

/** Names one function: the same id may be registered by several providers. */
export interface FunctionAddress {
  readonly id: string
  /** Empty: the calling provider. */
  readonly providerId: string
}

interface KnownFunction {
  readonly key: string
  readonly providerId: string
  details: FunctionDetails__Output
  visibility: FunctionVisibility__Output
  host: FunctionHost | undefined
  /** Runs while the host has been asked to reconnect and is expected back. */
  expectation: Timer | undefined
  readonly waiting: Set<(host: FunctionHost | undefined) => void>
}

/** The functions that hosts offer or have offered; forwards a call to the host that registered the function last. */
export class FunctionBroker {
  readonly #setup: FunctionBrokerSetup
  readonly #functions = new Map<string, KnownFunction>()
  readonly #hosts = new Set<FunctionHost>()
  readonly #listeners = new Set<() => void>()

  constructor(setup: FunctionBrokerSetup) {
    this.#setup = setup
  }

  /** Serves a function stream until it ends. Its functions then go offline, unless the host was asked to reconnect. */
  async serve(stream: HostStream, clientId: string): Promise<void> {
    const host = new FunctionHost({
      stream,
      clientId,
      clock: this.#setup.clock,
      issueToken: () => this.#setup.issueToken(clientId),
      register: (it, registration) => this.#register(it, registration),
    })
    this.#hosts.add(host)
    try {
      await host.run()
    } finally {
      this.#hosts.delete(host)
      this.#takeOffline((known) => known.host === host)
    }
  }

  /** What a partner may see, oldest registration first: its own functions, and those of others that are for the dashboard. */
  list(clientId: string): FunctionRegistration[] {
    const providerId = providerIdOf(clientId)
    return [...this.#functions.values()].filter((known) => isVisible(known, providerId)).map(toWire)
  }

  /** A function by its address; `unavailable` when nobody has registered it or the partner may not see it. */
  registration(address: FunctionAddress, clientId: string): FunctionRegistration {
    const known = this.#find(address, clientId)
    if (known !== undefined && isVisible(known, providerIdOf(clientId))) return toWire(known)
    return { details: { id: address.id }, state: 'FUNCTION_REGISTRATION_STATE_UNAVAILABLE' }
  }

  /** Calls `listener` after every change of the catalogue; returns a function that stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Forwards a call to the host of a function and resolves once the function has been started. `prepare` makes the call when the
   * host is known; while it takes its time another host may register the function, which then gets the call. `not-found`, `permission-denied`, `unavailable`, DEADLINE_EXCEEDED or `aborted` say why it could not be started.
   * Nothing is forwarded when the caller has `left`.
   */
  async call(
    address: FunctionAddress,
    clientId: string,
    prepare: (details: FunctionDetails__Output) => FunctionCall | Promise<FunctionCall>,
    left?: AbortSignal,
  ): Promise<FunctionCall> {
    const known = this.#find(address, clientId)
    if (known === undefined) throw notFound('no function has been registered with that id')
    if (!isVisible(known, providerIdOf(clientId)))
      throw permissionDenied('the function is internal to another provider')
    const host = presentHost(known.host ?? (await this.#expectedHost(known)), left)
    const made = prepare(known.details)
    if (!(made instanceof Promise)) return await handOver(made, host)
    const call = await made
    return await handOver(call, presentHost(known.host ?? (await this.#expectedHost(known)), left))
  }

  /** Asks every host to open a new stream, as before a planned restart; calls wait for the new streams. */
  announceReconnect(seconds: number): void {
    for (const host of this.#hosts) host.askToReconnect(seconds)
    for (const known of this.#functions.values()) {
      if (known.host === undefined) continue
      known.host.withdraw(known.key)
      known.host = undefined
      known.expectation = this.#setup.clock.after(seconds * 1000, () => this.#giveUp(known))
    }
  }

  /** Breaks every function stream without notice, as a failing broker would. */
  cut(failure: Refusal): void {
    for (const host of this.#hosts) host.disconnect(failure)
    this.#takeOffline(() => true)
  }

  #find({ id, providerId }: FunctionAddress, clientId: string): KnownFunction | undefined {
    return this.#functions.get(keyOf(providerId === '' ? providerIdOf(clientId) : providerId, id))
  }

  #register(host: FunctionHost, registration: FunctionRegistration__Output): RegistrationReply {
    const { details } = registration
    if (details === null) return failed('the details of the function are missing')
    const problem = problemOf(details)
    if (problem !== undefined) return failed(problem)
    const providerId = providerIdOf(host.clientId)
    if (details.provider_id !== undefined && details.provider_id !== '' && details.provider_id !== providerId)
      return { response: 'FUNCTION_UPDATE_UNAUTHORIZED', description: 'the function belongs to another provider' }
    switch (registration.state) {
      case 'FUNCTION_REGISTRATION_STATE_ONLINE':
        this.#goOnline(host, providerId, details, visibilityOf(registration))
        return { response: 'FUNCTION_UPDATE_SUCCESS' }
      case 'FUNCTION_REGISTRATION_STATE_OFFLINE':
        this.#takeOffline(({ key, host: current }) => current === host && key === keyOf(providerId, details.id))
        return { response: 'FUNCTION_UPDATE_SUCCESS' }
      default:
        return failed('a function is registered as online or offline')
    }
  }

  #goOnline(
    host: FunctionHost,
    providerId: string,
    details: FunctionDetails__Output,
    visibility: FunctionVisibility__Output,
  ): void {
    const known = this.#remember(keyOf(providerId, details.id), providerId, details, visibility)
    if (known.host !== undefined && known.host !== host) {
      known.host.withdraw(known.key)
      known.host.tellReplaced(toWire({ ...known, host: undefined }))
    }
    known.details = { ...details, provider_id: providerId }
    known.visibility = visibility
    known.host = host
    host.offer(known.key)
    this.#meet(known, host)
    this.#changed()
  }

  #remember(
    key: string,
    providerId: string,
    details: FunctionDetails__Output,
    visibility: FunctionVisibility__Output,
  ): KnownFunction {
    const present = this.#functions.get(key)
    if (present !== undefined) return present
    const known: KnownFunction = {
      key,
      providerId,
      details,
      visibility,
      host: undefined,
      expectation: undefined,
      waiting: new Set(),
    }
    this.#functions.set(key, known)
    for (const [oldKey, old] of this.#functions) {
      if (this.#functions.size <= serverChoices.rememberedFunctions) break
      if (old !== known && !isOnline(old)) this.#functions.delete(oldKey)
    }
    return known
  }

  #takeOffline(matches: (known: KnownFunction) => boolean): void {
    let hasChanged = false
    for (const known of this.#functions.values()) {
      if (!isOnline(known) || !matches(known)) continue
      hasChanged = true
      known.host?.withdraw(known.key)
      known.host = undefined
      this.#meet(known, undefined)
    }
    if (hasChanged) this.#changed()
  }

  #expectedHost(known: KnownFunction): Promise<FunctionHost | undefined> {
    if (known.expectation === undefined) return Promise.resolve(undefined)
    return new Promise((resolve) => known.waiting.add(resolve))
  }

  #giveUp(known: KnownFunction): void {
    this.#meet(known, undefined)
    this.#changed()
  }

  #meet(known: KnownFunction, host: FunctionHost | undefined): void {
    known.expectation?.cancel()
    known.expectation = undefined
    for (const resolve of known.waiting) resolve(host)
    known.waiting.clear()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}

function presentHost(host: FunctionHost | undefined, left: AbortSignal | undefined): FunctionHost {
  if (left?.aborted) throw cancelled('the caller has left')
  if (host === undefined) throw unavailable('the function is offline')
  return host
}

async function handOver(call: FunctionCall, host: FunctionHost): Promise<FunctionCall> {
  await host.call(call)
  return call
}

const keyOf = (providerId: string, id: string): string => `${providerId} ${id}`

/** A function whose host is about to reconnect counts as online: calls wait for it. */
const isOnline = (known: KnownFunction): boolean => known.host !== undefined || known.expectation !== undefined

const isVisible = (known: KnownFunction, providerId: string): boolean =>
  known.providerId === providerId || known.visibility === 'FUNCTION_VISIBILITY_DASHBOARD'

const visibilityOf = ({ visibility }: FunctionRegistration__Output): FunctionVisibility__Output =>
  visibility === undefined || visibility === 'FUNCTION_VISIBILITY_UNDEFINED'
    ? serverChoices.visibilityWhenUnset
    : visibility

const toWire = (known: KnownFunction): FunctionRegistration => ({
  details: { ...known.details, provider_id: known.providerId },
  state: isOnline(known) ? 'FUNCTION_REGISTRATION_STATE_ONLINE' : 'FUNCTION_REGISTRATION_STATE_OFFLINE',
  visibility: known.visibility,
})

const failed = (description: string): RegistrationReply => ({ response: 'FUNCTION_UPDATE_FAILED', description })

/** Why function details are refused; the lengths are those of the Partner API (protocol.md §9). */
function problemOf({ id, name, version, description = '' }: FunctionDetails__Output): string | undefined {
  const { idLength, nameLength, versionLength, descriptionLength } = serverChoices.functionDetails
  if (id === '') return 'the function has no id'
  if (name === '') return 'the function has no name'
  if (id.length > idLength) return `the id of a function has at most ${idLength} characters`
  if (name.length > nameLength) return `the name of a function has at most ${nameLength} characters`
  if (version.length > versionLength) return `the version of a function has at most ${versionLength} characters`
  if (description.length > descriptionLength)
    return `the description of a function has at most ${descriptionLength} characters`
  return undefined
}
