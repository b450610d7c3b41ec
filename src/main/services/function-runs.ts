import { randomUUID } from 'node:crypto'
import type { Cancel, Clock } from '../../openobd/clock.ts'
import type { ShownPrompt } from '../../openobd/wire/shown-prompt.ts'
import type { FunctionInfo, Language } from '../../shared/app-state.ts'
import type { FromFunctionHost, ToFunctionHost } from '../../shared/function-host.ts'
import { type Failure, fail, newFailure, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { PromptEndReason } from '../../shared/prompt.ts'
import type { FunctionFinding, FunctionRun } from '../../shared/session.ts'
import type { Logger } from '../logging.ts'
import type { OwnSession } from './own-session.ts'

type RunMessage = Exclude<FromFunctionHost, { type: 'ready' }>

/** The process that hosts the functions. */
export interface FunctionHost {
  functions(): Promise<readonly FunctionInfo[] | undefined>
  run(message: Extract<ToFunctionHost, { type: 'run' }>, listener: (message: RunMessage) => void): void
  passToken(runId: string, token: string): void
  stopRun(runId: string): void
}

/** Dependencies of the runs. */
export interface FunctionRunsOptions {
  readonly host: FunctionHost
  readonly clock: Clock
  readonly logger: Logger
  readonly language: () => Language
  /** Whether prompts have to be mirrored because the server has no viewer side. */
  readonly mirrors: () => boolean
  /** Whether a function can reach the car now (see src/shared/car-link.ts). */
  readonly reachesCar: (session: OwnSession) => boolean
  readonly onPrompt: (prompt: ShownPrompt) => void
  readonly onPromptEnded: (promptId: string, reason: PromptEndReason) => void
}

interface Current {
  readonly runId: string
  readonly session: OwnSession
  run: FunctionRun
  readonly ended: PromiseWithResolvers<void>
  /** Prompts that are mirrored, by target. */
  readonly mirrored: Map<string, string>
  cancelFallback: Cancel
}

/** A run that does not answer a stop counts as ended after this time, in ms. */
const stopLimitMs = 10_000
const keptFindings = 500

/** Runs built-in functions in our session, one at a time, and shows what they report. */
export class FunctionRuns {
  readonly #options: FunctionRunsOptions
  #current: Current | undefined

  constructor(options: FunctionRunsOptions) {
    this.#options = options
  }

  /** Starts a function in an active session. */
  async run(session: OwnSession, functionId: string): Promise<Outcome<null>> {
    if (this.#current) return fail('not-allowed-now')
    const functions = await this.#options.host.functions()
    if (!functions) return fail('function-failed')
    const info = functions.find(({ id }) => id === functionId)
    if (!info) return fail('not-found')
    if (!this.#options.reachesCar(session)) return fail('car-not-reached')
    const access = session.access
    if (!access) return fail(session.isEnded ? 'session-ended' : 'not-allowed-now')
    if (this.#current) return fail('not-allowed-now')
    const runId = randomUUID()
    const current: Current = {
      runId,
      session,
      run: {
        runId,
        functionId,
        name: info.name,
        status: 'starting',
        startedAt: this.#options.clock.wallMs(),
        findings: [],
        leftOut: 0,
      },
      ended: Promise.withResolvers(),
      mirrored: new Map(),
      cancelFallback: () => undefined,
    }
    this.#current = current
    session.setFunctionRun(current.run)
    this.#options.host.run(
      {
        type: 'run',
        runId,
        functionId,
        endpoint: access.endpoint,
        sessionToken: access.token,
        language: this.#options.language(),
      },
      (message) => this.#receive(current, message),
    )
    return succeeded(null)
  }

  /** Passes a newer session token to the run. */
  passToken(token: string): void {
    if (this.#current) this.#options.host.passToken(this.#current.runId, token)
  }

  /** Asks the running function to stop; without an answer the run counts as ended after 10 s. */
  stop(): Outcome<null> {
    const current = this.#current
    if (!current) return fail('not-allowed-now')
    if (current.run.status === 'stopping') return succeeded(null)
    this.#change(current, { status: 'stopping' })
    this.#options.host.stopRun(current.runId)
    current.cancelFallback = this.#options.clock.after(stopLimitMs, () => this.#end(current, { status: 'stopped' }))
    return succeeded(null)
  }

  /** Stops the running function and waits for its end; returns at once when none runs. */
  async stopAndWait(): Promise<void> {
    const current = this.#current
    if (!current) return
    this.stop()
    await current.ended.promise
  }

  #receive(current: Current, message: RunMessage): void {
    if (this.#current !== current) return
    switch (message.type) {
      case 'started':
        if (current.run.status === 'starting') this.#change(current, { status: 'running' })
        return
      case 'extent':
        this.#change(current, { controlUnits: message.controlUnits })
        return
      case 'finding':
        this.#take(current, message)
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

  /** A newer value of the same subject and key replaces the older one; values beyond the limit are only counted. */
  #take(current: Current, { type: _type, runId: _runId, ...finding }: Extract<RunMessage, { type: 'finding' }>): void {
    const { findings, leftOut } = current.run
    const isSame = (known: FunctionFinding) => known.subjectKey === finding.subjectKey && known.key === finding.key
    if (findings.some(isSame)) {
      this.#change(current, { findings: findings.map((known) => (isSame(known) ? finding : known)) })
    } else if (findings.length < keptFindings) {
      this.#change(current, { findings: [...findings, finding] })
    } else {
      this.#change(current, { leftOut: leftOut + 1 })
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
      sessionId: current.session.view.sessionId ?? '',
      contextId: '',
      functionName: current.run.name,
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

  #end(current: Current, end: Partial<FunctionRun>): void {
    if (this.#current !== current) return
    this.#current = undefined
    current.cancelFallback()
    for (const promptId of current.mirrored.values()) this.#options.onPromptEnded(promptId, 'withdrawn')
    const { failure } = end
    if (failure) {
      const { code, correlationId, detail } = failure
      this.#options.logger.warn('a function failed', { code, correlationId, reason: detail ?? '' })
    }
    this.#change(current, { ...end, endedAt: this.#options.clock.wallMs() })
    current.ended.resolve()
  }

  #change(current: Current, part: Partial<FunctionRun>): void {
    current.run = { ...current.run, ...part }
    current.session.setFunctionRun(current.run)
  }
}

function endOf(message: Extract<RunMessage, { type: 'ended' }>): Partial<FunctionRun> {
  const { outcome, suggestedResult, failureCode, detail } = message
  const status = outcome === 'succeeded' || outcome === 'stopped' ? outcome : 'failed'
  const failure: Failure | undefined =
    status === 'failed' ? newFailure(failureCode ?? 'function-failed', detail ? { detail } : {}) : undefined
  return { status, ...(suggestedResult ? { suggestedResult } : {}), ...(failure ? { failure } : {}) }
}
