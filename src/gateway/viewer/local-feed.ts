import type { Clock } from '../../server/clock/clock.ts'
import type { PromptBoard } from '../../server/prompts/prompt-board.ts'
import { ScriptLog } from '../../server/viewer/script-log.ts'
import type { ViewedSession } from '../../server/viewer/viewed-session.ts'
import {
  boardFeed,
  mergedFeed,
  scriptLogFeed,
  type ViewerFeed,
  type ViewerSink,
} from '../../server/viewer/viewer-feed.ts'
import type { GatewaySession, GatewaySessions } from '../contexts.ts'
import type { LogLine } from '../gateway-setup.ts'
import { ShownSession } from './shown-session.ts'

/** Dependencies of the local feed. */
export interface LocalFeedSetup {
  readonly clock: Clock
  readonly board: PromptBoard
  readonly sessions: GatewaySessions
  /** Client identifier of the clients of this gateway. */
  readonly startedBy: string
}

/** What viewers get to see of the sessions whose prompts are kept here: the prompts, the sessions and the lines of their ScriptLog. */
export class LocalFeed {
  readonly #setup: LocalFeedSetup
  readonly #log: ScriptLog
  readonly #shown = new Map<GatewaySession, ShownSession>()
  readonly #sinks = new Set<ViewerSink>()
  readonly #forgetListeners = new Set<(session: ViewedSession) => void>()
  /** The prompts alone, for a server that tells everything else itself. */
  readonly prompts: ViewerFeed
  readonly everything: ViewerFeed

  constructor(setup: LocalFeedSetup) {
    this.#setup = setup
    this.#log = new ScriptLog(setup.clock)
    this.prompts = boardFeed(setup.board)
    const sessions: ViewerFeed = {
      snapshot: () => ({ sessions: [...this.#shown.values()] }),
      follow: (sink) => {
        this.#sinks.add(sink)
        return () => this.#sinks.delete(sink)
      },
    }
    this.everything = mergedFeed([this.prompts, sessions, scriptLogFeed(this.#log)])
    setup.sessions.onForget((session) => this.#forget(session))
  }

  /** A session of a viewer's record; undefined when it did not start here. */
  find(id: string): ViewedSession | undefined {
    const session = this.#setup.sessions.find(id)
    return session && this.#shown.get(session)
  }

  /** Calls `listener` for a session that is no longer found. */
  onForget(listener: (session: ViewedSession) => void): void {
    this.#forgetListeners.add(listener)
  }

  /** Something about a session has changed. */
  changed(session: GatewaySession): void {
    if (!session.isStartedHere) return
    const shown = this.#shown.get(session) ?? new ShownSession(session, this.#setup.startedBy)
    this.#shown.set(session, shown)
    for (const sink of this.#sinks) sink.sessionChanged(shown)
  }

  /** A function has written a line. */
  wrote({ context, level, content }: LogLine): void {
    this.#log.write({ sessionId: context.session.id, contextId: context.id }, level as 'LOG_LEVEL_INFO', content)
  }

  #forget(session: GatewaySession): void {
    const shown = this.#shown.get(session)
    if (shown === undefined) return
    for (const listener of this.#forgetListeners) listener(shown)
    this.#shown.delete(session)
    for (const sink of this.#sinks) sink.sessionForgotten(shown)
  }
}
