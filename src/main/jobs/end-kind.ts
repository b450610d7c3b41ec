import type { SessionController } from '../../openobd/session/session-controller.ts'
import type { SessionEnd } from '../../shared/session.ts'

/** How a session ended, according to the server; undefined while it is open, `unknown` when the server did not answer. */
export function endKindOf(
  seen: Awaited<ReturnType<SessionController['getSession']>>,
): SessionEnd['kind'] | 'unknown' | undefined {
  if (!seen.ok) return seen.failure.code === 'not-found' ? 'lost' : 'unknown'
  const { state } = seen.value
  return state === 'finished' || state === 'interrupted' || state === 'failed' ? state : undefined
}
