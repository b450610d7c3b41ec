import type { DiagnosticSession } from '../../../src/engine/session/diagnostic-session.ts'
import type { ServiceResult__Output } from '../../../src/openobd/generated/types/openOBD/v1/ServiceResult.ts'
import type { EngineProcess, World } from '../world/world.ts'

/** What an engine knows of a session. */
export interface TrueSession {
  readonly id: string
  readonly engine: EngineProcess
  readonly ticket: string
  readonly startedAtMs: number
  state: string
  endedAtMs: number | undefined
  finishes: number
  result: ServiceResult__Output | undefined
}

/** An answer that an engine accepted. */
export interface AcceptedAnswer {
  readonly promptId: string
  readonly answerId: string
  readonly label: string
  readonly sessionId: string
  readonly answer: unknown
  readonly atMs: number
}

/** A token and what it is for. */
export interface KnownToken {
  readonly kind: string
  readonly sessionId: string
  readonly issuedAtMs: number
}

/** What really happened, as the engines of a world know it, also after they are gone. */
export class Truth {
  readonly sessions = new Map<string, TrueSession>()
  readonly accepted = new Map<string, AcceptedAnswer>()
  readonly tokens = new Map<string, KnownToken>()
  readonly #world: World
  #endedMs = 0

  constructor(world: World) {
    this.#world = world
  }

  /** Follows an engine from its start. */
  follow(running: EngineProcess): void {
    const { engine } = running
    engine.sessions.onChange((session) => this.#sessionChanged(running, session))
    this.#followTokens(running)
    this.#followAnswers(running)
  }

  /** Minutes in which a session was open, over all sessions. */
  sessionMinutes(): number {
    const nowMs = this.#world.scheduler.nowMs
    const openMs = [...this.sessions.values()]
      .filter(({ endedAtMs }) => endedAtMs === undefined)
      .reduce((sum, { startedAtMs }) => sum + nowMs - startedAtMs, 0)
    return (this.#endedMs + openMs) / 60_000
  }

  /** The engine of a session is gone, and the session with it. */
  engineGone(running: EngineProcess): void {
    for (const session of this.sessions.values())
      if (session.engine === running && session.endedAtMs === undefined) this.#ended(session, 'gone')
  }

  #sessionChanged(running: EngineProcess, session: DiagnosticSession): void {
    const known = this.sessions.get(session.id) ?? this.#began(running, session)
    if (session.acceptedFinishes > known.finishes && known.finishes >= 1)
      this.#world.violated('P1', `session ${session.id} was finished twice`)
    known.finishes = session.acceptedFinishes
    known.result = session.serviceResult as ServiceResult__Output | undefined
    if (known.state !== session.state)
      this.#world.log.add('engine', `session ${session.id.slice(0, 8)} ${session.state}`)
    known.state = session.state
    if (session.isOver && known.endedAtMs === undefined) this.#ended(known, session.state)
  }

  #began(engine: EngineProcess, session: DiagnosticSession): TrueSession {
    const known: TrueSession = {
      id: session.id,
      engine,
      ticket: session.ticket?.number ?? '',
      startedAtMs: this.#world.scheduler.nowMs,
      state: '',
      endedAtMs: undefined,
      finishes: 0,
      result: undefined,
    }
    this.sessions.set(session.id, known)
    return known
  }

  #ended(session: TrueSession, state: string): void {
    session.state = state
    session.endedAtMs = this.#world.scheduler.nowMs
    this.#endedMs += session.endedAtMs - session.startedAtMs
  }

  #followTokens({ engine }: EngineProcess): void {
    const { vault } = engine
    const issue = vault.issue.bind(vault)
    vault.issue = (kind, holder, lifetimeMs) => {
      const token = issue(kind, holder, lifetimeMs)
      const sessionId = holder.kind === 'context' ? holder.session.id : ''
      this.tokens.set(token, { kind, sessionId, issuedAtMs: this.#world.scheduler.nowMs })
      return token
    }
  }

  #followAnswers({ engine }: EngineProcess): void {
    const { prompts } = engine
    const answer = prompts.answer.bind(prompts)
    prompts.answer = (given) => {
      const prompt = prompts.prompts.find(({ id }) => id === given.prompt_id)
      const receipt = answer(given)
      if (receipt.outcome !== 'ANSWER_ACCEPTED' || this.accepted.has(given.answer_id) || !prompt) return receipt
      for (const other of this.accepted.values())
        if (other.promptId === given.prompt_id)
          this.#world.violated('P1', `prompt ${given.prompt_id} was answered twice`)
      const { control } = prompt
      const asked = control.ControlType ? (control[control.ControlType] as { label?: string } | null) : null
      this.accepted.set(given.answer_id, {
        promptId: given.prompt_id,
        answerId: given.answer_id,
        label: asked?.label ?? '',
        sessionId: prompt.owner.sessionId,
        answer: given,
        atMs: this.#world.scheduler.nowMs,
      })
      return receipt
    }
  }
}
