import type { Clock } from '../../openobd/clock.ts'
import type { CallOutcome } from '../../openobd/failure.ts'
import type { SessionController } from '../../openobd/session/session-controller.ts'
import type { SessionInfo } from '../../openobd/wire/session-info.ts'
import { type Failure, fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type {
  EarlierRuns,
  LinkView,
  SessionEnd,
  SessionSummary,
  SessionTarget,
  SessionView,
} from '../../shared/session.ts'
import type { Logger } from '../logging.ts'
import type { StartedSessionStore } from '../storage/started-sessions.ts'
import type { FunctionRuns } from './function-runs.ts'
import { type CreateCustody, noEarlierRuns, OwnSession, type OwnSessionOptions } from './own-session.ts'
import type { RecordWriter } from './record-writer.ts'
import type { SessionFinder } from './session-finder.ts'
import { endKindOf } from './unfinished-sessions.ts'

/** The server that sessions are started on now. */
export interface CurrentServer {
  readonly profileId: string
  /** The key of our start records for this server. */
  readonly endpointName: string
  readonly controller: Pick<SessionController, 'getSession' | 'getSessionList' | 'interruptSession'>
  readonly createCustody: CreateCustody
  /** Whether, according to the viewer, a session is on this target; undefined when that is unknown. */
  readonly isOurs: (target: SessionTarget, session: SessionInfo) => Promise<boolean | undefined>
}

/** Dependencies of the desk. */
export interface SessionDeskOptions {
  readonly server: () => CurrentServer | undefined
  readonly store: StartedSessionStore
  readonly finder: SessionFinder
  readonly runs: FunctionRuns
  readonly clock: Clock
  readonly logger: Logger
  readonly onSecret: (token: string) => void
  readonly onSession: (view: SessionView | null) => void
  readonly onLink: (link: LinkView | null) => void
  readonly onEarlierRuns: (runs: EarlierRuns) => void
  readonly onBlocking: (sessions: SessionSummary[] | null) => void
  /** Called when a session of an earlier run was ended here. */
  readonly onForeignEnd: () => void
  readonly record: RecordWriter
  readonly watch?: OwnSessionOptions['watch']
}

/** Starts, finishes, interrupts and leaves our own session, and interrupts sessions that block a start. */
export class SessionDesk {
  readonly #options: SessionDeskOptions
  #session: OwnSession | undefined
  /** The session that is being started: a failure is the outcome of the call, not an end screen. */
  #starting: OwnSession | undefined
  #blocking: SessionSummary[] | null = null
  #finishes: Promise<unknown> = Promise.resolve()

  constructor(options: SessionDeskOptions) {
    this.#options = options
  }

  /** Our session, also after its end, until it is left. */
  get session(): OwnSession | undefined {
    return this.#session
  }

  /** Whether a session of ours is under way. */
  get isBusy(): boolean {
    return this.#session !== undefined && !this.#session.isEnded
  }

  /** Starts and claims a session. When the connection is in use, the blocking sessions are published. */
  async start(target: SessionTarget): Promise<Outcome<null>> {
    const server = this.#options.server()
    if (this.isBusy) return fail('not-allowed-now')
    if (!server) return fail('connection-lost')
    this.#setBlocking(null)
    const session = this.#open(server, target)
    this.#starting = session
    const started = await session.start()
    if (!started.ok) return this.#startFailed(session, target, started)
    this.#starting = undefined
    if (session.isEnded) this.#options.onSession(session.view)
    return succeeded(null)
  }

  /** Finishes our session: the result is stored first, then a running function is stopped, then the server is called. */
  finish(handle: string, result: ServiceResult): Promise<Outcome<null>> {
    const outcome = this.#finish(handle, result)
    this.#finishes = Promise.allSettled([this.#finishes, outcome])
    return outcome
  }

  /** Resolves when every requested finish has its outcome. This may take for ever, so the caller sets a limit. */
  async settled(): Promise<void> {
    await this.#finishes
  }

  async #finish(handle: string, result: ServiceResult): Promise<Outcome<null>> {
    const session = this.#find(handle)
    if (!session) return fail('not-found')
    if (session.isEnded) return fail('session-ended')
    // The server may already have a result whose outcome is unclear: it must be confirmed or refused before another one is
    // sent.
    const pending = session.view.pendingResult
    if (pending && JSON.stringify(pending) !== JSON.stringify(result)) return fail('not-allowed-now')
    this.#options.record('setPendingResult', () => this.#options.store.setPendingResult(session.handle, result))
    await this.#options.runs.stopAndWait()
    const outcome = await session.finish(result)
    if (!outcome.ok && !session.isEnded && session.view.phase === 'active') {
      this.#options.record('clearPendingResult', () => this.#options.store.clearPendingResult(session.handle))
    }
    return outcome
  }

  /** Interrupts a session: our own, or another one by its handle. */
  async interrupt(handle: string): Promise<Outcome<null>> {
    const own = this.#find(handle)
    if (own) return this.#interruptOwn(own)
    const sessionId = this.#options.finder.sessionIdOf(handle)
    const server = this.#options.server()
    if (!sessionId) return fail('not-found')
    if (!server) return fail('connection-lost')
    if (this.#session && sessionId === this.#session.view.sessionId) return this.#interruptOwn(this.#session)
    const outcome = await server.controller.interruptSession(sessionId)
    if (!outcome.ok && !(await isOver(server, sessionId, outcome))) return outcome
    this.#noteForeignEnd(server, sessionId)
    const left = this.#blocking?.filter((summary) => summary.handle !== handle) ?? []
    this.#setBlocking(left.length > 0 ? left : null)
    return succeeded(null)
  }

  /** Closes the screen of an ended session. */
  leave(handle: string): Outcome<null> {
    const session = this.#find(handle)
    if (!session) return fail('not-found')
    if (!session.isEnded) return fail('not-allowed-now')
    this.#drop(session)
    return succeeded(null)
  }

  /** Clears the list of blocking sessions. */
  dismissBlocking(): Outcome<null> {
    this.#setBlocking(null)
    return succeeded(null)
  }

  /** Clears an ended session and the list, because another server was chosen. */
  reset(): void {
    this.#setBlocking(null)
    if (this.#session) this.#drop(this.#session)
  }

  /** Ends our session because its server has ended. */
  endWithServer(failure: Failure): void {
    if (this.isBusy) this.#session?.endWithServer(failure)
  }

  #open(server: CurrentServer, target: SessionTarget): OwnSession {
    this.#session?.release()
    const { clock, store, runs, watch } = this.#options
    let knownId: string | undefined
    const session: OwnSession = new OwnSession({
      target,
      clock,
      createCustody: server.createCustody,
      watch,
      onToken: (token) => {
        this.#options.onSecret(token)
        runs.passToken(token)
      },
      onView: (view) => {
        if (view.sessionId && view.sessionId !== knownId) {
          const sessionId = view.sessionId
          knownId = sessionId
          this.#options.record('setSessionId', () => store.setSessionId(view.handle, sessionId))
        }
        const isAnswered = view.phase !== 'ended' || this.#starting !== session
        if (this.#session === session && isAnswered) this.#options.onSession(view)
      },
      onLink: (link) => {
        if (this.#session === session) this.#options.onLink(link)
      },
      onEarlierRuns: (runs) => {
        if (this.#session === session) this.#options.onEarlierRuns(runs)
      },
      onEnd: (end) => this.#onEnd(session, end),
    })
    this.#session = session
    const { handle, view } = session
    const { profileId, endpointName } = server
    this.#options.record('begin', () =>
      store.begin({ handle, target, profileId, endpoint: endpointName, startedAt: view.startedAt }),
    )
    this.#options.onSession(view)
    this.#options.onLink(session.link)
    this.#options.onEarlierRuns(noEarlierRuns)
    return session
  }

  async #startFailed(
    session: OwnSession,
    target: SessionTarget,
    outcome: CallOutcome<unknown>,
  ): Promise<Outcome<null>> {
    if (outcome.ok) return succeeded(null)
    if (!session.view.sessionId) this.#options.record('forget', () => this.#options.store.forget(session.handle))
    if (outcome.failure.code === 'resource-in-use') this.#setBlocking(await this.#options.finder.blocking(target))
    this.#starting = undefined
    if (this.#session === session) this.#drop(session)
    return outcome
  }

  #onEnd(session: OwnSession, end: SessionEnd): void {
    this.#options.runs.stop()
    // A session with an expired token may still be open on the server: its record stays, as proof that it is ours.
    if (end.kind !== 'expired')
      this.#options.record('end', () => this.#options.store.end(session.handle, end.kind, end.at))
    this.#options.logger.info('a session ended', { kind: end.kind, sessionId: session.view.sessionId ?? '' })
  }

  #drop(session: OwnSession): void {
    session.release()
    if (this.#session !== session) return
    this.#session = undefined
    this.#options.onSession(null)
    this.#options.onLink(null)
    this.#options.onEarlierRuns(noEarlierRuns)
  }

  #find(handle: string): OwnSession | undefined {
    return this.#session?.handle === handle ? this.#session : undefined
  }

  #setBlocking(sessions: SessionSummary[] | null): void {
    if (this.#blocking === null && sessions === null) return
    this.#blocking = sessions
    this.#options.onBlocking(sessions)
  }

  async #interruptOwn(session: OwnSession): Promise<Outcome<null>> {
    const outcome = await session.interrupt()
    if (!outcome.ok) return outcome
    const endedAt = this.#options.clock.wallMs()
    this.#options.record('end', () => this.#options.store.end(session.handle, 'interrupted-here', endedAt))
    return outcome
  }

  #noteForeignEnd(server: CurrentServer, sessionId: string): void {
    const record = this.#options.store.bySessionId(server.endpointName, sessionId)
    if (!record) return
    this.#options.record('end', () =>
      this.#options.store.end(record.handle, 'interrupted-here', this.#options.clock.wallMs()),
    )
    this.#options.onForeignEnd()
  }
}

/** Whether the session had already ended when an interrupt failed. */
async function isOver(server: CurrentServer, sessionId: string, outcome: CallOutcome<unknown>): Promise<boolean> {
  if (!outcome.ok && outcome.failure.code === 'not-found') return true
  const kind = endKindOf(await server.controller.getSession(sessionId))
  return kind !== undefined && kind !== 'unknown'
}
