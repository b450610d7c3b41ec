import type { z } from 'zod'
import type { Clock } from '../openobd/clock.ts'
import { type Outcome, succeeded } from '../shared/outcome.ts'
import { choices } from './choices.ts'
import type { PartnerApi } from './partner-api.ts'
import {
  connectorSchema,
  customerSchema,
  makeSchema,
  modelSchema,
  type PartnerTicket,
  productLineSchema,
  productSchema,
  ticketSchema,
} from './wire.ts'

/** A ticket as a mechanic sees it. Parts that the account may not see, or that are missing, are absent. */
export interface ListedTicket {
  readonly id: string
  /** The number that people read and that starts a session. */
  readonly number: string
  readonly state: string
  readonly createdAt: string
  readonly reference?: string
  readonly customer?: string
  readonly car?: string
  readonly vin?: string
  readonly connectorId?: string
  readonly connectorName?: string
  readonly products: readonly string[]
}

type State = keyof typeof choices.ticketsByState

/** The open tickets of the account, joined with customer, car, connector and products. Joined records are kept for a while. */
export class TicketList {
  readonly #api: PartnerApi
  readonly #clock: Clock
  readonly #kept = new Map<string, { readonly record: Promise<unknown>; readonly untilMs: number }>()

  constructor(api: PartnerApi, clock: Clock) {
    this.#api = api
    this.#clock = clock
  }

  /** The tickets that a session may be started on, newest first. `onBare`: called first with what the rows alone say. */
  async read(onBare: (tickets: readonly ListedTicket[]) => void = () => undefined): Promise<Outcome<ListedTicket[]>> {
    const found: PartnerTicket[] = []
    for (const state of choices.startableStates) {
      const rows = await this.#ofState(state)
      if (!rows.ok) return rows
      found.push(...rows.value)
    }
    const tickets = found.sort((a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? ''))
    onBare(tickets.map((ticket) => listed(ticket, {})))
    return succeeded(await Promise.all(tickets.map((ticket) => this.#joined(ticket))))
  }

  /** One filter at a time, and filtered again here: whether the server filters is not documented. */
  async #ofState(state: State): Promise<Outcome<PartnerTicket[]>> {
    const all = await this.#api.list(choices.paths.tickets, { state }, ticketSchema, ({ id }) => id)
    if (all.ok)
      return succeeded(all.value.rows.filter((ticket) => ticket.state === undefined || ticket.state === state))
    if (all.failure.code !== 'not-found' && all.failure.code !== 'partner-api-unreadable') return all
    const some = await this.#api.list(choices.ticketsByState[state], {}, ticketSchema, ({ id }) => id)
    return some.ok ? succeeded(some.value.rows.map((ticket) => ({ ...ticket, state }))) : all
  }

  async #joined(ticket: PartnerTicket): Promise<ListedTicket> {
    const { paths } = choices
    const [customer, connector, model, products] = await Promise.all([
      this.#record(paths.customers, ticket.customer_id, customerSchema),
      this.#record(paths.connectors, ticket.customer_connector_id, connectorSchema),
      this.#record(paths.models, ticket.vehicle_model_id, modelSchema, choices.vehiclesMs),
      this.#products(ticket.id),
    ])
    const make = await this.#record(paths.makes, model?.make_id, makeSchema, choices.vehiclesMs)
    const car = [make?.name, model?.name].filter(Boolean).join(' ')
    return listed(ticket, { customer: customer?.company_name, connector: connector?.name, car, products })
  }

  async #products(ticketId: string): Promise<readonly string[]> {
    const lines = await this.#keep(`lines ${ticketId}`, choices.recordsMs, async () => {
      const query = { ticket_id: ticketId }
      const id = (line: z.infer<typeof productLineSchema>) => `${line.ticket_id} ${line.product_id}`
      const read = await this.#api.list(choices.paths.productLines, query, productLineSchema, id)
      return read.ok ? read.value.rows : undefined
    })
    const own = (lines ?? []).filter((line) => line.ticket_id === undefined || line.ticket_id === ticketId)
    const products = await Promise.all(
      own.map((line) => this.#record(choices.paths.products, line.product_id, productSchema)),
    )
    return products.flatMap((product) => product?.name ?? [])
  }

  /** A joined record; undefined when it is missing, forbidden or unreadable: the ticket stays in the list without it. */
  #record<T>(path: string, id: string | number | undefined, schema: z.ZodType<T>, keptMs: number = choices.recordsMs) {
    if (id === undefined) return Promise.resolve(undefined)
    return this.#keep(`${path} ${id}`, keptMs, async () => {
      const read = await this.#api.one(path, id, schema)
      return read.ok ? read.value : undefined
    })
  }

  #keep<T>(key: string, keptMs: number, read: () => Promise<T>): Promise<T> {
    const nowMs = this.#clock.monotonicMs()
    const kept = this.#kept.get(key)
    if (kept && kept.untilMs > nowMs) return kept.record as Promise<T>
    const record = read()
    this.#kept.set(key, { record, untilMs: nowMs + keptMs })
    return record
  }
}

interface Joined {
  readonly customer?: string | undefined
  readonly connector?: string | undefined
  readonly car?: string
  readonly products?: readonly string[]
}

function listed(ticket: PartnerTicket, { customer, connector, car, products = [] }: Joined): ListedTicket {
  const { id, ticket_number: number, vin, customer_connector_id: connectorId } = ticket
  return {
    id,
    number,
    state: ticket.state ?? '',
    createdAt: ticket.created_at ?? '',
    products,
    ...(ticket.customer_reference && { reference: ticket.customer_reference }),
    ...(customer && { customer }),
    ...(car && { car }),
    ...(vin && { vin }),
    ...(connectorId && { connectorId }),
    ...(connector && { connectorName: connector }),
  }
}
