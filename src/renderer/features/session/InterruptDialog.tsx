import { useState } from 'react'
import type { Failure } from '../../../shared/outcome.ts'
import type { SessionSummary } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Window } from '../../components/Window.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogClosed, dialogOpened, toastRaised } from '../../store/screen.ts'
import { perform, useScreen, useWorkbench, type Workbench } from '../../store/workbench.ts'
import { Whose } from '../job/Whose.tsx'
import { SessionFacts } from '../start/SessionFacts.tsx'
import { startSession } from '../start/use-start.ts'

/** Interrupts a blocking session, then starts the refused one if it is known. */
export async function interruptAndStart(workbench: Workbench, handle: string, startAfterwards: boolean): Promise<void> {
  const outcome = await perform(workbench, 'interruptSession', { handle }, { pendingKey: `interrupt ${handle}` })
  if (!outcome.ok) return
  const target = workbench.screen.getState().lastStart
  const isHeld = workbench.mirror.getState().state?.blockingSessions !== null
  if (isHeld) await perform(workbench, 'dismissBlockingSessions', undefined, { quiet: true })
  if (startAfterwards && target !== null) await startSession(workbench, target)
  else toastRaised(workbench.screen, { kind: 'note', note: 'sessionInterrupted' })
}

interface ConfirmProps {
  /** The dangerous button is where the previous dialog had its harmless one, so that a double press interrupts nothing. */
  readonly isDangerFirst?: boolean
  readonly isBusy: boolean
  readonly title: string
  readonly text: string
  readonly confirm: string
  readonly onConfirm: () => Promise<void>
  readonly onClose: () => void
  readonly children?: React.ReactNode
}

/** A question whose answer ends something. */
export function Confirm(props: ConfirmProps) {
  const { t } = useTranslation()
  const { title, text, confirm, onConfirm, onClose, children, isBusy, isDangerFirst = false } = props
  const danger = (
    <Action look="danger" isBusy={isBusy} onPress={() => void onConfirm()}>
      {confirm}
    </Action>
  )
  return (
    <Window
      title={title}
      role="alertdialog"
      size="small"
      onClose={onClose}
      footer={
        <>
          {isDangerFirst && danger}
          <Action autoFocus onPress={onClose}>
            {t('app.cancel')}
          </Action>
          {!isDangerFirst && danger}
        </>
      }
    >
      <p>{text}</p>
      {children}
    </Window>
  )
}

/** Asks before our own session is stopped without a result. Without a way to the server the job can be closed instead. */
export function InterruptDialog({ handle }: { handle: string }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const [failure, setFailure] = useState<Failure | null>(null)
  const isBusy = useIsInterrupting(handle)
  const interrupt = async () => {
    setFailure(null)
    const options = { quiet: true, pendingKey: `interrupt ${handle}` }
    const outcome = await perform(workbench, 'interruptSession', { handle }, options)
    const { dialog } = workbench.screen.getState()
    const isShown = dialog.kind === 'interrupt-own' && dialog.handle === handle
    if (outcome.ok && isShown) dialogClosed(workbench.screen)
    if (outcome.ok) return
    if (isShown) setFailure(outcome.failure)
    else toastRaised(workbench.screen, { kind: 'failure', failure: outcome.failure })
  }
  return (
    <Confirm
      title={t('session.interruptTitle')}
      text={t('session.interruptText')}
      confirm={t('session.interruptConfirm')}
      isBusy={isBusy}
      onConfirm={interrupt}
      onClose={() => dialogClosed(workbench.screen)}
    >
      <Whose handle={handle} />
      {failure !== null && (
        <>
          <FailureNotice title={t('closing.interruptFailed')} failure={{ ...failure, nextAction: 'none' }} />
          <p>{t('lost.notAborted')}</p>
          <Action look="danger" onPress={() => dialogOpened(workbench.screen, { kind: 'close-open', handle })}>
            {t('lost.close')}
          </Action>
        </>
      )}
    </Confirm>
  )
}

const useIsInterrupting = (handle: string): boolean => useScreen((screen) => screen.pending.has(`interrupt ${handle}`))

/** Asks before somebody else's session is stopped. */
export function InterruptOtherDialog({
  session,
  startAfterwards,
  isOfList,
}: {
  session: SessionSummary
  startAfterwards: boolean
  /** It was chosen in the list of sessions, which comes back afterwards. */
  isOfList: boolean
}) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const startsAgain = useScreen(({ lastStart }) => lastStart !== null) && startAfterwards
  const isBusy = useIsInterrupting(session.handle)
  const close = () => (isOfList ? dialogOpened(workbench.screen, { kind: 'sessions' }) : dialogClosed(workbench.screen))
  const interrupt = async () => {
    await interruptAndStart(workbench, session.handle, startAfterwards)
    // Another dialog may have been opened meanwhile; it stays.
    const { dialog } = workbench.screen.getState()
    if (dialog.kind === 'interrupt-other' && dialog.session.handle === session.handle) close()
  }
  return (
    <Confirm
      title={t('blocking.confirmTitle')}
      text={t('blocking.confirmText')}
      confirm={t(startsAgain ? 'blocking.interruptAndStart' : 'blocking.confirm')}
      isBusy={isBusy}
      isDangerFirst
      onConfirm={interrupt}
      onClose={close}
    >
      <SessionFacts session={session} />
    </Confirm>
  )
}
