import { useState } from 'react'
import type { Failure } from '../../../shared/outcome.ts'
import type { ServiceResult } from '../../../shared/service-result.ts'
import type { FunctionRun, SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Window } from '../../components/Window.tsx'
import { WithoutRecord } from '../../components/WithoutRecord.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogClosed, dialogOpened, toastRaised } from '../../store/screen.ts'
import { perform, useScreen, useWorkbench } from '../../store/workbench.ts'
import { Whose } from '../job/Whose.tsx'
import { useCarLink } from '../session/use-car-link.ts'
import { CommunicationCauses } from './CommunicationCauses.tsx'
import { FinishFields } from './FinishFields.tsx'
import { FinishWarnings } from './FinishWarnings.tsx'
import { type FinishChoice, finishWarnings, firstChoice, serviceResultOf } from './finish-rules.ts'
import { RecordedResult } from './RecordedResult.tsx'

/**
 * Sends the choice, one call at a time; a failure stays until the next attempt. `isInDoubt`: it was sent, nobody has confirmed it,
 * and no call asks for it now; then only the same result can be sent.
 */
function useFinish(session: SessionView, chosen: ServiceResult | null) {
  const workbench = useWorkbench()
  const { handle, phase, pendingResult } = session
  const [failure, setFailure] = useState<Failure | null>(null)
  const isSending = useScreen((screen) => screen.pending.has(`finish ${handle}`))
  const isOnItsWay = phase === 'finishing'
  const send = async (serviceResult: ServiceResult | null | undefined, more: { withoutRecord?: boolean } = {}) => {
    if (!serviceResult || isSending) return
    setFailure(null)
    const args = { handle, serviceResult, ...more }
    const outcome = await perform(workbench, 'finishSession', args, { quiet: true, pendingKey: `finish ${handle}` })
    if (outcome.ok) return
    const { dialog } = workbench.screen.getState()
    const isShown = dialog.kind === 'finish' && dialog.handle === handle
    if (isShown) setFailure(outcome.failure)
    else toastRaised(workbench.screen, { kind: 'failure', failure: outcome.failure })
  }
  return {
    isFinishing: isSending || isOnItsWay,
    isInDoubt: isOnItsWay && !isSending,
    failure: isSending ? null : failure,
    finish: () => void send(chosen),
    finishWithoutRecord: () => void send(chosen, { withoutRecord: true }),
    askAgain: () => void send(pendingResult),
  }
}

/**
 * The dialog in which the service result is chosen, checked against the session, and sent once. It can always be closed. `kept` was
 * chosen on a page that crashed.
 */
export function FinishDialog({ session, kept }: { session: SessionView; kept: FinishChoice | undefined }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const [choice, setChoice] = useState<FinishChoice>(() => kept ?? firstChoice(session.functionRun))
  const serviceResult = serviceResultOf(choice)
  const finishing = useFinish(session, serviceResult)
  const { isFinishing, isInDoubt, failure, finish } = finishing
  const close = () => dialogClosed(screen)
  const isPossible = serviceResult !== null
  const change = (next: FinishChoice) => {
    setChoice(next)
    dialogOpened(screen, { kind: 'finish', handle: session.handle, choice: next })
  }
  return (
    <Window
      title={t('finish.title')}
      size="large"
      onClose={close}
      footer={
        <>
          <Action onPress={close}>{t(isFinishing ? 'app.close' : 'app.cancel')}</Action>
          {isInDoubt ? (
            <DoubtActions handle={session.handle} askAgain={finishing.askAgain} />
          ) : (
            <Action look="primary" isBusy={isFinishing} isDisabled={!isPossible} onPress={finish}>
              {isFinishing ? t('finish.finishing') : t('finish.finish')}
            </Action>
          )}
        </>
      }
    >
      <Whose handle={session.handle} />
      {failure !== null && !isInDoubt && (
        <FailureNotice title={t('finish.failedTitle')} failure={failure} retry={finish} />
      )}
      {failure?.code === 'not-recorded' && (
        <WithoutRecord name={t('journal.finishWithout')} goOn={finishing.finishWithoutRecord} />
      )}
      {isInDoubt && <Doubt session={session} />}
      {isFinishing && !isInDoubt && <Progress isChecking={session.checking} />}
      {!isFinishing && <Choosing choice={choice} change={change} run={session.functionRun} />}
    </Window>
  )
}

interface ChoosingProps {
  readonly choice: FinishChoice
  readonly change: (choice: FinishChoice) => void
  readonly run: FunctionRun | undefined
}

function Choosing({ choice, change, run }: ChoosingProps) {
  const { t } = useTranslation()
  const carLink = useCarLink()
  return (
    <>
      <p className="hint">{t('finish.lead')}</p>
      <FinishFields choice={choice} change={change} run={run} />
      {choice.results.includes('communication-error') && <CommunicationCauses carLink={carLink} />}
      <div className="finish__warnings">
        <FinishWarnings warnings={finishWarnings(choice, run, carLink)} functionName={run?.name ?? ''} />
      </div>
    </>
  )
}

function Progress({ isChecking }: { isChecking: boolean }) {
  const { t } = useTranslation()
  return (
    <Notice tone="info" role="status" title={t(isChecking ? 'finish.checking' : 'finish.finishing')}>
      <p>
        <span className="spinner" aria-hidden="true" /> {t(isChecking ? 'finish.checkingText' : 'finish.finishingText')}
      </p>
      <p>{t('finish.goesOn')}</p>
    </Notice>
  )
}

/** The result was sent, and the server has not answered. */
function Doubt({ session: { pendingResult } }: { session: SessionView }) {
  const { t } = useTranslation()
  return (
    <>
      <Notice tone="warning" role="status" title={t('finish.doubtTitle')}>
        <p>{t('finish.doubtText')}</p>
      </Notice>
      {pendingResult !== undefined && <RecordedResult serviceResult={pendingResult} />}
    </>
  )
}

function DoubtActions({ handle, askAgain }: { handle: string; askAgain: () => void }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  return (
    <>
      <Action look="danger" onPress={() => dialogOpened(screen, { kind: 'close-open', handle })}>
        {t('lost.close')}
      </Action>
      <Action look="primary" onPress={askAgain}>
        {t('finish.askAgain')}
      </Action>
    </>
  )
}
