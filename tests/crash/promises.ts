import { type Fact, type FactOf, readable, type UnreadableFact } from '../../src/shared/facts.ts'
import type { ServiceResult } from '../../src/shared/service-result.ts'
import type { ReportLine } from './report-lines.ts'

/** What the engine knows of one session. */
export interface EngineSession {
  readonly sessionId: string
  readonly ticketNumber: string
  readonly state: string
  readonly acceptedFinishes: number
  /** Unix ms. */
  readonly finishedAt?: number
  readonly serviceResult?: ServiceResult
}

/** Everything that is known after the death of an application. */
export interface Evidence {
  readonly lines: readonly ReportLine[]
  /** Results of `integrity_check`, by file. */
  readonly integrity: Readonly<Record<string, string>>
  readonly stored: readonly (Fact | UnreadableFact)[]
  readonly sessions: readonly EngineSession[]
  /** Child processes that live on. */
  readonly orphans: readonly number[]
}

/** The promises that the evidence breaks, in words; an empty list is what a round must give. */
export function brokenPromises(evidence: Evidence): string[] {
  return [
    ...evidence.orphans.map((pid) => `the child process ${pid} outlived the application`),
    ...Object.entries(evidence.integrity).flatMap(([file, found]) => (found === 'ok' ? [] : [`${file}: ${found}`])),
    ...evidence.lines.flatMap((line) => (line.kind === 'stuck' ? [`waited in vain: ${line.at} (${line.state})`] : [])),
    ...evidence.lines.flatMap((line) =>
      line.kind === 'offered'
        ? line.wronglyOpen.map((one) => `${one} was offered as open, but its session is over`)
        : [],
    ),
    ...factPromises(evidence),
    ...sessionPromises(evidence),
  ]
}

function factPromises({ lines, stored }: Evidence): string[] {
  const broken: string[] = []
  const known = new Set(stored.map(({ job, sequence, kind }) => `${job} ${sequence} ${kind}`))
  const acknowledged = new Set(lines.flatMap((line) => (line.kind === 'acknowledged' ? line.batch : [])))
  for (const line of lines) {
    if (line.kind !== 'posted') continue
    const missing = line.facts.filter((fact) => !known.has(`${fact.job} ${fact.sequence} ${fact.kind}`))
    if (missing.length === 0) continue
    if (acknowledged.has(line.batch))
      broken.push(`acknowledged and lost: ${missing.map(({ kind }) => kind).join(', ')}`)
    else if (missing.length < line.facts.length) broken.push(`half of batch ${line.batch} was written`)
  }
  for (const fact of stored) {
    if (fact.kind === 'unreadable') broken.push(`fact ${fact.sequence} of job ${fact.job} cannot be read`)
  }
  for (const [job, facts] of Map.groupBy(stored, (fact) => fact.job)) {
    const numbers = facts.map(({ sequence }) => sequence).sort((a, b) => a - b)
    const gap = numbers.findIndex((number, index) => number !== index + 1)
    if (gap >= 0) broken.push(`job ${job} has no fact ${gap + 1}`)
  }
  return broken
}

function sessionPromises({ lines, stored, sessions }: Evidence): string[] {
  const broken: string[] = []
  const facts = readable(stored)
  const requested = facts.filter((fact) => fact.kind === 'session-requested')
  for (const [ticket, started] of Map.groupBy(sessions, ({ ticketNumber }) => ticketNumber)) {
    const asked = requested.filter(({ target }) => target.number === ticket).length
    if (started.length > asked) broken.push(`${started.length} sessions on ticket ${ticket}, ${asked} were requested`)
  }
  for (const session of sessions) {
    const { sessionId, acceptedFinishes, state, serviceResult } = session
    const handles = handlesOf(facts, sessionId)
    if (handles.length > 1) broken.push(`session ${sessionId} belongs to ${handles.length} handles`)
    if (acceptedFinishes > 1) broken.push(`session ${sessionId} was finished ${acceptedFinishes} times`)
    const ofSession = facts.filter((fact) => 'session' in fact && handles.includes(fact.session))
    const chosen = ofSession.filter((fact) => fact.kind === 'finish-chosen')
    // The engine refuses a second finish, so that its own count stays at one: the calls say more.
    for (const line of lines) {
      const isIt =
        line.kind === 'finish-called' && chosen.some((one) => one.serviceResult.description === line.description)
      if (isIt && session.finishedAt !== undefined && line.at > session.finishedAt)
        broken.push(`a finish was sent to session ${sessionId}, which was finished`)
    }
    const isChosen = chosen.some((one) => one.serviceResult.description === serviceResult?.description)
    if (state === 'finished' && !isChosen)
      broken.push(`session ${sessionId} was finished with a result that nobody chose`)
    const isConfirmed = ofSession.some((fact) => fact.kind === 'finish-confirmed')
    if (isConfirmed && state !== 'finished')
      broken.push(`session ${sessionId} is ${state}, but its finish was confirmed`)
  }
  return broken
}

/** The handles under which the facts know a session. */
export function handlesOf(facts: readonly Fact[], sessionId: string): string[] {
  const isStart = (fact: Fact): fact is FactOf<'session-started'> => fact.kind === 'session-started'
  const started = facts.filter(isStart).filter((fact) => fact.sessionId === sessionId)
  return [...new Set(started.map(({ session }) => session))]
}

/**
 * The handle of the newest start on a ticket whose session nobody knows and whose end nobody recorded. Facts of several jobs are
 * stored by job, so that only their time says which request is the newest.
 */
export function lastRequestOn(facts: readonly Fact[], ticket: string | undefined): string[] {
  const settled = new Set(
    facts.flatMap((fact) =>
      fact.kind === 'session-started' || fact.kind === 'session-not-started' || fact.kind === 'session-ended'
        ? fact.session
        : [],
    ),
  )
  const requests = facts.filter((fact) => fact.kind === 'session-requested')
  const open = requests.filter(({ target, session }) => target.number === ticket && !settled.has(session))
  const [newest] = open.sort((a, b) => b.at - a.at)
  return newest ? [newest.session] : []
}
