import type { CallOutcome } from '../../failure.ts'
import type { CallTransport } from '../../grpc/grpc-channel.ts'
import type { SessionInfo } from '../../wire/session-info.ts'
import type { SessionController } from '../session-controller.ts'
import type { DirectCustodyOptions } from './custody-options.ts'
import { findLostStart } from './find-lost-start.ts'

/** Deadline of a start, in ms; the platform may have to allocate resources. */
const startDeadlineMs = 15_000

/** Inputs of one start. */
export interface StartOnce extends Pick<DirectCustodyOptions, 'target' | 'isOurs' | 'clock' | 'random'> {
  readonly controller: Pick<SessionController<CallTransport>, 'getSessionList' | 'startSession'>
  /** How long a session is searched for after a lost reply, in ms. */
  readonly patienceMs: number
  /** Called when the reply is lost, before the search. */
  readonly onLost: () => void
}

/** Starts a session, never a second one: after a lost reply it is searched for among the sessions that did not exist before. */
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
