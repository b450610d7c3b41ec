import type { NewFact } from '../../../shared/facts.ts'
import type { JobState } from './job-state.ts'

/** The ends of prompts and runs that were open when the application ended: its functions ended with it. */
export const leftOpenFacts = ({ prompts, runs }: JobState): NewFact[] => [
  ...prompts.map(
    ({ promptId }): NewFact => ({ kind: 'prompt-ended', actor: 'application', promptId, reason: 'withdrawn' }),
  ),
  ...runs
    .filter(({ endedAt }) => endedAt === undefined)
    .map(({ runId }): NewFact => ({ kind: 'function-ended', actor: 'application', runId, status: 'failed' })),
]
