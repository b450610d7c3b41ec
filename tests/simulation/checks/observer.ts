import type { BusLog } from '../../../src/engine/car/bus-log.ts'
import { toHex } from '../../../src/engine/car/can-frame.ts'
import type { Fact } from '../../../src/shared/facts.ts'
import type { ClientCallSetup } from '../network/client-call.ts'
import type { ServedCall, ServerWitness } from '../network/memory-server.ts'
import type { CallStatus } from '../network/server-call.ts'
import type { SimProcess } from '../time/scheduler.ts'
import type { ApplicationWitness } from '../world/application.ts'
import type { EndedRequest } from '../world/scripted-functions.ts'
import type { EngineProcess, KeptBoard, Witnesses, World } from '../world/world.ts'
import { Ends, tokenLifetimeMs } from './ends.ts'
import { KnownSessions } from './known-sessions.ts'
import { Presses } from './presses.ts'
import { Projections } from './projections.ts'
import { Truth } from './truth.ts'

/** Longest time that a message is on its way over a slow link. */
const slowestArrivalMs = 5_000
/** Time that a function may take to end after its session. */
const functionGraceMs = 60_000

/** Watches a world from all sides and compares: what engines accepted, what was sent, and what the application says. */
export class Observer implements Witnesses {
  readonly truth: Truth
  readonly sessions: KnownSessions
  readonly presses: Presses
  readonly ends: Ends
  readonly projections: Projections
  /** World times at which a car was disturbed: the start, and the end or infinity. */
  readonly carTroubles: { readonly fromMs: number; readonly toMs: number }[] = []
  readonly #world: World
  readonly #finishSentTo = new Set<string>()
  /** Starts that were sent since their server last listed its sessions. */
  readonly #startsSinceList = new Map<number, Set<string>>()
  readonly #writesOnBus = new Map<string, number>()
  #awakeMs: () => number = () => 0
  #questions = 0
  readonly #busyAnswersAtMs: number[] = []

  constructor(world: World) {
    this.#world = world
    this.truth = new Truth(world)
    this.sessions = new KnownSessions(world, this.truth)
    const awakeMs = () => this.#awakeMs()
    this.presses = new Presses(world, this.truth, this.sessions, awakeMs)
    this.ends = new Ends(world, this.truth, this.sessions, awakeMs)
    this.projections = new Projections(world, this.truth)
    this.truth.onFinish = (session) => {
      if (!this.truth.foreign.has(session.id)) this.presses.finished(session)
    }
    this.truth.onAnswer = ({ answerId }) => this.sessions.answered(answerId)
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

  gatewayStarted({ board }: KeptBoard): void {
    const answer = board.answer.bind(board)
    board.answer = (given) => {
      this.presses.answerArrived({ prompt_id: given.prompt_id, answer_id: given.answer_id })
      return answer(given)
    }
    this.truth.followAnswers(board)
  }

  engineGone(running: EngineProcess): void {
    this.truth.engineGone(running)
  }

  /** Where the application sends something. */
  readonly client = {
    called: (owner: SimProcess, call: ClientCallSetup, port: number): void => this.#sent(owner, call, port),
    withoutDeadline: (path: string): void => this.#world.violated('P2', `${path} was called without a deadline`),
  }

  readonly server = (running: EngineProcess): ServerWitness => ({
    arrived: (call) => this.#arrived(call),
    answered: (call, reply, answer) => this.#answeredByEngine(running, call, reply, answer),
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
    began: (left) => this.projections.began(left),
    appended: (job: string, facts: readonly Fact[]) => {
      this.sessions.appended(facts)
      this.projections.appended(job, facts)
    },
    published: (state) => {
      this.sessions.published(state)
      this.ends.published(state)
      this.projections.offered(state)
    },
    pressed: (name, args, state) => this.presses.pressed(name, args, state),
    answerReceived: (label, choice) => this.presses.answerReceived(label, choice),
    requestEnded: (request) => this.#requestEnded(request),
  }

  #sent(owner: SimProcess, { method, metadata, request }: ClientCallSetup, port: number): void {
    const bearer = String(metadata.get('authorization')[0] ?? '').replace(/^Bearer /, '')
    const token = this.truth.tokens.get(bearer)
    if (/startSessionOn/.test(method.path) && isMainOf(owner.name)) this.#startSent(port, String(request))
    if (token && token.port !== port)
      this.#world.violated('jobs', `${owner.name} sent a token of port ${token.port} to port ${port}`)
    if (token?.kind !== 'session') return
    const isMain = isMainOf(owner.name)
    const endShownMs = this.ends.shownAt(token.sessionId)
    const graceMs = isMain ? 0 : functionGraceMs
    if (endShownMs !== undefined && this.#awakeMs() > endShownMs + graceMs)
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
    if (method.path.endsWith('session/finish') && isMain && token.isRoot) this.#finishSent(token.sessionId)
  }

  /** A second start needs a list of the sessions in between, because the first may have taken effect. */
  #startSent(port: number, target: string): void {
    const sent = this.#startsSinceList.get(port) ?? new Set()
    if (sent.has(target)) this.#world.violated('P1', 'a start was sent again without asking for the sessions')
    this.#startsSinceList.set(port, sent.add(target))
  }

  /** A second finish needs an answer of the server in between. */
  #finishSent(sessionId: string): void {
    if (this.#finishSentTo.has(sessionId))
      this.#world.violated('P1', `finish was sent again for ${sessionId} without asking the server`)
    this.#finishSentTo.add(sessionId)
  }

  #arrived({ path, request, fromProcess }: ServedCall): void {
    this.#world.log.add(fromProcess, path.replace(/^\/(openOBD|workbench)\.v1\./, ''))
    if (path.endsWith('viewer/answerPrompt'))
      this.presses.answerArrived(request as { prompt_id: string; answer_id: string })
  }

  #answeredByEngine(
    running: EngineProcess,
    { path, bearer, request, fromProcess }: ServedCall,
    reply: unknown,
    answer: CallStatus,
  ): void {
    if (answer.code !== 0)
      this.#world.log.add('engine', `${path.split('/').at(-1)} refused: ${answer.code} ${answer.details}`)
    const asked = (request as { value?: string } | undefined)?.value ?? ''
    if (path.endsWith('/getSessionList')) this.#startsSinceList.delete(running.port)
    if (path.endsWith('/getSession')) this.#finishSentTo.delete(asked)
    const token = this.truth.tokens.get(bearer)
    // A refusal is an answer, and so is the configuration of a session that goes on: whoever lacks the account's secret asks for it.
    const isAnswer = path.endsWith('session/finish')
      ? answer.code !== 0
      : /getConfiguration$/.test(path) && answer.code === 0
    if (token?.isRoot && isAnswer) this.#finishSentTo.delete(token.sessionId)
    if (!/startSessionOn/.test(path) || answer.code !== 0) return
    const { id } = reply as { id: string }
    if (isMainOf(fromProcess)) this.presses.started(running, id)
    else this.truth.foreign.add(id)
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

/** Main of the application; everything else is a child of it or a script of somebody. */
const isMainOf = (process: string): boolean => process.startsWith('main')
