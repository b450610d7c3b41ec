import type { SessionView } from '../../../shared/session.ts'

/** Whether a result can be chosen and stored now. */
export const canFinish = (session: SessionView): boolean => session.phase === 'active'

/** Whether the server can be told to stop the session now. */
export const canInterrupt = ({ phase, sessionId }: SessionView): boolean =>
  (phase === 'active' || phase === 'claiming') && sessionId !== undefined
