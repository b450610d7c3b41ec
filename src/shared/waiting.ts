import { asksSomething } from './asks-something.ts'
import { runningIn } from './car-link.ts'
import type { GatewayActivity } from './gateway.ts'
import type { ControlUnitState, Hold } from './hold.ts'
import type { JobTile } from './job.ts'
import type { Prompt } from './prompt.ts'

/** What tells a slow control unit or server from a dead link. */
export interface LinkEvidence {
  /** Unix ms of the last message of the connector information stream; undefined before the first one. */
  readonly lastSeenAt: number | undefined
}

/** The official client ends a request after this time, also when the control unit asks for more (protocol.md §8), in ms. */
const clientLimitMs = 10_000
/** A request without an answer counts as given up from then on; the rest is for a client that repeats it, in ms. */
export const givenUpAfterMs = clientLimitMs + 1_000
/** How long before its end a request is warned of, in ms. */
const warnBeforeMs = 3_000
/** Shorter waits belong to every function, in ms. */
const noticedAfterMs = 1_000
/** After 0x78 a control unit answers within P2* = 5 s (ISO 14229-2); the rest is for the network. */
const pendingCountsMs = 6_000
/** After 0x21 the official client repeats its request half a second later. */
export const busyCountsMs = 1_000
/** The link's message comes each second; one that is missing makes the link doubtful, in ms. */
const tickMissingMs = 2_000

type PendingRequest = GatewayActivity['requests'][number]

/** What holds up a function that waits for these requests and calls; undefined when it is its own turn. */
export function holdOf(
  { requests, serverSince }: Pick<GatewayActivity, 'requests' | 'serverSince'>,
  link: LinkEvidence,
  now: number,
): Hold | undefined {
  const waits = requests.flatMap((request) => controlUnitHold(request, now) ?? [])
  const unit = waits.toSorted((one, other) => one.since - other.since)[0]
  const call = serverSince !== undefined && now - serverSince >= noticedAfterMs ? serverSince : undefined
  const oldest = Math.min(call ?? Number.POSITIVE_INFINITY, unit?.since ?? Number.POSITIVE_INFINITY)
  if (oldest === Number.POSITIVE_INFINITY) return undefined
  const { lastSeenAt } = link
  if (lastSeenAt !== undefined && now - lastSeenAt >= tickMissingMs) return { by: 'link', since: lastSeenAt }
  // A request that was sent after the last message may never have arrived: nothing is said of anybody yet.
  const isProved = (since: number) => lastSeenAt === undefined || lastSeenAt > since
  if (call !== undefined) return isProved(call) ? { by: 'server', since: call } : undefined
  return unit && isProved(unit.since) ? unit : undefined
}

function controlUnitHold(request: PendingRequest, now: number) {
  const { since, unansweredSince, lastAnswer, lastAnswerAt = since } = request
  const hasWaited = now - since
  const ofAnswer = now - lastAnswerAt
  if (now - unansweredSince < noticedAfterMs) return undefined
  const hold = (state: ControlUnitState) => ({ by: 'control-unit', state, since: unansweredSince }) as const
  if (lastAnswer === 'busy') return ofAnswer <= busyCountsMs ? hold('working') : undefined
  if (lastAnswer === 'pending' && ofAnswer <= pendingCountsMs) {
    if (hasWaited >= clientLimitMs) return hold('over-limit')
    return hold(hasWaited >= clientLimitMs - warnBeforeMs ? 'near-limit' : 'working')
  }
  return hasWaited < givenUpAfterMs ? hold('silent') : undefined
}

/** Who or what a job waits for. `nobody`: the next function can be run. */
export type WaitingFor = 'you' | 'operator' | 'link' | 'server' | 'control-unit' | 'function' | 'nobody' | 'ended'

/** Who or what a job waits for, and since when (Unix ms) where somebody is waited for. */
export interface Waiting {
  readonly for: WaitingFor
  readonly since?: number | undefined
  readonly controlUnit?: ControlUnitState
}

/** What the decision is made from. */
export type WaitingJob = Pick<
  JobTile,
  'handle' | 'phase' | 'link' | 'functionName' | 'phaseSince' | 'linkSince' | 'functionSince' | 'hold'
>

/**
 * Whom a job waits for: the one without whom nothing goes on, even if all others were ready. A question comes first, because only a
 * person ends it; then the link, which everything else needs; then the server, which carries what goes to the control units.
 */
export function waitingFor(job: WaitingJob, prompts: readonly Prompt[]): Waiting {
  if (job.phase === 'ended') return { for: 'ended' }
  const asked = openQuestions(job.handle, prompts)
  const mine = asked.filter(({ target }) => target === 'customer')
  if (asked.length > 0) {
    const shown = (mine.length > 0 ? mine : asked).map(({ shownAt }) => shownAt)
    return { for: mine.length > 0 ? 'you' : 'operator', since: Math.min(...shown) }
  }
  const isLinkGone = job.link === 'lost' || job.link === 'reconnecting'
  if (isLinkGone && job.phase === 'finishing') return { for: 'link', since: job.linkSince }
  if (job.phase !== 'active') return { for: 'server', since: job.phaseSince }
  if (runningIn(job.link) === 'impossible') return { for: 'link', since: job.linkSince }
  const { hold, functionName, functionSince } = job
  if (functionName === undefined) return { for: 'nobody' }
  if (hold === undefined) return { for: 'function', since: functionSince }
  if (hold.by === 'control-unit') return { for: 'control-unit', since: hold.since, controlUnit: hold.state }
  return { for: hold.by, since: hold.since }
}

/** The questions of a session that nobody has answered. */
export const openQuestions = (handle: string, prompts: readonly Prompt[]): readonly Prompt[] =>
  prompts.filter(
    (prompt) => prompt.session.key === handle && asksSomething(prompt.control) && prompt.answer.state === 'open',
  )
