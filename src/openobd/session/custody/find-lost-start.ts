import { failed, succeeded } from '../../../shared/outcome.ts'
import { type Clock, delay } from '../../clock.ts'
import type { CallFailure, CallOutcome } from '../../failure.ts'
import { Backoff } from '../../grpc/backoff.ts'
import type { SessionInfo } from '../../wire/session-info.ts'
import type { SessionController } from '../session-controller.ts'

/** Inputs for finding a session whose start was not answered. */
export interface LostStart {
  readonly controller: Pick<SessionController, 'getSessionList'>
  /** Sessions that existed before the start. */
  readonly known: ReadonlySet<string>
  readonly isOurs?: (session: SessionInfo) => Promise<boolean | undefined>
  readonly clock: Clock
  readonly random: () => number
  readonly patienceMs: number
  /** Returned when no session is found. */
  readonly failure: CallFailure
}

/** A list without a new session is only final when it is repeated after this time, in ms: the start may still be in progress. */
const secondLookMs = 1_000

/**
 * Finds a session whose start was not answered, instead of starting again. A new available session counts when
 * `isOurs` returns true, or when it is the only candidate and `isOurs` does not return false.
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
