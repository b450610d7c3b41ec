import { failed, succeeded } from '../../../shared/outcome.ts'
import { type Clock, delay } from '../../clock.ts'
import type { CallFailure, CallOutcome } from '../../failure.ts'
import { Backoff } from '../../grpc/backoff.ts'
import type { SessionInfo } from '../../wire/session-info.ts'
import type { SessionController } from '../session-controller.ts'

/** What is needed to find a session whose start was never answered. */
export interface LostStart {
  readonly controller: Pick<SessionController, 'getSessionList'>
  /** Sessions that were there before the start. */
  readonly known: ReadonlySet<string>
  readonly isOurs?: (session: SessionInfo) => Promise<boolean | undefined>
  readonly clock: Clock
  readonly random: () => number
  readonly patienceMs: number
  /** Returned when no session is found. */
  readonly failure: CallFailure
}

/** A list without a new session is believed when it is repeated after this time, in ms: the start may still be under way. */
const secondLookMs = 1_000

/**
 * Looks for a session whose start was never answered instead of starting again. A new available session counts when
 * `isOurs` says so, or when it is the only candidate and nobody contradicts.
 */
export async function findLostStart(search: LostStart): Promise<CallOutcome<SessionInfo>> {
  const { controller, clock } = search
  const backoff = new Backoff({ random: search.random })
  const giveUpAtMs = clock.monotonicMs() + search.patienceMs
  let emptyLooks = 0
  while (clock.monotonicMs() < giveUpAtMs) {
    const list = await controller.getSessionList()
    if (list.ok) {
      const found = await pick(list.value, search)
      if (found) return succeeded(found)
      emptyLooks += 1
      if (emptyLooks >= 2) break
      await delay(clock, secondLookMs)
    } else {
      await delay(clock, backoff.next())
    }
  }
  return failed(search.failure)
}

async function pick(sessions: readonly SessionInfo[], search: LostStart): Promise<SessionInfo | undefined> {
  const candidates = sessions.filter((session) => session.state === 'available' && !search.known.has(session.id))
  const verdicts = await Promise.all(candidates.map((session) => search.isOurs?.(session)))
  const proven = candidates.find((_session, index) => verdicts[index] === true)
  if (proven) return proven
  const open = candidates.filter((_session, index) => verdicts[index] === undefined)
  return open.length === 1 ? open[0] : undefined
}
