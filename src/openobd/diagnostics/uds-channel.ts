import { succeeded } from '../../shared/outcome.ts'
import type { Clock } from '../clock.ts'
import { type CallFailure, type CallOutcome, callFailure, refused } from '../failure.ts'
import type { StreamEnd } from '../grpc/grpc-stream.ts'
import type { SessionCalls } from '../session/session-calls.ts'
import { type ChannelRoute, type ChannelStream, type DiagnosticChannel, routeTo } from './diagnostic-channel.ts'
import { busyRepeatRequest, payloadFromWire, payloadToWire } from './uds.ts'
import { type UdsAnswer, UdsExchange, type UdsTiming } from './uds-exchange.ts'

export type { UdsAnswer, UdsTiming } from './uds-exchange.ts'

const busyPauseMs = 500

/**
 * A conversation with one ECU in UDS or KWP2000, which pair requests and answers in the same way: one request at a time, each
 * answer given to its own request only.
 */
export class UdsChannel {
  readonly #calls: SessionCalls
  readonly #clock: Clock
  readonly #route: ChannelRoute
  #open: ChannelStream | undefined
  #exchanging: UdsExchange | undefined
  readonly #turns: (() => void)[] = []
  #isBusy = false
  #unansweredService: number | undefined
  #skipped = 0
  #isClosed = false

  constructor(calls: SessionCalls, clock: Clock, channel: DiagnosticChannel) {
    this.#calls = calls
    this.#clock = clock
    this.#route = routeTo(channel)
  }

  /** Payloads that belonged to no waiting request: late, of another request, or not hex. */
  get skipped(): number {
    return this.#skipped
  }

  /** Opens the stream now; otherwise the first request does. */
  open(): CallOutcome<null> {
    const stream = this.#openStream()
    return stream.ok ? succeeded(null) : stream
  }

  /** Ends the conversation; a waiting request fails. */
  close(): void {
    this.#isClosed = true
    this.#exchanging?.fail(this.#failureOfEnd({ kind: 'stopped' }))
    this.#open?.stream.stop()
    this.#open = undefined
  }

  /**
   * Sends a request and waits for its answer. A request is repeated only when the ECU asks for it (0x21). Requests made
   * meanwhile are queued.
   */
  request(payload: Uint8Array, timing: UdsTiming = {}): Promise<CallOutcome<UdsAnswer>> {
    if (payload.length === 0)
      return Promise.resolve(refused(this.#route.rpc, 'invalid-input', { certainty: 'not-sent' }))
    return new Promise((resolve) => {
      this.#turns.push(
        () =>
          void this.#exchangeWithRetries(payload, timing)
            .then(resolve)
            .finally(() => this.#nextTurn()),
      )
      if (!this.#isBusy) this.#nextTurn()
    })
  }

  #nextTurn(): void {
    const turn = this.#turns.shift()
    this.#isBusy = turn !== undefined
    turn?.()
  }

  async #exchangeWithRetries(payload: Uint8Array, timing: UdsTiming): Promise<CallOutcome<UdsAnswer>> {
    if (timing.signal?.aborted) return succeeded({ kind: 'cancelled' })
    const deadlineMs = this.#clock.monotonicMs() + (timing.totalMs ?? 60_000)
    for (let retries = timing.busyRetries ?? 3; ; retries -= 1) {
      const outcome = await this.#exchange(payload, timing, deadlineMs)
      const isBusy = outcome.ok && outcome.value.kind === 'negative' && outcome.value.code === busyRepeatRequest
      if (!isBusy || retries <= 0 || this.#clock.monotonicMs() + busyPauseMs >= deadlineMs) return outcome
      if (await this.#pause(busyPauseMs, timing.signal)) return succeeded({ kind: 'cancelled' })
    }
  }

  async #exchange(payload: Uint8Array, timing: UdsTiming, deadlineMs: number): Promise<CallOutcome<UdsAnswer>> {
    const opened = this.#openStream()
    if (!opened.ok) return opened
    const exchange = new UdsExchange({
      clock: this.#clock,
      request: payload,
      timing,
      deadlineMs,
      isAnswerOwed: this.#unansweredService === payload[0],
      judgeSilence: () => this.#judgeSilence(),
    })
    this.#exchanging = exchange
    const sent = opened.value.send(payloadToWire(payload))
    if (sent === 'full') exchange.fail(callFailure(this.#route.rpc, 'too-many-requests', { certainty: 'not-sent' }))
    else if (sent === 'over') exchange.fail(callFailure(this.#route.rpc, 'connection-lost', { certainty: 'not-sent' }))
    const outcome = await exchange.settled
    this.#exchanging = undefined
    const isGivenUp = outcome.ok && (outcome.value.kind === 'no-answer' || outcome.value.kind === 'cancelled')
    this.#unansweredService = isGivenUp ? payload[0] : undefined
    return outcome
  }

  /** Decides after a time-out whether the ECU or the connection is the cause. */
  async #judgeSilence(): Promise<CallOutcome<UdsAnswer>> {
    if (await this.#calls.confirmLink()) return succeeded({ kind: 'no-answer' })
    return refused(this.#route.rpc, 'connection-lost', { certainty: 'unclear' })
  }

  #openStream(): CallOutcome<ChannelStream> {
    if (this.#isClosed) return refused(this.#route.rpc, 'session-ended', { certainty: 'not-sent' })
    if (this.#open && !this.#open.stream.isOver) return succeeded(this.#open)
    const outcome = this.#route.open(this.#calls)
    if (!outcome.ok) return outcome
    const opened = outcome.value
    this.#open = opened
    opened.stream.onMessage(({ payload }) => {
      if (this.#open === opened) this.#onPayload(payload)
    })
    void opened.stream.ended.then((end) => {
      if (this.#open !== opened) return
      this.#open = undefined
      this.#exchanging?.fail(this.#failureOfEnd(end))
    })
    opened.send('')
    return succeeded(opened)
  }

  #onPayload(text: string): void {
    if (text === '') return
    const payload = payloadFromWire(text)
    if (!payload || !this.#exchanging?.take(payload)) this.#skipped += 1
  }

  /** Resolves with true when the signal was aborted first. */
  #pause(pauseMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const onAbort = (): void => {
        cancel()
        resolve(true)
      }
      const cancel = this.#clock.after(pauseMs, () => {
        signal?.removeEventListener('abort', onAbort)
        resolve(false)
      })
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  #failureOfEnd(end: StreamEnd): CallFailure {
    if (end.kind === 'failed') return end.failure
    return callFailure(this.#route.rpc, 'session-ended', { certainty: 'unclear' })
  }
}
