import { ChevronRight } from 'lucide-react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { JobEntry } from '../../../shared/job.ts'
import { Chip, type Tone } from '../../components/Chip.tsx'
import { Icon } from '../../components/Icon.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { isolatedText } from '../../components/visible-text.ts'
import { formatClock } from '../../i18n/format.ts'
import { useSlice } from '../../store/workbench.ts'

const tones: Record<NonNullable<JobEntry['end']>, Tone> = {
  finished: 'good',
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
  const known = [job.licensePlate, job.vehicleName, job.lift].filter((part) => part !== undefined && part !== '')
  return { name: known.length === 0 ? number : known.map((part) => isolatedText(part ?? '')).join(' · '), number }
}

/** How a job ended, in one or two words. */
export function JobEnd({ job }: { job: JobEntry }) {
  const { t } = useTranslation()
  if (job.end !== undefined) return <Chip tone={tones[job.end]}>{t(`history.end.${job.end}`)}</Chip>
  return <Chip tone="info">{t(job.isClosed ? 'history.notStarted' : 'history.open')}</Chip>
}

/** A job of the list. */
export function HistoryRow({ job, open }: { job: JobEntry; open: () => void }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const { name, number } = useJobNames(job)
  return (
    <Button className="history-row" aria-label={t('history.show', { name: `${name}, ${number}` })} onPress={open}>
      <span className="history-row__time">{formatClock(job.openedAt, language)}</span>
      <span className="plate">
        <ServerText>{job.licensePlate ?? t('tickets.noPlate')}</ServerText>
      </span>
      <span className="history-row__car">
        <span className="item__title">
          <ServerText>{job.vehicleName ?? t('tickets.noVehicle')}</ServerText>
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
