import { randomUUID } from 'node:crypto'
import type { Clock } from '../../openobd/clock.ts'
import type { CallOutcome } from '../../openobd/failure.ts'
import type { KeptSession } from '../../openobd/session/custody/custody-options.ts'
import type { SessionToken } from '../../openobd/token.ts'
import type { LogLine } from '../../shared/app-state.ts'
import type { NewFact } from '../../shared/facts.ts'
import type { JobPlace } from '../../shared/job.ts'
import type { Language } from '../../shared/languages.ts'
import { type Failure, fail, failed, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type { LinkView, SessionTarget } from '../../shared/session.ts'
import type { Logger } from '../logging.ts'
import type { Server } from '../services/server.ts'
import { FunctionRuns } from './function-runs.ts'
import { JobFinish } from './job-finish.ts'
import { type FactSink, JobRecord } from './job-record.ts'
import { JobScreen } from './job-screen.ts'
import { linkFacts } from './link-facts.ts'
import { LiveSession, type LiveSessionOptions } from './live-session.ts'
import { LogFacts } from './log-facts.ts'
import { plainFailure } from './plain-failure.ts'
import { hasOpenSession, type JobState, lastSession } from './projections/job-state.ts'
import { leftOpenFacts } from './projections/left-open.ts'
import type { TokenKeeping } from './token-keeping.ts'

/** How long a start waits for the disk, in ms; then it is refused, or confirmed without a record. */
export const startRecordLimitMs = 3_000

/** Dependencies of a job. */
export interface JobOptions {
  readonly server: Server
  readonly journal: FactSink
  readonly clock: Clock
  readonly logger: Logger
  readonly language: () => Language
  readonly random: () => number
  readonly onSecret: (token: string) => void
  readonly tokens: Pick<TokenKeeping, 'keep' | 'keepContexts' | 'forget'>
  /** Removes secrets and tokens from what is recorded. */
  readonly clean: <T>(value: T) => T
  /** Something that a screen shows has changed. */
  readonly changed: (job: Job) => void
  readonly watch?: LiveSessionOptions['watch']
  readonly voltageLimits: LiveSessionOptions['voltageLimits']
}

/** One visit of a car: its facts, and the session that is held now. */
export class Job {
  readonly server: Server
  readonly clock: Clock
  readonly runs: FunctionRuns
  readonly screen = new JobScreen(this)
  readonly #options: JobOptions
  readonly #record: JobRecord
  #session: LiveSession | undefined
  #log: LogFacts | undefined
  readonly #finish: JobFinish

  private constructor(options: JobOptions, record: (changed: () => void) => JobRecord) {
    this.#options = options
    this.server = options.server
    this.clock = options.clock
    this.#record = record(() => options.changed(this))
    this.runs = this.#createRuns()
    this.#finish = new JobFinish({ record: this.#record, runs: this.runs, session: () => this.#session })
  }

  /** A new job on a target. */
  static open(options: JobOptions, target: SessionTarget, place: JobPlace): Job {
    const { journal, clock, clean, server } = options
    const key = { key: server.key, profileId: server.profile.id }
    const opened = { actor: 'mechanic', server: key, target, ...place } as const
    return new Job(options, (changed) => JobRecord.open({ journal, clock, clean, changed }, randomUUID(), opened))
  }

  /** A job of an earlier run. `sequence` is the highest number of its facts. */
  static resume(options: JobOptions, state: JobState, sequence: number): Job {
    const { journal, clock, clean } = options
    return new Job(options, (changed) => JobRecord.resume({ journal, clock, clean, changed }, state, sequence))
  }

  get id(): string {
    return this.state.id
  }

  get state(): JobState {
    return this.#record.state
  }

  /** The session that is held now, also after its end until the next one. */
  get session(): LiveSession | undefined {
    return this.#session
  }

  /** Handle of the last session. */
  get handle(): string | undefined {
    return lastSession(this.state)?.handle
  }

  /** The server's id of the last session. */
  get sessionId(): string | undefined {
    return lastSession(this.state)?.sessionId
  }

  /** Whether a session of this job is under way. */
  get isOpen(): boolean {
    return hasOpenSession(this.state)
  }

  /** Whether a session of this job is claimed and has not ended. */
  get isHeld(): boolean {
    const phase = this.#session?.live.phase
    return this.isOpen && (phase === 'active' || phase === 'finishing')
  }

  get link(): LinkView | null {
    return this.#session?.link ?? null
  }

  /** Starts and claims a session, after the request is on the disk or a person agreed to go on without a record. */
  async start(withoutRecord: boolean): Promise<CallOutcome<unknown> | Outcome<null>> {
    const { createCustody } = this.server
    if (!createCustody) return fail('connection-lost')
    const handle = randomUUID()
    const { target } = this.state
    const session = this.#createSession(handle, target, createCustody)
    const requested: NewFact = { kind: 'session-requested', actor: 'mechanic', session: handle, target }
    if (withoutRecord) this.#record.add(requested)
    else {
      const recorded = await this.#record.addAndWait([requested], startRecordLimitMs)
      if (!recorded.ok) return this.#refuseStart(handle, recorded.failure)
    }
    return session.start(withoutRecord)
  }

  /** Holds the session of an earlier run again. After a failure the job must be released. */
  async hold(kept: KeptSession): Promise<Outcome<null>> {
    const { createCustody } = this.server
    const last = lastSession(this.state)
    if (!createCustody || !last) return fail('connection-lost')
    const resumed = await this.#createSession(last.handle, last.target, createCustody).resume(kept)
    if (!resumed.ok) return resumed
    // What the earlier run had open ended with it.
    this.#record.add(...leftOpenFacts(this.state))
    return succeeded(null)
  }

  /** Finishes the session: the choice is recorded, then a running function is stopped, then the server is called. */
  finish(result: ServiceResult, withoutRecord: boolean): Promise<Outcome<null>> {
    return this.#finish.request(result, withoutRecord)
  }

  /** Interrupts the session; never waits for the disk. */
  interrupt(): Promise<Outcome<null>> {
    const session = this.#session
    if (!session) return Promise.resolve(fail('not-found'))
    if (!session.isEnded) this.#record.add({ kind: 'interrupt-requested', actor: 'mechanic', session: session.handle })
    return session.interrupt()
  }

  /** Runs a function in the session. */
  async run(functionId: string): Promise<Outcome<null>> {
    const { sessionId } = this
    const session = this.#session
    if (!session || sessionId === undefined) return fail('not-allowed-now')
    return this.runs.run(session, sessionId, functionId)
  }

  /** Adds a fact that other parts of the application know. */
  record(...facts: NewFact[]): { readonly durable: Promise<void> } {
    return this.#record.add(...facts)
  }

  /** Adds facts and waits for the disk. */
  recordAndWait(facts: readonly NewFact[], limitMs: number): Promise<Outcome<null>> {
    return this.#record.addAndWait(facts, limitMs)
  }

  /** A log line of a function of this job. */
  log(line: Pick<LogLine, 'at' | 'level' | 'content'>): void {
    if (this.isOpen) this.#log?.add(line)
  }

  /** Checks all streams at once. */
  wake(): void {
    this.#session?.wake()
  }

  /** The server of the job has ended, and its session with it. */
  endWithServer(failure: Failure): void {
    this.#session?.endWithServer(failure)
  }

  /** Replaces the viewer's values of the connector. */
  setLink(change: (link: LinkView) => LinkView): void {
    this.#session?.setLink(change)
  }

  /** The server was lost or found again. */
  serverChanged(): void {
    this.#onChange()
  }

  /** The person, or the application, closes the job. */
  close(actor: 'mechanic' | 'application'): void {
    if (!this.state.isClosed) this.#record.add({ kind: 'job-closed', actor })
    this.release()
  }

  /** Stops streams and timers, and tells the server nothing. */
  release(): void {
    this.#log?.flush()
    this.#session?.release()
    this.runs.release()
  }

  #refuseStart(session: string, failure: Failure): Outcome<null> {
    this.#session?.release()
    this.#record.add({ kind: 'session-not-started', actor: 'application', session, failure: plainFailure(failure) })
    return failed(failure)
  }

  #createSession(
    handle: string,
    target: SessionTarget,
    createCustody: LiveSessionOptions['createCustody'],
  ): LiveSession {
    this.#session?.release()
    const { clock, watch, voltageLimits } = this.#options
    this.#log = new LogFacts(handle, clock, (fact) => this.#record.add(fact))
    const session = new LiveSession({
      handle,
      target,
      clock,
      createCustody,
      voltageLimits,
      serverStatus: () => this.server.view.status,
      lacksViewer: () => this.server.view.viewer === 'absent',
      record: (...facts) => this.#record.add(...facts),
      changed: () => this.#onChange(),
      onToken: (token) => this.#onToken(token),
      onEnd: () => this.#onEnd(),
      ...(watch ? { watch } : {}),
    })
    this.#session = session
    return session
  }

  #onToken(token: SessionToken): void {
    this.#options.onSecret(token.reveal())
    const { handle, sessionId } = this
    const endpoint = this.#session?.endpoint
    // The sessions of the own engine end with the application.
    if (!handle || sessionId === undefined || !endpoint || this.server.profile.kind === 'embedded') return
    void this.#options.tokens.keep({ handle, sessionId, endpoint }, token)
  }

  #onChange(): void {
    const session = this.#session
    const facts =
      session && !session.isEnded && this.isOpen ? linkFacts(session.handle, this.state, session.carLink) : []
    if (facts.length > 0) this.#record.add(...facts)
    else this.#options.changed(this)
  }

  #onEnd(): void {
    this.runs.sessionEnded()
    this.#log?.flush()
    const session = lastSession(this.state)
    if (session) this.#options.tokens.forget(session.handle)
    if (session?.sessionId !== undefined) this.server.prompts.endSession(session.sessionId)
    this.#options.logger.info('a session ended', {
      kind: session?.end?.kind ?? '',
      sessionId: session?.sessionId ?? '',
    })
  }

  #createRuns(): FunctionRuns {
    const { clock, logger, language, random } = this.#options
    return new FunctionRuns({
      gateway: this.server.gateway,
      clock,
      random,
      logger,
      language,
      record: (...facts) => this.#record.add(...facts),
      contextsChanged: (open) => void this.#options.tokens.keepContexts(this.handle ?? '', open),
      run: (id) => this.state.runs.findLast(({ runId }) => runId === id),
      holdChanged: () => this.#options.changed(this),
    })
  }
}
