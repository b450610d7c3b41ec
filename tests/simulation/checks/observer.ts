import type { BusLog } from '../../../src/engine/car/bus-log.ts'
import { toHex } from '../../../src/engine/car/can-frame.ts'
import type { AppState } from '../../../src/shared/app-state.ts'
import type { Fact } from '../../../src/shared/facts.ts'
import type { CallArgs, CallName } from '../../../src/shared/ipc/contract.ts'
import type { PromptChoice } from '../../../src/shared/prompt.ts'
import type { SessionEnd } from '../../../src/shared/session.ts'
import type { ClientCallSetup } from '../network/client-call.ts'
import type { ServedCall, ServerWitness } from '../network/memory-server.ts'
import type { CallStatus } from '../network/server-call.ts'
import type { SimProcess } from '../time/scheduler.ts'
import type { ApplicationWitness } from '../world/application.ts'
import { isGood, serverPromptId, sessionsIn } from '../world/application.ts'
import type { EndedRequest } from '../world/scripted-functions.ts'
import type { EngineProcess, Witnesses, World } from '../world/world.ts'
import { otherReplyLimitMs, replyLimitMs } from './limits.ts'
import { Truth } from './truth.ts'

interface Pressed {
  readonly name: CallName
  readonly args: unknown
  readonly atMs: number
  readonly awakeAtMs: number
  reply: unknown
}

interface ShownSession {
  readonly handle: string
  end: SessionEnd['kind'] | undefined
  endShownAwakeMs: number | undefined
}

/** A token lives for five minutes (protocol.md §1). */
const tokenLifetimeMs = 300_000
/** Longest time that a message is on its way over a slow link. */
const slowestArrivalMs = 5_000
/** Time that a function may take to end after its session. */
const functionGraceMs = 60_000

/** Watches a world from all sides and compares: what engines accepted, what was sent, and what the application says. */
export class Observer implements Witnesses {
  readonly truth: Truth
  readonly shown = new Map<string, ShownSession>()
  readonly pressed = new Set<Pressed>()
  readonly presses = new Map<string, { promptId: string; choice: PromptChoice }>()
  /** World times at which a car was disturbed: the start, and the end or infinity. */
  readonly carTroubles: { readonly fromMs: number; toMs: number }[] = []
  /** World times at which an engine withheld tokens. */
  readonly tokenTroubles: { readonly fromMs: number; toMs: number }[] = []
  wasLinkBad: (fromMs: number, toMs: number) => boolean = () => false
  readonly #world: World
  readonly #finishSentTo = new Set<string>()
  /** Starts that were sent since the server last listed its sessions. */
  readonly #startsSinceList = new Set<string>()
  readonly #sessionIds = new Map<string, string>()
  readonly #writesOnBus = new Map<string, number>()
  readonly #answered = new Map<string, number>()
  #awakeMs: () => number = () => 0
  #questions = 0
  readonly #busyAnswersAtMs: number[] = []

  constructor(world: World) {
    this.#world = world
    this.truth = new Truth(world)
  }

  /** `awakeMs` counts only while the application's computer is awake. */
  attach(awakeMs: () => number): void {
    this.#awakeMs = awakeMs
  }

  get #nowMs(): number {
    return this.#world.scheduler.nowMs
  }

  engineStarted(running: EngineProcess): void {
    this.truth.follow(running)
    this.#world.log.add('world', `${running.process.name} listens on ${running.port}`)
  }

  /** Where the application sends something. */
  readonly client = {
    called: (owner: SimProcess, call: ClientCallSetup): void => this.#sent(owner, call),
    withoutDeadline: (path: string): void => this.#world.violated('P2', `${path} was called without a deadline`),
  }

  readonly server = (_running: EngineProcess): ServerWitness => ({
    arrived: (call) => this.#arrived(call),
    answered: (call, reply, answer) => this.#answeredByEngine(call, reply, answer),
  })

  readonly bus: BusLog = {
    frameSeen: (_bus, _atMs, frame) => {
      const hex = toHex(frame.data)
      if (hex.startsWith('037F2E21')) this.#busyAnswersAtMs.push(this.#nowMs)
      if (hex.startsWith('072EF1A0'))
        this.#writesOnBus.set(hex.slice(2), (this.#writesOnBus.get(hex.slice(2)) ?? 0) + 1)
    },
    lineEventSeen: () => undefined,
  }

  readonly application: ApplicationWitness = {
    nextQuestion: () => {
      this.#questions += 1
      return this.#questions
    },
    recorded: (facts) => this.#recorded(facts),
    published: (state) => this.#published(state),
    pressed: (name, args) => this.#pressed(name, args),
    answerReceived: (label, choice) => this.#answerReceived(label, choice),
    requestEnded: (request) => this.#requestEnded(request),
  }

  /** Main has crashed: replies that have not come never come. */
  crashed(): void {
    this.pressed.clear()
  }

  #sent(owner: SimProcess, { method, metadata, request }: ClientCallSetup): void {
    const bearer = String(metadata.get('authorization')[0] ?? '').replace(/^Bearer /, '')
    const token = this.truth.tokens.get(bearer)
    if (/startSessionOn/.test(method.path)) this.#startSent(String(request))
    if (token?.kind !== 'session') return
    const isMain = owner.name.startsWith('main')
    const shown = [...this.shown.values()].find(({ handle }) => this.sessionIdOf(handle) === token.sessionId)
    const graceMs = isMain ? 0 : functionGraceMs
    if (shown?.endShownAwakeMs !== undefined && this.#awakeMs() > shown.endShownAwakeMs + graceMs)
      this.#world.violated(
        'P3',
        `${owner.name} called ${method.path} after the end of session ${token.sessionId} was shown`,
      )
    // A computer whose clock stops in sleep cannot know the age of a token before it has asked.
    const ageMs = this.#nowMs - token.issuedAtMs - owner.computer.missedMs
    // A token that arrived over a slow link is older than the client can know.
    if (isMain && ageMs > tokenLifetimeMs + slowestArrivalMs && owner.computer.missedMs === 0)
      this.#world.violated(
        'row 3',
        `${owner.name} called ${method.path} with a token that is ${Math.round(ageMs / 1000)} s old`,
      )
    if (method.path.endsWith('session/finish') && isMain) this.#finishSent(token.sessionId)
  }

  /** A second start needs a list of the sessions in between, because the first may have taken effect. */
  #startSent(target: string): void {
    const isRepeated = this.#startsSinceList.has(target)
    this.#startsSinceList.add(target)
    if (isRepeated) this.#world.violated('P1', 'a start was sent again without asking for the sessions')
  }

  /** A second finish needs an answer of the server in between. */
  #finishSent(sessionId: string): void {
    if (this.#finishSentTo.has(sessionId))
      this.#world.violated('P1', `finish was sent again for ${sessionId} without asking the server`)
    this.#finishSentTo.add(sessionId)
  }

  #arrived({ path, request, fromProcess }: ServedCall): void {
    this.#world.log.add(fromProcess, path.replace(/^\/(openOBD|workbench)\.v1\./, ''))
    if (path.endsWith('viewer/answerPrompt')) {
      const { prompt_id: promptId, answer_id: answerId } = request as { prompt_id: string; answer_id: string }
      const press = this.presses.get(answerId)
      if (!press) this.#world.violated('P1', `an answer was sent under the id ${answerId}, which nobody pressed`)
      else if (press.promptId !== promptId)
        this.#world.violated('P1', `the answer ${answerId} was sent to another prompt`)
    }
  }

  #answeredByEngine({ path, bearer, request }: ServedCall, reply: unknown, answer: CallStatus): void {
    if (answer.code !== 0)
      this.#world.log.add('engine', `${path.split('/').at(-1)} refused: ${answer.code} ${answer.details}`)
    const asked = (request as { value?: string } | undefined)?.value ?? ''
    if (path.endsWith('/getSessionList')) this.#startsSinceList.clear()
    if (path.endsWith('/getSession')) this.#finishSentTo.delete(asked)
    if (path.endsWith('session/finish')) {
      // A refusal is an answer.
      const token = this.truth.tokens.get(bearer)
      if (token && answer.code !== 0) this.#finishSentTo.delete(token.sessionId)
    }
    if (/startSessionOn/.test(path) && answer.code === 0) this.#started(reply as { id: string })
  }

  #started({ id }: { id: string }): void {
    const waiting = [...this.pressed].filter(({ name }) => name === 'startSession')
    const count = [...this.truth.sessions.values()].filter(({ startedAtMs, ticket }) =>
      waiting.some(
        ({ atMs, args }) => startedAtMs >= atMs && (args as CallArgs<'startSession'>).target.number === ticket,
      ),
    ).length
    if (count > waiting.length) this.#world.violated('P1', `session ${id} is one start more than was pressed`)
  }

  /** The id of a session of ours, as main has learned it. */
  sessionIdOf(handle: string): string | undefined {
    return this.#sessionIds.get(handle)
  }

  #recorded(facts: readonly Fact[]): void {
    for (const fact of facts) if (fact.kind === 'session-started') this.#sessionIds.set(fact.session, fact.sessionId)
  }

  #published(state: AppState): void {
    if (state.session?.sessionId) this.#sessionIds.set(state.session.handle, state.session.sessionId)
    for (const { handle, end } of sessionsIn(state)) {
      const known = this.shown.get(handle) ?? this.#firstShown(handle)
      if (known.end !== undefined && end !== known.end)
        this.#world.violated('P3', `the end of ${handle} changed from ${known.end} to ${end}`)
      if (end === undefined || known.end !== undefined) continue
      known.end = end
      known.endShownAwakeMs = this.#awakeMs()
      const sessionId = this.sessionIdOf(handle)
      this.#world.log.add('main', `session ${sessionId?.slice(0, 8) ?? '(none)'} ended: ${end}`)
      this.#compareEnd(sessionId, end)
    }
  }

  #firstShown(handle: string): ShownSession {
    const shown: ShownSession = { handle, end: undefined, endShownAwakeMs: undefined }
    this.shown.set(handle, shown)
    return shown
  }

  /** What the application says about an end must be what happened. */
  #compareEnd(sessionId: string | undefined, end: SessionEnd['kind']): void {
    const truth = sessionId === undefined ? undefined : this.truth.sessions.get(sessionId)
    if (!truth) return
    const wrong = (text: string) => this.#world.violated('P3', `session ${truth.id} is ${truth.state}, but ${text}`)
    if (end === 'finished' && truth.state !== 'finished') wrong('the application says finished')
    if (end === 'expired' && truth.state === 'finished') wrong('the application says expired')
    if (end === 'expired' && !this.#mayExpire(truth.id)) wrong('its token did not have to expire')
    if (end.startsWith('interrupted') && truth.state !== 'interrupted') wrong(`the application says ${end}`)
  }

  /** A token expires only when the link, the server or a sleep kept newer ones away for a while. */
  #mayExpire(sessionId: string): boolean {
    const newest = [...this.truth.tokens.values()].findLast((token) => token.sessionId === sessionId)
    const sinceMs = this.#nowMs - tokenLifetimeMs - 10_000
    const wasDisturbed = this.tokenTroubles.some(({ fromMs, toMs }) => fromMs <= this.#nowMs && toMs >= sinceMs)
    return wasDisturbed || newest === undefined || this.wasLinkBad(sinceMs, this.#nowMs)
  }

  #pressed(name: CallName, args: unknown): (reply: unknown) => void {
    const press: Pressed = { name, args, atMs: this.#nowMs, awakeAtMs: this.#awakeMs(), reply: undefined }
    this.pressed.add(press)
    this.#world.log.add('mechanic', `${name} ${JSON.stringify(args ?? null)}`)
    if (name === 'answerPrompt') {
      const { promptId, answerId, choice } = args as { promptId: string; answerId: string; choice: PromptChoice }
      this.presses.set(answerId, { promptId: serverPromptId(promptId), choice })
    }
    return (reply) => {
      if (!this.pressed.delete(press)) return
      const { ok, failure } = reply as { ok: boolean; failure?: { code: string } }
      this.#world.log.add('page', `${name} ${ok ? 'done' : `failed: ${failure?.code}`}`)
      this.#checkReply(press, reply)
    }
  }

  #checkReply({ name, args, awakeAtMs }: Pressed, reply: unknown): void {
    const tookMs = this.#awakeMs() - awakeAtMs
    const limitMs = replyLimitMs[name] ?? otherReplyLimitMs
    if (tookMs > limitMs) this.#world.violated('P2', `${name} took ${Math.round(tookMs / 1000)} s`)
    if (name === 'answerPrompt' && isGood(reply)) {
      const { answerId } = args as { answerId: string }
      if (!this.truth.accepted.has(answerId))
        this.#world.violated('P1', `the answer ${answerId} counts as given, but was not accepted`)
    }
    if (name === 'finishSession' && isGood(reply)) {
      const truth = this.truth.sessions.get(this.sessionIdOf((args as { handle: string }).handle) ?? '')
      if (truth && truth.finishes !== 1)
        this.#world.violated('P1', `a finish counts as done, but ${truth.id} has ${truth.finishes}`)
    }
  }

  /** Calls that have been waiting for too long. */
  checkWaiting(): void {
    for (const press of [...this.pressed]) {
      const limitMs = replyLimitMs[press.name] ?? otherReplyLimitMs
      const waitedMs = this.#awakeMs() - press.awakeAtMs
      if (waitedMs <= limitMs) continue
      this.pressed.delete(press)
      this.#world.violated('P2', `${press.name} has no reply after ${Math.round(waitedMs / 1000)} s`)
    }
  }

  #answerReceived(label: string, choice: PromptChoice | undefined): void {
    const times = (this.#answered.get(label) ?? 0) + 1
    this.#answered.set(label, times)
    const accepted = [...this.truth.accepted.values()].filter((answer) => answer.label === label)
    if (times > 1) this.#world.violated('P1', `the function got ${times} answers to ${label}`)
    if (accepted.length === 0) {
      this.#world.violated('P1', `the function got an answer to ${label} that nobody gave`)
      return
    }
    const given = accepted.map(({ answerId }) => this.presses.get(answerId)?.choice)
    if (!given.some((one) => JSON.stringify(one) === JSON.stringify(choice)))
      this.#world.violated(
        'P1',
        `${label} was answered with ${JSON.stringify(given)}, the function got ${JSON.stringify(choice)}`,
      )
  }

  #requestEnded({ payload, kind, beganAtMs, endedAtMs, isOnce }: EndedRequest): void {
    this.#world.log.add('function', `${payload.slice(0, 8)} ${kind}`)
    const sends = this.#writesOnBus.get(payload) ?? 0
    // An ECU that says busy asks for a repetition.
    const asked = this.#busyAnswersAtMs.filter((atMs) => atMs >= beganAtMs && atMs <= endedAtMs).length
    if (isOnce && sends > 1 + asked) this.#world.violated('P4', `${payload} was sent ${sends} times`)
    if (kind !== 'silent' || this.#hadCarTrouble(beganAtMs, endedAtMs)) return
    this.#world.violated(
      'P6',
      `a request that began at ${Math.round(beganAtMs)} ms was reported as a silent ECU, but the car answers`,
    )
  }

  #hadCarTrouble(fromMs: number, toMs: number): boolean {
    return this.carTroubles.some((trouble) => trouble.fromMs <= toMs && trouble.toMs + 1_000 >= fromMs)
  }
}
