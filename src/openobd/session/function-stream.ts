import type { Clock } from '../clock.ts'
import type { FunctionCall__Output } from '../generated/types/openOBD/v1/FunctionCall.ts'
import type { FunctionUpdate, FunctionUpdate__Output } from '../generated/types/openOBD/v1/FunctionUpdate.ts'
import { Backoff } from '../grpc/backoff.ts'
import type { CallTransport } from '../grpc/grpc-channel.ts'
import type { GrpcStream } from '../grpc/grpc-stream.ts'
import { openObdV1 } from '../grpc/protos.ts'
import { tokenFromWire } from '../token.ts'
import type { PartnerCredentials } from './session-controller.ts'

const rpcs = openObdV1.functionBroker.service

/** What a host tells the broker of a function. */
export interface OfferedFunction {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly description: string
}

/** What a function stream needs. */
export interface FunctionStreamOptions {
  readonly grpcChannel: CallTransport
  readonly credentials: PartnerCredentials
  readonly functions: readonly OfferedFunction[]
  readonly clock: Clock
  readonly random: () => number
  /** Starts a function in the context of the call; returns why it cannot, or undefined. */
  readonly onCall: (call: FunctionCall__Output) => string | undefined
  /** The broker has confirmed all functions. */
  readonly onOnline?: () => void
}

type Stream = GrpcStream<FunctionUpdate, FunctionUpdate__Output>

/**
 * The stream of a host of functions to a broker (protocol.md §9): registers functions, answers pings, starts the functions that are
 * called. Opened again when it breaks, and at once when the broker announces a restart; running functions go on.
 */
export class FunctionStream {
  readonly #options: FunctionStreamOptions
  readonly #backoff: Backoff
  #stream: Stream | undefined
  #confirmed = 0
  #isStopped = false

  constructor(options: FunctionStreamOptions) {
    this.#options = options
    this.#backoff = new Backoff({ random: options.random })
  }

  /** Opens the stream and keeps it open until `stop`. */
  start(): void {
    void this.#open()
  }

  stop(): void {
    this.#isStopped = true
    this.#stream?.stop()
  }

  async #open(): Promise<void> {
    const { grpcChannel, credentials, functions } = this.#options
    const { clientId, clientSecret, clusterId } = credentials
    const request = { client_id: clientId, client_secret: clientSecret, cluster_id: clusterId }
    const answer = await grpcChannel.unary(rpcs.getFunctionBrokerToken, request)
    if (this.#isStopped) return
    const token = answer.ok ? tokenFromWire('broker', answer.value.value) : undefined
    if (token === undefined) {
      this.#openLater()
      return
    }
    const older = this.#stream
    const stream: Stream = grpcChannel.duplex(rpcs.openFunctionStream, { token })
    this.#stream = stream
    this.#confirmed = 0
    stream.onMessage((update) => this.#take(stream, update))
    for (const details of functions) stream.send(registrationOf(details))
    older?.stop()
    const end = await stream.ended
    if (this.#isStopped || this.#stream !== stream || end.kind === 'stopped') return
    this.#stream = undefined
    this.#openLater()
  }

  #openLater(): void {
    this.#options.clock.after(this.#backoff.next(), () => {
      if (!this.#isStopped) void this.#open()
    })
  }

  #take(stream: Stream, update: FunctionUpdate__Output): void {
    if (update.type === 'FUNCTION_UPDATE_TYPE_RESPONSE') {
      if (update.FunctionData === 'function_registration') this.#noteConfirmation()
      return
    }
    switch (update.FunctionData) {
      case 'function_broker_token':
        stream.send({
          type: 'FUNCTION_UPDATE_TYPE_RESPONSE',
          function_broker_token: update.function_broker_token ?? null,
        })
        return
      case 'function_broker_reconnect':
        void this.#open()
        return
      case 'function_call':
        if (update.function_call) this.#start(stream, update.function_call)
        return
      default:
    }
  }

  #noteConfirmation(): void {
    this.#backoff.reset()
    this.#confirmed += 1
    if (this.#confirmed === this.#options.functions.length) this.#options.onOnline?.()
  }

  #start(stream: Stream, call: FunctionCall__Output): void {
    const problem = this.#options.onCall(call)
    stream.send({
      type: 'FUNCTION_UPDATE_TYPE_RESPONSE',
      function_call: call,
      response: problem === undefined ? 'FUNCTION_UPDATE_SUCCESS' : 'FUNCTION_UPDATE_FAILED',
      ...(problem === undefined ? {} : { response_description: problem }),
    })
  }
}

const registrationOf = (details: OfferedFunction): FunctionUpdate => ({
  type: 'FUNCTION_UPDATE_TYPE_REQUEST',
  function_registration: {
    details,
    state: 'FUNCTION_REGISTRATION_STATE_ONLINE',
    visibility: 'FUNCTION_VISIBILITY_DASHBOARD',
  },
})
