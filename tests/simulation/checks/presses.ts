import { isDeepStrictEqual } from 'node:util'
import { serviceResultFromWire } from '../../../src/openobd/wire/service-result.ts'
import type { AppState } from '../../../src/shared/app-state.ts'
import type { CallArgs, CallName } from '../../../src/shared/ipc/contract.ts'
import type { PromptChoice } from '../../../src/shared/prompt.ts'
import type { ServiceResult } from '../../../src/shared/service-result.ts'
import { chosenPort, isGood, serverPromptId } from '../world/shown.ts'
import type { EngineProcess, World } from '../world/world.ts'
import type { KnownSessions } from './known-sessions.ts'
import { otherReplyLimitMs, replyLimitMs } from './limits.ts'
import type { TrueSession, Truth } from './truth.ts'

interface Pressed {
  readonly name: CallName
  readonly args: unknown
  readonly atMs: number
  readonly awakeAtMs: number
  /** The server of new jobs at this moment. */
  readonly port: number | undefined
}

/** What was pressed, compared with what arrived: each press has its reply in time, and nothing happens that nobody pressed. */
export class Presses {
  readonly #world: World
  readonly #truth: Truth
  readonly #sessions: KnownSessions
  readonly #awakeMs: () => number
  readonly #waiting = new Set<Pressed>()
  readonly #answers = new Map<string, { readonly promptId: string; readonly choice: PromptChoice }>()
  readonly #finishes: { readonly handle: string; readonly result: ServiceResult }[] = []
  readonly #answered = new Map<string, number>()

  constructor(world: World, truth: Truth, sessions: KnownSessions, awakeMs: () => number) {
    this.#world = world
    this.#truth = truth
    this.#sessions = sessions
    this.#awakeMs = awakeMs
  }

  /** A call of the page begins; the returned function takes its reply. */
  pressed(name: CallName, args: unknown, state: AppState): (reply: unknown) => void {
    const { nowMs } = this.#world.scheduler
    const press: Pressed = { name, args, atMs: nowMs, awakeAtMs: this.#awakeMs(), port: chosenPort(state) }
    this.#waiting.add(press)
    this.#world.log.add('mechanic', `${name} ${JSON.stringify(args ?? null)}`)
    if (name === 'answerPrompt') {
      const { promptId, answerId, choice } = args as CallArgs<'answerPrompt'>
      this.#answers.set(answerId, { promptId: serverPromptId(promptId), choice })
    }
    if (name === 'finishSession' || name === 'closeUnfinishedSession') {
      const { handle, serviceResult } = args as CallArgs<'finishSession'>
      this.#finishes.push({ handle, result: serviceResult })
    }
    return (reply) => {
      if (!this.#waiting.delete(press)) return
      const { ok, failure } = reply as { ok: boolean; failure?: { code: string } }
      this.#world.log.add('page', `${name} ${ok ? 'done' : `failed: ${failure?.code}`}`)
      this.#checkReply(press, reply)
    }
  }

  /** Main has crashed: replies that have not come never come. */
  crashed(): void {
    this.#waiting.clear()
  }

  /** Calls that have been waiting for too long. */
  checkWaiting(): void {
    for (const press of [...this.#waiting]) {
      const limitMs = replyLimitMs[press.name] ?? otherReplyLimitMs
      const waitedMs = this.#awakeMs() - press.awakeAtMs
      if (waitedMs <= limitMs) continue
      this.#waiting.delete(press)
      this.#world.violated('P2', `${press.name} has no reply after ${Math.round(waitedMs / 1000)} s`)
    }
  }

  /** An engine has started a session: somebody has pressed start for this ticket on this server. */
  started({ port }: EngineProcess, sessionId: string): void {
    const ticket = this.#truth.sessions.get(sessionId)?.ticket
    const presses = [...this.#waiting].filter(
      (press) =>
        press.name === 'startSession' &&
        press.port === port &&
        (press.args as CallArgs<'startSession'>).target.number === ticket,
    )
    const sinceMs = Math.min(...presses.map(({ atMs }) => atMs))
    const sessions = [...this.#truth.sessions.values()].filter(
      (one) => one.engine.port === port && one.ticket === ticket && one.startedAtMs >= sinceMs,
    )
    if (presses.length === 0)
      this.#world.violated('P1', `session ${sessionId} was started on port ${port}, where nobody pressed start`)
    else if (sessions.length > presses.length)
      this.#world.violated('P1', `session ${sessionId} is one start more than was pressed`)
  }

  /** An answer arrives at an engine. */
  answerArrived({ prompt_id: promptId, answer_id: answerId }: { prompt_id: string; answer_id: string }): void {
    const press = this.#answers.get(answerId)
    if (!press) this.#world.violated('P1', `an answer was sent under the id ${answerId}, which nobody pressed`)
    else if (press.promptId !== promptId)
      this.#world.violated('P1', `the answer ${answerId} was sent to another prompt`)
  }

  /** An engine has accepted a finish: somebody has pressed it for this session, with this result. */
  finished({ id, result }: TrueSession): void {
    const pressed = this.#finishes.filter(({ handle }) => this.#sessions.idOf(handle) === id)
    const given = result && serviceResultFromWire(result)
    if (pressed.length === 0) this.#world.violated('P1', `session ${id} was finished, but nobody pressed finish for it`)
    else if (!pressed.some((press) => isDeepStrictEqual(press.result, given)))
      this.#world.violated('P1', `session ${id} was finished with ${JSON.stringify(given)}, which nobody chose for it`)
  }

  /** An answer reaches the function that asked. */
  answerReceived(label: string, choice: PromptChoice | undefined): void {
    const times = (this.#answered.get(label) ?? 0) + 1
    this.#answered.set(label, times)
    const accepted = [...this.#truth.accepted.values()].filter((answer) => answer.label === label)
    if (times > 1) this.#world.violated('P1', `the function got ${times} answers to ${label}`)
    if (accepted.length === 0) {
      this.#world.violated('P1', `the function got an answer to ${label} that nobody gave`)
      return
    }
    const given = accepted.map(({ answerId }) => this.#answers.get(answerId)?.choice)
    if (!given.some((one) => isDeepStrictEqual(one, choice)))
      this.#world.violated(
        'P1',
        `${label} was answered with ${JSON.stringify(given)}, the function got ${JSON.stringify(choice)}`,
      )
  }

  #checkReply({ name, args, awakeAtMs }: Pressed, reply: unknown): void {
    const tookMs = this.#awakeMs() - awakeAtMs
    const limitMs = replyLimitMs[name] ?? otherReplyLimitMs
    if (tookMs > limitMs) this.#world.violated('P2', `${name} took ${Math.round(tookMs / 1000)} s`)
    if (name === 'answerPrompt' && isGood(reply)) {
      const { answerId } = args as CallArgs<'answerPrompt'>
      if (!this.#truth.accepted.has(answerId))
        this.#world.violated('P1', `the answer ${answerId} counts as given, but was not accepted`)
    }
    if (name === 'finishSession' && isGood(reply)) {
      const truth = this.#truth.sessions.get(this.#sessions.idOf((args as CallArgs<'finishSession'>).handle) ?? '')
      if (truth && truth.finishes !== 1)
        this.#world.violated('P1', `a finish counts as done, but ${truth.id} has ${truth.finishes}`)
    }
  }
}
