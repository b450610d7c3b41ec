import type { DiagnosticSession } from '../../../src/engine/session/diagnostic-session.ts'
import type { ServiceResult__Output } from '../../../src/openobd/generated/types/openOBD/v1/ServiceResult.ts'
import type { PromptBoard } from '../../../src/server/prompts/prompt-board.ts'
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
  /** It speaks for the session itself, not for a function in it. */
  readonly isRoot: boolean
  readonly issuedAtMs: number
  /** Port of the server that issued it. */
  readonly port: number
}

/** What really happened, as the engines of a world know it, also after they are gone. */
export class Truth {
  readonly sessions = new Map<string, TrueSession>()
  /** Sessions that scripts of others have started. */
  readonly foreign = new Set<string>()
  readonly accepted = new Map<string, AcceptedAnswer>()
  readonly tokens = new Map<string, KnownToken>()
  /** Called when an engine has accepted a finish. */
  onFinish: (session: TrueSession) => void = () => undefined
  /** Called when an engine has accepted an answer. */
  onAnswer: (answer: AcceptedAnswer) => void = () => undefined
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
    this.followAnswers(engine.prompts)
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
    const isFinished = session.acceptedFinishes > known.finishes
    known.finishes = session.acceptedFinishes
    known.result = session.serviceResult as ServiceResult__Output | undefined
    if (isFinished) this.onFinish(known)
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

  #followTokens({ engine, port }: EngineProcess): void {
    const { vault } = engine
    const issue = vault.issue.bind(vault)
    vault.issue = (kind, holder, lifetimeMs) => {
      const token = issue(kind, holder, lifetimeMs)
      const sessionId = holder.kind === 'context' ? holder.session.id : ''
      const isRoot = holder.kind === 'context' && holder.context.isRoot
      this.tokens.set(token, { kind, sessionId, isRoot, issuedAtMs: this.#world.scheduler.nowMs, port })
      return token
    }
  }

  /** Answers are decided by a board: of an engine, or of the gateway that keeps the prompts of our sessions. */
  followAnswers(prompts: PromptBoard): void {
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
      const accepted = {
        promptId: given.prompt_id,
        answerId: given.answer_id,
        label: asked?.label ?? '',
        sessionId: prompt.owner.sessionId,
        answer: given,
        atMs: this.#world.scheduler.nowMs,
      }
      this.accepted.set(given.answer_id, accepted)
      this.onAnswer(accepted)
      return receipt
    }
  }
}
