import { useCallback, useEffect, useRef, useState } from 'react'
import type { JobEntry } from '../../../shared/job.ts'
import type { Failure, Outcome } from '../../../shared/outcome.ts'
import { perform, useWorkbench } from '../../store/workbench.ts'

/** The jobs that are loaded so far. `jobs` is null until the first page has come. */
interface Loaded {
  readonly jobs: readonly JobEntry[] | null
  readonly hasMore: boolean
  readonly failure: Failure | null
}

const nothing: Loaded = { jobs: null, hasMore: false, failure: null }
interface Page {
  readonly jobs: readonly JobEntry[]
  readonly hasMore: boolean
}

/** Jobs of all days that match a text, page by page. An answer to an older search changes nothing. */
export function useHistory(search: string) {
  const workbench = useWorkbench()
  const [loaded, setLoaded] = useState(nothing)
  const [isLoading, setIsLoading] = useState(false)
  const newest = useRef(0)

  const load = useCallback(
    async (known: readonly JobEntry[]) => {
      newest.current += 1
      const request = newest.current
      setIsLoading(true)
      const last = known.at(-1)
      const before = last === undefined ? {} : { before: { openedAt: last.openedAt, id: last.id } }
      const outcome = await perform(workbench, 'listJobs', { search, ...before }, { quiet: true })
      if (request !== newest.current) return
      setIsLoading(false)
      setLoaded((old) => afterPage(old, known, outcome as Outcome<Page>))
    },
    [workbench, search],
  )
  useEffect(() => {
    void load([])
    return () => {
      newest.current += 1
    }
  }, [load])
  return {
    ...loaded,
    isLoading,
    loadMore: () => void load(loaded.jobs ?? []),
    forget: (job: string) => setLoaded((old) => ({ ...old, jobs: old.jobs?.filter(({ id }) => id !== job) ?? null })),
  }
}

function afterPage(old: Loaded, known: readonly JobEntry[], outcome: Outcome<Page>): Loaded {
  if (!outcome.ok) return { ...old, failure: outcome.failure }
  return { jobs: [...known, ...outcome.value.jobs], hasMore: outcome.value.hasMore, failure: null }
}
