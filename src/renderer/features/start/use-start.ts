import type { SessionTarget } from '../../../shared/session.ts'
import { type ScreenStore, toastRaised } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench, type Workbench } from '../../store/workbench.ts'

/** Starts a session; a failure is shown at the form, a connection in use opens its own dialog. */
export async function startSession(
  workbench: Workbench,
  target: SessionTarget,
  more: { readonly withoutRecord?: boolean } = {},
): Promise<void> {
  workbench.screen.setState({ lastStart: target, startFailure: null })
  const outcome = await perform(workbench, 'startSession', { target, ...more }, { quiet: true })
  if (outcome.ok) return
  const { mirror, screen } = workbench
  if (mirror.getState().state?.blockingSessions !== null && outcome.failure.code === 'resource-in-use') return
  showStartFailure(screen, workbench, outcome.failure, target)
}

function showStartFailure(
  screen: ScreenStore,
  workbench: Workbench,
  failure: NonNullable<ReturnType<ScreenStore['getState']>['startFailure']>,
  target: SessionTarget,
): void {
  const phase = workbench.mirror.getState().state?.session?.phase
  const isAtStart = phase === undefined || phase === 'starting' || phase === 'claiming'
  if (isAtStart) screen.setState({ startFailure: failure })
  else toastRaised(screen, { kind: 'failure', failure, retry: () => void startSession(workbench, target) })
}

/** Whether a session can be started now, and the function that starts it. */
export function useStart() {
  const workbench = useWorkbench()
  const { status } = useSlice('endpoint')
  const isBusy = useScreen((screen) => screen.pending.has('startSession'))
  const target = useScreen((screen) => screen.lastStart)
  return {
    isReady: status === 'ready' || status === 'reconnecting',
    isBusy,
    /** What is being started now. */
    busyWith: isBusy ? target : null,
    start: (next: SessionTarget) => void startSession(workbench, next),
  }
}
