import type { Cancel, Clock } from '../../openobd/clock.ts'
import { choices } from '../../partner/choices.ts'
import { httpOver, type RouteTo } from '../../partner/http.ts'
import { type LiveValues, LiveValuesFeed } from '../../partner/live-values.ts'
import { PartnerApi } from '../../partner/partner-api.ts'
import { type ListedTicket, TicketList } from '../../partner/ticket-list.ts'
import type { PartnerAccount } from '../../partner/token.ts'
import { lasts, type Outcome } from '../../shared/outcome.ts'
import type { WayInput } from '../../shared/way.ts'
import type { Workshop } from './workshop.ts'

/** Dependencies of the feed of one server. */
export interface PartnerFeedOptions {
  readonly settings: WayInput['partnerApi']
  readonly account: () => PartnerAccount | undefined
  readonly routeTo: RouteTo
  readonly clock: Clock
  readonly random: () => number
  readonly language: () => string
  readonly onToken: (token: string) => void
  readonly workshop: Pick<Workshop, 'setListed' | 'setListFailure' | 'setLive'>
}

/** After a failure that lasts the list is asked for again after this time, in ms. */
const afterLastingMs = 60_000
/** Events that come close together cause one reading. */
const afterEventMs = 300

/** Fills the workshop of a server that lists no tickets itself from the Partner API of the same account. */
export class PartnerFeed {
  readonly #options: PartnerFeedOptions
  readonly #http: ReturnType<typeof httpOver>
  readonly #api: PartnerApi
  readonly #list: TicketList
  readonly #live: LiveValuesFeed | undefined
  #cancel: Cancel = () => undefined
  #isRunning = false
  #isReading = false

  constructor(options: PartnerFeedOptions) {
    const { settings, clock, random, routeTo, workshop } = options
    this.#options = options
    this.#http = httpOver(routeTo)
    this.#api = new PartnerApi({
      restBaseUrl: settings.restBaseUrl,
      tokenUrl: settings.tokenUrl,
      account: options.account,
      ask: this.#http.ask,
      clock,
      random,
      languages: options.language,
      onToken: options.onToken,
    })
    this.#list = new TicketList(this.#api, clock)
    this.#live =
      settings.wsUrl === ''
        ? undefined
        : new LiveValuesFeed({
            wsUrl: settings.wsUrl,
            token: () => this.#api.token.get(),
            routeTo,
            clock,
            random,
            eventsAfter: (id) => this.#api.eventsAfter(id),
            onValues: (values: LiveValues) => workshop.setLive(values),
            onTickets: () => this.#readAfter(afterEventMs),
          })
  }

  /** Reads the tickets now, and again every 15 s and after each event. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#live?.start()
    void this.#read()
  }

  stop(): void {
    this.#isRunning = false
    this.#cancel()
    this.#live?.stop()
    this.#http.close()
  }

  /** The documented smoke test, for the test of a connection. */
  async test(): Promise<Outcome<null>> {
    const answer = await this.#api.test()
    this.stop()
    return answer
  }

  async #read(): Promise<void> {
    if (this.#isReading || !this.#isRunning) return
    this.#isReading = true
    let hasShown = false
    const read = await this.#list.read((bare) => {
      // Only the first time: later the joined rows are already there.
      if (this.#isRunning && !hasShown) this.#options.workshop.setListed(bare, 'rows')
      hasShown = true
    })
    this.#isReading = false
    if (!this.#isRunning) return
    if (read.ok) this.#show(read.value)
    else this.#options.workshop.setListFailure(read.failure)
    this.#readAfter(!read.ok && lasts(read.failure) ? afterLastingMs : choices.ticketsEveryMs)
  }

  #show(tickets: readonly ListedTicket[]): void {
    this.#options.workshop.setListed(tickets, 'joined')
    this.#live?.follow(tickets.flatMap(({ connectorId }) => connectorId ?? []))
  }

  #readAfter(ms: number): void {
    this.#cancel()
    if (this.#isRunning) this.#cancel = this.#options.clock.after(ms, () => void this.#read())
  }
}
