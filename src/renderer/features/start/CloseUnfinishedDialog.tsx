import { useState } from 'react'
import type { Failure } from '../../../shared/outcome.ts'
import type { UnfinishedSession } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { isolatedText, saidName } from '../../components/visible-text.ts'
import { Window } from '../../components/Window.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogClosed, toastRaised } from '../../store/screen.ts'
import { perform, useScreen, useWorkbench } from '../../store/workbench.ts'
import { FinishFields } from '../finish/FinishFields.tsx'
import { type FinishChoice, firstChoice, serviceResultOf } from '../finish/finish-rules.ts'

/** Asks for the result with which a job of an earlier run is closed. */
export function CloseUnfinishedDialog({ session }: { session: UnfinishedSession }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const [choice, setChoice] = useState<FinishChoice>(() => firstChoice(undefined))
  const [failure, setFailure] = useState<Failure | null>(null)
  const { handle } = session
  const isSending = useScreen((screen) => screen.pending.has(`close ${handle}`))
  const serviceResult = serviceResultOf(choice)
  const close = () => dialogClosed(workbench.screen)
  const send = async () => {
    if (serviceResult === null || isSending) return
    setFailure(null)
    const options = { quiet: true, pendingKey: `close ${handle}` }
    const outcome = await perform(workbench, 'closeUnfinishedSession', { handle, serviceResult }, options)
    const { dialog } = workbench.screen.getState()
    const isShown = dialog.kind === 'close-unfinished' && dialog.session.handle === handle
    if (outcome.ok && isShown) close()
    if (outcome.ok) return
    if (isShown) setFailure(outcome.failure)
    else toastRaised(workbench.screen, { kind: 'failure', failure: outcome.failure })
  }
  const licensePlate = saidName(session.licensePlate)
  const number = t(session.target.kind === 'ticket' ? 'session.ticket' : 'session.connector', {
    number: isolatedText(session.target.number),
  })
  return (
    <Window
      title={t('unfinished.closeOf', { name: licensePlate === undefined ? number : isolatedText(licensePlate) })}
      size="large"
      onClose={close}
      footer={
        <>
          <Action onPress={close}>{t(isSending ? 'app.close' : 'app.cancel')}</Action>
          <Action look="primary" isBusy={isSending} isDisabled={serviceResult === null} onPress={() => void send()}>
            {t('finish.finish')}
          </Action>
        </>
      }
    >
      {failure !== null && (
        <FailureNotice title={t('finish.failedTitle')} failure={failure} retry={() => void send()} />
      )}
      {isSending ? (
        <Notice tone="info" role="status" title={t('finish.finishing')}>
          <p>{t('finish.goesOn')}</p>
        </Notice>
      ) : (
        <FinishFields choice={choice} change={setChoice} run={undefined} />
      )}
    </Window>
  )
}
