import type { CallOutcome } from '../../failure.ts'
import type { CallTransport } from '../../grpc/grpc-channel.ts'
import type { SessionInfo } from '../../wire/session-info.ts'
import type { SessionController } from '../session-controller.ts'
import type { DirectCustodyOptions } from './custody-options.ts'
import { findLostStart } from './find-lost-start.ts'

/** A start may have to wait for resources of the platform, in ms. */
const startDeadlineMs = 15_000

/** What is needed to start one session. */
export interface StartOnce extends Pick<DirectCustodyOptions, 'target' | 'isOurs' | 'clock' | 'random'> {
  readonly controller: Pick<SessionController<CallTransport>, 'getSessionList' | 'startSession'>
  /** How long a lost start is looked for, in ms. */
  readonly patienceMs: number
  /** Told when the reply is lost, before the search begins. */
  readonly onLost: () => void
}

/** Starts a session, never a second one: after a lost reply it is looked for among those that were not there before. */
export async function startOnce(start: StartOnce): Promise<CallOutcome<SessionInfo>> {
  const { controller, target, onLost, ...search } = start
  const before = await controller.getSessionList()
  if (!before.ok) return before
  const started = await controller.startSession(target, startDeadlineMs)
  if (started.ok || started.failure.certainty !== 'unclear') return started
  onLost()
  const known = new Set(before.value.map((session) => session.id))
  return findLostStart({ ...search, controller, known, failure: started.failure })
}
