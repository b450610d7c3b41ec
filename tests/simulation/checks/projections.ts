import { isDeepStrictEqual } from 'node:util'
import { type JobState, jobStateOf, lastSession } from '../../../src/main/jobs/projections/job-state.ts'
import { earlierRunsOf, jobTileOf, sessionViewOf } from '../../../src/main/jobs/projections/job-views.ts'
import { lastActivity } from '../../../src/main/jobs/projections/last-activity.ts'
import type { AppState } from '../../../src/shared/app-state.ts'
import { asksSomething } from '../../../src/shared/asks-something.ts'
import type { Fact } from '../../../src/shared/facts.ts'
import type { JobTile } from '../../../src/shared/job.ts'
import type { Prompt } from '../../../src/shared/prompt.ts'
import type { UnfinishedSession } from '../../../src/shared/session.ts'
import type { World } from '../world/world.ts'
import { tokenLifetimeMs } from './ends.ts'
import type { Truth } from './truth.ts'

/** Time in which everything that an earlier run left must be offered, on a disk that is not slow. */
const offerLimitMs = 20_000
/** Time in which an answer that nobody confirms opens its question again, and more. */
const questionLimitMs = 45_000

/** What an earlier run left in one job, read from its facts by other words than those of the product. */
interface Left {
  readonly handle: string
  readonly sessionId: string | undefined
  readonly isEnded: boolean
  readonly wasClaimed: boolean
  readonly isUnsent: boolean
  readonly activity: ReturnType<typeof lastActivity>
}

/** The start of a run of main: what it must offer, and what it has offered since. */
interface Run {
  readonly startedAtMs: number
  readonly left: readonly Left[]
  readonly offered: Map<string, UnfinishedSession[]>
  isChecked: boolean
}

/** What could excuse an offer that is missing. */
export interface Surroundings {
  /** Neither a slow disk nor a sleep since the start of main. */
  readonly wasQuiet: boolean
  /** World time of the last jump of the wall clock. */
  readonly wallJumpedAtMs: number
  readonly wasDiskWellSince: (atMs: number) => boolean
}

/** Compares what main publishes with its facts, folded from the first one on, and what it offers with what an earlier run left. */
export class Projections {
  /** Whether this computer keeps session tokens over a crash. */
  keepsTokens = false
  readonly #world: World
  readonly #truth: Truth
  #facts = new Map<string, Fact[]>()
  #opened = new Set<string>()
  /** Runs of functions that this run of main has begun. */
  #begun = new Set<string>()
  readonly #folded = new Map<string, { readonly count: number; readonly state: JobState | undefined }>()
  readonly #reported = new Set<string>()
  /** World times since which the number of questions of a job is wrong. */
  readonly #wrongSince = new Map<string, number>()
  #run: Run | undefined
  #endedAtMs = 0

  constructor(world: World, truth: Truth) {
    this.#world = world
    this.#truth = truth
  }

  /** Main starts on these facts. */
  began(jobs: readonly (readonly Fact[])[]): void {
    this.#facts = new Map(jobs.flatMap((facts) => (facts[0] ? [[facts[0].job, [...facts]]] : [])))
    this.#opened = new Set()
    this.#begun = new Set()
    this.#folded.clear()
    const left = jobs.flatMap((facts) => leftIn(facts) ?? [])
    this.#run = { startedAtMs: this.#world.scheduler.nowMs, left, offered: new Map(), isChecked: false }
  }

  /** Main is dead. */
  crashed(): void {
    this.#endedAtMs = this.#world.scheduler.nowMs
    this.#run = undefined
  }

  /** Main has given facts to the journal. */
  appended(job: string, facts: readonly Fact[]): void {
    const known = this.#facts.get(job)
    if (known) known.push(...facts)
    else this.#facts.set(job, [...facts])
    for (const fact of facts) {
      if (fact.kind === 'job-opened') this.#opened.add(job)
      if (fact.kind === 'function-requested') this.#begun.add(fact.runId)
    }
  }

  /** Main offers sessions of earlier runs. */
  offered({ unfinishedSessions }: AppState): void {
    for (const one of unfinishedSessions) {
      const known = this.#run?.offered.get(one.handle) ?? []
      if (known.at(-1) !== one) this.#run?.offered.set(one.handle, [...known, one])
    }
  }

  /** Compares everything that is on the screen now. */
  check(state: AppState): void {
    for (const tile of state.jobs) {
      const job = this.#fold(tile.id)
      if (!job) {
        this.#once('P7', `job ${tile.id} is shown and has no facts`)
        continue
      }
      const { profileId, serverName, isSimulated, phase, link, phaseSince, linkSince, hold } = tile
      const times = { phaseSince, ...(linkSince === undefined ? {} : { linkSince }), ...(hold ? { hold } : {}) }
      this.#compare(
        `the tile of job ${tile.id}`,
        tile,
        jobTileOf(job, { profileId, serverName, isSimulated, phase, link, ...times }),
      )
      if (job.isClosed) this.#once('P7', `job ${tile.id} is closed and still shown`)
      if (state.shownJob === tile.id) this.#compareShown(state, job)
      this.#compareQuestions(state, tile)
      const run = job.runs.at(-1)
      if (run && run.endedAt === undefined && !this.#begun.has(run.runId))
        this.#once('P3', `job ${job.id} shows ${run.name} as running, which ended with an earlier run`)
    }
    const shown = new Set(state.jobs.map(({ id }) => id))
    for (const id of this.#opened) {
      const job = this.#fold(id)
      const session = job && lastSession(job)
      if (session && !session.end && !session.startFailure && !job.isClosed && !shown.has(id))
        this.#once('P7', `job ${id} has an open session and is not shown`)
    }
  }

  /** What an earlier run left must have been offered by now. */
  checkOffers(state: AppState, surroundings: Surroundings): void {
    const run = this.#run
    for (const one of state.unfinishedSessions) this.#checkOffer(one)
    if (!run || run.isChecked || this.#world.scheduler.nowMs - run.startedAtMs < offerLimitMs) return
    run.isChecked = true
    if (!surroundings.wasQuiet) return
    for (const left of run.left) this.#checkLeft(run, left, surroundings)
    const known = new Map(run.left.map((one) => [one.handle, one]))
    for (const handle of run.offered.keys()) {
      const left = known.get(handle)
      if (!left) this.#once('P2', `session ${handle} is offered, and no earlier run left it`)
      else if (left.isEnded && !left.isUnsent)
        this.#once('P2', `session ${handle} is offered, and nothing of it is open`)
    }
  }

  #checkLeft(run: Run, left: Left, surroundings: Surroundings): void {
    const { handle, sessionId, isEnded, isUnsent, activity } = left
    const offers = run.offered.get(handle) ?? []
    const mustBeOffered = isEnded ? isUnsent : sessionId !== undefined
    if (mustBeOffered && offers.length === 0) {
      this.#once(
        'P2',
        `session ${handle} was left ${isEnded ? 'with a result that was not sent' : 'open'}, not offered`,
      )
      return
    }
    const wrong = offers.find(
      ({ question, functionName }) => !isDeepStrictEqual(activity, defined({ question, functionName })),
    )
    if (wrong) this.#once('P2', `session ${handle} is offered with ${wrong.question}, left with ${activity.question}`)
    const isPossible = offers.some(({ resume }) => resume === 'possible')
    if (mustBeOffered && !isPossible && this.#mustBeResumable(run, left, surroundings))
      this.#once('P2', `session ${handle} could be held again, and that is not offered`)
  }

  /** Its token was received well before the crash, over a link that was good, and lives at the next start. */
  #mustBeResumable(run: Run, { sessionId, isEnded, wasClaimed }: Left, surroundings: Surroundings): boolean {
    const truth = this.#truth.sessions.get(sessionId ?? '')
    if (!truth || truth.endedAtMs !== undefined || isEnded || !wasClaimed || !this.keepsTokens) return false
    const tokens = [...this.#truth.tokens.values()].filter(
      (one) => one.sessionId === sessionId && one.kind === 'session',
    )
    const token = tokens.findLast(({ issuedAtMs }) => issuedAtMs < this.#endedAtMs - 5_000)
    if (!token || token.issuedAtMs + tokenLifetimeMs - 5_000 < run.startedAtMs) return false
    const { wallJumpedAtMs, wasDiskWellSince } = surroundings
    if (wallJumpedAtMs >= token.issuedAtMs || !wasDiskWellSince(token.issuedAtMs)) return false
    // The crash itself breaks every connection.
    const untilMs = this.#endedAtMs - 1
    return !this.#world.network.linkTo(truth.engine.port).wasBad(token.issuedAtMs - 1_000, untilMs)
  }

  /** Whatever is offered must not contradict the servers. */
  #checkOffer({ handle, state, resume }: UnfinishedSession): void {
    const left = this.#run?.left.find((one) => one.handle === handle)
    const truth = this.#truth.sessions.get(left?.sessionId ?? '')
    if (state === 'ended' && truth && truth.endedAtMs === undefined)
      this.#once('P2', `session ${truth.id} is ${truth.state}, and is offered as ended`)
    if (resume === 'possible' && !this.keepsTokens)
      this.#once('P2', `session ${handle} is offered to be held again, although no token is kept`)
  }

  #compareShown({ session, earlierRuns }: AppState, job: JobState): void {
    const last = lastSession(job)
    if (!session || !last) return
    const { phase, state, vehicle, checking, token } = session
    const live = { phase, state, vehicle, checking, ...(token ? { token } : {}) }
    this.#compare(`the session of job ${job.id}`, session, sessionViewOf(job, last, live, session.server))
    this.#compare(`the earlier runs of job ${job.id}`, earlierRuns, earlierRunsOf(job, last.handle))
    const isOpen = last.end === undefined && last.startFailure === undefined
    if (isOpen === (phase === 'ended'))
      this.#once('P7', `job ${job.id} is ${phase}, and its facts say that it is ${isOpen ? 'open' : 'over'}`)
  }

  /** A tile counts the questions that are on the screen. The one may be a moment ahead of the other. */
  #compareQuestions({ prompts }: AppState, { id, handle, questions }: JobTile): void {
    const { nowMs } = this.#world.scheduler
    const isOpen = ({ session, control, answer }: Prompt) =>
      session.key === handle && asksSomething(control) && answer.state === 'open'
    if (prompts.filter(isOpen).length === questions) this.#wrongSince.delete(id)
    else if (nowMs - (this.#wrongSince.get(id) ?? nowMs) > questionLimitMs)
      this.#once('P7', `job ${id} counts ${questions} questions, and the screen shows another number`)
    else this.#wrongSince.set(id, this.#wrongSince.get(id) ?? nowMs)
  }

  #compare(what: string, shown: unknown, folded: unknown): void {
    if (isDeepStrictEqual(shown, folded)) return
    this.#once('P7', `${what} is not what its facts say: ${difference(shown, folded)}`, what)
  }

  #fold(job: string): JobState | undefined {
    const facts = this.#facts.get(job) ?? []
    const known = this.#folded.get(job)
    if (known?.count === facts.length) return known.state
    const state = jobStateOf(facts)
    this.#folded.set(job, { count: facts.length, state })
    return state
  }

  #once(promise: string, text: string, key = text): void {
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    this.#world.violated(promise, text)
  }
}

function leftIn(facts: readonly Fact[]): Left | undefined {
  const handle = facts.findLast((fact) => fact.kind === 'session-requested')?.session
  if (handle === undefined || facts.some(({ kind }) => kind === 'job-closed')) return undefined
  const ofSession = facts.filter((fact) => 'session' in fact && fact.session === handle)
  const started = ofSession.find((fact) => fact.kind === 'session-started')
  const ended = ofSession.find((fact) => fact.kind === 'session-ended')
  const opened = facts.find((fact) => fact.kind === 'job-opened')
  const step = ofSession.findLast(({ kind }) => kind.startsWith('finish-'))?.kind
  const isSent = step === 'finish-chosen' || step === 'finish-sent'
  const state = jobStateOf(facts)
  return {
    handle,
    sessionId: started?.sessionId,
    // The own engine ends with the application, and its sessions with it; they are shown, whatever became of their result.
    isEnded: ended !== undefined || ofSession.some(({ kind }) => kind === 'session-not-started'),
    wasClaimed:
      opened?.server.key !== 'embedded' &&
      ofSession.some(({ kind }) => kind === 'session-claimed' || kind === 'session-resumed'),
    isUnsent: isSent && ended?.end !== 'finished',
    activity: state ? lastActivity(state) : {},
  }
}

/** The first field in which two objects differ. */
function difference(shown: unknown, folded: unknown): string {
  const [one, other] = [(shown ?? {}) as Record<string, unknown>, (folded ?? {}) as Record<string, unknown>]
  const name = [...new Set([...Object.keys(one), ...Object.keys(other)])].find(
    (key) => !isDeepStrictEqual(one[key], other[key]),
  )
  const text = (value: unknown) => JSON.stringify(value)?.slice(0, 200)
  return name === undefined ? 'all' : `${name} is ${text(one[name])} instead of ${text(other[name])}`
}

const defined = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
