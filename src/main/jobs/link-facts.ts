import type { CarLink } from '../../shared/car-link.ts'
import type { NewFact, Warning } from '../../shared/facts.ts'
import type { JobState } from './projections/job-state.ts'

type Problem = CarLink['problems'][number]

const isWarning = (problem: Problem): problem is Warning => problem !== 'lost' && problem !== 'reconnecting'

/**
 * The facts that follow from the present car and link. While the link is lost, or nothing was heard yet, nothing is known of the
 * car, so that warnings neither begin nor end.
 */
export function linkFacts(
  session: string,
  recorded: Pick<JobState, 'isLinkLost' | 'warnings'>,
  present: CarLink,
): NewFact[] {
  const { isLinkLost, warnings: old } = recorded
  const current = present.problems.filter(isWarning)
  if (current.length < present.problems.length)
    return isLinkLost ? [] : [{ kind: 'link-lost', actor: 'application', session }]
  if (present.state === 'none' || present.state === 'waiting') return []
  const voltage = present.voltage?.value
  return [
    ...(isLinkLost ? [{ kind: 'link-restored', actor: 'application', session } as const] : []),
    ...old.filter((warning) => !current.includes(warning)).map((warning) => ended(session, warning)),
    ...current.filter((warning) => !old.includes(warning)).map((warning) => began(session, warning, voltage)),
  ]
}

const ended = (session: string, warning: Warning): NewFact => ({
  kind: 'warning-ended',
  actor: 'application',
  session,
  warning,
})

const began = (session: string, warning: Warning, voltage: number | undefined): NewFact => ({
  kind: 'warning-began',
  actor: 'application',
  session,
  warning,
  ...(warning.startsWith('voltage') && voltage !== undefined ? { voltage } : {}),
})
