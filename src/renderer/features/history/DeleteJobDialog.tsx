import { useState } from 'react'
import type { JobEntry } from '../../../shared/job.ts'
import type { Failure } from '../../../shared/outcome.ts'
import { Action } from '../../components/Action.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { Window } from '../../components/Window.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { perform, useScreen, useWorkbench } from '../../store/workbench.ts'
import { useJobNames } from './HistoryRow.tsx'

interface DeleteJobDialogProps {
  readonly job: JobEntry
  readonly onClose: () => void
  readonly onDeleted: () => void
}

/** Asks before a job is deleted for good. */
export function DeleteJobDialog({ job, onClose, onDeleted }: DeleteJobDialogProps) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const { name, number } = useJobNames(job)
  const isDeleting = useScreen((screen) => screen.pending.has('deleteJobs'))
  const [failure, setFailure] = useState<Failure | null>(null)
  const remove = async () => {
    setFailure(null)
    const outcome = await perform(workbench, 'deleteJobs', { jobs: [job.id] }, { quiet: true })
    if (outcome.ok) onDeleted()
    else setFailure(outcome.failure)
  }
  return (
    <Window
      role="alertdialog"
      title={t('history.deleteTitle')}
      onClose={onClose}
      isLocked={isDeleting}
      footer={
        <>
          <Action isDisabled={isDeleting} autoFocus onPress={onClose}>
            {t('app.cancel')}
          </Action>
          <Action look="danger" isBusy={isDeleting} onPress={() => void remove()}>
            {t('history.deleteConfirm')}
          </Action>
        </>
      }
    >
      <p className="item__title">
        <ServerText>{name === number ? name : `${name} · ${number}`}</ServerText>
      </p>
      <p>{t('history.deleteText')}</p>
      {failure?.code === 'not-allowed-now' && (
        <Notice tone="warning" role="status" title={t('history.deleteFailed')}>
          <p>{t('history.inUse')}</p>
        </Notice>
      )}
      {failure !== null && failure.code !== 'not-allowed-now' && (
        <FailureNotice title={t('history.deleteFailed')} failure={failure} retry={() => void remove()} />
      )}
    </Window>
  )
}
