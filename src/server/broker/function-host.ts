import type { FunctionCall } from '../../openobd/generated/types/openOBD/v1/FunctionCall.ts'
import type { FunctionRegistration__Output } from '../../openobd/generated/types/openOBD/v1/FunctionRegistration.ts'
import type { FunctionUpdate, FunctionUpdate__Output } from '../../openobd/generated/types/openOBD/v1/FunctionUpdate.ts'
import type { FunctionUpdateResponse__Output } from '../../openobd/generated/types/openOBD/v1/FunctionUpdateResponse.ts'
import type { Clock, Timer } from '../clock/clock.ts'
import { serverChoices, serverLimits } from '../protocol-choices.ts'
import {
  aborted,
  deadlineExceeded,
  failedPrecondition,
  permissionDenied,
  type Refusal,
  unavailable,
} from '../refusal.ts'

/** The stream of a host, as far as the broker needs it. */
export interface HostStream {
  send(update: FunctionUpdate): void
  /** Calls the listener for each message; resolves when the stream ends. */
  receive(take: (update: FunctionUpdate__Output) => void): Promise<void>
  end(failure?: Refusal): void
}

/** How the broker answers a registration. */
export interface RegistrationReply {
  readonly response: FunctionUpdateResponse__Output
  /** Left out on success: the official client logs every description as a warning. */
  readonly description?: string
}

/** Dependencies of a function host. */
export interface FunctionHostSetup {
  readonly stream: HostStream
  readonly clientId: string
  readonly clock: Clock
  readonly issueToken: () => string
  readonly register: (host: FunctionHost, registration: FunctionRegistration__Output) => RegistrationReply
}

interface PendingCall {
  readonly call: FunctionCall
  readonly settle: (failure: Refusal | undefined) => void
}

/** One function stream: the functions of its host, the unacknowledged calls and the pings (protocol.md §9). */
export class FunctionHost {
  readonly clientId: string
  readonly #setup: FunctionHostSetup
  readonly #offered = new Set<string>()
  readonly #pending = new Set<PendingCall>()
  #nextPing: Timer | undefined
  #unansweredPings = 0
  #idle: Timer | undefined
  #leaving: Timer | undefined
  #isOver = false

  constructor(setup: FunctionHostSetup) {
    this.clientId = setup.clientId
    this.#setup = setup
  }

  /** Serves the stream until it is over. */
  async run(): Promise<void> {
    this.#planPing()
    this.#watchIdleness()
    try {
      await this.#setup.stream.receive((update) => this.#take(update))
    } finally {
      this.#close()
    }
  }

  /** Marks a function of this host as online. */
  offer(key: string): void {
    this.#offered.add(key)
    this.#watchIdleness()
  }

  /** Marks a function of this host as offline. A stream that offers nothing for a while is closed. */
  withdraw(key: string): void {
    this.#offered.delete(key)
    this.#watchIdleness()
  }

  /** Tells the host that another host has registered its function. */
  tellReplaced(registration: FunctionUpdate['function_registration']): void {
    this.#respond(registration, {
      response: 'FUNCTION_UPDATE_UNAVAILABLE',
      description: 'another host has registered this function',
    })
  }

  /** Asks the host to open a new stream; this one ends after `seconds` at the latest. */
  askToReconnect(seconds: number): void {
    this.#setup.stream.send({
      type: 'FUNCTION_UPDATE_TYPE_REQUEST',
      function_broker_reconnect: { seconds_until_disconnect: seconds },
    })
    this.#leaving?.cancel()
    this.#leaving = this.#setup.clock.after(seconds * 1000, () => this.disconnect())
    this.#watchIdleness()
  }

  /** Ends the stream: with OK, or broken as by a server that fails. */
  disconnect(failure?: Refusal): void {
    this.#setup.stream.end(failure)
  }

  /** Forwards a call; resolves once the host has started the function, rejects with the refusal for the caller. */
  call(call: FunctionCall): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) return reject(unavailable('the host of the function has gone'))
      if (this.#pendingFor(call)) return reject(failedPrecondition('the function is being started already'))
      const deadline = this.#setup.clock.after(serverChoices.callAcknowledgementMs, () =>
        pending.settle(deadlineExceeded('the host of the function did not react in time')),
      )
      const pending: PendingCall = {
        call,
        settle: (failure) => {
          deadline.cancel()
          this.#pending.delete(pending)
          if (failure === undefined) resolve()
          else reject(failure)
        },
      }
      this.#pending.add(pending)
      this.#setup.stream.send({ type: 'FUNCTION_UPDATE_TYPE_REQUEST', function_call: call })
    })
  }

  #take(update: FunctionUpdate__Output): void {
    if (update.type === 'FUNCTION_UPDATE_TYPE_RESPONSE') this.#takeResponse(update)
    else if (update.type === 'FUNCTION_UPDATE_TYPE_REQUEST') this.#takeRequest(update)
  }

  #takeRequest({ function_registration: registration }: FunctionUpdate__Output): void {
    if (registration === null || registration === undefined) return
    this.#respond(registration, this.#setup.register(this, registration))
  }

  #takeResponse(update: FunctionUpdate__Output): void {
    if (update.FunctionData === 'function_broker_token') this.#unansweredPings = 0
    const { function_call: answered } = update
    if (answered === null || answered === undefined) return
    this.#pendingFor(answered)?.settle(failureOf(update))
  }

  /** The unacknowledged call of this function in this function context. */
  #pendingFor({ id, session_info: info }: Pick<FunctionCall, 'id' | 'session_info'>): PendingCall | undefined {
    return [...this.#pending].find(
      ({ call }) =>
        call.id === id &&
        call.session_info?.id === info?.id &&
        call.session_info?.authentication_token === info?.authentication_token,
    )
  }

  #respond(registration: FunctionUpdate['function_registration'], { response, description }: RegistrationReply): void {
    this.#setup.stream.send({
      type: 'FUNCTION_UPDATE_TYPE_RESPONSE',
      function_registration: registration ?? null,
      response,
      ...(description === undefined ? {} : { response_description: description }),
    })
  }

  #planPing(): void {
    this.#nextPing = this.#setup.clock.after(serverLimits.brokerPingMs, () => this.#ping())
  }

  #ping(): void {
    if (this.#unansweredPings >= serverChoices.missedPings) {
      this.disconnect()
      return
    }
    this.#unansweredPings += 1
    this.#setup.stream.send({
      type: 'FUNCTION_UPDATE_TYPE_REQUEST',
      function_broker_token: { value: this.#setup.issueToken() },
    })
    this.#planPing()
  }

  #watchIdleness(): void {
    this.#idle?.cancel()
    this.#idle = undefined
    if (this.#isOver || this.#offered.size > 0 || this.#leaving !== undefined) return
    this.#idle = this.#setup.clock.after(serverChoices.idleHostMs, () => this.disconnect())
  }

  #close(): void {
    this.#isOver = true
    this.#nextPing?.cancel()
    this.#idle?.cancel()
    this.#leaving?.cancel()
    for (const { settle } of [...this.#pending]) settle(unavailable('the host of the function has gone'))
  }
}

/** The refusal for the caller after the answer of a host; undefined when the function was started. */
function failureOf({ response, response_description: description }: FunctionUpdate__Output): Refusal | undefined {
  switch (response) {
    case 'FUNCTION_UPDATE_SUCCESS':
      return undefined
    case 'FUNCTION_UPDATE_UNAVAILABLE':
      return unavailable(description || 'the host does not offer the function any more')
    case 'FUNCTION_UPDATE_UNAUTHORIZED':
      return permissionDenied(description || 'the host does not accept the call')
    default:
      return aborted(description || 'the host could not start the function')
  }
}
