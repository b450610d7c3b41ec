import { ArrowLeft, Download, Trash2 } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import type { Fact } from '../../../shared/facts.ts'
import type { JobEntry } from '../../../shared/job.ts'
import type { Failure, Outcome } from '../../../shared/outcome.ts'
import { Action } from '../../components/Action.tsx'
import { Loading } from '../../components/Empty.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { LongList } from '../../components/LongList.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { formatMoment } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { perform, useSlice, useWorkbench } from '../../store/workbench.ts'
import { DeleteJobDialog } from './DeleteJobDialog.tsx'
import { JobEnd, useJobNames } from './HistoryRow.tsx'
import { HistoryStep } from './HistoryStep.tsx'
import { askedIn, questionsOf } from './questions.ts'
import { useExport } from './use-export.ts'

interface Steps {
  readonly facts: readonly Fact[]
  readonly unreadable: number
}

/** The facts of a job; `load` reads them again. */
function useSteps(job: string) {
  const workbench = useWorkbench()
  const [steps, setSteps] = useState<Steps | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    let isCurrent = attempt >= 0
    void perform(workbench, 'readJob', { job }, { quiet: true }).then((outcome) => {
      if (!isCurrent) return
      if (outcome.ok) setSteps((outcome as Extract<Outcome<Steps>, { ok: true }>).value)
      setFailure(outcome.ok ? null : outcome.failure)
    })
    return () => {
      isCurrent = false
    }
  }, [workbench, job, attempt])
  return { steps, failure, load: () => setAttempt((count) => count + 1) }
}

interface HistoryJobProps {
  readonly job: JobEntry
  readonly onBack: () => void
  readonly onDeleted: () => void
}

const stepHeight = 48

/** One job of the history: its car, and its facts in order. */
export function HistoryJob({ job, onBack, onDeleted }: HistoryJobProps) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const { name, number } = useJobNames(job)
  const { steps, failure, load } = useSteps(job.id)
  const { exportJobs, isExporting, isExported } = useExport()
  const asked = useMemo(() => questionsOf(steps?.facts ?? []), [steps])
  const [isAsking, setIsAsking] = useState(false)
  return (
    <>
      <div className="history__actions">
        <Action icon={ArrowLeft} autoFocus onPress={onBack}>
          {t('history.back')}
        </Action>
        <span className="history__space" />
        <Action icon={Download} isBusy={isExporting} onPress={() => exportJobs([job.id])}>
          {t('history.export')}
        </Action>
        <Action icon={Trash2} look="danger" onPress={() => setIsAsking(true)}>
          {t('history.delete')}
        </Action>
      </div>
      <p className="history__news" role="status">
        {isExported && t('history.exported')}
      </p>
      <Panel title={name} aside={<JobEnd job={job} />}>
        <p className="item__numbers">
          <span>{formatMoment(job.openedAt, language)}</span>
          {name !== number && <ServerText>{number}</ServerText>}
          {job.vin !== undefined && <ServerText>{`${t('car.vin')} ${job.vin}`}</ServerText>}
        </p>
      </Panel>
      <Panel title={t('history.steps')}>
        {failure !== null && <FailureNotice failure={failure} retry={load} />}
        {steps === null && failure === null && <Loading text={t('history.stepsLoading')} />}
        {steps !== null && (
          <LongList
            items={steps.facts}
            keyOf={({ sequence }) => String(sequence)}
            label={t('history.steps')}
            height={stepHeight}
          >
            {(fact) => <HistoryStep fact={fact} asked={asked.get(askedIn(fact))} />}
          </LongList>
        )}
        {steps !== null && steps.unreadable > 0 && (
          <p className="hint">{t('history.unreadable', { count: steps.unreadable })}</p>
        )}
      </Panel>
      {isAsking && <DeleteJobDialog job={job} onClose={() => setIsAsking(false)} onDeleted={onDeleted} />}
    </>
  )
}
