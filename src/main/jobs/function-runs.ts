import { randomUUID } from 'node:crypto'
import type { Cancel, Clock } from '../../openobd/clock.ts'
import type { ShownPrompt } from '../../openobd/wire/shown-prompt.ts'
import type { FunctionInfo, Language } from '../../shared/app-state.ts'
import type { NewFact } from '../../shared/facts.ts'
import type { FromFunctionHost, ToFunctionHost } from '../../shared/function-host.ts'
import { fail, newFailure, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { PromptEndReason } from '../../shared/prompt.ts'
import type { Logger } from '../logging.ts'
import type { LiveSession } from './live-session.ts'
import type { RunHistory } from './projections/job-state.ts'

type RunMessage = Exclude<FromFunctionHost, { type: 'ready' }>

/** The process that hosts the functions of one job. */
export interface FunctionHost {
  functions(): Promise<readonly FunctionInfo[] | undefined>
  run(message: Extract<ToFunctionHost, { type: 'run' }>, listener: (message: RunMessage) => void): void
  passToken(runId: string, token: string): void
  stopRun(runId: string): void
  /** Ends the process. */
  stop(): Promise<void>
}

/** Dependencies of the runs of one job. */
export interface FunctionRunsOptions {
  readonly host: () => FunctionHost
  readonly clock: Clock
  readonly logger: Logger
  readonly language: () => Language
  readonly record: (...facts: NewFact[]) => void
  /** The run with this id, as its facts tell it. */
  readonly run: (runId: string) => RunHistory | undefined
  /** Whether prompts have to be mirrored because the server has no viewer side. */
  readonly mirrors: () => boolean
  readonly onPrompt: (prompt: ShownPrompt) => void
  readonly onPromptEnded: (promptId: string, reason: PromptEndReason) => void
}

interface Current {
  readonly runId: string
  readonly sessionId: string
  readonly functionName: string
  readonly ended: PromiseWithResolvers<void>
  /** Prompts that are mirrored, by target. */
  readonly mirrored: Map<string, string>
  cancelFallback: Cancel
}

/** A run that does not answer a stop counts as ended after this time, in ms. */
const stopLimitMs = 10_000
const keptFindings = 500

/** Runs built-in functions in the session of one job, one at a time, and records what they report. */
export class FunctionRuns {
  readonly #options: FunctionRunsOptions
  #current: Current | undefined

  constructor(options: FunctionRunsOptions) {
    this.#options = options
  }

  /** Starts a function in an active session. */
  async run(session: LiveSession, sessionId: string, functionId: string): Promise<Outcome<null>> {
    const { record, language } = this.#options
    const host = this.#options.host()
    if (this.#current) return fail('not-allowed-now')
    const functions = await host.functions()
    if (!functions) return fail('function-failed')
    const info = functions.find(({ id }) => id === functionId)
    if (!info) return fail('not-found')
    if (session.carLink.running === 'impossible') return fail('car-not-reached')
    const access = session.access
    if (!access) return fail(session.isEnded ? 'session-ended' : 'not-allowed-now')
    if (this.#current) return fail('not-allowed-now')
    const runId = randomUUID()
    const { name, version } = info
    const current: Current = {
      runId,
      sessionId,
      functionName: name,
      ended: Promise.withResolvers(),
      mirrored: new Map(),
      cancelFallback: () => undefined,
    }
    this.#current = current
    record({ kind: 'function-requested', actor: 'mechanic', session: session.handle, runId, functionId, name, version })
    const { endpoint, token: sessionToken } = access
    const message = { type: 'run', runId, functionId, endpoint, sessionToken, language: language() } as const
    host.run(message, (answer) => this.#receive(current, answer))
    return succeeded(null)
  }

  /** Passes a newer session token to the run. */
  passToken(token: string): void {
    if (this.#current) this.#options.host().passToken(this.#current.runId, token)
  }

  /** Asks the running function to stop; without an answer the run counts as ended after 10 s. */
  stop(actor: 'mechanic' | 'application' = 'mechanic'): Outcome<null> {
    const current = this.#current
    if (!current) return fail('not-allowed-now')
    if (this.#options.run(current.runId)?.status === 'stopping') return succeeded(null)
    this.#options.record({ kind: 'function-stop-requested', actor, runId: current.runId })
    this.#options.host().stopRun(current.runId)
    current.cancelFallback = this.#options.clock.after(stopLimitMs, () => this.#end(current, { status: 'stopped' }))
    return succeeded(null)
  }

  /** Stops the running function and waits for its end; returns at once when none runs. */
  async stopAndWait(): Promise<void> {
    const current = this.#current
    if (!current) return
    this.stop('application')
    await current.ended.promise
  }

  #receive(current: Current, message: RunMessage): void {
    if (this.#current !== current) return
    const { record, run } = this.#options
    const { runId } = current
    switch (message.type) {
      case 'started':
        record({ kind: 'function-started', actor: 'function', runId })
        return
      case 'extent':
        record({ kind: 'function-extent-known', actor: 'function', runId, controlUnits: message.controlUnits })
        return
      case 'finding':
        record(foundFact(runId, message, run(runId)))
        return
      case 'prompt':
        this.#mirror(current, message)
        return
      case 'promptEnded':
        this.#endMirrored(current, message)
        return
      case 'ended':
        this.#end(current, endOf(message))
    }
  }

  #mirror(current: Current, message: Extract<RunMessage, { type: 'prompt' }>): void {
    if (!this.#options.mirrors()) return
    const { promptId, target, control, translations, imageUrl } = message
    const older = current.mirrored.get(target)
    if (older) this.#options.onPromptEnded(older, 'replaced')
    current.mirrored.set(target, promptId)
    this.#options.onPrompt({
      id: promptId,
      sessionId: current.sessionId,
      contextId: '',
      functionName: current.functionName,
      screen: { target, control, translations, ...(imageUrl ? { imageUrl } : {}) },
      shownAt: this.#options.clock.wallMs(),
    })
  }

  #endMirrored(current: Current, message: Extract<RunMessage, { type: 'promptEnded' }>): void {
    if (message.reason === 'answered') return
    for (const [target, promptId] of current.mirrored) {
      if (promptId !== message.promptId) continue
      current.mirrored.delete(target)
      this.#options.onPromptEnded(promptId, 'withdrawn')
    }
  }

  #end(current: Current, end: RunEnd): void {
    this.#current = undefined
    current.cancelFallback()
    for (const promptId of current.mirrored.values()) this.#options.onPromptEnded(promptId, 'withdrawn')
    const { failure } = end
    if (failure) {
      const { code, correlationId, detail } = failure
      this.#options.logger.warn('a function failed', { code, correlationId, reason: detail ?? '' })
    }
    this.#options.record({ kind: 'function-ended', actor: 'function', runId: current.runId, ...end })
    current.ended.resolve()
  }
}

type RunEnd = Pick<Extract<NewFact, { kind: 'function-ended' }>, 'status' | 'suggestedResult' | 'failure'>

/** Findings beyond the limit are only counted. */
function foundFact(
  runId: string,
  { type: _type, runId: _runId, ...finding }: Extract<RunMessage, { type: 'finding' }>,
  run: RunHistory | undefined,
): NewFact {
  const findings = run?.findings ?? []
  const isKnown = findings.some(({ subjectKey, key }) => subjectKey === finding.subjectKey && key === finding.key)
  const isLeftOut = !isKnown && findings.length >= keptFindings
  const taken = isLeftOut ? { findings: [], leftOut: 1 } : { findings: [finding], leftOut: 0 }
  return { kind: 'function-found', actor: 'function', runId, ...taken }
}

function endOf(message: Extract<RunMessage, { type: 'ended' }>): RunEnd {
  const { outcome, suggestedResult, failureCode, detail } = message
  const status = outcome === 'succeeded' || outcome === 'stopped' ? outcome : 'failed'
  const failure =
    status === 'failed' ? newFailure(failureCode ?? 'function-failed', detail ? { detail } : {}) : undefined
  return { status, ...(suggestedResult ? { suggestedResult } : {}), ...(failure ? { failure } : {}) }
}
