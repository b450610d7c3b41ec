import type { ServiceResult } from '../../shared/service-result.ts'
import type { Clock } from '../clock.ts'
import { type CallOutcome, MalformedMessage, mapOutcome } from '../failure.ts'
import type { FunctionContext__Output } from '../generated/types/openOBD/v1/FunctionContext.ts'
import type { CallTransport } from '../grpc/grpc-channel.ts'
import type { StreamEnd } from '../grpc/grpc-stream.ts'
import { openObdV1 } from '../grpc/protos.ts'
import { ReopeningStream } from '../grpc/reopening-stream.ts'
import { type AuthenticationToken, Token, tokenFromWire } from '../token.ts'
import { serviceResultFromWire } from '../wire/service-result.ts'
import { type Variable, variableToWire } from '../wire/variable.ts'
import type { SessionCalls } from './session-calls.ts'

const rpcs = openObdV1.function.service

/** A child context that waits to be claimed by a function. */
export interface StartedContext {
  readonly id: string
  readonly authenticationToken: AuthenticationToken
  readonly monitorToken: Token<'monitor'>
}

/** Starts a child of the context that the calls belong to (protocol.md §2.2). It is closed unless it is claimed within 60 s. */
export async function startFunctionContext(calls: SessionCalls): Promise<CallOutcome<StartedContext>> {
  const outcome = await calls.unary(rpcs.startFunctionContext, {})
  return mapOutcome(rpcs.startFunctionContext, outcome, (wire) => {
    const authenticationToken = tokenFromWire('authentication', wire.authentication_token)
    const monitorToken = tokenFromWire('monitor', wire.monitor_token)
    if (!wire.id) throw new MalformedMessage('FunctionContext', 'id')
    if (!authenticationToken) throw new MalformedMessage('FunctionContext', 'authentication_token')
    if (!monitorToken) throw new MalformedMessage('FunctionContext', 'monitor_token')
    return { id: wire.id, authenticationToken, monitorToken }
  })
}

/** Sets an argument of the newest child of the context that the calls belong to. */
export async function setArgument(calls: SessionCalls, argument: Variable): Promise<CallOutcome<null>> {
  const outcome = await calls.unary(rpcs.setFunctionArgument, variableToWire(argument))
  return mapOutcome(rpcs.setFunctionArgument, outcome, () => null)
}

/** What a monitor needs. */
export interface ContextMonitorOptions {
  readonly grpcChannel: CallTransport
  readonly context: Pick<StartedContext, 'id' | 'monitorToken'>
  readonly clock: Clock
  readonly random: () => number
  /** Called once: with the result with which the context was finished, or undefined when the server no longer tells. */
  readonly onEnd: (result: ServiceResult | undefined) => void
}

/** Follows a child context until it ends, over any number of broken streams. The server tells the end also when asked later. */
export class ContextMonitor {
  readonly #options: ContextMonitorOptions
  readonly #stream: ReopeningStream<FunctionContext__Output>
  #token: Token<'monitor'>
  #isOver = false

  constructor(options: ContextMonitorOptions) {
    this.#options = options
    this.#token = options.context.monitorToken
    const { clock, random, grpcChannel, context } = options
    this.#stream = new ReopeningStream({
      clock,
      random,
      open: () => grpcChannel.serverStream(rpcs.monitorFunctionContext, { id: context.id }, { token: this.#token }),
      onMessage: (message) => this.#onMessage(message),
      onEnd: (end) => this.#onEnd(end),
    })
  }

  start(): void {
    this.#stream.start()
  }

  /** Stops following without an end. */
  stop(): void {
    this.#isOver = true
    this.#stream.stop()
  }

  #onMessage(message: FunctionContext__Output): void {
    if (message.monitor_token) this.#token = new Token('monitor', message.monitor_token)
    if (message.finished) this.#end(message.service_result ? serviceResultFromWire(message.service_result) : undefined)
  }

  /** A stream that the server ended or refused will tell nothing more. */
  #onEnd(end: StreamEnd): 'reopen' | 'give-up' {
    if (end.kind === 'failed' && end.failure.certainty !== 'refused') return 'reopen'
    this.#end(undefined)
    return 'give-up'
  }

  #end(result: ServiceResult | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stream.stop()
    this.#options.onEnd(result)
  }
}
