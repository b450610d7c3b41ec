import { ScrollText } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Radio, RadioGroup } from 'react-aria-components'
import { Empty, Loading } from '../../components/Empty.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { FollowedList } from '../../components/FollowedList.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { formatTime } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { HistoryStep } from '../history/HistoryStep.tsx'
import { isShown, type JobLogFilter, jobLogFilters } from './job-log-filter.ts'
import type { JobLogRow, JobLogState } from './job-log-rows.ts'
import { useJobLog } from './use-job-log.ts'

const rowHeight = 42

/** Everything that happened in a job, in order, with the log lines of its functions. */
export function JobLog({ job }: { job: string }) {
  const { t } = useTranslation()
  const { log, failure } = useJobLog(job)
  const [filter, setFilter] = useState<JobLogFilter>('all')
  return (
    <Panel title={t('log.title')} icon={ScrollText} className="job-log">
      {failure !== null && <FailureNotice failure={{ ...failure, nextAction: 'none' }} />}
      {log === null && failure === null && <Loading text={t('jobLog.loading')} />}
      {log !== null && (
        <>
          <Filter filter={filter} choose={setFilter} />
          {log.forgotten > 0 && <p className="hint">{t('jobLog.forgotten', { count: log.forgotten })}</p>}
          {/* Another filter is another list: it begins at its newest row. */}
          <Rows key={filter} log={log} filter={filter} />
        </>
      )}
    </Panel>
  )
}

function Filter({ filter, choose }: { filter: JobLogFilter; choose: (filter: JobLogFilter) => void }) {
  const { t } = useTranslation()
  return (
    <RadioGroup
      className="segments"
      orientation="horizontal"
      aria-label={t('jobLog.show')}
      value={filter}
      onChange={(value) => choose(value as JobLogFilter)}
    >
      {jobLogFilters.map((one) => (
        <Radio key={one} className="segment" value={one}>
          {t(`jobLog.shows.${one}`)}
        </Radio>
      ))}
    </RadioGroup>
  )
}

function Rows({ log, filter }: { log: JobLogState; filter: JobLogFilter }) {
  const { t } = useTranslation()
  const rows = useMemo(() => log.rows.filter((row) => isShown(row, filter)), [log.rows, filter])
  if (rows.length === 0) {
    return <Empty icon={ScrollText} title={t(`jobLog.empty.${filter}`)} text={t(`jobLog.emptyText.${filter}`)} />
  }
  return (
    <FollowedList
      items={rows}
      keyOf={({ key }) => key}
      label={t('log.lines')}
      height={rowHeight}
      classOf={({ kind }) => (kind === 'fact' ? '' : 'job-log__line')}
    >
      {(row) => <Row row={row} />}
    </FollowedList>
  )
}

const lineTones = { debug: 'neutral', info: 'neutral', warning: 'warning', error: 'danger' } as const

function Row({ row }: { row: JobLogRow }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  if (row.kind === 'fact') return <HistoryStep fact={row.fact} asked={row.asked} />
  const at = row.kind === 'line' ? row.line.at : row.at
  const tone = row.kind === 'line' ? lineTones[row.line.level] : 'warning'
  return (
    <div className={`history-step tone--${tone}`}>
      <time className="history-step__time" dateTime={new Date(at).toISOString()}>
        {formatTime(at, language)}
      </time>
      <div className="history-step__text">
        {row.kind === 'left-out' ? (
          t('jobLog.leftOut', { count: row.count })
        ) : (
          <>
            {tone !== 'neutral' && <strong className="log__mark">{t(`log.level.${row.line.level}`)}: </strong>}
            <ServerText className="log__content">{row.line.content}</ServerText>
          </>
        )}
      </div>
    </div>
  )
}
