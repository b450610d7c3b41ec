import { runningIn } from '../../../shared/car-link.ts'
import type { JobTile } from '../../../shared/job.ts'
import type { Prompt } from '../../../shared/prompt.ts'
import type { Tone } from '../../components/Chip.tsx'
import { asksSomething } from '../../store/ended-prompts.ts'

/**
 * Who or what a job waits for. `server`: a start or a finish is under way · `link`: the car cannot be reached · `nobody`: the next function can be run.
 */
export type WaitingFor = 'you' | 'operator' | 'function' | 'server' | 'link' | 'nobody' | 'ended'

/** The colour of each state; words and a shape always say the same. */
export const waitingTones: Record<WaitingFor, Tone> = {
  you: 'warning',
  operator: 'warning',
  function: 'info',
  server: 'info',
  link: 'danger',
  nobody: 'neutral',
  ended: 'neutral',
}

type Waiting = Pick<JobTile, 'handle' | 'phase' | 'link' | 'functionName'>

/** Whom a job waits for; a question counts more than everything else of an open session. */
export function waitingFor(job: Waiting, prompts: readonly Prompt[]): WaitingFor {
  if (job.phase === 'ended') return 'ended'
  const asked = openQuestions(job.handle, prompts)
  if (asked.some(({ target }) => target === 'customer')) return 'you'
  if (asked.length > 0) return 'operator'
  if (job.phase !== 'active') return 'server'
  if (runningIn(job.link) === 'impossible') return 'link'
  return job.functionName === undefined ? 'nobody' : 'function'
}

/** The questions of a session that nobody has answered. */
export const openQuestions = (handle: string, prompts: readonly Prompt[]): readonly Prompt[] =>
  prompts.filter((prompt) => prompt.session.key === handle && asksSomething(prompt) && prompt.answer.state === 'open')
