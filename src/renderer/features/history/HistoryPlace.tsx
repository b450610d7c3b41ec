import { useLayoutEffect, useRef, useState } from 'react'
import type { JobEntry } from '../../../shared/job.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useDraft } from '../../store/use-draft.ts'
import { useScreen, useWorkbench } from '../../store/workbench.ts'
import { HistoryJob } from './HistoryJob.tsx'
import { HistoryList } from './HistoryList.tsx'
import { useHistory } from './use-history.ts'

/** Jobs of all days, found by plate, car or ticket, and what happened in each of them. */
export function HistoryPlace({ onClose }: { onClose?: () => void }) {
  const { t } = useTranslation()
  const [search, setSearch] = useDraft('history search')
  const { screen } = useWorkbench()
  const shown = useScreen(({ historyJob }) => historyJob)
  const setShown = (historyJob: JobEntry | null) => screen.setState({ historyJob })
  const [isDeleted, setIsDeleted] = useState(false)
  const history = useHistory(search)
  const scrolled = useRef(0)
  // The list is where it was when a job was opened.
  // No value: newer browsers return a promise from scrollTo, which is no cleanup.
  useLayoutEffect(() => {
    window.scrollTo(0, shown === null ? scrolled.current : 0)
  }, [shown])
  const open = (job: JobEntry) => {
    scrolled.current = window.scrollY
    setIsDeleted(false)
    setShown(job)
  }
  return (
    <main className="page__content history" aria-label={t('history.title')}>
      {shown === null ? (
        <HistoryList
          search={search}
          setSearch={setSearch}
          history={history}
          isDeleted={isDeleted}
          open={open}
          {...(onClose === undefined ? {} : { onClose })}
        />
      ) : (
        <HistoryJob
          key={shown.id}
          job={shown}
          onBack={() => setShown(null)}
          onDeleted={() => {
            history.forget(shown.id)
            setIsDeleted(true)
            setShown(null)
          }}
        />
      )}
    </main>
  )
}
