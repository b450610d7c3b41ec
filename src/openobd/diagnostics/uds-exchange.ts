import { failed, succeeded } from '../../shared/outcome.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { CallFailure, CallOutcome } from '../failure.ts'
import { matchAnswer, responsePending } from './uds.ts'

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

/** What one exchange needs to know. */
export interface UdsExchangeOptions {
  readonly clock: Clock
  readonly request: Uint8Array
  readonly timing: UdsTiming
  /** Monotonic ms at which everything ends, however often the ECU asks for more time. */
  readonly deadlineMs: number
  /** An earlier request of the same service was given up, so that its negative answer may still be on the way. */
  readonly isAnswerOwed: boolean
  /** Says after the time-out whose silence it was: the ECU's, or that of the connection. */
  readonly judgeSilence: () => Promise<CallOutcome<UdsAnswer>>
}

/** One request and its answer: takes what belongs to it, waits as long as the ECU may take, and settles once. */
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

  /** Looks at a payload of the conversation. Returns whether it belongs to this exchange. */
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

  /** An answer that comes while the silence is being judged still counts. */
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
