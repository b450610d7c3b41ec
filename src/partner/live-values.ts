import { WebSocket } from 'ws'
import type { Cancel, Clock } from '../openobd/clock.ts'
import type { Outcome } from '../shared/outcome.ts'
import { choices } from './choices.ts'
import { connectTo, endpointOf, type RouteTo } from './http.ts'
import { eventMessageSchema, statusMessageSchema } from './wire.ts'

/** The last values of a connector; `age` says how far they can be trusted. Volts, ms. */
export interface LiveValues {
  readonly connectorId: string
  readonly voltage?: number
  readonly vin?: string
  readonly roundTripMs?: number
  readonly age: 'fresh' | 'stale' | 'unknown'
}

/** Dependencies of the live values. */
export interface LiveValuesOptions {
  readonly wsUrl: string
  readonly token: () => Promise<Outcome<string>>
  readonly routeTo: RouteTo
  readonly clock: Clock
  readonly random: () => number
  /** Ids of the events after this one, for the time without a connection. */
  readonly eventsAfter: (eventId: string) => Promise<Outcome<readonly string[]>>
  readonly onValues: (values: LiveValues) => void
  /** Something happened to a ticket, or may have while the connection was down: read the list again. */
  readonly onTickets: () => void
}

const eventTypes = ['tickets.ticket.created', 'tickets.ticket.closed']
const rememberedEvents = 1000

/**
 * Voltage, VIN and round trip of the connectors in sight, and events of tickets, by WebSocket. Reconnects by itself: at once at first,
 * then with growing pauses; each connection gets a fresh token and every subscription.
 */
export class LiveValuesFeed {
  readonly #options: LiveValuesOptions
  readonly #wanted = new Set<string>()
  readonly #lastSeen = new Map<string, { values: Omit<LiveValues, 'age'>; atMs: number; age: LiveValues['age'] }>()
  readonly #events = new Set<string>()
  #socket: WebSocket | undefined
  #lastEvent: string | undefined
  #attempts = 0
  #generation = 0
  #isRunning = false
  #cancels: Cancel[] = []
  /** Connections that were opened so far. */
  connections = 0

  constructor(options: LiveValuesOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    void this.#open()
    this.#watchAges()
  }

  stop(): void {
    this.#isRunning = false
    this.#generation += 1
    for (const cancel of this.#cancels.splice(0)) cancel()
    this.#socket?.terminate()
    this.#socket = undefined
  }

  /** Follows exactly these connectors, at most twenty. */
  follow(connectorIds: readonly string[]): void {
    const wanted = new Set(connectorIds.slice(0, choices.mostConnectors))
    for (const id of this.#wanted) if (!wanted.has(id)) this.#drop(id)
    for (const id of wanted) {
      if (this.#wanted.has(id)) continue
      this.#wanted.add(id)
      this.#send({ action: 'subscribe-to-connector', connector_id: id })
    }
  }

  #drop(id: string): void {
    this.#wanted.delete(id)
    this.#lastSeen.delete(id)
    this.#send({ action: 'unsubscribe-from-connector', connector_id: id })
  }

  async #open(): Promise<void> {
    const generation = ++this.#generation
    const { wsUrl, token: getToken, routeTo } = this.#options
    const isCurrent = (): boolean => this.#isRunning && generation === this.#generation
    const endpoint = endpointOf(new URL(wsUrl))
    const token = await getToken()
    const connected = endpoint.ok && token.ok ? await connectTo(endpoint.value, routeTo) : undefined
    if (!isCurrent()) {
      if (connected?.ok) connected.value.destroy()
      return
    }
    if (!token.ok || !connected?.ok) return this.#openLater()
    const plainUrl = wsUrl.replace(/^wss:/, 'ws:')
    const socket = new WebSocket(plainUrl, {
      // The connection is encrypted already, and checked for the name of the server.
      createConnection: () => connected.value as never,
      headers: { authorization: `Bearer ${token.value}`, host: new URL(wsUrl).host },
      maxPayload: 1024 * 1024,
      followRedirects: false,
    })
    this.#socket = socket
    socket.on('open', () => isCurrent() && this.#opened())
    socket.on('message', (data) => isCurrent() && this.#take(String(data)))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (!isCurrent()) return
      this.#socket = undefined
      this.#openLater()
    })
  }

  #opened(): void {
    this.connections += 1
    for (const connector_id of this.#wanted) this.#send({ action: 'subscribe-to-connector', connector_id })
    for (const event_type of eventTypes) this.#send({ action: 'subscribe-to-event', event_type })
    this.#after(choices.pingEveryMs, () => this.#ping())
    if (this.connections > 1) void this.#catchUp()
  }

  /**
   * Events of the time without a connection are asked for, so that one that is sent late does not count twice. The tickets are read
   * again whatever the answer is: not every change of a ticket has an event.
   */
  async #catchUp(): Promise<void> {
    const generation = this.#generation
    if (this.#lastEvent !== undefined) {
      const missed = await this.#options.eventsAfter(this.#lastEvent)
      if (!this.#isRunning || generation !== this.#generation) return
      if (missed.ok) for (const id of missed.value) this.#isNew(id)
    }
    this.#options.onTickets()
  }

  #ping(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.ping()
    this.#after(choices.pingEveryMs, () => this.#ping())
  }

  #openLater(): void {
    const waits = choices.reconnectMs
    const waitMs = waits[Math.min(this.#attempts, waits.length - 1)] ?? 0
    this.#attempts += 1
    this.#after(waitMs * (1 + 0.2 * this.#options.random()), () => void this.#open())
  }

  #take(text: string): void {
    const message = parsed(text)
    const status = statusMessageSchema.safeParse(message)
    if (status.success) {
      this.#status(status.data.message)
      return
    }
    const event = eventMessageSchema.safeParse(message)
    if (!event.success || !this.#isNew(event.data.event_id)) return
    this.#attempts = 0
    this.#options.onTickets()
  }

  /** Remembers an event. Ids are ULIDs, which sort by time: the latest one counts, in whatever order they come. */
  #isNew(id: string): boolean {
    if (this.#events.has(id)) return false
    this.#events.add(id)
    const [oldest] = this.#events
    if (this.#events.size > rememberedEvents && oldest !== undefined) this.#events.delete(oldest)
    if (this.#lastEvent === undefined || id > this.#lastEvent) this.#lastEvent = id
    return true
  }

  #status(message: { connector_id: string; voltage?: number; vin_number?: string; round_trip_time?: number }): void {
    const { connector_id: connectorId, voltage, vin_number: vin, round_trip_time: roundTripMs } = message
    if (!this.#wanted.has(connectorId)) return
    // Only data shows that the connection is worth reopening at once.
    this.#attempts = 0
    const values = {
      connectorId,
      ...(voltage !== undefined && { voltage }),
      ...(vin && { vin }),
      ...(roundTripMs !== undefined && { roundTripMs }),
    }
    this.#lastSeen.set(connectorId, { values, atMs: this.#options.clock.monotonicMs(), age: 'fresh' })
    this.#options.onValues({ ...values, age: 'fresh' })
  }

  #watchAges(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const seen of this.#lastSeen.values()) {
      const ageMs = nowMs - seen.atMs
      const age = ageMs >= choices.unknownAfterMs ? 'unknown' : ageMs >= choices.staleAfterMs ? 'stale' : 'fresh'
      if (age === seen.age) continue
      seen.age = age
      const { connectorId } = seen.values
      this.#options.onValues(age === 'unknown' ? { connectorId, age } : { ...seen.values, age })
    }
    if (this.#isRunning) this.#after(1_000, () => this.#watchAges())
  }

  #send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #after(ms: number, run: () => void): void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#cancels = this.#cancels.filter((other) => other !== cancel)
      run()
    })
    this.#cancels.push(cancel)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
