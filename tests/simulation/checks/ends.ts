import type { AppState } from '../../../src/shared/app-state.ts'
import type { SessionEnd } from '../../../src/shared/session.ts'
import { sessionsIn } from '../world/shown.ts'
import type { World } from '../world/world.ts'
import type { KnownSessions } from './known-sessions.ts'
import type { TrueSession, Truth } from './truth.ts'

interface ShownSession {
  readonly sessionId: string | undefined
  end: SessionEnd['kind'] | undefined
  endShownAwakeMs: number | undefined
}

/** A span of the world in which the server of a port withheld tokens. */
export interface TokenTrouble {
  readonly port: number
  readonly fromMs: number
  readonly toMs: number
}

/** A token lives for five minutes (protocol.md §1). */
export const tokenLifetimeMs = 300_000

/** The ends of sessions that were shown, compared with what happened. */
export class Ends {
  readonly tokenTroubles: TokenTrouble[] = []
  readonly #world: World
  readonly #truth: Truth
  readonly #sessions: KnownSessions
  readonly #awakeMs: () => number
  readonly #shown = new Map<string, ShownSession>()

  constructor(world: World, truth: Truth, sessions: KnownSessions, awakeMs: () => number) {
    this.#world = world
    this.#truth = truth
    this.#sessions = sessions
    this.#awakeMs = awakeMs
  }

  /** The awake time at which the end of a session was shown; undefined while it was not. */
  shownAt(sessionId: string): number | undefined {
    return [...this.#shown.values()].find((one) => one.sessionId === sessionId)?.endShownAwakeMs
  }

  published(state: AppState): void {
    for (const { handle, end } of sessionsIn(state)) {
      const sessionId = this.#sessions.idOf(handle)
      const known = this.#shown.get(handle) ?? { sessionId, end: undefined, endShownAwakeMs: undefined }
      if (!this.#shown.has(handle) || known.sessionId !== sessionId) this.#shown.set(handle, { ...known, sessionId })
      const shown = this.#shown.get(handle) ?? known
      if (shown.end !== undefined && end !== shown.end)
        this.#world.violated('P3', `the end of ${handle} changed from ${shown.end} to ${end}`)
      if (end === undefined || shown.end !== undefined) continue
      shown.end = end
      shown.endShownAwakeMs = this.#awakeMs()
      this.#world.log.add('main', `session ${sessionId?.slice(0, 8) ?? '(none)'} ended: ${end}`)
      const truth = this.#truth.sessions.get(sessionId ?? '')
      if (truth) this.#compare(truth, end)
    }
  }

  /** What the application says about an end must be what happened. */
  #compare(truth: TrueSession, end: SessionEnd['kind']): void {
    const wrong = (text: string) => this.#world.violated('P3', `session ${truth.id} is ${truth.state}, but ${text}`)
    if (end === 'finished' && truth.state !== 'finished') wrong('the application says finished')
    if (end === 'expired' && truth.state === 'finished') wrong('the application says expired')
    if (end === 'expired' && !this.#mayExpire(truth)) wrong('its token did not have to expire')
    if (end.startsWith('interrupted') && truth.state !== 'interrupted') wrong(`the application says ${end}`)
  }

  /** A token expires only when the link, the server or a sleep kept newer ones away for a while. */
  #mayExpire({ id, engine }: TrueSession): boolean {
    const { nowMs } = this.#world.scheduler
    const sinceMs = nowMs - tokenLifetimeMs - 10_000
    const newest = [...this.#truth.tokens.values()].findLast((token) => token.sessionId === id)
    const wasDisturbed = this.tokenTroubles.some(
      ({ port, fromMs, toMs }) => port === engine.port && fromMs <= nowMs && toMs >= sinceMs,
    )
    const link = this.#world.network.linkTo(engine.port)
    return wasDisturbed || newest === undefined || link.hadOutage(sinceMs, nowMs)
  }
}
