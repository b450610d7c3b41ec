import type { Fact, FactOf, Warning } from '../../../shared/facts.ts'
import type { Failure } from '../../../shared/outcome.ts'
import type { PromptChoice, PromptControl } from '../../../shared/prompt.ts'
import type { ServiceResult } from '../../../shared/service-result.ts'
import type { FunctionFinding, FunctionRun, SessionEnd, SessionTarget } from '../../../shared/session.ts'

/** One session of a job, as its facts tell it. Times in Unix ms. */
export interface SessionHistory {
  readonly handle: string
  readonly target: SessionTarget
  readonly requestedAt: number
  readonly sessionId?: string
  readonly claimedAt?: number
  /** The result that was chosen, and how far it got; absent when none was chosen, or it was refused or seen. */
  readonly finish?: { readonly serviceResult: ServiceResult; readonly step: 'chosen' | 'sent' | 'confirmed' }
  readonly end?: SessionEnd
  /** The start failed, so that there is no session. */
  readonly startFailure?: Failure
}

/** A prompt that is on display, as the facts tell it. */
export interface PromptHistory {
  readonly promptId: string
  readonly session: string
  readonly functionName: string
  readonly control: PromptControl
  readonly shownAt: number
  readonly answer?: { readonly answerId: string; readonly choice: PromptChoice }
  readonly isAnswered: boolean
}

/** A run of a function, with its session. */
export type RunHistory = FunctionRun & { readonly session: string }

/** Everything that the facts of one job say about its present. */
export interface JobState {
  readonly id: string
  /** Number of the last fact. */
  readonly sequence: number
  readonly openedAt: number
  readonly lastAt: number
  readonly server: { readonly key: string; readonly profileId: string }
  readonly target: SessionTarget
  readonly licensePlate?: string
  readonly lift?: string
  readonly vehicleName?: string
  readonly vin?: string
  readonly connectorNumber?: string
  readonly isClosed: boolean
  /** Oldest first. */
  readonly sessions: readonly SessionHistory[]
  /** Oldest first. */
  readonly runs: readonly RunHistory[]
  /** Prompts on display, oldest first. */
  readonly prompts: readonly PromptHistory[]
  readonly isLinkLost: boolean
  readonly warnings: readonly Warning[]
}

/** The state after the first fact of a job. */
export const openedJob = (fact: FactOf<'job-opened'>): JobState => ({
  id: fact.job,
  sequence: fact.sequence,
  openedAt: fact.at,
  lastAt: fact.at,
  server: fact.server,
  target: fact.target,
  ...(fact.licensePlate ? { licensePlate: fact.licensePlate } : {}),
  ...(fact.lift ? { lift: fact.lift } : {}),
  ...(fact.vehicleName ? { vehicleName: fact.vehicleName } : {}),
  isClosed: false,
  sessions: [],
  runs: [],
  prompts: [],
  isLinkLost: false,
  warnings: [],
})

/** The state of a job from all its facts; undefined when its first fact is missing. Facts that contradict the state change nothing. */
export function jobStateOf(facts: readonly Fact[]): JobState | undefined {
  const [first, ...others] = [...facts].sort((a, b) => a.sequence - b.sequence)
  return first?.kind === 'job-opened' ? others.reduce(withFact, openedJob(first)) : undefined
}

/** The state after one more fact. */
export function withFact(state: JobState, fact: Fact): JobState {
  if (fact.sequence <= state.sequence) return state
  return { ...state, ...changeOf(state, fact), sequence: fact.sequence, lastAt: fact.at }
}

/** The session of a job that was requested last. */
export const lastSession = ({ sessions }: JobState): SessionHistory | undefined => sessions.at(-1)

/** Whether the last session has neither ended nor failed to start. */
export function hasOpenSession(state: JobState): boolean {
  const session = lastSession(state)
  return session !== undefined && session.end === undefined && session.startFailure === undefined
}

type Change = Partial<JobState>

function changeOf(state: JobState, fact: Fact): Change {
  switch (fact.kind) {
    case 'job-described': {
      const { licensePlate, lift, vehicleName, vin, connectorNumber } = fact
      return defined({ licensePlate, lift, vehicleName, vin, connectorNumber })
    }
    case 'job-closed':
      return { isClosed: true }
    case 'link-lost':
      return { isLinkLost: true }
    case 'link-restored':
      return { isLinkLost: false }
    case 'warning-began':
      return { warnings: [...state.warnings.filter((one) => one !== fact.warning), fact.warning] }
    case 'warning-ended':
      return { warnings: state.warnings.filter((one) => one !== fact.warning) }
    case 'prompt-shown':
    case 'prompt-ended':
    case 'prompt-answered':
    case 'answer-settled':
      return { prompts: promptsAfter(state.prompts, fact) }
    case 'function-requested':
      return { runs: [...state.runs, requestedRun(fact)] }
    case 'function-started':
    case 'function-extent-known':
    case 'function-found':
    case 'function-stop-requested':
    case 'function-ended':
      return {
        runs: changed(
          state.runs,
          ({ runId }) => runId === fact.runId,
          (run) => runAfter(run, fact),
        ),
      }
    case 'job-opened':
    case 'function-logged':
    case 'visitor-answered':
    case 'facts-left-out':
    case 'application-lost':
      return {}
    default:
      return sessionsAfter(state, fact)
  }
}

type SessionFact = FactOf<
  | 'session-requested'
  | 'session-not-started'
  | 'session-started'
  | 'session-claimed'
  | 'session-resumed'
  | 'interrupt-requested'
  | 'session-ended'
  | 'finish-chosen'
  | 'finish-sent'
  | 'finish-confirmed'
  | 'finish-refused'
  | 'finish-dismissed'
>

function sessionsAfter(state: JobState, fact: SessionFact): Change {
  if (fact.kind === 'session-requested') {
    const requested = { handle: fact.session, target: fact.target, requestedAt: fact.at }
    return { sessions: [...state.sessions, requested], isLinkLost: false, warnings: [] }
  }
  const isIt = ({ handle }: SessionHistory) => handle === fact.session
  const sessions = changed(state.sessions, isIt, (session) => sessionAfter(session, fact))
  if (fact.kind !== 'session-ended' || sessions === state.sessions) return { sessions }
  return { sessions, prompts: state.prompts.filter(({ session }) => session !== fact.session), ...noWarnings }
}

const noWarnings = { isLinkLost: false, warnings: [] } as const

function sessionAfter(
  session: SessionHistory,
  fact: Exclude<SessionFact, FactOf<'session-requested'>>,
): SessionHistory {
  switch (fact.kind) {
    case 'session-not-started':
      return { ...session, startFailure: fact.failure }
    case 'session-started':
      return { ...session, sessionId: fact.sessionId }
    case 'session-claimed':
      return { ...session, claimedAt: session.claimedAt ?? fact.at }
    case 'finish-chosen':
      return { ...session, finish: { serviceResult: fact.serviceResult, step: 'chosen' } }
    case 'finish-sent':
      return { ...session, finish: { serviceResult: fact.serviceResult, step: 'sent' } }
    case 'finish-confirmed':
      return { ...session, finish: { serviceResult: fact.serviceResult, step: 'confirmed' } }
    case 'finish-refused':
    case 'finish-dismissed': {
      const { finish: _finish, ...rest } = session
      return rest
    }
    case 'session-ended':
      return session.end ? session : { ...session, end: endOf(fact) }
    case 'session-resumed':
    case 'interrupt-requested':
      return session
  }
}

function endOf({ end, at, serviceResult, failure }: FactOf<'session-ended'>): SessionEnd {
  return { kind: end, at, ...(serviceResult ? { serviceResult } : {}), ...(failure ? { failure } : {}) }
}

type PromptFact = FactOf<'prompt-shown' | 'prompt-ended' | 'prompt-answered' | 'answer-settled'>

function promptsAfter(prompts: readonly PromptHistory[], fact: PromptFact): readonly PromptHistory[] {
  const isIt = ({ promptId }: PromptHistory) => promptId === fact.promptId
  switch (fact.kind) {
    case 'prompt-shown': {
      const { promptId, session, functionName, control, at } = fact
      const shown = { promptId, session, functionName, control, shownAt: at, isAnswered: false }
      return prompts.some(isIt) ? prompts : [...prompts, shown]
    }
    case 'prompt-ended':
      return prompts.filter((prompt) => !isIt(prompt))
    case 'prompt-answered': {
      const { answerId, choice } = fact
      return changed(prompts, isIt, (prompt) => ({ ...prompt, answer: { answerId, choice } }))
    }
    case 'answer-settled':
      return changed(prompts, isIt, (prompt) => settled(prompt, fact.outcome))
  }
}

function settled(prompt: PromptHistory, outcome: FactOf<'answer-settled'>['outcome']): PromptHistory {
  if (outcome === 'accepted' || outcome === 'already-answered') return { ...prompt, isAnswered: true }
  const { answer: _answer, ...rest } = prompt
  return rest
}

const requestedRun = ({ session, runId, functionId, name, at }: FactOf<'function-requested'>): RunHistory => ({
  session,
  runId,
  functionId,
  name,
  status: 'starting',
  startedAt: at,
  findings: [],
  leftOut: 0,
})

type RunFact = FactOf<
  'function-started' | 'function-extent-known' | 'function-found' | 'function-stop-requested' | 'function-ended'
>

function runAfter(run: RunHistory, fact: RunFact): RunHistory {
  if (run.endedAt !== undefined) return run
  switch (fact.kind) {
    case 'function-started':
      return run.status === 'starting' ? { ...run, status: 'running' } : run
    case 'function-extent-known':
      return { ...run, controlUnits: fact.controlUnits }
    case 'function-found':
      return { ...run, findings: fact.findings.reduce(withFinding, run.findings), leftOut: run.leftOut + fact.leftOut }
    case 'function-stop-requested':
      return { ...run, status: 'stopping' }
    case 'function-ended': {
      const { status, suggestedResult, failure, lastWrite, at } = fact
      return { ...run, status, endedAt: at, ...defined({ suggestedResult, failure, lastWrite }) }
    }
  }
}

/** A newer value of the same subject and key replaces the older one. */
function withFinding(findings: FunctionFinding[], finding: FunctionFinding): FunctionFinding[] {
  const isSame = (known: FunctionFinding) => known.subjectKey === finding.subjectKey && known.key === finding.key
  if (!findings.some(isSame)) return [...findings, finding]
  return findings.map((known) => (isSame(known) ? finding : known))
}

/** The list with the fitting items changed; the same list when none fits. */
function changed<T>(list: readonly T[], fits: (item: T) => boolean, change: (item: T) => T): readonly T[] {
  return list.some(fits) ? list.map((item) => (fits(item) ? change(item) : item)) : list
}

/** The fields that have a value. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
