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

/** What looking after sessions of earlier runs needs from around it. */
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

/** Sessions that an earlier run started and did not end, and results that it chose and could not send. */
export class UnfinishedSessions {
  readonly #options: UnfinishedSessionsOptions
  /** What the server last said of a record; a record that it was not asked about yet is not in here. */
  readonly #seen = new Map<string, SessionSummary | 'ended'>()
  readonly #hidden = new Set<string>()
  #reconciling: Promise<void> | undefined

  constructor(options: UnfinishedSessionsOptions) {
    this.#options = options
  }

  /** Shows what is stored, as it stands. */
  show(): void {
    const views = this.#options.store.open().flatMap((record) => this.#view(record) ?? [])
    this.#options.publish(views)
  }

  /** Asks the server about every record of it: what has ended is noted, what lives stays as the proof that it is ours. */
  reconcile(): Promise<void> {
    this.#reconciling ??= this.#reconcile().finally(() => {
      this.#reconciling = undefined
      this.show()
    })
    return this.#reconciling
  }

  /** The person has seen it: an ended one is settled, of another one only the line goes, for this run. */
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
   * A start whose answer never reached the disk may have made a session that waits to be claimed. It is ours when the viewer
   * says that it is the only waiting one on our target; after the claim limit it can no longer exist. False when the server
   * did not answer.
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
    // The record is written first: the summary reads from it whose session this is.
    this.#options.record('setSessionId', () => store.setSessionId(record.handle, only.id))
    this.#seen.set(record.handle, this.#options.finder.summaryOf(only))
    return true
  }

  #view(record: StartedSession): UnfinishedSession | undefined {
    const { handle, target, startedAt, pendingResult, endpoint } = record
    if (handle === this.#options.currentHandle() || this.#hidden.has(handle) || !record.sessionId) return undefined
    const isEmbedded = endpoint === embeddedProfileId
    // A handle of another server would be looked for on the present one, where nobody knows it.
    const isHere = this.#options.server()?.endpointName === endpoint
    const seen = record.isFinished ? 'ended' : isHere ? this.#seen.get(handle) : undefined
    // The own engine forgets its sessions when it ends, and is asked within a moment.
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

/** How a session ended as the server sees it; undefined while it lives, `unknown` when the server did not answer. */
export function endKindOf(
  seen: Awaited<ReturnType<SessionController['getSession']>>,
): SessionEnd['kind'] | 'unknown' | undefined {
  if (!seen.ok) return seen.failure.code === 'not-found' ? 'lost' : 'unknown'
  const { state } = seen.value
  return state === 'finished' || state === 'interrupted' || state === 'failed' ? state : undefined
}
