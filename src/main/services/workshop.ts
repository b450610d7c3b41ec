import type { SessionRecord } from '../../openobd/wire/session-record.ts'
import type { WorkshopConnector } from '../../openobd/wire/workshop-connector.ts'
import type { WorkshopEvent, WorkshopSnapshot } from '../../openobd/wire/workshop-event.ts'
import type { WorkshopTicket } from '../../openobd/wire/workshop-ticket.ts'
import type { LiveValues } from '../../partner/live-values.ts'
import type { ListedTicket } from '../../partner/ticket-list.ts'
import type { ConnectorView, TicketView, WorkshopView } from '../../shared/app-state.ts'
import type { JobPlace } from '../../shared/job.ts'
import type { Failure } from '../../shared/outcome.ts'
import type { PromptSession } from '../../shared/prompt.ts'
import type { SessionPlace, SessionTarget } from '../../shared/session.ts'

/** The workshop as the screen shows it. Unchanged tickets and connectors are the same objects as before. */
export interface WorkshopSlices {
  readonly workshop: WorkshopView
  readonly tickets: TicketView[]
  readonly connectors: ConnectorView[]
}

/** The viewer's tickets, connectors and sessions, in the form of the screen. */
export class Workshop {
  readonly #changed: () => void
  readonly #nowMs: () => number
  #status: WorkshopView['status'] = 'loading'
  #staleSince = 0
  #name = ''
  #tickets = new Map<string, WorkshopTicket>()
  #connectors = new Map<string, WorkshopConnector>()
  #sessions = new Map<string, SessionRecord>()
  /** What only the Partner API knows of its tickets. */
  #listed = new Map<string, ListedTicket>()
  #source: WorkshopView['source']
  #failure: Failure | undefined
  readonly #ticketViews = new WeakMap<WorkshopTicket, TicketView>()
  readonly #connectorViews = new WeakMap<WorkshopConnector, ConnectorView>()

  /** `changed` is called after each change of `slices`; `nowMs` is the wall clock, in Unix ms. */
  constructor(changed: () => void, nowMs: () => number) {
    this.#changed = changed
    this.#nowMs = nowMs
  }

  /** Applies an event; a snapshot replaces everything. */
  apply(event: WorkshopEvent): void {
    switch (event.kind) {
      case 'snapshot':
        this.#replace(event.snapshot)
        break
      case 'ticket-changed':
        this.#tickets.set(event.ticket.number, event.ticket)
        break
      case 'connector-changed':
        this.#connectors.set(event.connector.number, event.connector)
        break
      case 'session-changed':
        this.#sessions.set(event.session.sessionId, event.session)
        break
      default:
        return
    }
    this.#changed()
  }

  /** The server has no viewer side. */
  setAbsent(): void {
    if (this.#source === 'partner-api') return
    this.#forget('absent')
  }

  /** Tickets of the Partner API, for a server without a viewer. `rows`: customer, car and adapter are still being read. */
  setListed(tickets: readonly ListedTicket[], known: 'rows' | 'joined'): void {
    if (known === 'rows' && this.#source === 'partner-api') return
    this.#status = 'ready'
    this.#source = 'partner-api'
    this.#failure = undefined
    this.#listed = new Map(tickets.map((ticket) => [ticket.number, ticket]))
    this.#tickets = new Map(tickets.map((ticket) => [ticket.number, workshopTicket(ticket)]))
    this.#changed()
  }

  /** The Partner API could not be read; tickets of an earlier reading stay and are marked as old. */
  setListFailure(failure: Failure): void {
    this.#failure = failure
    if (this.#source === 'partner-api') this.setStale()
    this.#changed()
  }

  /** Values of an adapter by the Partner API; an adapter that nothing is known of is none. */
  setLive({ connectorId, age, voltage, vin, roundTripMs }: LiveValues): void {
    const ticket = [...this.#listed.values()].find((one) => one.connectorId === connectorId)
    const number = ticket?.connectorName
    if (number === undefined) return
    if (age === 'unknown') this.#connectors.delete(number)
    else
      this.#connectors.set(number, {
        number,
        id: connectorId,
        name: '',
        online: true,
        plugged: voltage !== undefined,
        vehicleName: '',
        vin: vin ?? '',
        ignitionOn: false,
        ...(voltage !== undefined && { voltage }),
        ...(roundTripMs !== undefined && { link: { connected: true, latencyMs: roundTripMs, healthy: true } }),
      } as WorkshopConnector)
    this.#changed()
  }

  /** The viewer's stream is down; the values may be old. */
  setStale(): void {
    if (this.#status !== 'ready') return
    this.#status = 'stale'
    this.#staleSince = this.#nowMs()
    this.#changed()
  }

  /** Another server was chosen. */
  reset(): void {
    this.#forget('loading')
  }

  /** The viewer's record of a session. */
  sessionRecord(sessionId: string): SessionRecord | undefined {
    return this.#sessions.get(sessionId)
  }

  /** Ticket or connector number of a session, when the viewer knows it. */
  labelOf(sessionId: string): string | undefined {
    const record = this.#sessions.get(sessionId)
    return record && (record.ticketNumber ?? record.connectorNumber)
  }

  /** Where a session is and what runs in it; undefined when the viewer does not know the session. */
  placeOf(sessionId: string): SessionPlace | undefined {
    const record = this.#sessions.get(sessionId)
    if (!record) return undefined
    const ticket = record.ticketNumber === undefined ? undefined : this.#tickets.get(record.ticketNumber)
    const connector = this.#connectors.get(record.connectorNumber)
    return {
      licensePlate: ticket?.licensePlate || undefined,
      connectorName: connector?.name || record.connectorNumber || undefined,
      vehicleName: connector?.vehicleName || ticket?.vehicleName || undefined,
      functionName: runningIn(record),
    }
  }

  /** What the viewer knows of the place and the car of a target, for a new job. */
  placeOfTarget(target: SessionTarget): JobPlace {
    const ticket = target.kind === 'ticket' ? this.#tickets.get(target.number) : undefined
    const connector = this.#connectors.get(
      target.kind === 'connector' ? target.number : (ticket?.connectorNumber ?? ''),
    )
    const vehicleName = connector?.vehicleName || ticket?.vehicleName
    return {
      ...(ticket?.licensePlate ? { licensePlate: ticket.licensePlate } : {}),
      ...(connector?.name ? { lift: connector.name } : {}),
      ...(vehicleName ? { vehicleName } : {}),
    }
  }

  /** The car of a session; empty when the viewer does not know the session. */
  carOf(sessionId: string): Omit<PromptSession, 'key'> {
    const record = this.#sessions.get(sessionId)
    if (!record) return {}
    const { functionName: _, ...place } = this.placeOf(sessionId) ?? {}
    return { ...place, ticketNumber: record.ticketNumber, connectorNumber: record.connectorNumber }
  }

  /** The connector that a session uses, when the viewer knows it. */
  connectorOf(sessionId: string): WorkshopConnector | undefined {
    const record = this.#sessions.get(sessionId)
    return record && this.#connectors.get(record.connectorNumber)
  }

  /** The session that holds the connection of a target, when the viewer knows it. */
  sessionHolding(target: SessionTarget): string | undefined {
    const number = target.kind === 'connector' ? target.number : this.#tickets.get(target.number)?.connectorNumber
    const connector = number === undefined ? undefined : this.#connectors.get(number)
    const ticket = target.kind === 'ticket' ? this.#tickets.get(target.number) : undefined
    return connector?.sessionId ?? ticket?.sessionId
  }

  /** Whether nothing is listed, so that a person types the number of a ticket or an adapter. */
  get isAbsent(): boolean {
    return this.#status === 'absent'
  }

  /** The viewer of a gateway shows sessions and questions only: there is no workshop, and the tickets of the Partner API stay. */
  #replace(snapshot: WorkshopSnapshot): void {
    this.#sessions = new Map(snapshot.sessions.map((session) => [session.sessionId, session]))
    const listsNothing = [snapshot.workshopName, snapshot.tickets, snapshot.connectors].every(
      ({ length }) => length === 0,
    )
    if (listsNothing && this.#source === 'partner-api') {
      if (this.#failure === undefined) this.#status = 'ready'
      return
    }
    this.#status = listsNothing ? 'absent' : 'ready'
    this.#source = undefined
    this.#listed.clear()
    this.#name = snapshot.workshopName
    this.#tickets = new Map(snapshot.tickets.map((ticket) => [ticket.number, ticket]))
    this.#connectors = new Map(snapshot.connectors.map((connector) => [connector.number, connector]))
  }

  #forget(status: 'absent' | 'loading'): void {
    this.#status = status
    this.#tickets.clear()
    this.#connectors.clear()
    this.#sessions.clear()
    this.#listed.clear()
    this.#source = undefined
    this.#failure = undefined
    this.#name = ''
    this.#changed()
  }

  /** The present view. */
  slices(): WorkshopSlices {
    const since = this.#status === 'stale' ? { staleSince: this.#staleSince } : {}
    return {
      workshop: {
        status: this.#status,
        ...since,
        name: this.#name,
        ...(this.#source && { source: this.#source }),
        ...(this.#failure && { failure: this.#failure }),
      },
      tickets: [...this.#tickets.values()].map((ticket) => this.#ticketView(ticket)),
      connectors: [...this.#connectors.values()].map((connector) => this.#connectorView(connector)),
    }
  }

  #ticketView(ticket: WorkshopTicket): TicketView {
    const { number, connectorNumber, subject, vehicleName, licensePlate } = ticket
    const use = this.#holdingOf(ticket.sessionId ?? this.#connectors.get(connectorNumber)?.sessionId)
    const known = this.#ticketViews.get(ticket)
    if (known && isSameUse(known, use)) return known
    const listed = this.#listed.get(number)
    const more = listed && {
      ...(listed.customer && { customer: listed.customer }),
      isInProgress: listed.state === 'in_progress',
    }
    const view = { number, connectorNumber, subject, vehicleName, licensePlate, ...use, ...more }
    this.#ticketViews.set(ticket, view)
    return view
  }

  #connectorView(connector: WorkshopConnector): ConnectorView {
    const use = this.#holdingOf(connector.sessionId)
    const known = this.#connectorViews.get(connector)
    if (known && isSameUse(known, use)) return known
    const view = { ...connectorView(connector), ...use }
    this.#connectorViews.set(connector, view)
    return view
  }

  #holdingOf(sessionId: string | undefined): Use {
    const record = sessionId === undefined ? undefined : this.#sessions.get(sessionId)
    if (!record) return { inUse: sessionId !== undefined }
    const functionName = runningIn(record)
    return {
      inUse: true,
      use: {
        ...(record.createdAt === undefined ? {} : { since: record.createdAt }),
        ...(functionName ? { functionName } : {}),
      },
    }
  }
}

type Use = Pick<TicketView, 'inUse' | 'use'>

const isSameUse = (a: Use, b: Use): boolean =>
  a.inUse === b.inUse && a.use?.since === b.use?.since && a.use?.functionName === b.use?.functionName

/** The function that was started last and has not ended. */
const runningIn = ({ contexts }: SessionRecord): string | undefined =>
  contexts.findLast(({ finishedAt, functionName }) => finishedAt === undefined && functionName)?.functionName

function connectorView(connector: WorkshopConnector): Omit<ConnectorView, keyof Use> {
  const { number, name, online, plugged, vehicleName, vin, voltage, ignitionOn, link } = connector
  return {
    number,
    name,
    online,
    plugged,
    vehicleName,
    vin,
    voltage,
    ignitionOn,
    latencyMs: link?.latencyMs,
    healthy: link?.healthy,
  }
}

/** A ticket of the Partner API as one of the workshop: its reference takes the place of the plate, its products that of the wish. */
const workshopTicket = (ticket: ListedTicket): WorkshopTicket => ({
  number: ticket.number,
  id: ticket.id,
  connectorNumber: ticket.connectorName ?? '',
  subject: ticket.products.join(', '),
  vehicleName: ticket.car ?? '',
  licensePlate: ticket.reference ?? '',
})
