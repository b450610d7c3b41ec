import type { Engine } from '../engine.ts'
import type { Ticket } from '../workshop/workshop.ts'
import { ulidOf } from './identifiers.ts'

/** What the sessions on a ticket have made of it. */
export interface TicketProgress {
  readonly state: 'pending' | 'in_progress' | 'closed'
  readonly assignedAt: number | undefined
  readonly finishedAt: number | undefined
  readonly connectionId: string | undefined
}

/** An event of the workshop. */
export interface PartnerEvent {
  readonly id: string
  readonly type: string
  readonly occurredAt: number
  readonly ticket: Ticket
}

const untouched: TicketProgress = {
  state: 'pending',
  assignedAt: undefined,
  finishedAt: undefined,
  connectionId: undefined,
}
const rememberedEvents = 1000

/** States of tickets and events, as they follow from the sessions of the engine: a started session makes a ticket in progress. */
export class TicketStates {
  readonly events: PartnerEvent[] = []
  readonly #progress = new Map<Ticket, TicketProgress>()
  readonly #listeners = new Set<(event: PartnerEvent) => void>()
  readonly #now: () => number
  readonly stop: () => void

  constructor({ sessions, clocks }: Pick<Engine, 'sessions' | 'clocks'>) {
    this.#now = () => clocks.session.now()
    this.stop = sessions.onChange(({ ticket, id, state, serviceResult }) => {
      if (!ticket) return
      const before = this.of(ticket)
      const isDone = state === 'finished' && serviceResult?.result?.includes('RESULT_SUCCESS')
      if (isDone && before.state !== 'closed') {
        this.#progress.set(ticket, { ...before, state: 'closed', finishedAt: this.#now() })
        this.#happened('tickets.ticket.closed', ticket)
      } else if (before.connectionId !== id && !isDone) {
        const assignedAt = before.assignedAt ?? this.#now()
        this.#progress.set(ticket, { state: 'in_progress', assignedAt, finishedAt: undefined, connectionId: id })
        this.#happened('tickets.ticket.updated', ticket)
      }
    })
  }

  of(ticket: Ticket): TicketProgress {
    return this.#progress.get(ticket) ?? untouched
  }

  /** Calls `listener` with each new event; returns a function that stops it. */
  onEvent(listener: (event: PartnerEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #happened(type: string, ticket: Ticket): void {
    const occurredAt = this.#now()
    const event = { id: ulidOf(occurredAt, this.events.length + 1), type, occurredAt, ticket }
    this.events.push(event)
    if (this.events.length > rememberedEvents) this.events.shift()
    for (const listener of this.#listeners) listener(event)
  }
}
