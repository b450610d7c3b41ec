import type { Engine } from '../engine.ts'
import type { VehicleBay } from '../workshop/vehicle-bay.ts'
import type { Ticket } from '../workshop/workshop.ts'
import { numberOf, uuidOf } from './identifiers.ts'
import type { TicketStates } from './ticket-states.ts'

/** One row, in the form of the wire. */
export type Row = Readonly<Record<string, unknown>>

const dayMs = 86_400_000
const isoOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString())

/** First word: the make; the rest: the model. */
function carOf({ vehicleName }: Ticket): { make: string; model: string; makeId: number; modelId: number } {
  const [make = '', ...rest] = vehicleName.split(' ')
  return {
    make,
    model: rest.join(' ') || make,
    makeId: numberOf(`make ${make}`),
    modelId: numberOf(`model ${vehicleName}`),
  }
}

const customerId = ({ customer, licensePlate }: Ticket): string => uuidOf(`customer ${customer || licensePlate}`)
const productId = (number: number): string => uuidOf(`product ${number}`)

/** The resources of the API, built from the workshop of the engine at the time of each request. */
export class Resources {
  readonly #engine: Engine
  readonly #states: TicketStates
  readonly #openedAt: number

  constructor(engine: Engine, states: TicketStates) {
    this.#engine = engine
    this.#states = states
    this.#openedAt = engine.clocks.session.now()
  }

  get tickets(): readonly Ticket[] {
    return this.#engine.workshop.tickets
  }

  /** `/v2/tickets/tickets`. */
  ticket(ticket: Ticket): Row {
    const { state, assignedAt, finishedAt, connectionId } = this.#states.of(ticket)
    const createdAt = this.#openedAt - dayMs + this.tickets.indexOf(ticket) * 60_000
    return {
      id: ticket.id,
      ticket_number: Number(ticket.number),
      state,
      created_at: isoOf(createdAt),
      updated_at: isoOf(assignedAt ?? createdAt),
      assigned_at: isoOf(assignedAt),
      finished_at: isoOf(finishedAt),
      customer_id: customerId(ticket),
      customer_connector_id: ticket.bay.id,
      connection_id: connectionId ?? null,
      customer_channel_id: uuidOf(`channel ${ticket.number}`),
      operator_channel_id: null,
      operator_id: assignedAt === undefined ? null : uuidOf('operator'),
      customer_reference: ticket.licensePlate,
      operator_reference: '',
      external_reference: '',
      externally_processed: false,
      cancel_reason_id: null,
      outsourced: false,
      source_provider_id: uuidOf('provider'),
      vehicle_model_id: carOf(ticket).modelId,
      vin: ticket.bay.car.vin,
      voucher_code: null,
    }
  }

  /** `/v2/tickets/product-lines`. */
  productLines(): Row[] {
    return this.tickets.flatMap((ticket) =>
      ticket.products.map(({ number }) => ({
        product_id: productId(number),
        ticket_id: ticket.id,
        quantity: 1,
        unit_gross_price: { amount: 10, currency: 'EUR', customer_amount: 10, customer_currency: 'EUR' },
      })),
    )
  }

  /** `/v2/products/products`. */
  products(): Row[] {
    const products = new Map(this.tickets.flatMap(({ products }) => products.map((one) => [one.number, one.name])))
    return [...products].map(([number, name]) => ({
      id: productId(number),
      enabled: true,
      name,
      product_number: String(number).padStart(7, '0'),
      type: 'base',
    }))
  }

  /** `/v2/customers/connectors`; the pin is there because the real API has it, and clients must drop it. */
  connectors(): Row[] {
    return this.#engine.workshop.bays.map((bay) => {
      const ticket = this.tickets.find((one) => one.bay === bay)
      return {
        id: bay.id,
        name: bay.number,
        customer_id: ticket ? customerId(ticket) : null,
        type: 'physical',
        hardware_version: '11',
        software_version: '9001',
        pin: String(numberOf(`pin ${bay.number}`) % 100_000).padStart(5, '0'),
      }
    })
  }

  /** `/v2/customers/customers`. */
  customers(): Row[] {
    const rows = new Map<string, Row>()
    for (const ticket of this.tickets) {
      const id = customerId(ticket)
      const name = ticket.customer || `Customer ${ticket.licensePlate}`.trim()
      rows.set(id, { id, company_name: name, primary_location_id: null, locale: 'de-DE', vat_number: null })
    }
    return [...rows.values()]
  }

  models(): Row[] {
    return this.#cars().map(({ model, modelId, makeId }) => ({
      id: modelId,
      enabled: true,
      make_id: makeId,
      model_group_id: makeId,
      name: model,
      manufactured_from: '2001-01-01',
      manufactured_till: null,
    }))
  }

  makes(): Row[] {
    const makes = new Map(this.#cars().map(({ make, makeId }) => [makeId, make]))
    return [...makes].map(([id, name]) => ({ id, enabled: true, name }))
  }

  /** `/v2/open-obd/sessions`; the token is there because the real API has it, and clients must drop it. */
  sessions(clientId: string): Row[] {
    return this.#engine.sessions.retrievable
      .filter((session) => session.startedBy === clientId)
      .map((session) => ({
        id: session.id,
        authentication_token: session.root.authenticationToken ?? '',
        created_at: new Date(session.createdAt).toISOString().replace('Z', '+0000'),
        grpc_endpoint: this.#engine.endpoint.host,
        state: session.state,
      }))
  }

  /** `/v2/open-obd/functions`. */
  functions(clientId: string): Row[] {
    return this.#engine.broker.list(clientId).map(({ details, state, visibility }) => ({
      id: details?.id ?? '',
      name: details?.name ?? '',
      description: details?.description ?? '',
      version: details?.version ?? '',
      online: state === 'FUNCTION_REGISTRATION_STATE_ONLINE',
      public: true,
      price: { amount: 2.5, currency: 'EUR' },
      provider_id: uuidOf('provider'),
      supported_products: [],
      supported_vehicles: [],
      visibility: visibility === 'FUNCTION_VISIBILITY_INTERNAL' ? 'hidden' : 'visible',
    }))
  }

  /** Values of a connector as the WebSocket sends them. */
  status(bay: VehicleBay): { voltage?: number; vin_number?: string; round_trip_time?: number } | undefined {
    if (!bay.isOnline) return undefined
    const car = bay.isPlugged ? { voltage: bay.car.voltage, vin_number: bay.car.vin } : {}
    return { ...car, round_trip_time: Math.round(bay.link.latencyMs) }
  }

  #cars() {
    return [...new Map(this.tickets.map((ticket) => [carOf(ticket).modelId, carOf(ticket)])).values()]
  }
}
