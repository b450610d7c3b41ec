/** How a session ended: as it was asked to, or because somebody or something stopped it. */
export type SessionEnding = 'finished' | 'cut'

/** Something that a session holds and that has to be given back when the session ends. */
export interface SessionResource {
  dispose(ending: SessionEnding): void
}

/** Names one kind of resource of a session, with its type. */
export interface ResourceKey<T extends SessionResource> {
  readonly name: string
  readonly resource?: T
}

/** Makes the key under which a service keeps its own state in each session. */
export const resourceKey = <T extends SessionResource>(name: string): ResourceKey<T> => ({ name })

/** What a session holds for the services: configured buses, channels, displays. Everything is disposed of when the session ends. */
export class SessionResources {
  readonly #resources = new Map<ResourceKey<SessionResource>, SessionResource>()
  #isDisposed = false

  /** The resource under `key`; made by `create` on first use. Throws when the session has ended. */
  obtain<T extends SessionResource>(key: ResourceKey<T>, create: () => T): T {
    const present = this.find(key)
    if (present !== undefined) return present
    if (this.#isDisposed) throw new Error(`The session has ended; it cannot hold ${key.name}.`)
    const made = create()
    this.#resources.set(key, made)
    return made
  }

  /** The resource under `key`, if it was made. */
  find<T extends SessionResource>(key: ResourceKey<T>): T | undefined {
    return this.#resources.get(key) as T | undefined
  }

  /** Gives everything back, newest first; called once by the session. */
  dispose(ending: SessionEnding): void {
    this.#isDisposed = true
    for (const resource of [...this.#resources.values()].reverse()) resource.dispose(ending)
    this.#resources.clear()
  }
}
