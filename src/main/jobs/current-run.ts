import { randomUUID } from 'node:crypto'
import type { Cancel } from '../../openobd/clock.ts'
import type { ContextMonitor, StartedContext } from '../../openobd/session/function-contexts.ts'
import type { SessionCalls } from '../../openobd/session/session-calls.ts'
import type { NewFact } from '../../shared/facts.ts'
import type { FunctionTrouble } from '../../shared/function-variables.ts'
import type { GatewayActivity } from '../../shared/gateway.ts'
import { type FailureCode, newFailure } from '../../shared/outcome.ts'
import type { FunctionFinding } from '../../shared/session.ts'
import type { RunHistory } from './projections/job-state.ts'
import type { RunHold } from './run-hold.ts'

const keptFindings = 500

/** The function that runs in a job, and what its end needs. */
export interface Current {
  readonly runId: string
  readonly sessionId: string
  readonly calls: SessionCalls
  readonly hold: RunHold
  readonly ended: PromiseWithResolvers<void>
  /** Resolves when the gateway has told everything about the context. */
  readonly told: PromiseWithResolvers<void>
  context: StartedContext | undefined
  monitor: ContextMonitor | undefined
  unfollow: () => void
  cancelFallback: Cancel
  isStopping: boolean
  trouble: FunctionTrouble | undefined
  /** The last write of each context of the run. */
  readonly lastWrites: Map<string, NonNullable<GatewayActivity['lastWrite']>>
}

/** How a run ended, as its fact tells it. */
export type RunEnd = Pick<
  Extract<NewFact, { kind: 'function-ended' }>,
  'status' | 'suggestedResult' | 'failure' | 'lastWrite'
>

/** A run that was just asked for. */
export const newRun = (sessionId: string, calls: SessionCalls, hold: RunHold): Current => ({
  runId: randomUUID(),
  sessionId,
  calls,
  hold,
  ended: Promise.withResolvers(),
  told: Promise.withResolvers(),
  context: undefined,
  monitor: undefined,
  unfollow: () => undefined,
  cancelFallback: () => undefined,
  isStopping: false,
  trouble: undefined,
  lastWrites: new Map(),
})

/** What a context of the run has written last; a refused write is taken back. */
export function noteLastWrite(
  { lastWrites }: Current,
  contextId: string,
  lastWrite: GatewayActivity['lastWrite'],
): void {
  if (lastWrite === undefined) lastWrites.delete(contextId)
  else lastWrites.set(contextId, lastWrite)
}

/** The newest write of all contexts of the run. */
export const lastWriteOf = ({ lastWrites }: Current): GatewayActivity['lastWrite'] =>
  [...lastWrites.values()].sort((one, other) => other.at - one.at)[0]

/** Follows the run no longer. */
export function forget({ monitor, unfollow, cancelFallback, hold }: Current): void {
  hold.stop()
  monitor?.stop()
  unfollow()
  cancelFallback()
}

/** The end of a run that failed; without a reason of its own `function-failed`. */
export function failedEnd(trouble: FunctionTrouble | undefined): RunEnd {
  const code: FailureCode = trouble?.code ?? 'function-failed'
  return { status: 'failed', failure: newFailure(code, trouble?.detail ? { detail: trouble.detail } : {}) }
}

/** The fact of a finding; findings beyond the limit are only counted. */
export function foundFact(runId: string, finding: FunctionFinding, run: RunHistory | undefined): NewFact {
  const findings = run?.findings ?? []
  const isKnown = findings.some(({ subjectKey, key }) => subjectKey === finding.subjectKey && key === finding.key)
  const isLeftOut = !isKnown && findings.length >= keptFindings
  const taken = isLeftOut ? { findings: [], leftOut: 1 } : { findings: [finding], leftOut: 0 }
  return { kind: 'function-found', actor: 'function', runId, ...taken }
}
