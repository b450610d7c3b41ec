import type { SessionView } from '../../../shared/session.ts'

/** Whether a result can be chosen and stored now. */
export const canFinish = (session: SessionView): boolean => session.phase === 'active'

/** Whether the session can be interrupted now. */
export const canInterrupt = ({ phase, sessionId }: SessionView): boolean =>
  (phase === 'active' || phase === 'claiming') && sessionId !== undefined
