import { useEffect, useState } from 'react'
import type { Fact } from '../../../shared/facts.ts'
import type { Failure } from '../../../shared/outcome.ts'
import { useWorkbench } from '../../store/workbench.ts'
import { emptyJobLog, type JobLogState, withFacts } from './job-log-rows.ts'

/** How long to wait before new facts are read, in ms. */
export const readEveryMs = 1000

const broken: Failure = { code: 'internal', nextAction: 'retry', correlationId: '' }

/** The log of a job: all its facts, then once a second those that are new. Null until the first ones have come. */
export function useJobLog(job: string): { readonly log: JobLogState | null; readonly failure: Failure | null } {
  const { api } = useWorkbench()
  const [log, setLog] = useState<JobLogState | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  useEffect(() => {
    let isCurrent = true
    let timer: ReturnType<typeof setTimeout> | undefined
    let known = emptyJobLog
    const read = async () => {
      const outcome = await api
        .readJob({ job, after: known.after })
        .catch(() => ({ ok: false, failure: broken }) as const)
      if (!isCurrent) return
      if (outcome.ok) {
        known = withFacts(known, outcome.value.facts as readonly Fact[])
        setLog(known)
      }
      setFailure(outcome.ok ? null : outcome.failure)
      timer = setTimeout(() => void read(), readEveryMs)
    }
    setLog(null)
    void read()
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [api, job])
  return { log, failure }
}
