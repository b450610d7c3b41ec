import type { CallOutcome } from '../../openobd/failure.ts'
import type { KeptSession } from '../../openobd/session/custody/custody-options.ts'
import type { JobTile } from '../../shared/job.ts'
import { type Failure, fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type { EarlierRuns, LinkView, SessionSummary, SessionTarget, SessionView } from '../../shared/session.ts'
import type { Server } from '../services/server.ts'
import type { Servers } from '../services/servers.ts'
import { endKindOf } from './end-kind.ts'
import { Job, type JobOptions } from './job.ts'
import type { JobState } from './projections/job-state.ts'
import type { UnfinishedJobs } from './unfinished-jobs.ts'

/** What the screen shows of the shown job. */
export interface ShownView {
  shownJob: string | null
  session: SessionView | null
  link: LinkView | null
  earlierRuns: EarlierRuns
}

/** Dependencies of the jobs. */
export interface JobsOptions extends Omit<JobOptions, 'server' | 'changed'> {
  readonly servers: Pick<Servers, 'chosen' | 'hold' | 'release' | 'all'>
  readonly unfinished: () => Pick<UnfinishedJobs, 'noteForeignEnd' | 'loaded'>
  /** A job has changed; without a job: which jobs there are, or which one is shown. */
  readonly onChange: (job?: Job) => void
  /** The sessions that block the last start; null when none does. */
  readonly onBlocking: (sessions: SessionSummary[] | null) => void
  /** The id of a session has become known, or its job was closed. */
  readonly onSessions: (server: Server) => void
}

const noRuns: EarlierRuns = { runs: [], forgotten: 0 }

/** The jobs of this run, any number at a time, and which of them is on the screen. */
export class Jobs {
  readonly #options: JobsOptions
  readonly #jobs = new Map<string, Job>()
  /** Jobs whose start is under way: a failure is the outcome of the call, and the job goes away. */
  readonly #starting = new Set<Job>()
  /** Ids of all jobs of this run, also of those that were closed. */
  readonly #opened = new Set<string>()
  readonly #knownSessions = new Map<Job, string | undefined>()
  #shown: string | null = null
  #blocking: { readonly server: Server; sessions: SessionSummary[] } | undefined
  #finishes: Promise<unknown> = Promise.resolve()

  constructor(options: JobsOptions) {
    this.#options = options
  }

  /** All jobs that nobody has closed, in the order in which they were opened. */
  get all(): readonly Job[] {
    return [...this.#jobs.values()]
  }

  /** The job on the screen. */
  get shown(): Job | undefined {
    return this.#shown === null ? undefined : this.#jobs.get(this.#shown)
  }

  /** A tile for each job; an unchanged one is the same object as before. */
  get tiles(): JobTile[] {
    return this.all.flatMap((job) => (this.#isFailedStart(job) ? [] : (job.screen.tile ?? [])))
  }

  get shownView(): ShownView {
    const { shown } = this
    return {
      shownJob: shown?.id ?? null,
      session: shown && !this.#isFailedStart(shown) ? shown.screen.view : null,
      link: shown?.link ?? null,
      earlierRuns: shown?.screen.earlierRuns ?? noRuns,
    }
  }

  /** Whether this run opened the job or took it over. */
  isOfThisRun(id: string): boolean {
    return this.#opened.has(id)
  }

  /** The job whose last session has this handle. */
  byHandle(handle: string): Job | undefined {
    return this.all.find((job) => job.handle === handle)
  }

  /** The job that has a session of a server. */
  ofSession(server: Server, sessionId: string): Job | undefined {
    return this.all.find((job) => job.server === server && job.sessionId === sessionId)
  }

  /** Whether an open job has the session, or is starting one on the target and may get it. */
  isTaken(server: Server, target: SessionTarget, sessionId: string): boolean {
    return this.openOn(server).some((job) =>
      job.sessionId === undefined ? isSameTarget(job.state.target, target) : job.sessionId === sessionId,
    )
  }

  /** The open job on a server whose session may still be under way. */
  openOn(server: Server): readonly Job[] {
    return this.all.filter((job) => job.server === server && job.isOpen)
  }

  /** Shows a job, or with null the start screen. */
  show(id: string | null): Outcome<null> {
    if (id !== null && !this.#jobs.has(id)) return fail('not-found')
    this.#shown = id
    this.#options.onChange()
    return succeeded(null)
  }

  /**
   * Opens a job on the chosen server and shows it. When the connection is in use, the blocking sessions are published. An open job
   * on the same target is shown instead of a second one.
   */
  async start(target: SessionTarget, withoutRecord = false): Promise<Outcome<null>> {
    const server = this.#options.servers.chosen
    if (!server?.connection) return fail('connection-lost')
    const missing = server.view.failure?.code
    if (missing === 'secret-missing' || missing === 'secret-locked') return fail(missing)
    const known = this.all.find((job) => job.server === server && job.isOpen && isSameTarget(job.state.target, target))
    if (known) return this.show(known.id)
    this.#setBlocking(undefined)
    const { job, isNew } = this.#jobOn(server, target)
    this.#starting.add(job)
    this.#shown = job.id
    const started = await job.start(withoutRecord)
    // A failed start stays a start until its job is gone: its failure is the outcome of this call, not an ended session.
    if (!started.ok) await this.#startFailed(job, isNew, target, started)
    this.#starting.delete(job)
    this.#options.onChange()
    return started.ok ? succeeded(null) : started
  }

  /** Finishes the session of a job. */
  finish(handle: string, result: ServiceResult, withoutRecord = false): Promise<Outcome<null>> {
    const job = this.byHandle(handle)
    const outcome = job ? job.finish(result, withoutRecord) : Promise.resolve(fail('not-found'))
    this.#finishes = Promise.allSettled([this.#finishes, outcome])
    return outcome
  }

  /** Resolves when every requested finish has its outcome. This may take for ever, so the caller sets a limit. */
  async settled(): Promise<void> {
    await this.#finishes
  }

  /** Interrupts a session: of a job by its handle, or another one by the handle of the list of its server. */
  async interrupt(handle: string): Promise<Outcome<null>> {
    const own = this.byHandle(handle)
    if (own) return own.interrupt()
    for (const server of this.#options.servers.all) {
      const sessionId = server.finder.sessionIdOf(handle)
      if (sessionId !== undefined) return this.#interruptOther(server, sessionId, handle)
    }
    return fail('not-found')
  }

  /**
   * Closes the job of an ended session. With `leaveOpen` also one whose session is held: nothing more is sent for it, and its server
   * ends it when its key expires. The next start of the application finds it as unfinished.
   */
  leave(handle: string, leaveOpen = false): Outcome<null> {
    const job = this.byHandle(handle)
    if (!job) return fail('not-found')
    if (job.isOpen && !(leaveOpen && job.isHeld)) return fail('not-allowed-now')
    this.#remove(job, 'mechanic')
    return succeeded(null)
  }

  /** Clears the list of blocking sessions. */
  dismissBlocking(): Outcome<null> {
    this.#setBlocking(undefined)
    return succeeded(null)
  }

  /** Holds the session of a job of an earlier run again. The job then belongs to this run, and is shown. */
  async resume(server: Server, state: JobState, kept: KeptSession): Promise<Outcome<Job>> {
    const { servers, ...options } = this.#options
    const changed = (job: Job) => this.jobChanged(job)
    const job: Job = Job.resume({ ...options, server, changed }, state, state.sequence)
    servers.hold(server)
    const held = await job.hold(kept)
    if (!held.ok) {
      job.release()
      servers.release(server)
      return held
    }
    this.#adopt(job)
    return succeeded(job)
  }

  #adopt(job: Job): void {
    this.#jobs.set(job.id, job)
    this.#opened.add(job.id)
    this.#shown = job.id
    this.jobChanged(job)
  }

  /** The server has ended, and all its sessions with it. */
  endWithServer(server: Server, failure: Failure): void {
    for (const job of this.openOn(server)) job.endWithServer(failure)
  }

  /** Another server was chosen: what belongs to the form of the previous one goes away. */
  serverChosen(): void {
    if (this.#blocking && this.#blocking.server !== this.#options.servers.chosen) this.#setBlocking(undefined)
  }

  /** Something of a job has changed. */
  jobChanged(job: Job): void {
    const { sessionId } = job
    if (this.#jobs.has(job.id) && this.#knownSessions.get(job) !== sessionId) {
      this.#knownSessions.set(job, sessionId)
      this.#options.onSessions(job.server)
    }
    this.#options.onChange(job)
  }

  /** Stops streams, timers and processes; tells the servers nothing. */
  release(): void {
    for (const job of this.all) job.release()
  }

  /** A visit goes on after its session ended, as long as nobody has closed it. */
  #jobOn(server: Server, target: SessionTarget): { job: Job; isNew: boolean } {
    const earlier = this.all.findLast((job) => job.server === server && isSameTarget(job.state.target, target))
    if (earlier) return { job: earlier, isNew: false }
    const { servers, ...options } = this.#options
    servers.hold(server)
    const place = server.workshop.placeOfTarget(target)
    const job: Job = Job.open({ ...options, server, changed: (changed) => this.jobChanged(changed) }, target, place)
    this.#jobs.set(job.id, job)
    this.#opened.add(job.id)
    return { job, isNew: true }
  }

  async #startFailed(
    job: Job,
    isNew: boolean,
    target: SessionTarget,
    outcome: Extract<CallOutcome<unknown> | Outcome<null>, { ok: false }>,
  ): Promise<void> {
    const { server } = job
    if (outcome.failure.code === 'resource-in-use') {
      await this.#options.unfinished().loaded
      const sessions = await server.finder.blocking(target)
      if (server === this.#options.servers.chosen) this.#setBlocking({ server, sessions })
    }
    if (isNew) this.#remove(job, 'application')
  }

  /** A start that is under way and has failed is shown by its caller, not as an ended session. */
  #isFailedStart(job: Job): boolean {
    return this.#starting.has(job) && !job.isOpen
  }

  async #interruptOther(server: Server, sessionId: string, handle: string): Promise<Outcome<null>> {
    const own = this.ofSession(server, sessionId)
    if (own) return own.interrupt()
    const controller = server.connection?.controller
    if (!controller) return fail('connection-lost')
    const outcome = await controller.interruptSession(sessionId)
    if (!outcome.ok) {
      const isGone = outcome.failure.code === 'not-found'
      const kind = isGone ? 'lost' : endKindOf(await controller.getSession(sessionId))
      if (kind === undefined || kind === 'unknown') return outcome
    }
    this.#options.unfinished().noteForeignEnd(server.key, sessionId)
    const left = this.#blocking?.sessions.filter((summary) => summary.handle !== handle) ?? []
    this.#setBlocking(left.length > 0 ? { server, sessions: left } : undefined)
    return succeeded(null)
  }

  #remove(job: Job, actor: 'mechanic' | 'application'): void {
    job.close(actor)
    this.#jobs.delete(job.id)
    this.#knownSessions.delete(job)
    if (this.#shown === job.id) this.#shown = null
    this.#options.onSessions(job.server)
    this.#options.onChange()
    this.#options.servers.release(job.server)
  }

  #setBlocking(blocking: { readonly server: Server; sessions: SessionSummary[] } | undefined): void {
    if (this.#blocking === undefined && blocking === undefined) return
    this.#blocking = blocking
    this.#options.onBlocking(blocking?.sessions ?? null)
  }
}

const isSameTarget = (a: SessionTarget, b: SessionTarget) => a.kind === b.kind && a.number === b.number
