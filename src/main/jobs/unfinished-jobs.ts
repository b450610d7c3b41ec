import type { Clock } from '../../openobd/clock.ts'
import { type NewFact, readable } from '../../shared/facts.ts'
import { fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type { SessionEnd, SessionTarget, UnfinishedSession } from '../../shared/session.ts'
import { embeddedProfileId } from '../services/profiles.ts'
import type { Server } from '../services/server.ts'
import { type EarlierJob, unfinishedView, unsentResult } from './earlier-job.ts'
import { endKindOf } from './end-kind.ts'
import type { Job } from './job.ts'
import { JobRecord } from './job-record.ts'
import type { Journal } from './journal/journal.ts'
import { hasOpenSession, type JobState, jobStateOf, lastSession } from './projections/job-state.ts'
import { lastActivity } from './projections/last-activity.ts'

/** How long the server keeps a session that nobody has claimed, in ms (protocol.md §4). */
export const claimLimitMs = 60_000
const mostJobs = 100

/** Dependencies of the unfinished jobs. */
export interface UnfinishedJobsOptions {
  readonly journal: Journal
  readonly clock: Clock
  /** Takes over the records of an earlier version. */
  readonly importRecords: () => Promise<void>
  /** Jobs of this run may be in the journal before it is read. */
  readonly isOfThisRun: (job: string) => boolean
  /** Whether a job of this run has the session, or may get it from its own start on the target. */
  readonly isTaken: (server: Server, target: SessionTarget, sessionId: string) => boolean
  /** The connection to the server of these records; undefined while there is none. */
  readonly serverOf: (key: string) => Server | undefined
  readonly publish: (sessions: UnfinishedSession[]) => void
  /** Whether the session of this handle can be held again. */
  readonly resumable: (handle: string) => Promise<UnfinishedSession['resume']>
  readonly resume: (state: JobState) => Promise<Outcome<Job>>
  /** The session of this handle has ended: its kept token is of no use any more. */
  readonly forgetToken: (handle: string) => void
}

/** Jobs that an earlier run opened and nobody closed, and chosen results that it could not send. */
export class UnfinishedJobs {
  /** Resolves when the journal was read. */
  readonly loaded: Promise<void>
  readonly #options: UnfinishedJobsOptions
  readonly #jobs = new Map<string, EarlierJob>()
  #reconciling = new Map<string, Promise<void>>()

  constructor(options: UnfinishedJobsOptions) {
    this.#options = options
    this.loaded = this.#load().then(() => this.show())
  }

  /** The states of these jobs, as proof that their sessions are ours. */
  get states(): JobState[] {
    return [...this.#jobs.values()].map(({ record }) => record.state)
  }

  /** Shows the jobs without asking a server. */
  show(): void {
    this.#options.publish([...this.#jobs.values()].flatMap((job) => unfinishedView(job) ?? []).reverse())
  }

  /** Asks a server about each of its sessions. Open ones stay, as proof that they are ours. */
  reconcile(server: Server): Promise<void> {
    const running = this.#reconciling.get(server.key)
    if (running) return running
    const asked = this.loaded
      .then(() => this.#reconcile(server))
      .finally(() => {
        this.#reconciling.delete(server.key)
        this.show()
      })
    this.#reconciling.set(server.key, asked)
    return asked
  }

  /** A person has seen the job: an ended one is closed, another one is only hidden for this run. */
  dismiss(handle: string): Outcome<null> {
    const job = this.#byHandle(handle)
    if (!job) return fail('not-found')
    if (job.isResuming) return fail('not-allowed-now')
    if (hasOpenSession(job.record.state)) job.isHidden = true
    else this.#close(job)
    this.show()
    return succeeded(null)
  }

  /** Holds the session again; the job then belongs to the jobs of this run. */
  async resume(handle: string): Promise<Outcome<null>> {
    await this.loaded
    const job = this.#byHandle(handle)
    if (!job) return fail('not-found')
    if (!hasOpenSession(job.record.state)) return fail('session-ended')
    const outcome = await this.#hold(job)
    return outcome.ok ? succeeded(null) : outcome
  }

  /** Ends the job with a result: the session is held again and finished, or, where that is not possible, interrupted. */
  async closeWith(handle: string, serviceResult: ServiceResult): Promise<Outcome<null>> {
    await this.loaded
    const job = this.#byHandle(handle)
    if (!job) return fail('not-found')
    if (job.isResuming) return fail('not-allowed-now')
    if (hasOpenSession(job.record.state) && job.resume === 'possible') {
      const resumed = await this.#hold(job)
      if (resumed.ok) return resumed.value.finish(serviceResult, false)
    }
    const ended = hasOpenSession(job.record.state) ? await this.#interrupt(job) : succeeded(null)
    if (!ended.ok) return ended
    job.record.add({ kind: 'finish-chosen', actor: 'mechanic', session: handle, serviceResult })
    this.#close(job)
    this.show()
    return succeeded(null)
  }

  /** A session of the list of a server was ended here. */
  noteForeignEnd(serverKey: string, sessionId: string): void {
    for (const job of this.#jobs.values()) {
      const { state } = job.record
      const isIt = state.server.key === serverKey && lastSession(state)?.sessionId === sessionId
      if (!isIt || job.isResuming) continue
      this.#noteEnd(job, 'interrupted-here')
      if (unsentResult(job.record.state) === undefined) this.#close(job)
    }
    this.show()
  }

  /** Holds the session of the job again; afterwards the job is one of this run, or is here as before. */
  async #hold(job: EarlierJob): Promise<Outcome<Job>> {
    if (job.isResuming) return fail('not-allowed-now')
    job.isResuming = true
    const { state } = job.record
    const outcome = await this.#options.resume(state)
    job.isResuming = false
    if (outcome.ok) this.#jobs.delete(state.id)
    else if (outcome.failure.code === 'session-expired') job.resume = 'too-late'
    this.show()
    const server = this.#options.serverOf(state.server.key)
    if (!outcome.ok && server) void this.reconcile(server)
    return outcome
  }

  async #load(): Promise<void> {
    const { journal, clock, importRecords } = this.#options
    await importRecords()
    const list = await journal.list({ openOnly: true, limit: mostJobs })
    if (!list.ok) return
    for (const { id } of [...list.value].reverse()) {
      if (this.#options.isOfThisRun(id)) continue
      const facts = await journal.facts(id)
      const state = facts.ok ? jobStateOf(readable(facts.value)) : undefined
      if (!facts.ok || !state) continue
      const sequence = Math.max(...facts.value.map((fact) => fact.sequence))
      const record = JobRecord.resume(
        { journal, clock, clean: (value) => value, changed: () => undefined },
        state,
        sequence,
      )
      const activity = lastActivity(state)
      const job: EarlierJob = { record, isHidden: false, isResuming: false, resume: 'not-kept', activity }
      this.#jobs.set(id, job)
      this.#takeOver(job)
      void this.#lookForToken(job)
    }
  }

  /** The operating system's encryption may be slow: nothing waits for it. */
  async #lookForToken(job: EarlierJob): Promise<void> {
    if (!hasOpenSession(job.record.state)) return
    const resume = await this.#options.resumable(lastSession(job.record.state)?.handle ?? '')
    if (job.seen === 'ended') return
    job.resume = resume
    this.show()
  }

  /** What the end of the earlier run decided: the own engine lost its sessions, and ended jobs without a question are closed. */
  #takeOver(job: EarlierJob): void {
    const { record } = job
    const session = lastSession(record.state)
    const isLost = session !== undefined && hasOpenSession(record.state)
    if (isLost) record.add({ kind: 'application-lost', actor: 'application' })
    if (isLost && record.state.server.key === embeddedProfileId) {
      record.add({ kind: 'session-ended', actor: 'application', session: session.handle, end: 'lost' })
      this.#ended(job, session.handle)
    } else if (!isLost && unsentResult(record.state) === undefined) this.#close(job)
  }

  async #reconcile(server: Server): Promise<void> {
    const controller = server.connection?.controller
    if (!controller) return
    for (const job of [...this.#jobs.values()].reverse()) {
      const { state } = job.record
      const session = lastSession(state)
      if (state.server.key !== server.key || !session || !hasOpenSession(state) || job.isResuming) continue
      if (session.sessionId === undefined) {
        if (!(await this.#lookForLostStart(server, job))) return
        continue
      }
      const seen = await controller.getSession(session.sessionId)
      const kind = endKindOf(seen)
      if (job.isResuming || !this.#jobs.has(state.id)) continue
      if (kind === 'unknown') return
      if (seen.ok && kind === undefined) job.seen = server.finder.summaryOf(seen.value)
      if (kind) this.#noteEnd(job, kind)
      // The finish that was under way has arrived: there is nothing left to decide.
      if (kind === 'finished' && session.finish) this.#close(job)
    }
  }

  #ended(job: EarlierJob, handle: string): void {
    job.seen = 'ended'
    job.resume = 'ended'
    this.#options.forgetToken(handle)
  }

  #noteEnd(job: EarlierJob, end: SessionEnd['kind']): void {
    const session = lastSession(job.record.state)
    if (!session || session.end) return
    this.#ended(job, session.handle)
    job.record.add({ kind: 'session-ended', actor: 'server', session: session.handle, end })
  }

  /**
   * A start whose reply was not recorded may have created an unclaimed session. It is ours when it is the only unclaimed one on
   * our target, according to the viewer; after the claim limit it no longer exists. False when the server did not answer.
   */
  async #lookForLostStart(server: Server, job: EarlierJob): Promise<boolean> {
    const session = lastSession(job.record.state)
    const controller = server.connection?.controller
    if (!session || !controller) return false
    if (this.#options.clock.wallMs() - session.requestedAt > claimLimitMs) {
      this.#noteEnd(job, 'lost')
      this.#close(job)
      return true
    }
    const list = await controller.getSessionList()
    if (!list.ok) return false
    const waiting = list.value.filter(({ state }) => state === 'available')
    const answers = await Promise.all(waiting.map((one) => server.isOurs(session.target, one)))
    const ours = waiting.filter((_session, index) => answers[index] === true)
    const [only] = ours
    if (only === undefined || ours.length > 1) return true
    // A request that never arrived must not get the session of a later start on the same target.
    if (this.#isKnown(server, only.id) || this.#options.isTaken(server, session.target, only.id)) return true
    // The record is written first, because the summary reads the owner from it.
    job.record.add({ kind: 'session-started', actor: 'server', session: session.handle, sessionId: only.id })
    job.seen = server.finder.summaryOf(only)
    return true
  }

  #isKnown(server: Server, sessionId: string): boolean {
    const here = this.states.filter((state) => state.server.key === server.key)
    return here.some(({ sessions }) => sessions.some((one) => one.sessionId === sessionId))
  }

  async #interrupt(job: EarlierJob): Promise<Outcome<null>> {
    const { state } = job.record
    const session = lastSession(state)
    const controller = this.#options.serverOf(state.server.key)?.connection?.controller
    if (!session?.sessionId) return succeeded(null)
    if (!controller) return fail('connection-lost')
    job.record.add({ kind: 'interrupt-requested', actor: 'mechanic', session: session.handle })
    const outcome = await controller.interruptSession(session.sessionId)
    const kind = outcome.ok ? 'interrupted-here' : endKindOf(await controller.getSession(session.sessionId))
    if (kind === undefined || kind === 'unknown') return outcome.ok ? succeeded(null) : outcome
    this.#noteEnd(job, kind)
    return succeeded(null)
  }

  #close(job: EarlierJob): void {
    const { state } = job.record
    const session = lastSession(state)
    const closed: NewFact = { kind: 'job-closed', actor: 'mechanic' }
    const dismissed: NewFact[] =
      session && unsentResult(state) !== undefined
        ? [{ kind: 'finish-dismissed', actor: 'mechanic', session: session.handle }]
        : []
    job.record.add(...dismissed, closed)
    if (!hasOpenSession(job.record.state)) this.#jobs.delete(state.id)
  }

  #byHandle(handle: string): EarlierJob | undefined {
    return [...this.#jobs.values()].find(({ record }) => lastSession(record.state)?.handle === handle)
  }
}
