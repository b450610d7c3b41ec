import type { SessionView } from '../../../shared/session.ts'

/** Whether a result can be chosen, or one that is on its way can be looked at. */
export const canFinish = ({ phase }: SessionView): boolean => phase === 'active' || phase === 'finishing'

/** Whether the session can be interrupted now. */
export const canInterrupt = ({ phase, sessionId }: SessionView): boolean =>
  (phase === 'active' || phase === 'claiming') && sessionId !== undefined
