import { asksSomething } from '../../../shared/asks-something.ts'
import type { UnfinishedSession } from '../../../shared/session.ts'
import type { JobState } from './job-state.ts'

/** What was going on in a job when its last fact was written: the running function, and the question that was open. */
export function lastActivity({ runs, prompts }: JobState): Pick<UnfinishedSession, 'functionName' | 'question'> {
  const run = runs.at(-1)
  const open = prompts.findLast(({ control, isAnswered }) => asksSomething(control) && !isAnswered)
  const isRunning = run !== undefined && run.endedAt === undefined
  const functionName = open?.functionName || (isRunning ? run.name : undefined)
  const question = open && open.control.kind !== 'unknown' ? open.control.label : undefined
  return { ...(functionName ? { functionName } : {}), ...(question ? { question } : {}) }
}
