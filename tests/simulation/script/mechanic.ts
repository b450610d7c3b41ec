import type { AppState, Profile, ProfileInput } from '../../../src/shared/app-state.ts'
import type { CallArgs, CallName, CallReply } from '../../../src/shared/ipc/contract.ts'
import type { Prompt, PromptChoice } from '../../../src/shared/prompt.ts'
import type { ServiceResult } from '../../../src/shared/service-result.ts'
import { resultSchema } from '../../../src/shared/service-result.ts'
import type { UnfinishedSession } from '../../../src/shared/session.ts'
import type { SeededRandom } from '../time/random.ts'
import type { Scheduler } from '../time/scheduler.ts'
import type { Application } from '../world/application.ts'
import { type OwnSession, sessionsIn } from '../world/shown.ts'

/** How a mechanic works. */
interface Habits {
  /** Usual time between two looks at the screen, in ms. */
  readonly paceMs: number
  /** How often a press is repeated at once. */
  readonly doublePress: number
  /** How many cars are in the workshop at once. */
  readonly jobs: number
  /** How often another server is chosen for new jobs. */
  readonly moves: number
  /** How often something is pressed for a job that is not on the screen, from a dialog that was opened before. */
  readonly lateDialogs: number
}

/** A server that the mechanic knows the secret of. */
export type KnownServer = Required<Omit<ProfileInput, 'id' | 'way' | 'remember'>>

/**
 * A mechanic at the window: looks at the page from time to time and presses something that the page offers. Only what the page
 * shows decides, so that a page that is late leads to late presses.
 */
export class Mechanic {
  readonly #random: SeededRandom
  readonly #application: Application
  readonly #scheduler: Scheduler
  readonly #habits: Habits
  readonly #servers: readonly KnownServer[]
  #waiting = 0
  #isGone = false
  #results = 0

  constructor(
    random: SeededRandom,
    application: Application,
    scheduler: Scheduler,
    /** Servers whose address must be typed. */
    servers: readonly KnownServer[],
  ) {
    this.#random = random
    this.#servers = servers
    this.#application = application
    this.#scheduler = scheduler
    this.#habits = {
      paceMs: random.pick([3_000, 10_000, 40_000]),
      doublePress: random.pick([0, 0.05, 0.3]),
      jobs: random.weighted([
        [4, 1],
        [2, 2],
        [1, 4],
        [1, 8],
      ]),
      moves: servers.length > 0 ? random.pick([0.02, 0.06]) : random.pick([0, 0, 0.02]),
      lateDialogs: random.pick([0, 0.1]),
    }
  }

  /** Begins to work. */
  start(): void {
    this.#scheduler.timer(-Math.log(1 - this.#random.next()) * this.#habits.paceMs, () => this.#look(), undefined)
  }

  /** Presses nothing more. */
  goHome(): void {
    this.#isGone = true
  }

  #look(): void {
    if (this.#isGone) return
    const { state, computer } = this.#application
    const isAwake = computer.asleepUntil <= this.#scheduler.nowMs
    if (state && isAwake && this.#waiting < 4) this.#act(state)
    this.start()
  }

  #act(state: AppState): void {
    const question = state.prompts.find(({ answer, control }) => answer.state === 'open' && control.kind !== 'label')
    if (question && this.#random.chance(0.6)) {
      this.#answer(question)
      return
    }
    if (state.blockingSessions) {
      this.#clear(state)
      return
    }
    if (this.#random.chance(this.#habits.moves)) {
      this.#chooseServer(state)
      return
    }
    const sessions = sessionsIn(state)
    const wantsMore = sessions.length < this.#habits.jobs && this.#random.chance(0.2)
    if (sessions.length === 0 || wantsMore) this.#begin(state)
    else this.#workOn(this.#random.pick(sessions), state)
  }

  /** Another server for new jobs, or the secret that the last run forgot. */
  #chooseServer({ profiles, endpoint }: AppState): void {
    const isSame = (server: KnownServer) => (one: Profile) => one.kind === 'remote' && one.port === server.port
    const untyped = this.#servers.find((server) => !profiles.some((one) => isSame(server)(one) && one.hasSecret))
    if (untyped) {
      const known = profiles.find(isSame(untyped))
      this.#press('saveProfile', { ...untyped, ...(known ? { id: known.id } : {}) })
      return
    }
    const others = profiles.filter(({ id }) => id !== endpoint.profileId)
    if (others.length > 0) this.#press('selectProfile', { profileId: this.#random.pick(others).id })
  }

  #clear({ blockingSessions }: AppState): void {
    const [blocking] = blockingSessions ?? []
    if (blocking && this.#random.chance(0.7)) this.#press('interruptSession', { handle: blocking.handle })
    else this.#press('dismissBlockingSessions', undefined)
  }

  #begin(state: AppState): void {
    const { tickets, unfinishedSessions, endpoint } = state
    if (unfinishedSessions.length > 0 && this.#random.chance(0.8)) {
      this.#takeUp(this.#random.pick(unfinishedSessions))
      return
    }
    if (endpoint.failure?.code === 'secret-missing') this.#chooseServer(state)
    else if (endpoint.status === 'failed') this.#press('reconnect', undefined)
    else if (tickets.length > 0)
      this.#press('startSession', { target: { kind: 'ticket', number: this.#random.pick(tickets).number } })
  }

  /** A session that an earlier run left open. */
  #takeUp({ handle, summary, resume }: UnfinishedSession): void {
    this.#random.weighted([
      [resume === 'possible' ? 8 : 0, () => this.#press('resumeSession', { handle })],
      [2, () => this.#press('closeUnfinishedSession', { handle, serviceResult: this.#result() })],
      [summary ? 2 : 0, () => summary && this.#press('interruptSession', { handle: summary.handle })],
      [0.5, () => this.#press('dismissUnfinishedSession', { handle })],
    ])()
  }

  /** A result that no other press has. */
  #result(): ServiceResult {
    this.#results += 1
    return { results: [this.#random.pick(resultSchema.options)], description: `result ${this.#results}` }
  }

  #workOn({ id, handle, phase, functionName }: OwnSession, state: AppState): void {
    if (state.shownJob !== id && !this.#random.chance(this.#habits.lateDialogs)) this.#press('showJob', { job: id })
    const isRunning = functionName !== undefined
    if (phase === 'ended') this.#press('leaveSession', { handle })
    else if (phase === 'active' && isRunning) this.#meanwhile(handle)
    else if (phase === 'active') this.#next(handle, state)
    else if (phase === 'finishing' && this.#random.chance(0.05)) this.#finishAgain(handle, state)
    else if (this.#random.chance(0.02)) this.#press('interruptSession', { handle })
  }

  #meanwhile(handle: string): void {
    this.#random.weighted([
      [20, () => undefined],
      [2, () => this.#press('stopFunction', { handle })],
      [1, () => this.#finish(handle)],
      [0.3, () => this.#press('interruptSession', { handle })],
      [0.5, () => this.#press('reconnect', undefined)],
    ])()
  }

  #next(handle: string, { functions }: AppState): void {
    this.#random.weighted([
      [4, () => undefined],
      [
        6,
        () =>
          functions.length > 0 && this.#press('runFunction', { handle, functionId: this.#random.pick(functions).id }),
      ],
      [2, () => this.#finish(handle)],
      [0.4, () => this.#press('interruptSession', { handle })],
    ])()
  }

  /** The result that the screen shows as not confirmed, or another one. */
  #finishAgain(handle: string, { session }: AppState): void {
    const pending = session?.handle === handle && this.#random.chance(0.7) ? session.pendingResult : undefined
    this.#press('finishSession', { handle, serviceResult: pending ?? this.#result() })
  }

  #finish(handle: string): void {
    this.#press('finishSession', { handle, serviceResult: this.#result() })
  }

  #answer({ id, control }: Prompt): void {
    const choice = choiceFor(control, this.#random)
    if (choice) this.#press('answerPrompt', { promptId: id, answerId: `answer-${this.#random.uint32()}`, choice })
  }

  #press<N extends CallName>(name: N, args: CallArgs<N>): void {
    const times = this.#random.chance(this.#habits.doublePress) ? 2 : 1
    for (let time = 0; time < times; time += 1) {
      this.#waiting += 1
      this.#application.press(name, args, (_reply: CallReply<N>) => {
        this.#waiting -= 1
      })
    }
  }

  /** The window was closed or has crashed: no reply comes any more. */
  forgetReplies(): void {
    this.#waiting = 0
  }
}

function choiceFor(control: Prompt['control'], random: SeededRandom): PromptChoice | undefined {
  switch (control.kind) {
    case 'yesno':
      return { kind: 'yesno', yes: random.chance(0.5) }
    case 'continue':
      return { kind: 'continue' }
    case 'freetext':
      return { kind: 'freetext', text: `typed ${random.uint32()}` }
    case 'options':
      return { kind: 'options', option: random.whole(0, control.options.length - 1) }
    case 'number':
      return { kind: 'number', number: random.whole(control.minimum, control.maximum) }
    default:
      return undefined
  }
}
