import { FunctionRuns } from '../../../src/main/jobs/function-runs.ts'
import type { LiveSession } from '../../../src/main/jobs/live-session.ts'
import type { ServerGateway } from '../../../src/main/services/server-gateway.ts'
import type { Clock } from '../../../src/openobd/clock.ts'
import type { Channel } from '../../../src/openobd/grpc/grpc-channel.ts'
import { DirectCustody } from '../../../src/openobd/session/custody/direct-custody.ts'
import type { SessionController } from '../../../src/openobd/session/session-controller.ts'
import type { World } from '../world/world.ts'
import type { Functions } from './functions.ts'
import { type Ledger, mainsWords } from './ledger.ts'

/** What the jobs of a world share. */
export interface JobSetup {
  readonly world: World
  readonly ledger: Ledger
  readonly functions: Functions
  readonly gateway: ServerGateway
  readonly controller: SessionController
  readonly channel: Channel
  readonly clock: Clock
}

/** One job of the application: the real custody of its session and the real runs of its functions. */
export class HeldJob {
  readonly custody: DirectCustody
  readonly #runs: FunctionRuns
  readonly #functionId: string
  #sessionId: string | undefined

  constructor({ world, ledger, functions, gateway, controller, channel, clock }: JobSetup, index: number) {
    this.#functionId = `held-${index}`
    const random = () => world.productRandom.next()
    this.custody = new DirectCustody({
      controller,
      target: { kind: 'ticket', number: `700000${index + 1}` },
      clock,
      random,
      channelTo: () => channel,
      onChange: ({ info, state }) => {
        if (info !== undefined) {
          this.#sessionId = info.id
          ledger.held.add(info.id)
        }
        if (state.phase === 'ended') this.#runs.sessionEnded()
      },
    })
    this.#runs = new FunctionRuns({
      gateway: {
        listed: () => gateway.listed(),
        run: (request) => {
          functions.runs.set(request.sessionId, request.contextId)
          return gateway.run(request)
        },
        stop: async (sessionId, contextId) => {
          await gateway.stop(sessionId, contextId)
          ledger.stopConfirmed(contextId)
        },
        subtree: (...context) => gateway.subtree(...context),
        follow: (...following) => gateway.follow(...following),
        sessionOver: (sessionId) => gateway.sessionOver(sessionId),
      },
      clock,
      random,
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
      language: () => 'en',
      record: () => undefined,
      contextsChanged: () => undefined,
      run: () => undefined,
      holdChanged: () => undefined,
    })
  }

  async run(): Promise<void> {
    if (this.custody.view.state.phase === 'idle') await this.custody.start()
    const { calls } = this.custody
    if (calls === undefined || this.#sessionId === undefined) return
    const session = { handle: 'job', calls, carLink: { running: 'possible' }, isEnded: false }
    await this.#runs.run(session as unknown as LiveSession, this.#sessionId, this.#functionId)
  }

  stop(): void {
    this.#runs.stop()
  }

  /** What the window does with *Finish*: the function is stopped first. */
  async finish(): Promise<void> {
    await this.#runs.stopAndWait()
    await this.custody.finish({ results: ['success'], description: mainsWords })
  }
}
