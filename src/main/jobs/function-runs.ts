import type { Clock } from '../../openobd/clock.ts'
import type { CallFailure } from '../../openobd/failure.ts'
import {
  ContextMonitor,
  type StartedContext,
  setArgument,
  startFunctionContext,
} from '../../openobd/session/function-contexts.ts'
import { finish } from '../../openobd/session/session-service.ts'
import type { ContextToken } from '../../openobd/token.ts'
import type { FunctionInfo } from '../../shared/app-state.ts'
import type { NewFact } from '../../shared/facts.ts'
import { functionResultOf, functionVariables } from '../../shared/function-variables.ts'
import type { Hold } from '../../shared/hold.ts'
import type { Language } from '../../shared/languages.ts'
import { fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type { LinkEvidence } from '../../shared/waiting.ts'
import type { Logger } from '../logging.ts'
import type { ServerGateway } from '../services/server-gateway.ts'
import {
  type Current,
  failedEnd,
  forget,
  foundFact,
  lastWriteOf,
  newRun,
  noteLastWrite,
  type RunEnd,
} from './current-run.ts'
import type { LiveSession } from './live-session.ts'
import type { RunHistory } from './projections/job-state.ts'
import { RunHold } from './run-hold.ts'

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
  /** The function contexts that are open at the server now, the deepest first, each with the token that finishes it. */
  readonly contextsChanged: (open: readonly ContextToken[]) => void
  /** The run with this id, as its facts tell it. */
  readonly run: (runId: string) => RunHistory | undefined
  /** What holds the running function up may have changed. */
  readonly holdChanged: () => void
}

/** A run that does not end after a stop counts as ended after this time, in ms; the gateway forwards nothing of it anyway. */
const stopLimitMs = 10_000
/** How long an end waits for the last results from the gateway, in ms. */
const lastResultsMs = 1_000
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

  /** What holds the running function up; undefined when none runs, and when it is its own turn. */
  holdOf(link: LinkEvidence): Hold | undefined {
    return this.#current?.hold.of(link)
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
    const { clock, holdChanged } = this.#options
    const current = newRun(sessionId, calls, new RunHold(clock, holdChanged))
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
    current.hold.callBegan()
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
    current.hold.callBegan()
    const started = await startFunctionContext(calls)
    if (!started.ok) return this.#fail(current, started.failure)
    const context = started.value
    current.context = context
    this.#tellContexts(current, context)
    current.unfollow = gateway.follow(sessionId, {
      result: (contextId, key, value) => this.#result(current, contextId, key, value),
      activity: (contextId, activity) => {
        current.hold.take(contextId, activity)
        noteLastWrite(current, contextId, activity.lastWrite)
      },
      ended: (contextId) => {
        current.hold.contextEnded(contextId)
        if (contextId === context.id) current.told.resolve()
      },
      contextsChanged: () => this.#tellContexts(current, context),
      gatewayDied: () => void this.#gatewayDied(current, context),
    })
    const { grpcChannel } = calls
    const onEnd = (result: ServiceResult | undefined) => void this.#contextEnded(current, result)
    current.monitor = new ContextMonitor({ grpcChannel, context, clock, random, onEnd })
    current.monitor.start()
    if (current.isStopping) return this.#stopContext(current, context)
    const named = await setArgument(calls, { key: functionVariables.language, value: language() })
    if (!current.isStopping) current.hold.callEnded()
    if (this.#current !== current || current.isStopping) return
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
    for (const token of this.#openContexts(sessionId, context)) await finish(calls.grpcChannel, token, unfinished)
  }

  #openContexts(sessionId: string, context: StartedContext): readonly ContextToken[] {
    const known = this.#options.gateway.subtree(sessionId, context.id)
    return known.length === 0 ? [context.authenticationToken] : known.map(({ token }) => token)
  }

  #tellContexts(current: Current, context: StartedContext): void {
    if (this.#current === current) this.#options.contextsChanged(this.#openContexts(current.sessionId, context))
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
    if (current.context) this.#options.contextsChanged([])
    const { failure } = end
    if (failure) {
      const { code, correlationId, detail } = failure
      this.#options.logger.warn('a function failed', { code, correlationId, reason: detail ?? '' })
    }
    const lastWrite = lastWriteOf(current)
    const written = end.status === 'succeeded' || !lastWrite ? {} : { lastWrite }
    this.#record({ kind: 'function-ended', actor: 'function', runId: current.runId, ...end, ...written })
    current.ended.resolve()
  }

  #record(fact: NewFact): void {
    this.#options.record(fact)
  }
}
