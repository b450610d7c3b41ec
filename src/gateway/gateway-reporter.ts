import type { Clock } from '../openobd/clock.ts'
import type { FunctionDetails__Output } from '../openobd/generated/types/openOBD/v1/FunctionDetails.ts'
import type { FromGateway } from '../shared/gateway.ts'
import type { Activity } from './activities.ts'
import type { GatewayContext } from './contexts.ts'
import type { Gateway } from './gateway.ts'
import type { GatewayReports } from './gateway-setup.ts'
import { PortOutbox } from './port-outbox.ts'
import { logEvent, promptEvent } from './viewer-events.ts'

/** Most pending requests that are reported of one context. */
const mostRequests = 8
/** Longest value of a result that is reported, in characters; longer ones are read from the server at the end. */
const longestResult = 64_000

/** Turns what a gateway reports into messages for main. */
export class GatewayReporter {
  readonly #clock: Clock
  readonly #send: (message: FromGateway) => void
  readonly #outbox: PortOutbox

  constructor(clock: Clock, send: (message: FromGateway) => void) {
    this.#clock = clock
    this.#send = send
    this.#outbox = new PortOutbox(clock, (events, leftOut) => send({ type: 'events', events, leftOut }))
  }

  /** The listeners for a gateway. */
  reports(gateway: () => Gateway | undefined): GatewayReports {
    return {
      onToken: (context) => this.#token(context),
      onContextStarted: (context) => this.#token(context),
      onContextEnded: (context) => {
        this.#outbox.flush()
        this.#send({ type: 'context-ended', ...named(context) })
      },
      onPrompt: (event) => this.#outbox.add(promptEvent(event)),
      onLogLine: (line) => this.#outbox.add(logEvent(line, this.#clock.wallMs())),
      onResult: (context, { key, value }) => {
        if (value !== undefined && value.length <= longestResult)
          this.#send({ type: 'result', ...named(context), key, value })
      },
      onActivity: (activity) => this.#activity(activity),
      onFunctionsChanged: () => this.#functions(gateway()),
    }
  }

  /** Sends what was collected. */
  flush(): void {
    this.#outbox.flush()
  }

  #token(context: GatewayContext): void {
    const { farToken, parent } = context
    if (farToken === undefined) return
    this.#send({ type: 'token', ...named(context), parentId: parent?.id ?? '', ...farToken })
  }

  #activity({ context, requests, serverSince, lastWrite }: Activity): void {
    this.#send({
      type: 'activity',
      ...named(context),
      requests: requests.slice(0, mostRequests),
      ...(serverSince === undefined ? {} : { serverSince }),
      ...(lastWrite === undefined ? {} : { lastWrite }),
    })
  }

  #functions(gateway: Gateway | undefined): void {
    const functions = (gateway?.broker.functions ?? []).map(({ details, state }) => {
      const { id = '', name = '', version = '', description = '' } = (details ?? {}) as Partial<FunctionDetails__Output>
      return { id, name, version, description, isOnline: state === 'FUNCTION_REGISTRATION_STATE_ONLINE' }
    })
    this.#send({ type: 'functions', functions })
  }
}

const named = ({ id, session }: GatewayContext) => ({ sessionId: session.id, contextId: id })
