import { useTranslation } from 'react-i18next'
import type { SessionSummary } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Window } from '../../components/Window.tsx'
import { dialogClosed, dialogOpened, toastRaised } from '../../store/screen.ts'
import { perform, useScreen, useWorkbench, type Workbench } from '../../store/workbench.ts'
import { Whose } from '../job/Whose.tsx'
import { SessionFacts } from '../start/SessionFacts.tsx'
import { startSession } from '../start/use-start.ts'

/** Interrupts a blocking session, then starts the refused one if it is known. */
export async function interruptAndStart(workbench: Workbench, handle: string, startAfterwards: boolean): Promise<void> {
  const outcome = await perform(workbench, 'interruptSession', { handle })
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
  readonly title: string
  readonly text: string
  readonly confirm: string
  readonly onConfirm: () => Promise<void>
  readonly onClose: () => void
  readonly children?: React.ReactNode
}

function Confirm({ title, text, confirm, onConfirm, onClose, children, isDangerFirst = false }: ConfirmProps) {
  const { t } = useTranslation()
  const isBusy = useScreen((screen) => screen.pending.has('interruptSession'))
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

/** Asks before our own session is stopped without a result. */
export function InterruptDialog({ handle }: { handle: string }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const interrupt = async () => {
    const outcome = await perform(workbench, 'interruptSession', { handle })
    if (outcome.ok) dialogClosed(workbench.screen)
  }
  return (
    <Confirm
      title={t('session.interruptTitle')}
      text={t('session.interruptText')}
      confirm={t('session.interruptConfirm')}
      onConfirm={interrupt}
      onClose={() => dialogClosed(workbench.screen)}
    >
      <Whose handle={handle} />
    </Confirm>
  )
}

/** Asks before somebody else's session is stopped. */
export function InterruptOtherDialog({
  session,
  startAfterwards,
}: {
  session: SessionSummary
  startAfterwards: boolean
}) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const startsAgain = useScreen(({ lastStart }) => lastStart !== null) && startAfterwards
  const close = () =>
    startAfterwards ? dialogClosed(workbench.screen) : dialogOpened(workbench.screen, { kind: 'sessions' })
  const interrupt = async () => {
    await interruptAndStart(workbench, session.handle, startAfterwards)
    close()
  }
  return (
    <Confirm
      title={t('blocking.confirmTitle')}
      text={t('blocking.confirmText')}
      confirm={t(startsAgain ? 'blocking.interruptAndStart' : 'blocking.confirm')}
      isDangerFirst
      onConfirm={interrupt}
      onClose={close}
    >
      <SessionFacts session={session} />
    </Confirm>
  )
}
