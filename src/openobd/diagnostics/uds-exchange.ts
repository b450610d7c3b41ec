import { failed, succeeded } from '../../shared/outcome.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { CallFailure, CallOutcome } from '../failure.ts'
import { matchAnswer, responsePending } from './uds.ts'

/** The answer of an ECU to a request. A lost connection is a failure, never `no-answer` (quality.md P6). */
export type UdsAnswer =
  | { readonly kind: 'positive'; readonly payload: Uint8Array }
  /** `code` is the negative response code of ISO 14229-1. */
  | { readonly kind: 'negative'; readonly code: number }
  /** An answer that is not a UDS message. */
  | { readonly kind: 'malformed'; readonly payload: Uint8Array }
  | { readonly kind: 'no-answer' }
  /** The caller's signal ended the wait; whether the ECU carried out the request is not known. */
  | { readonly kind: 'cancelled' }

/** Limits of one request, all in ms. */
export interface UdsTiming {
  /** Wait for the first answer; default 10 s, as in the official client. */
  readonly timeoutMs?: number
  /** Wait after each "response pending" (0x78): P2* of the ECU plus the network; default 6 s. */
  readonly pendingMs?: number
  /** No request takes longer than this, however often the ECU asks for more time; default 60 s. */
  readonly totalMs?: number
  /** How often "busy, repeat request" (0x21) is repeated, half a second apart; default 3. */
  readonly busyRetries?: number
  readonly signal?: AbortSignal
}

/** Inputs of one exchange. */
export interface UdsExchangeOptions {
  readonly clock: Clock
  readonly request: Uint8Array
  readonly timing: UdsTiming
  /** Monotonic ms at which the exchange ends, however often the ECU asks for more time. */
  readonly deadlineMs: number
  /** An earlier request of the same service timed out or was aborted, so its negative answer may still arrive. */
  readonly isAnswerOwed: boolean
  /** Decides after a time-out whether the ECU or the connection is the cause. */
  readonly judgeSilence: () => Promise<CallOutcome<UdsAnswer>>
}

/** One request and its answer: accepts the payloads that belong to it, waits as long as the ECU may take, and settles once. */
export class UdsExchange {
  readonly settled: Promise<CallOutcome<UdsAnswer>>
  readonly #options: UdsExchangeOptions
  #resolve: (outcome: CallOutcome<UdsAnswer>) => void = () => undefined
  #cancelTimer: Cancel = () => undefined
  #held: UdsAnswer | undefined
  #isSettled = false

  constructor(options: UdsExchangeOptions) {
    this.#options = options
    this.settled = new Promise((resolve) => {
      this.#resolve = resolve
    })
    options.timing.signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.#waitFor(options.timing.timeoutMs ?? 10_000)
  }

  /** Handles a payload of the conversation. Returns whether it belongs to this exchange. */
  take(payload: Uint8Array): boolean {
    const match = matchAnswer(this.#options.request, payload)
    switch (match.kind) {
      case 'foreign':
      case 'late':
        return false
      case 'positive':
      case 'malformed':
        this.#settle(succeeded({ kind: match.kind, payload }))
        return true
      case 'negative':
        this.#onNegative(match.code)
        return true
    }
  }

  /** Ends the exchange without an answer. */
  fail(failure: CallFailure): void {
    this.#settle(failed(failure))
  }

  #onNegative(code: number): void {
    if (code === responsePending) this.#waitFor(this.#options.timing.pendingMs ?? 6_000)
    else if (this.#options.isAnswerOwed && !this.#held) this.#held = { kind: 'negative', code }
    else this.#settle(succeeded({ kind: 'negative', code }))
  }

  #waitFor(limitMs: number): void {
    const { clock, deadlineMs } = this.#options
    this.#cancelTimer()
    this.#cancelTimer = clock.after(Math.min(limitMs, deadlineMs - clock.monotonicMs()), () => void this.#onSilence())
  }

  /** An answer that arrives while the cause of the time-out is determined still counts. */
  async #onSilence(): Promise<void> {
    this.#settle(this.#held ? succeeded(this.#held) : await this.#options.judgeSilence())
  }

  readonly #onAbort = (): void => this.#settle(succeeded({ kind: 'cancelled' }))

  #settle(outcome: CallOutcome<UdsAnswer>): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#cancelTimer()
    this.#options.timing.signal?.removeEventListener('abort', this.#onAbort)
    this.#resolve(outcome)
  }
}
