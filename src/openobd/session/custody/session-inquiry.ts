import { type Clock, delay } from '../../clock.ts'
import { Backoff } from '../../grpc/backoff.ts'
import type { CallTransport } from '../../grpc/grpc-channel.ts'
import { openObdV1 } from '../../grpc/protos.ts'
import type { SessionToken } from '../../token.ts'
import type { SessionController } from '../session-controller.ts'
import type { CustodyEvent } from './custody-state.ts'

/** The server's state of a session; `unknown` when it cannot be asked now, `not-askable` while the account's secret is missing. */
export type SessionFate = 'alive' | 'gone' | 'unknown' | 'not-askable'

/**
 * The state of a session as its own server tells it to the holder of its token, which needs no secret of the account: it takes the
 * token as long as the session is open. Who ended a session that is gone is not known then.
 */
export async function fateByToken(grpcChannel: CallTransport, token: SessionToken): Promise<SessionFate> {
  const asked = await grpcChannel.unary(openObdV1.config.service.getConfiguration, {}, { token })
  if (asked.ok) return 'alive'
  if (asked.failure.code === 'not-supported-by-server') return 'not-askable'
  return asked.failure.certainty === 'refused' ? 'gone' : 'unknown'
}

/** Longest time between two questions that are repeated, in ms. */
const longestPauseMs = 10_000

/** Asks the server for the state of a session and reports it as an event of its custody. */
export class SessionInquiry {
  readonly #controller: Pick<SessionController, 'getSession'>
  readonly #learned: (event: CustodyEvent) => void
  #shared: Promise<SessionFate> | undefined

  constructor(controller: Pick<SessionController, 'getSession'>, learned: (event: CustodyEvent) => void) {
    this.#controller = controller
    this.#learned = learned
  }

  /** Asks now; nothing changes when the server cannot be asked. */
  async look(sessionId: string): Promise<SessionFate> {
    const seen = await this.#controller.getSession(sessionId)
    if (seen.ok) {
      this.#learned({ type: 'observed', state: seen.value.state })
      return ['finished', 'interrupted', 'failed'].includes(seen.value.state) ? 'gone' : 'alive'
    }
    if (seen.failure.code === 'secret-missing') return 'not-askable'
    if (seen.failure.code !== 'not-found') return 'unknown'
    this.#learned({ type: 'forgotten-by-server' })
    return 'gone'
  }

  /** Asks, or waits for the answer to the request in progress. */
  async probe(sessionId: string): Promise<void> {
    this.#shared ??= this.look(sessionId).finally(() => {
      this.#shared = undefined
    })
    await this.#shared
  }

  /** Asks again and again, with back-off, until `isSettled`. */
  async repeatUntil(
    isSettled: () => boolean,
    sessionId: string,
    { clock, random }: { readonly clock: Clock; readonly random: () => number },
  ): Promise<void> {
    const backoff = new Backoff({ random, maximumMs: longestPauseMs })
    backoff.next()
    while (!isSettled()) {
      await delay(clock, backoff.next())
      if (!isSettled()) await this.probe(sessionId)
    }
  }
}
