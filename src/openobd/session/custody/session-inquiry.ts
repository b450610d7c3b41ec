import type { SessionController } from '../session-controller.ts'
import type { CustodyEvent } from './custody-state.ts'

/** What the server says of a session; unknown when it cannot be asked. */
export type SessionFate = 'alive' | 'gone' | 'unknown'

/** Asks the server what became of a session, and tells what is learned as an event of its custody. */
export class SessionInquiry {
  readonly #controller: Pick<SessionController, 'getSession'>
  readonly #learned: (event: CustodyEvent) => void
  #shared: Promise<SessionFate> | undefined

  constructor(controller: Pick<SessionController, 'getSession'>, learned: (event: CustodyEvent) => void) {
    this.#controller = controller
    this.#learned = learned
  }

  /** Asks now; a server that cannot be asked leaves everything as it is. */
  async look(sessionId: string): Promise<SessionFate> {
    const seen = await this.#controller.getSession(sessionId)
    if (seen.ok) {
      this.#learned({ type: 'observed', state: seen.value.state })
      return ['finished', 'interrupted', 'failed'].includes(seen.value.state) ? 'gone' : 'alive'
    }
    if (seen.failure.code !== 'not-found') return 'unknown'
    this.#learned({ type: 'forgotten-by-server' })
    return 'gone'
  }

  /** Asks, or waits for the answer to a question that is under way. */
  async probe(sessionId: string): Promise<void> {
    this.#shared ??= this.look(sessionId).finally(() => {
      this.#shared = undefined
    })
    await this.#shared
  }
}
