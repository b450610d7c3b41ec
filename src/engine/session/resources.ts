/** How a session ended: finished, or cut off. */
export type SessionEnding = 'finished' | 'cut'

/** A resource of a session that is disposed of when the session ends. */
export interface SessionResource {
  dispose(ending: SessionEnding): void
}

/** Names one kind of resource of a session, with its type. */
export interface ResourceKey<T extends SessionResource> {
  readonly name: string
  readonly resource?: T
}

/** Creates the key under which a service keeps its state in each session. */
export const resourceKey = <T extends SessionResource>(name: string): ResourceKey<T> => ({ name })

/** Resources of a session: configured buses, channels, displays. They are disposed of when the session ends. */
export class SessionResources {
  readonly #resources = new Map<ResourceKey<SessionResource>, SessionResource>()
  #isDisposed = false

  /** The resource under `key`; created by `create` on first use. Throws when the session has ended. */
  obtain<T extends SessionResource>(key: ResourceKey<T>, create: () => T): T {
    const present = this.find(key)
    if (present !== undefined) return present
    if (this.#isDisposed) throw new Error(`The session has ended; it cannot hold ${key.name}.`)
    const made = create()
    this.#resources.set(key, made)
    return made
  }

  /** The resource under `key`, if it exists. */
  find<T extends SessionResource>(key: ResourceKey<T>): T | undefined {
    return this.#resources.get(key) as T | undefined
  }

  /** Disposes of everything, newest first; called once by the session. */
  dispose(ending: SessionEnding): void {
    this.#isDisposed = true
    for (const resource of [...this.#resources.values()].reverse()) resource.dispose(ending)
    this.#resources.clear()
  }
}
