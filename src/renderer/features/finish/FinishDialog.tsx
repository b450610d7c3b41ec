import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Failure } from '../../../shared/outcome.ts'
import type { ServiceResult } from '../../../shared/service-result.ts'
import type { FunctionRun, SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Window } from '../../components/Window.tsx'
import { WithoutRecord } from '../../components/WithoutRecord.tsx'
import { dialogClosed, dialogOpened } from '../../store/screen.ts'
import { perform, useScreen, useWorkbench } from '../../store/workbench.ts'
import { Whose } from '../job/Whose.tsx'
import { useCarLink } from '../session/use-car-link.ts'
import { CommunicationCauses } from './CommunicationCauses.tsx'
import { FinishFields } from './FinishFields.tsx'
import { FinishWarnings } from './FinishWarnings.tsx'
import { type FinishChoice, finishWarnings, firstChoice, serviceResultOf } from './finish-rules.ts'

/** Sends the choice, one call at a time; a failure stays until the next attempt. */
function useFinish(session: SessionView, serviceResult: ServiceResult | null) {
  const workbench = useWorkbench()
  const [failure, setFailure] = useState<Failure | null>(null)
  const isSending = useScreen((screen) => screen.pending.has('finishSession'))
  const isFinishing = isSending || session.phase === 'finishing'
  const finish = async (more: { withoutRecord?: boolean } = {}) => {
    if (serviceResult === null || isFinishing) return
    setFailure(null)
    const args = { handle: session.handle, serviceResult, ...more }
    const outcome = await perform(workbench, 'finishSession', args, { quiet: true })
    if (!outcome.ok) setFailure(outcome.failure)
  }
  return {
    isFinishing,
    failure: isFinishing ? null : failure,
    finish: () => void finish(),
    finishWithoutRecord: () => void finish({ withoutRecord: true }),
  }
}

/** The dialog in which the service result is chosen, checked against the session, and sent once; `kept` was chosen on a page that crashed. */
export function FinishDialog({ session, kept }: { session: SessionView; kept: FinishChoice | undefined }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const [choice, setChoice] = useState<FinishChoice>(() => kept ?? firstChoice(session.functionRun))
  const serviceResult = serviceResultOf(choice)
  const { isFinishing, failure, finish, finishWithoutRecord } = useFinish(session, serviceResult)
  const close = () => dialogClosed(screen)
  const change = (next: FinishChoice) => {
    setChoice(next)
    dialogOpened(screen, { kind: 'finish', handle: session.handle, choice: next })
  }
  return (
    <Window
      title={t('finish.title')}
      size="large"
      isLocked={isFinishing}
      onClose={close}
      footer={
        <>
          <Action isDisabled={isFinishing} onPress={close}>
            {t('app.cancel')}
          </Action>
          <Action look="primary" isBusy={isFinishing} isDisabled={serviceResult === null} onPress={finish}>
            {isFinishing ? t('finish.finishing') : t('finish.finish')}
          </Action>
        </>
      }
    >
      <Whose handle={session.handle} />
      {failure !== null && <FailureNotice title={t('finish.failedTitle')} failure={failure} retry={finish} />}
      {failure?.code === 'not-recorded' && (
        <WithoutRecord name={t('journal.finishWithout')} goOn={finishWithoutRecord} />
      )}
      {isFinishing ? (
        <Progress isChecking={session.checking} />
      ) : (
        <Choosing choice={choice} change={change} run={session.functionRun} />
      )}
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
    </Notice>
  )
}
