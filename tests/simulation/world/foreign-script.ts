import { trustProfileEndpoint } from '../../../src/openobd/grpc/endpoint.ts'
import { ControlAsker } from '../../../src/openobd/session/control-asker.ts'
import { SessionCalls } from '../../../src/openobd/session/session-calls.ts'
import { SessionController } from '../../../src/openobd/session/session-controller.ts'
import { authenticate, finish, openSessionTokenStream } from '../../../src/openobd/session/session-service.ts'
import { TokenKeeper } from '../../../src/openobd/session/token-keeper.ts'
import type { PromptChoice } from '../../../src/shared/prompt.ts'
import { clientClock } from '../time/clocks.ts'
import type { SeededRandom } from '../time/random.ts'
import type { SimProcess } from '../time/scheduler.ts'
import type { Platform } from './platform.ts'
import type { World } from './world.ts'

/** What the world learns from a script. */
export interface ScriptWitness {
  nextQuestion(): number
  answerReceived(label: string, choice: PromptChoice | undefined): void
}

/** The ticket that scripts use. */
const ticket = '7000008'

/**
 * A script of somebody else: it starts sessions of its own on a server from another computer and asks the mechanic, whose answers go
 * to the server. What fails is given up, as scripts do.
 */
export class ForeignScript {
  readonly #world: World
  readonly #platform: Platform
  readonly #random: SeededRandom
  readonly #witness: ScriptWitness
  readonly #process: SimProcess
  #isGone = false

  constructor(world: World, platform: Platform, random: SeededRandom, witness: ScriptWitness) {
    this.#world = world
    this.#platform = platform
    this.#random = random
    this.#witness = witness
    this.#process = world.process('script', world.computer('colleague'))
  }

  /** Works until it goes home. */
  start(): void {
    if (this.#isGone) return
    const pauseMs = this.#random.between(20_000, 300_000)
    this.#world.scheduler.timer(pauseMs, () => void this.#visit().finally(() => this.start()), this.#process)
  }

  goHome(): void {
    this.#isGone = true
  }

  async #visit(): Promise<void> {
    const { scheduler, network, productRandom } = this.#world
    const clock = clientClock(scheduler, this.#process)
    const random = () => productRandom.next()
    const endpoint = trustProfileEndpoint({ host: '127.0.0.1', port: this.#platform.port })
    if (!endpoint.ok) return
    const channel = network.of(this.#process).open(endpoint.value)
    const controller = new SessionController(channel, this.#platform.credentials, clock)
    const started = await controller.startSession({ kind: 'ticket', number: ticket })
    if (started.ok && started.value.authenticationToken) {
      const token = await authenticate(channel, started.value.authenticationToken)
      if (token.ok) {
        const keeper = new TokenKeeper(token.value, {
          clock,
          random,
          open: (newest) => openSessionTokenStream(channel, newest),
        })
        keeper.start()
        await this.#ask(new SessionCalls(channel, keeper))
        const newest = keeper.current()
        if (newest) await finish(channel, newest, { results: ['success'] })
        keeper.stop()
      }
    }
    channel.close()
  }

  async #ask(calls: SessionCalls): Promise<void> {
    const asker = new ControlAsker(calls)
    for (let questions = this.#random.whole(1, 3); questions > 0; questions -= 1) {
      const label = `question ${this.#witness.nextQuestion()}`
      const answer = await asker.askYesNo(label)
      if (!answer.ok) break
      this.#witness.answerReceived(label, { kind: 'yesno', yes: answer.value })
    }
    asker.close()
  }
}
