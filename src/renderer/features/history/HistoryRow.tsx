import { ChevronRight } from 'lucide-react'
import { Button } from 'react-aria-components'
import type { JobEntry } from '../../../shared/job.ts'
import { verdictOfResults } from '../../../shared/run-verdict.ts'
import { Chip, type Tone } from '../../components/Chip.tsx'
import { Icon } from '../../components/Icon.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { isolatedText, joinedNames, saidName } from '../../components/visible-text.ts'
import { formatClock } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { outcomeOf } from '../finish/finish-outcomes.ts'
import { verdictTones } from '../session/FunctionsPanel.tsx'

const tones: Record<NonNullable<JobEntry['end']>, Tone> = {
  finished: 'neutral',
  'interrupted-here': 'neutral',
  interrupted: 'neutral',
  failed: 'danger',
  expired: 'warning',
  lost: 'warning',
}

/** The names of a job: what a mechanic calls it, and the number of its ticket or adapter. */
export function useJobNames(job: JobEntry): { readonly name: string; readonly number: string } {
  const { t } = useTranslation()
  const number = t(job.target.kind === 'ticket' ? 'session.ticket' : 'session.connector', {
    number: isolatedText(job.target.number),
  })
  const known = joinedNames([job.licensePlate, job.vehicleName, job.lift])
  return { name: known === '' ? number : known, number }
}

/** How a job ended, in one or two words: its result, when it has one. */
export function JobEnd({ job }: { job: JobEntry }) {
  const { t } = useTranslation()
  const outcome = outcomeOf(job.results ?? [])
  // A job that was finished as a failure has no green chip.
  if (job.end === 'finished' && outcome !== null) {
    return <Chip tone={verdictTones[verdictOfResults(job.results ?? [])]}>{t(`finish.outcomes.${outcome}`)}</Chip>
  }
  if (job.end !== undefined) return <Chip tone={tones[job.end]}>{t(`history.end.${job.end}`)}</Chip>
  return <Chip tone="info">{t(job.isClosed ? 'history.notStarted' : 'history.open')}</Chip>
}

/** A job of the list. */
export function HistoryRow({ job, open }: { job: JobEntry; open: () => void }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const { number } = useJobNames(job)
  return (
    <Button className="history-row" onPress={open}>
      <span className="history-row__time">{formatClock(job.openedAt, language)}</span>
      <span className="plate">
        <ServerText>{saidName(job.licensePlate) ?? t('tickets.noPlate')}</ServerText>
      </span>
      <span className="history-row__car">
        <span className="item__title">
          <ServerText>{saidName(job.vehicleName) ?? t('tickets.noVehicle')}</ServerText>
        </span>
        <span className="item__numbers">
          <ServerText>{number}</ServerText>
          {job.lift !== undefined && <ServerText>{job.lift}</ServerText>}
          {job.vin !== undefined && <ServerText>{job.vin}</ServerText>}
        </span>
      </span>
      <JobEnd job={job} />
      <Icon of={ChevronRight} />
    </Button>
  )
}
