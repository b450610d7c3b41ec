import { type Clock, delay } from '../../clock.ts'
import { type CallFailure, type CallOutcome, callFailure } from '../../failure.ts'
import { Backoff } from '../../grpc/backoff.ts'
import type { SessionFate } from './session-inquiry.ts'

/** Dependencies of one finish. */
export interface FinishOnceOptions {
  readonly clock: Clock
  readonly random: () => number
  /** How long the server is asked before a person has to decide, in ms. */
  readonly patienceMs: number
  /** Whether an earlier finish may have arrived, so that the server is asked first. */
  readonly isInDoubt: boolean
  readonly send: () => Promise<CallOutcome<null>>
  /** The state of the session as the server tells it. */
  readonly fate: () => Promise<SessionFate>
  /** Whether the end of the session has become known. */
  readonly isEnded: () => boolean
  readonly onConfirmed: () => void
  readonly onLost: () => void
}

/** How a finish ended; `refused`: the session goes on · `in-doubt`: nobody could be asked. */
export type FinishEnd =
  | { readonly kind: 'ended' }
  | { readonly kind: 'refused' | 'in-doubt'; readonly failure: CallFailure }

/** Without anybody to ask, an answer with OK counts. */
const settled: ReadonlySet<SessionFate> = new Set(['gone', 'not-askable'])

/**
 * Sends finish, and repeats it only after the server has reported that the session goes on. An answer with OK counts only when the
 * session has ended: while a function context is open the same call ends that context only, and is answered with OK as well
 * (protocol.md §2.2); then it has to be sent again.
 */
export async function finishOnce(options: FinishOnceOptions): Promise<FinishEnd> {
  const { clock, random, patienceMs, isInDoubt, send, fate, isEnded, onConfirmed, onLost } = options
  const backoff = new Backoff({ random })
  const giveUpAtMs = clock.monotonicMs() + patienceMs
  let failure = callFailure('custody/finish', 'connection-lost', { certainty: 'unclear' })
  let mustAsk = isInDoubt
  for (;;) {
    if (!mustAsk) {
      const outcome = await send()
      if (isEnded()) return { kind: 'ended' }
      if (!outcome.ok) failure = outcome.failure
      else if (settled.has(await fate())) onConfirmed()
      if (isEnded()) return { kind: 'ended' }
      onLost()
    }
    const isAlive = (await fate()) === 'alive'
    if (isEnded()) return { kind: 'ended' }
    if (isAlive && failure.certainty === 'refused') return { kind: 'refused', failure }
    if (clock.monotonicMs() >= giveUpAtMs) return { kind: 'in-doubt', failure }
    mustAsk = !isAlive
    await delay(clock, backoff.next())
  }
}
