import type { Failure, NextAction } from '../../shared/outcome.ts'
import { dialogOpened } from '../store/screen.ts'
import { perform, useWorkbench, type Workbench } from '../store/workbench.ts'

/** The action of the button below a failure; null when there is no button. */
export function nextActionOf(workbench: Workbench, failure: Failure, retry?: () => void): (() => void) | null {
  const actions: Record<NextAction, (() => void) | null> = {
    retry: retry ?? null,
    'wait-and-retry': retry ?? null,
    'correct-input': null,
    'check-connection': () => void perform(workbench, 'reconnect', undefined),
    'check-credentials': () => dialogOpened(workbench.screen, { kind: 'servers' }),
    'enter-secret': () =>
      dialogOpened(workbench.screen, {
        kind: 'server-form',
        profileId: workbench.mirror.getState().state?.endpoint.profileId,
      }),
    'choose-server': () => dialogOpened(workbench.screen, { kind: 'servers' }),
    'interrupt-session': () => dialogOpened(workbench.screen, { kind: 'sessions' }),
    'restart-engine': () => void perform(workbench, 'restartEngine', undefined),
    'start-new-session': () => leaveSession(workbench),
    none: null,
  }
  return actions[failure.nextAction]
}

function leaveSession(workbench: Workbench): void {
  const session = workbench.mirror.getState().state?.session
  if (session?.phase === 'ended') void perform(workbench, 'leaveSession', { handle: session.handle })
}

/** The next action of a failure, as a hook. */
export function useNextAction(failure: Failure | null | undefined, retry?: () => void): (() => void) | null {
  const workbench = useWorkbench()
  return failure === null || failure === undefined ? null : nextActionOf(workbench, failure, retry)
}
