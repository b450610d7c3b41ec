import { Download, History, SearchX, X } from 'lucide-react'
import { useMemo } from 'react'
import type { JobEntry } from '../../../shared/job.ts'
import { Action } from '../../components/Action.tsx'
import { Empty, Loading } from '../../components/Empty.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { LongList } from '../../components/LongList.tsx'
import { Panel } from '../../components/Panel.tsx'
import { Search } from '../../components/Search.tsx'
import { useNow } from '../../components/use-now.ts'
import { formatDay } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { useSlice, useWorkbench } from '../../store/workbench.ts'
import { HistoryRow } from './HistoryRow.tsx'
import { type HistoryLine, historyLines } from './history-days.ts'
import { useExport } from './use-export.ts'
import type { useHistory } from './use-history.ts'

interface HistoryListProps {
  readonly search: string
  readonly setSearch: (search: string) => void
  readonly history: ReturnType<typeof useHistory>
  readonly isDeleted: boolean
  readonly open: (job: JobEntry) => void
  readonly onClose?: () => void
}

/** The call exports at most this many jobs. */
const mostExported = 1000
const rowHeight = 72

/** The jobs by day, with the search. */
export function HistoryList({ search, setSearch, history, isDeleted, open, onClose }: HistoryListProps) {
  const { t } = useTranslation()
  const shown = history.jobs ?? []
  const { exportJobs, isExporting, isExported } = useExport()
  return (
    <Panel
      title={t('history.title')}
      icon={History}
      aside={
        onClose && (
          <Action look="quiet" icon={X} onPress={onClose}>
            {t('history.close')}
          </Action>
        )
      }
    >
      <div className="history__tools">
        <Search label={t('history.search')} hint={t('history.searchHint')} value={search} onChange={setSearch} />
        <Kept />
      </div>
      <p className="history__news" role="status">
        {isDeleted && t('history.deleted')}
        {isExported && t('history.exported')}
      </p>
      {history.failure !== null && <FailureNotice failure={history.failure} retry={history.loadMore} />}
      <Jobs history={history} isSearch={search.trim() !== ''} open={open} />
      <div className="history__foot">
        {history.hasMore && (
          <Action isBusy={history.isLoading} onPress={history.loadMore}>
            {t('history.more')}
          </Action>
        )}
        {shown.length > 0 && (
          <Action
            icon={Download}
            look="quiet"
            isBusy={isExporting}
            onPress={() => exportJobs(shown.slice(0, mostExported).map(({ id }) => id))}
          >
            {t('history.exportShown', { count: Math.min(shown.length, mostExported) })}
          </Action>
        )}
      </div>
    </Panel>
  )
}

function Jobs({
  history: { jobs, failure },
  isSearch,
  open,
}: Pick<HistoryListProps, 'history' | 'open'> & { isSearch: boolean }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const now = useNow(60_000)
  const lines = useMemo(() => historyLines(jobs ?? [], now), [jobs, now])
  if (jobs === null) return failure === null ? <Loading text={t('history.loading')} /> : null
  if (jobs.length === 0) {
    return isSearch ? (
      <Empty icon={SearchX} title={t('history.noneFound')} text={t('history.noneFoundText')} />
    ) : (
      <Empty icon={History} title={t('history.empty')} text={t('history.emptyText')} />
    )
  }
  const dayText = (line: Extract<HistoryLine, { kind: 'day' }>) => {
    const date = formatDay(line.at, language)
    return line.day === 'earlier' ? date : `${t(`history.${line.day}`)} · ${date}`
  }
  return (
    <LongList items={lines} keyOf={({ key }) => key} label={t('history.jobs')} height={rowHeight}>
      {(line) =>
        line.kind === 'day' ? (
          <h3 className="history__day">{dayText(line)}</h3>
        ) : (
          <HistoryRow job={line.job} open={() => open(line.job)} />
        )
      }
    </LongList>
  )
}

/** How long closed jobs are kept; changed in the settings. */
function Kept() {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const { keptDays } = useSlice('settings')
  return (
    <p className="history__kept hint">
      {keptDays === null ? t('history.keptForever') : t('history.keptFor', { count: keptDays })}{' '}
      <Action look="quiet" onPress={() => dialogOpened(screen, { kind: 'settings' })}>
        {t('history.change')}
      </Action>
    </p>
  )
}
