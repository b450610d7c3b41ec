import type { Clock, Timer } from '../../server/clock/clock.ts'
import type { Refusal } from '../../server/refusal.ts'
import { failedPrecondition, invalidArgument, notFound, permissionDenied, unavailable } from '../../server/refusal.ts'
import type { TokenVault } from '../../server/tokens.ts'
import { choices, limits } from '../protocol-choices.ts'
import type { VehicleBay } from '../workshop/vehicle-bay.ts'
import type { Ticket, Workshop } from '../workshop/workshop.ts'
import { DiagnosticSession, type TokenHolder } from './diagnostic-session.ts'

/** Dependencies of the session book. */
export interface SessionBookSetup {
  readonly clock: Clock
  readonly vault: TokenVault<TokenHolder>
  readonly workshop: Workshop
}

const noSession = () => notFound('no session found with that id')

/** Every session of the workshop: the open ones, and the final ones while they are retrievable. */
export class SessionBook {
  readonly #setup: SessionBookSetup
  readonly #retrievable = new Map<string, DiagnosticSession>()
  readonly #forgetting = new Map<DiagnosticSession, Timer>()
  readonly #listeners = new Set<(session: DiagnosticSession) => void>()
  readonly #forgetListeners = new Set<(session: DiagnosticSession) => void>()

  constructor(setup: SessionBookSetup) {
    this.#setup = setup
  }

  /** Sessions that getSession still returns, oldest first. */
  get retrievable(): readonly DiagnosticSession[] {
    return [...this.#retrievable.values()]
  }

  get open(): readonly DiagnosticSession[] {
    return this.retrievable.filter((session) => !session.isOver)
  }

  /** Calls `listener` after each change of a session; returns a function that stops it. */
  onChange(listener: (session: DiagnosticSession) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls `listener` when a session is no longer retrievable; returns a function that stops it. */
  onForget(listener: (session: DiagnosticSession) => void): () => void {
    this.#forgetListeners.add(listener)
    return () => this.#forgetListeners.delete(listener)
  }

  /** `startSessionOnTicket`. */
  startOnTicket(numberOrId: string, startedBy: string): DiagnosticSession {
    if (numberOrId === '') throw invalidArgument('the ticket number is empty')
    const ticket = this.#setup.workshop.findTicket(numberOrId)
    if (ticket === undefined) throw failedPrecondition('no ticket found with that number')
    return this.#start(ticket.bay, ticket, startedBy)
  }

  /** `startSessionOnConnector`. */
  startOnConnector(numberOrId: string, startedBy: string): DiagnosticSession {
    if (numberOrId === '') throw invalidArgument('the connector number is empty')
    const bay = this.#setup.workshop.findBay(numberOrId)
    if (bay === undefined) throw notFound('no connector found with that number')
    return this.#start(bay, undefined, startedBy)
  }

  /** A session that is open or still retrievable. */
  find(id: string): DiagnosticSession | undefined {
    return this.#retrievable.get(id)
  }

  /** As {@link SessionBook.find}, but `not-found` when there is none. */
  get(id: string): DiagnosticSession {
    const session = this.find(id)
    if (session === undefined) throw noSession()
    return session
  }

  /** `getSession` of a partner: sessions of other partners are not found. */
  getOwn(id: string, clientId: string): DiagnosticSession {
    const session = this.get(id)
    if (session.startedBy === clientId) return session
    throw choices.hidesForeignSessions ? noSession() : permissionDenied('the session belongs to another partner')
  }

  /** `interruptSession` of a partner; `failed-precondition` when the session is final already. */
  interrupt(id: string, clientId: string): DiagnosticSession {
    const session = this.getOwn(id, clientId)
    if (session.isOver) throw failedPrecondition(`the session is ${session.state}`)
    session.end('interrupted', 'interruptSession')
    return session
  }

  /** Forgets a session as a restarted server would: its streams end with `failure`, its id and tokens become unknown. */
  lose(session: DiagnosticSession, failure: Refusal): void {
    session.end('failed', 'lost by the server', undefined, failure)
    this.#forget(session)
  }

  /** Ends every open session, when the engine stops. */
  close(): void {
    for (const session of this.open) session.end('interrupted', 'the engine stops')
    for (const task of this.#forgetting.values()) task.cancel()
    this.#forgetting.clear()
  }

  #start(bay: VehicleBay, ticket: Ticket | undefined, startedBy: string): DiagnosticSession {
    if (bay.session !== undefined) throw unavailable('resource already in use')
    if (!bay.isOnline) throw unavailable('the connector is offline')
    const { clock, vault } = this.#setup
    const session = new DiagnosticSession({ clock, vault, bay, ticket, startedBy, onChange: (it) => this.#changed(it) })
    this.#retrievable.set(session.id, session)
    bay.occupy(session)
    this.#changed(session)
    return session
  }

  #changed(session: DiagnosticSession): void {
    if (session.isOver && session.bay.session === session) {
      session.bay.occupy(undefined)
      const forget = this.#setup.clock.after(limits.retrievableMs, () => this.#forget(session))
      this.#forgetting.set(session, forget)
    }
    for (const listener of this.#listeners) listener(session)
  }

  #forget(session: DiagnosticSession): void {
    this.#forgetting.get(session)?.cancel()
    this.#forgetting.delete(session)
    this.#retrievable.delete(session.id)
    session.revokeTokens()
    for (const listener of this.#forgetListeners) listener(session)
  }
}
