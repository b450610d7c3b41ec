import { useMemo } from 'react'
import type { PromptSession } from '../../../shared/prompt.ts'
import { openQuestions } from '../../../shared/waiting.ts'
import { otherCarShown, placeOpened } from '../../store/screen.ts'
import { useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { isWaiting } from '../prompt/prompt-order.ts'
import { useShowJob } from './use-show-job.ts'

type Asking = { readonly key: string } & (
  | { readonly kind: 'job'; readonly job: string }
  | { readonly kind: 'script'; readonly session: PromptSession }
)

/** Jobs and scripts that ask something and are not on the screen, and the function that shows the next of them. It answers nothing. */
export function useNextQuestion(): { readonly count: number; readonly showNext: () => void } {
  const { screen } = useWorkbench()
  const prompts = useSlice('prompts')
  const jobs = useSlice('jobs')
  const shownJob = useSlice('shownJob')
  const otherCar = useScreen((state) => state.otherCar)
  const isHistory = useScreen((state) => state.isHistoryShown)
  const show = useShowJob()
  const own = isHistory ? undefined : jobs.find(({ id }) => id === shownJob)?.handle
  const shownKey = isHistory ? undefined : (otherCar?.key ?? own)
  const all = useMemo((): readonly Asking[] => {
    const handles = new Set(jobs.map(({ handle }) => handle))
    const ofJobs = jobs.filter(({ handle }) => openQuestions(handle, prompts).length > 0)
    const scripts = new Map<string, PromptSession>()
    for (const prompt of prompts) {
      const { session } = prompt
      if (isWaiting(prompt) && !handles.has(session.key)) scripts.set(session.key, session)
    }
    return [
      ...ofJobs.map(({ handle, id }) => ({ kind: 'job', key: handle, job: id }) as const),
      ...[...scripts].map(([key, session]) => ({ kind: 'script', key, session }) as const),
    ]
  }, [jobs, prompts])
  const others = all.filter(({ key }) => key !== shownKey)
  const showNext = () => {
    const next =
      all.slice(all.findIndex(({ key }) => key === shownKey) + 1).find(({ key }) => key !== shownKey) ?? others[0]
    if (next === undefined) return
    if (next.kind === 'script') {
      otherCarShown(screen, next.session)
      return
    }
    placeOpened(screen, next.key, 'functions')
    show(next.job)
  }
  return { count: others.length, showNext }
}
