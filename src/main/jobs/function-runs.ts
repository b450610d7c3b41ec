import { randomUUID } from 'node:crypto'
import type { Cancel, Clock } from '../../openobd/clock.ts'
import type { CallFailure } from '../../openobd/failure.ts'
import {
  ContextMonitor,
  type StartedContext,
  setArgument,
  startFunctionContext,
} from '../../openobd/session/function-contexts.ts'
import type { SessionCalls } from '../../openobd/session/session-calls.ts'
import { finish } from '../../openobd/session/session-service.ts'
import { Token } from '../../openobd/token.ts'
import type { FunctionInfo, Language } from '../../shared/app-state.ts'
import type { NewFact } from '../../shared/facts.ts'
import { type FunctionTrouble, functionResultOf, functionVariables } from '../../shared/function-variables.ts'
import type { GatewayActivity } from '../../shared/gateway.ts'
import { type FailureCode, fail, newFailure, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type { FunctionFinding } from '../../shared/session.ts'
import type { Logger } from '../logging.ts'
import type { KnownContext, ServerGateway } from '../services/server-gateway.ts'
import type { LiveSession } from './live-session.ts'
import type { RunHistory } from './projections/job-state.ts'

/** The part of a gateway that runs use. */
export type RunGateway = Pick<ServerGateway, 'listed' | 'run' | 'stop' | 'subtree' | 'follow' | 'sessionOver'>

/** Dependencies of the runs of one job. */
export interface FunctionRunsOptions {
  readonly gateway: RunGateway
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly language: () => Language
  readonly record: (...facts: NewFact[]) => void
  /** The run with this id, as its facts tell it. */
  readonly run: (runId: string) => RunHistory | undefined
}

interface Current {
  readonly runId: string
  readonly sessionId: string
  readonly calls: SessionCalls
  readonly ended: PromiseWithResolvers<void>
  /** Resolves when the gateway has told everything about the context. */
  readonly told: PromiseWithResolvers<void>
  context: StartedContext | undefined
  monitor: ContextMonitor | undefined
  unfollow: () => void
  cancelFallback: Cancel
  isStopping: boolean
  trouble: FunctionTrouble | undefined
  lastWrite: GatewayActivity['lastWrite']
}

type RunEnd = Pick<Extract<NewFact, { kind: 'function-ended' }>, 'status' | 'suggestedResult' | 'failure' | 'lastWrite'>

/** A run that does not end after a stop counts as ended after this time, in ms; the gateway forwards nothing of it anyway. */
const stopLimitMs = 10_000
/** How long an end waits for the last results from the gateway, in ms. */
const lastResultsMs = 1_000
const keptFindings = 500
/** Result of a function that was stopped, and of one that its gateway lost. */
const unfinished: ServiceResult = { results: ['failure'] }

/** Runs functions as children of the root of one job, one at a time, and records what they report. */
export class FunctionRuns {
  readonly #options: FunctionRunsOptions
  #current: Current | undefined
  /** The session of which the gateway knows contexts. */
  #handedSession: string | undefined

  constructor(options: FunctionRunsOptions) {
    this.#options = options
  }

  /** Starts a function in an active session. */
  async run(session: LiveSession, sessionId: string, functionId: string): Promise<Outcome<null>> {
    if (this.#current) return fail('not-allowed-now')
    const info = (await this.#options.gateway.listed()).find(({ id }) => id === functionId)
    if (!info) return fail('not-found')
    if (session.carLink.running === 'impossible') return fail('car-not-reached')
    const { calls } = session
    if (!calls) return fail(session.isEnded ? 'session-ended' : 'not-allowed-now')
    if (this.#current) return fail('not-allowed-now')
    const current = newRun(sessionId, calls)
    this.#current = current
    this.#handedSession = sessionId
    const { id, name, version } = info
    const { runId } = current
    this.#record({
      kind: 'function-requested',
      actor: 'mechanic',
      session: session.handle,
      runId,
      functionId: id,
      name,
      version,
    })
    void this.#begin(current, info)
    return succeeded(null)
  }

  /** Stops the running function: from the moment that the gateway has confirmed it, nothing of the function reaches the car. */
  stop(actor: 'mechanic' | 'application' = 'mechanic'): Outcome<null> {
    const current = this.#current
    if (!current) return fail('not-allowed-now')
    if (current.isStopping) return succeeded(null)
    current.isStopping = true
    this.#record({ kind: 'function-stop-requested', actor, runId: current.runId })
    current.cancelFallback = this.#options.clock.after(stopLimitMs, () => this.#end(current, { status: 'stopped' }))
    if (current.context) void this.#stopContext(current, current.context)
    return succeeded(null)
  }

  /** Stops the running function and waits for its end; returns at once when none runs. */
  async stopAndWait(): Promise<void> {
    const current = this.#current
    if (!current) return
    this.stop('application')
    await current.ended.promise
  }

  /** The session is over, and every function context with it. */
  sessionEnded(): void {
    if (this.#handedSession !== undefined) this.#options.gateway.sessionOver(this.#handedSession)
    this.#handedSession = undefined
    const current = this.#current
    if (!current) return
    const { runId, isStopping } = current
    if (!isStopping) this.#record({ kind: 'function-stop-requested', actor: 'application', runId })
    this.#end(current, { status: 'stopped' })
  }

  /** Follows the running function no longer, and tells nobody. */
  release(): void {
    const current = this.#current
    this.#current = undefined
    if (current) forget(current)
  }

  async #begin(current: Current, info: FunctionInfo): Promise<void> {
    const { calls, sessionId, runId } = current
    const { gateway, clock, random, language } = this.#options
    const started = await startFunctionContext(calls)
    if (!started.ok) return this.#fail(current, started.failure)
    const context = started.value
    current.context = context
    current.unfollow = gateway.follow(sessionId, {
      result: (contextId, key, value) => this.#result(current, contextId, key, value),
      activity: (contextId, { lastWrite }) => {
        if (contextId === context.id || lastWrite) current.lastWrite = lastWrite ?? current.lastWrite
      },
      ended: (contextId) => {
        if (contextId === context.id) current.told.resolve()
      },
      gatewayDied: () => void this.#gatewayDied(current, context),
    })
    const { grpcChannel } = calls
    const onEnd = (result: ServiceResult | undefined) => void this.#contextEnded(current, result)
    current.monitor = new ContextMonitor({ grpcChannel, context, clock, random, onEnd })
    current.monitor.start()
    if (current.isStopping) return this.#stopContext(current, context)
    const named = await setArgument(calls, { key: functionVariables.language, value: language() })
    const handed = named.ok ? await gateway.run(this.#handOver(current, context, info.id)) : named
    if (this.#current !== current || current.isStopping) return
    if (handed.ok) this.#record({ kind: 'function-started', actor: 'function', runId })
    else {
      current.trouble = {
        code: handed.failure.code,
        ...(handed.failure.detail ? { detail: handed.failure.detail } : {}),
      }
      await this.#finish(current, context)
    }
  }

  #handOver({ sessionId, calls }: Current, context: StartedContext, functionId: string) {
    const { host, port, transport } = calls.grpcChannel.endpoint
    return {
      functionId,
      sessionId,
      contextId: context.id,
      createdAt: new Date(this.#options.clock.wallMs()).toISOString().replace('Z', '+0000'),
      endpoint: { host, port, secure: transport === 'tls' },
      authenticationToken: context.authenticationToken.reveal(),
    }
  }

  async #stopContext(current: Current, context: StartedContext): Promise<void> {
    await this.#options.gateway.stop(current.sessionId, context.id)
    await this.#finish(current, context)
  }

  /**
   * Finishes a context and everything below it, the deepest first, each with its own token (design.md decision 4). A session whose
   * token has expired has no open context.
   */
  async #finish({ calls, sessionId }: Current, context: StartedContext): Promise<void> {
    if (!calls.hasToken) return
    const known = this.#options.gateway.subtree(sessionId, context.id)
    const own = { kind: 'authentication', token: context.authenticationToken.reveal() } as const
    const all: readonly Pick<KnownContext, 'kind' | 'token'>[] = known.length > 0 ? known : [own]
    for (const { kind, token } of all) await finish(calls.grpcChannel, new Token(kind, token), unfinished)
  }

  /** Its functions are gone with the gateway; their contexts are still open at the server. */
  async #gatewayDied(current: Current, context: StartedContext): Promise<void> {
    if (this.#current !== current) return
    current.trouble ??= { code: 'function-failed', detail: 'The gateway has ended.' }
    current.told.resolve()
    await this.#finish(current, context)
  }

  async #contextEnded(current: Current, result: ServiceResult | undefined): Promise<void> {
    const late = new Promise<void>((resolve) => void this.#options.clock.after(lastResultsMs, resolve))
    await Promise.race([current.told.promise, late])
    if (current.isStopping) this.#end(current, { status: 'stopped' })
    else if (current.trouble || !result) this.#end(current, failedEnd(current.trouble))
    else this.#end(current, { status: 'succeeded', suggestedResult: result })
  }

  #fail(current: Current, { code, detail }: Pick<CallFailure, 'code' | 'detail'>): void {
    this.#end(current, current.isStopping ? { status: 'stopped' } : failedEnd({ code, ...(detail ? { detail } : {}) }))
  }

  #result(current: Current, contextId: string, key: string, value: string): void {
    if (this.#current !== current || contextId !== current.context?.id) return
    const { runId } = current
    const result = functionResultOf(key, value)
    switch (result.kind) {
      case 'control-units':
        this.#record({ kind: 'function-extent-known', actor: 'function', runId, controlUnits: result.count })
        return
      case 'finding':
        this.#record(foundFact(runId, result.finding, this.#options.run(runId)))
        return
      case 'failure':
        current.trouble = result.failure
        return
      case 'other':
    }
  }

  #end(current: Current, end: RunEnd): void {
    this.#current = undefined
    forget(current)
    const { failure } = end
    if (failure) {
      const { code, correlationId, detail } = failure
      this.#options.logger.warn('a function failed', { code, correlationId, reason: detail ?? '' })
    }
    const { lastWrite } = current
    const written = end.status === 'succeeded' || !lastWrite ? {} : { lastWrite }
    this.#record({ kind: 'function-ended', actor: 'function', runId: current.runId, ...end, ...written })
    current.ended.resolve()
  }

  #record(fact: NewFact): void {
    this.#options.record(fact)
  }
}

const newRun = (sessionId: string, calls: SessionCalls): Current => ({
  runId: randomUUID(),
  sessionId,
  calls,
  ended: Promise.withResolvers(),
  told: Promise.withResolvers(),
  context: undefined,
  monitor: undefined,
  unfollow: () => undefined,
  cancelFallback: () => undefined,
  isStopping: false,
  trouble: undefined,
  lastWrite: undefined,
})

function forget({ monitor, unfollow, cancelFallback }: Current): void {
  monitor?.stop()
  unfollow()
  cancelFallback()
}

function failedEnd(trouble: FunctionTrouble | undefined): RunEnd {
  const code: FailureCode = trouble?.code ?? 'function-failed'
  return { status: 'failed', failure: newFailure(code, trouble?.detail ? { detail: trouble.detail } : {}) }
}

/** Findings beyond the limit are only counted. */
function foundFact(runId: string, finding: FunctionFinding, run: RunHistory | undefined): NewFact {
  const findings = run?.findings ?? []
  const isKnown = findings.some(({ subjectKey, key }) => subjectKey === finding.subjectKey && key === finding.key)
  const isLeftOut = !isKnown && findings.length >= keptFindings
  const taken = isLeftOut ? { findings: [], leftOut: 1 } : { findings: [finding], leftOut: 0 }
  return { kind: 'function-found', actor: 'function', runId, ...taken }
}
