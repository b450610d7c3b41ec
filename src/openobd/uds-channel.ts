import type { Cancel, Clock } from './clock.ts'
import { type CallFailure, type CallOutcome, callFailure, refused, success } from './failure.ts'
import type { IsotpMessage, IsotpMessage__Output } from './generated/types/openOBD/v1/IsotpMessage.ts'
import type { GrpcStream, StreamEnd } from './grpc-stream.ts'
import { openObdV1 } from './protos.ts'
import type { SessionCalls } from './session-calls.ts'
import { busyRepeatRequest, matchAnswer, payloadFromWire, payloadToWire, responsePending } from './uds.ts'
import { type IsotpChannel, isotpChannelToWire } from './wire/isotp-channel.ts'

/** What an ECU said to a request. A dead connection is a failure, never `no-answer` (quality.md P6). */
export type UdsAnswer =
  | { readonly kind: 'positive'; readonly payload: Uint8Array }
  /** `code` is the negative response code of ISO 14229-1. */
  | { readonly kind: 'negative'; readonly code: number }
  /** An answer that is no UDS message. */
  | { readonly kind: 'malformed'; readonly payload: Uint8Array }
  | { readonly kind: 'no-answer' }
  /** The caller's signal ended the wait; whether the ECU acted is not known. */
  | { readonly kind: 'cancelled' }

/** Limits of one request, all in ms. */
export interface UdsTiming {
  /** Wait for the first answer; 10 s unless told, as the official client. */
  readonly timeoutMs?: number
  /** Wait after each "response pending" (0x78): P2* of the ECU and the way there; 6 s unless told. */
  readonly pendingMs?: number
  /** No request takes longer than this, however often the ECU asks for more time; 60 s unless told. */
  readonly totalMs?: number
  /** How often "busy, repeat request" (0x21) is repeated, half a second apart; 3 unless told. */
  readonly busyRetries?: number
  readonly signal?: AbortSignal
}

const busyPauseMs = 500
const rpc = 'can/openIsotpStream'

interface Waiting {
  readonly onPayload: (payload: Uint8Array) => void
  readonly onEnd: (end: StreamEnd) => void
}

/** A conversation with one ECU over ISO-TP: one request at a time, each answer given to its own request only. */
export class UdsChannel {
  readonly #calls: SessionCalls
  readonly #clock: Clock
  readonly #channel: ReturnType<typeof isotpChannelToWire>
  #stream: GrpcStream<IsotpMessage, IsotpMessage__Output> | undefined
  #waiting: Waiting | undefined
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
    this.#waiting?.onEnd({ kind: 'stopped' })
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

  #exchange(payload: Uint8Array, timing: UdsTiming, deadlineMs: number): Promise<CallOutcome<UdsAnswer>> {
    const opened = this.#openStream()
    if (!opened.ok) return Promise.resolve(opened)
    const owed = this.#unansweredService === payload[0]
    this.#unansweredService = undefined
    return new Promise((resolve) => {
      let cancelTimer: Cancel = () => undefined
      let held: UdsAnswer | undefined
      let isOver = false
      const finish = (outcome: CallOutcome<UdsAnswer>): void => {
        if (isOver) return
        isOver = true
        cancelTimer()
        this.#waiting = undefined
        timing.signal?.removeEventListener('abort', onAbort)
        resolve(outcome)
      }
      const onAbort = (): void => {
        this.#unansweredService = payload[0]
        finish(success({ kind: 'cancelled' }))
      }
      const waitFor = (limitMs: number): void => {
        cancelTimer()
        const rest = Math.min(limitMs, deadlineMs - this.#clock.monotonicMs())
        cancelTimer = this.#clock.after(rest, () => {
          if (held) finish(success(held))
          else void this.#silence(payload).then(finish)
        })
      }
      this.#waiting = {
        onPayload: (answer) => {
          const match = matchAnswer(payload, answer)
          if (match.kind === 'foreign' || match.kind === 'late') this.#skipped += 1
          else if (match.kind === 'positive') finish(success({ kind: 'positive', payload: answer }))
          else if (match.kind === 'malformed') finish(success({ kind: 'malformed', payload: answer }))
          else if (match.code === responsePending) waitFor(timing.pendingMs ?? 6_000)
          else if (owed && !held) held = { kind: 'negative', code: match.code }
          else finish(success({ kind: 'negative', code: match.code }))
        },
        onEnd: (end) => finish({ ok: false, failure: failureOfEnd(end) }),
      }
      timing.signal?.addEventListener('abort', onAbort, { once: true })
      waitFor(timing.timeoutMs ?? 10_000)
      const sent = opened.value.send({ channel: this.#channel, payload: payloadToWire(payload) })
      if (sent === 'full') finish(refused(rpc, 'too-many-requests', { certainty: 'not-sent' }))
      else if (sent === 'over') finish(refused(rpc, 'connection-lost', { certainty: 'not-sent' }))
    })
  }

  /** Nothing came in time: is it the ECU or the connection? An answer that comes while this is found out still counts. */
  async #silence(payload: Uint8Array): Promise<CallOutcome<UdsAnswer>> {
    const isLinkAlive = await this.#calls.confirmLink()
    this.#unansweredService = payload[0]
    if (isLinkAlive) return success({ kind: 'no-answer' })
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
      this.#waiting?.onEnd(end)
    })
    stream.send({ channel: this.#channel, payload: '' })
    return success(stream)
  }

  #onMessage(message: IsotpMessage__Output): void {
    if (message.payload === '') return
    const payload = payloadFromWire(message.payload)
    if (payload && this.#waiting) this.#waiting.onPayload(payload)
    else this.#skipped += 1
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
