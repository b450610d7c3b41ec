import { useState } from 'react'
import { perform, useScreen, useWorkbench } from '../../store/workbench.ts'

/** Saves jobs in a file that a person chooses; a failure becomes a message. */
export function useExport() {
  const workbench = useWorkbench()
  const isExporting = useScreen((screen) => screen.pending.has('exportJobs'))
  const [isExported, setIsExported] = useState(false)
  const exportJobs = async (jobs: string[]) => {
    setIsExported(false)
    const outcome = await perform(workbench, 'exportJobs', { jobs })
    setIsExported(outcome.ok && outcome.value === true)
  }
  return { isExporting, isExported, exportJobs: (jobs: string[]) => void exportJobs(jobs) }
}
