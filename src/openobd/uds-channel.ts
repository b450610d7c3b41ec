import type { Clock } from './clock.ts'
import { type CallFailure, type CallOutcome, callFailure, refused, success } from './failure.ts'
import type { IsotpMessage, IsotpMessage__Output } from './generated/types/openOBD/v1/IsotpMessage.ts'
import type { GrpcStream, StreamEnd } from './grpc-stream.ts'
import { openObdV1 } from './protos.ts'
import type { SessionCalls } from './session-calls.ts'
import { busyRepeatRequest, payloadFromWire, payloadToWire } from './uds.ts'
import { type UdsAnswer, UdsExchange, type UdsTiming } from './uds-exchange.ts'
import { type IsotpChannel, isotpChannelToWire } from './wire/isotp-channel.ts'

export type { UdsAnswer, UdsTiming } from './uds-exchange.ts'

const busyPauseMs = 500
const rpc = 'can/openIsotpStream'

/** A conversation with one ECU over ISO-TP: one request at a time, each answer given to its own request only. */
export class UdsChannel {
  readonly #calls: SessionCalls
  readonly #clock: Clock
  readonly #channel: ReturnType<typeof isotpChannelToWire>
  #stream: GrpcStream<IsotpMessage, IsotpMessage__Output> | undefined
  #exchanging: UdsExchange | undefined
  readonly #turns: (() => void)[] = []
  #isBusy = false
  #unansweredService: number | undefined
  #skipped = 0
  #isClosed = false

  constructor(calls: SessionCalls, clock: Clock, channel: IsotpChannel) {
    this.#calls = calls
    this.#clock = clock
    this.#channel = isotpChannelToWire(channel)
  }

  /** Payloads that belonged to no waiting request: late, foreign or not hex. */
  get skipped(): number {
    return this.#skipped
  }

  /** Opens the stream now; otherwise the first request does. */
  open(): CallOutcome<null> {
    const stream = this.#openStream()
    return stream.ok ? success(null) : stream
  }

  /** Ends the conversation; a waiting request fails. */
  close(): void {
    this.#isClosed = true
    this.#exchanging?.fail(failureOfEnd({ kind: 'stopped' }))
    this.#stream?.stop()
    this.#stream = undefined
  }

  /**
   * Sends a request and waits for its answer. Nothing is sent twice but on the ECU's own wish (0x21). Requests made
   * meanwhile wait their turn.
   */
  request(payload: Uint8Array, timing: UdsTiming = {}): Promise<CallOutcome<UdsAnswer>> {
    if (payload.length === 0) return Promise.resolve(refused(rpc, 'invalid-input', { certainty: 'not-sent' }))
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
    if (timing.signal?.aborted) return success({ kind: 'cancelled' })
    const deadlineMs = this.#clock.monotonicMs() + (timing.totalMs ?? 60_000)
    for (let retries = timing.busyRetries ?? 3; ; retries -= 1) {
      const outcome = await this.#exchange(payload, timing, deadlineMs)
      const isBusy = outcome.ok && outcome.value.kind === 'negative' && outcome.value.code === busyRepeatRequest
      if (!isBusy || retries <= 0 || this.#clock.monotonicMs() + busyPauseMs >= deadlineMs) return outcome
      if (await this.#pause(busyPauseMs, timing.signal)) return success({ kind: 'cancelled' })
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
    const sent = opened.value.send({ channel: this.#channel, payload: payloadToWire(payload) })
    if (sent === 'full') exchange.fail(callFailure(rpc, 'too-many-requests', { certainty: 'not-sent' }))
    else if (sent === 'over') exchange.fail(callFailure(rpc, 'connection-lost', { certainty: 'not-sent' }))
    const outcome = await exchange.settled
    this.#exchanging = undefined
    const isGivenUp = outcome.ok && (outcome.value.kind === 'no-answer' || outcome.value.kind === 'cancelled')
    this.#unansweredService = isGivenUp ? payload[0] : undefined
    return outcome
  }

  /** Nothing came in time: is it the ECU or the connection? */
  async #judgeSilence(): Promise<CallOutcome<UdsAnswer>> {
    if (await this.#calls.confirmLink()) return success({ kind: 'no-answer' })
    return refused(rpc, 'connection-lost', { certainty: 'unclear' })
  }

  #openStream(): CallOutcome<GrpcStream<IsotpMessage, IsotpMessage__Output>> {
    if (this.#isClosed) return refused(rpc, 'session-ended', { certainty: 'not-sent' })
    if (this.#stream && !this.#stream.isOver) return success(this.#stream)
    const opened = this.#calls.duplex(openObdV1.can.service.openIsotpStream)
    if (!opened.ok) return opened
    const stream = opened.value
    this.#stream = stream
    stream.onMessage((message) => {
      if (this.#stream === stream) this.#onMessage(message)
    })
    void stream.ended.then((end) => {
      if (this.#stream !== stream) return
      this.#stream = undefined
      this.#exchanging?.fail(failureOfEnd(end))
    })
    stream.send({ channel: this.#channel, payload: '' })
    return success(stream)
  }

  #onMessage(message: IsotpMessage__Output): void {
    if (message.payload === '') return
    const payload = payloadFromWire(message.payload)
    if (!payload || !this.#exchanging?.take(payload)) this.#skipped += 1
  }

  /** Resolves with true when the signal came first. */
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
}

function failureOfEnd(end: StreamEnd): CallFailure {
  if (end.kind === 'failed') return end.failure
  return callFailure(rpc, 'session-ended', { certainty: 'unclear' })
}
