import type { Clock } from '../../openobd/clock.ts'
import type { SessionController } from '../../openobd/session/session-controller.ts'
import { fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { SessionEnd, SessionSummary, UnfinishedSession } from '../../shared/session.ts'
import type { StartedSession, StartedSessionStore } from '../storage/started-sessions.ts'
import { embeddedProfileId } from './profiles.ts'
import type { RecordWriter } from './record-writer.ts'
import type { CurrentServer } from './session-desk.ts'
import type { SessionFinder } from './session-finder.ts'

/** How long the server keeps a session that nobody has claimed, in ms (protocol.md §4). */
export const claimLimitMs = 60_000

/** Dependencies of the unfinished sessions. */
export interface UnfinishedSessionsOptions {
  readonly store: StartedSessionStore
  readonly server: () => CurrentServer | undefined
  readonly finder: Pick<SessionFinder, 'summaryOf'>
  readonly clock: Clock
  /** The session of this run, which is shown elsewhere. */
  readonly currentHandle: () => string | undefined
  readonly publish: (sessions: UnfinishedSession[]) => void
  readonly record: RecordWriter
}

/** Sessions that an earlier run started and did not end, and chosen results that it could not send. */
export class UnfinishedSessions {
  readonly #options: UnfinishedSessionsOptions
  /** The last answer of the server per record; without an entry the server was not asked yet. */
  readonly #seen = new Map<string, SessionSummary | 'ended'>()
  readonly #hidden = new Set<string>()
  #reconciling: Promise<void> | undefined

  constructor(options: UnfinishedSessionsOptions) {
    this.#options = options
  }

  /** Shows the stored records without asking the server. */
  show(): void {
    const views = this.#options.store.open().flatMap((record) => this.#view(record) ?? [])
    this.#options.publish(views)
  }

  /** Asks the server about each of its records. Ended sessions are recorded as ended; open ones stay, as proof that they are ours. */
  reconcile(): Promise<void> {
    this.#reconciling ??= this.#reconcile().finally(() => {
      this.#reconciling = undefined
      this.show()
    })
    return this.#reconciling
  }

  /** Marks a session as seen: an ended one is settled, another one is only hidden for this run. */
  dismiss(handle: string): Outcome<null> {
    const record = this.#options.store.byHandle(handle)
    if (!record) return fail('not-found')
    if (record.isFinished)
      this.#options.record('clearPendingResult', () => this.#options.store.clearPendingResult(handle))
    else this.#hidden.add(handle)
    this.show()
    return succeeded(null)
  }

  async #reconcile(): Promise<void> {
    const server = this.#options.server()
    if (!server) return
    for (const record of this.#options.store.unfinished(server.endpointName)) {
      if (record.handle === this.#options.currentHandle()) continue
      if (!record.sessionId) {
        if (!(await this.#lookForLostStart(server, record))) return
        continue
      }
      const seen = await server.controller.getSession(record.sessionId)
      const kind = endKindOf(seen)
      if (kind === 'unknown') return
      if (seen.ok && kind === undefined) this.#seen.set(record.handle, this.#options.finder.summaryOf(seen.value))
      if (kind) this.#noteEnd(record, kind)
    }
  }

  #noteEnd(record: StartedSession, kind: SessionEnd['kind']): void {
    this.#seen.set(record.handle, 'ended')
    this.#options.record('end', () => this.#options.store.end(record.handle, kind, this.#options.clock.wallMs()))
  }

  /**
   * A start whose reply was not stored may have created an unclaimed session. It is ours when it is the only unclaimed one on
   * our target, according to the viewer; after the claim limit it no longer exists. False when the server did not answer.
   */
  async #lookForLostStart(server: CurrentServer, record: StartedSession): Promise<boolean> {
    const { store, clock } = this.#options
    if (clock.wallMs() - record.startedAt > claimLimitMs) {
      this.#options.record('forget', () => store.forget(record.handle))
      return true
    }
    const list = await server.controller.getSessionList()
    if (!list.ok) return false
    const waiting = list.value.filter(({ state }) => state === 'available')
    const answers = await Promise.all(waiting.map((session) => server.isOurs(record.target, session)))
    const ours = waiting.filter((_session, index) => answers[index] === true)
    const [only] = ours
    if (only === undefined || ours.length > 1) return true
    // The record is written first, because the summary reads the owner from it.
    this.#options.record('setSessionId', () => store.setSessionId(record.handle, only.id))
    this.#seen.set(record.handle, this.#options.finder.summaryOf(only))
    return true
  }

  #view(record: StartedSession): UnfinishedSession | undefined {
    const { handle, target, startedAt, pendingResult, endpoint } = record
    if (handle === this.#options.currentHandle() || this.#hidden.has(handle) || !record.sessionId) return undefined
    const isEmbedded = endpoint === embeddedProfileId
    // A handle of another server means nothing on the present one.
    const isHere = this.#options.server()?.endpointName === endpoint
    const seen = record.isFinished ? 'ended' : isHere ? this.#seen.get(handle) : undefined
    // The own engine loses its sessions when it ends, and it is asked soon anyway.
    if (isEmbedded && seen === undefined) return undefined
    if (seen === 'ended' && pendingResult === undefined) return undefined
    return {
      handle,
      target,
      startedAt,
      ...(isEmbedded ? {} : { server: endpoint }),
      ...(pendingResult ? { pendingResult } : {}),
      ...(typeof seen === 'object' ? { state: 'open', summary: seen } : { state: seen ?? 'not-checked' }),
    }
  }
}

/** How a session ended, according to the server; undefined while it is open, `unknown` when the server did not answer. */
export function endKindOf(
  seen: Awaited<ReturnType<SessionController['getSession']>>,
): SessionEnd['kind'] | 'unknown' | undefined {
  if (!seen.ok) return seen.failure.code === 'not-found' ? 'lost' : 'unknown'
  const { state } = seen.value
  return state === 'finished' || state === 'interrupted' || state === 'failed' ? state : undefined
}
