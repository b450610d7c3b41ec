import { isDeepStrictEqual } from 'node:util'
import type { Profile } from '../../shared/app-state.ts'
import type { Server } from './server.ts'

/** Dependencies of the servers. */
export interface ServersOptions {
  readonly create: (profile: Profile) => Server
  /** Another server was chosen, or none. */
  readonly onChosen: () => void
  /** The connection to a server was given up: nobody uses it any more. */
  readonly onGone: (server: Server) => void
}

/**
 * The servers that the application is connected to: the chosen one, on which new jobs start, and those on which jobs are open. A
 * server that nobody needs any more is disconnected.
 */
export class Servers {
  readonly #options: ServersOptions
  readonly #all = new Set<Server>()
  readonly #holders = new Map<Server, number>()
  #chosen: Server | undefined

  constructor(options: ServersOptions) {
    this.#options = options
  }

  /** The server of new jobs; undefined while a person must choose one. */
  get chosen(): Server | undefined {
    return this.#chosen
  }

  get all(): readonly Server[] {
    return [...this.#all]
  }

  /** The server with this key, if it is connected. */
  byKey(key: string): Server | undefined {
    return this.all.find((server) => server.key === key)
  }

  /** Chooses the server of new jobs. A server that jobs already use is not connected a second time. */
  choose(profile: Profile): void {
    const used = this.all.find((server) => isSame(server.profile, profile) && this.isHeld(server))
    this.#leaveChosen(used)
    const server = used ?? this.#options.create(profile)
    this.#all.add(server)
    this.#chosen = server
    this.#options.onChosen()
    if (!used) void server.connect()
  }

  /** Chooses no server. */
  chooseNone(): void {
    this.#leaveChosen(undefined)
    this.#chosen = undefined
    this.#options.onChosen()
  }

  /** Keeps a server connected until it is released as often as it was held. */
  hold(server: Server): void {
    this.#all.add(server)
    this.#holders.set(server, (this.#holders.get(server) ?? 0) + 1)
  }

  /** Gives up one hold. */
  release(server: Server): void {
    const holders = (this.#holders.get(server) ?? 0) - 1
    if (holders > 0) this.#holders.set(server, holders)
    else this.#holders.delete(server)
    if (holders <= 0 && server !== this.#chosen) this.#drop(server)
  }

  /** Whether a job uses the server. */
  isHeld(server: Server): boolean {
    return this.#holders.has(server)
  }

  /** A server for a job of an earlier run: the present connection to it, or a new one that is not the choice of anybody. */
  forJob(profile: Profile): Server {
    const known = this.all.find((server) => isSame(server.profile, profile))
    if (known) return known
    const server = this.#options.create(profile)
    this.#all.add(server)
    void server.connect()
    return server
  }

  /** The secret of a profile was typed: its servers that waited for it connect. */
  secretTyped(profileId: string): void {
    for (const server of this.#all)
      if (server.profile.id === profileId && isWaitingForSecret(server)) void server.reconnect()
  }

  /** Disconnects everything; resolves when the processes of every gateway have ended. */
  async stop(): Promise<void> {
    await Promise.all([...this.#all].map((server) => server.disconnect()))
  }

  #leaveChosen(next: Server | undefined): void {
    const left = this.#chosen
    this.#chosen = undefined
    if (left && left !== next && !this.isHeld(left)) this.#drop(left)
  }

  #drop(server: Server): void {
    void server.disconnect()
    if (this.#all.delete(server)) this.#options.onGone(server)
  }
}

const isWaitingForSecret = ({ view }: Server): boolean =>
  view.failure?.code === 'secret-missing' || view.failure?.code === 'secret-locked'

/** Whether two versions of a profile lead to the same connection. */
const isSame = (a: Profile, b: Profile): boolean =>
  a.id === b.id &&
  a.host === b.host &&
  a.port === b.port &&
  a.clientId === b.clientId &&
  a.clusterId === b.clusterId &&
  a.allowPlaintext === b.allowPlaintext &&
  isDeepStrictEqual(a.way, b.way)
