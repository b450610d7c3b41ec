import { otherCarLeft } from '../../store/screen.ts'
import { perform, useWorkbench } from '../../store/workbench.ts'

/** Shows a job, or with null the start screen. */
export function useShowJob(): (job: string | null) => void {
  const workbench = useWorkbench()
  return (job) => {
    otherCarLeft(workbench.screen)
    workbench.screen.setState({ developerFor: null, isHistoryShown: false })
    void perform(workbench, 'showJob', { job })
  }
}
