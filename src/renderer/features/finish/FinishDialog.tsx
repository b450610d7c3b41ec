import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Failure } from '../../../shared/outcome.ts'
import type { SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Window } from '../../components/Window.tsx'
import { dialogClosed } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { CommunicationCauses } from './CommunicationCauses.tsx'
import { FinishFields } from './FinishFields.tsx'
import { FinishWarnings } from './FinishWarnings.tsx'
import { type FinishChoice, finishWarnings, firstChoice, serviceResultOf } from './finish-rules.ts'

/** The outcome of the service is chosen, checked against what was seen, and stored once. */
export function FinishDialog({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const link = useSlice('link')
  const [choice, setChoice] = useState<FinishChoice>(() => firstChoice(session.functionRun))
  const [failure, setFailure] = useState<Failure | null>(null)
  const isSending = useScreen((screen) => screen.pending.has('finishSession'))
  const isFinishing = isSending || session.phase === 'finishing'
  const serviceResult = serviceResultOf(choice)
  const close = () => dialogClosed(workbench.screen)
  const finish = async () => {
    if (serviceResult === null || isFinishing) return
    setFailure(null)
    const args = { handle: session.handle, serviceResult }
    const outcome = await perform(workbench, 'finishSession', args, { quiet: true })
    if (!outcome.ok) setFailure(outcome.failure)
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
          <Action look="primary" isBusy={isFinishing} isDisabled={serviceResult === null} onPress={() => void finish()}>
            {isFinishing ? t('finish.finishing') : t('finish.finish')}
          </Action>
        </>
      }
    >
      {failure !== null && !isFinishing && (
        <FailureNotice title={t('finish.failedTitle')} failure={failure} retry={() => void finish()} />
      )}
      {isFinishing ? (
        <Progress isChecking={session.checking} />
      ) : (
        <>
          <p className="hint">{t('finish.lead')}</p>
          <FinishFields choice={choice} change={setChoice} run={session.functionRun} />
          {choice.results.includes('communication-error') && <CommunicationCauses link={link} />}
          <div className="finish__warnings">
            <FinishWarnings
              warnings={finishWarnings(choice, session.functionRun, link)}
              functionName={session.functionRun?.name ?? ''}
            />
          </div>
        </>
      )}
    </Window>
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
