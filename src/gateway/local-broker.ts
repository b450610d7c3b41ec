import type { Clock } from '../openobd/clock.ts'
import type { FunctionCall, FunctionCall__Output } from '../openobd/generated/types/openOBD/v1/FunctionCall.ts'
import type { FunctionDetails__Output } from '../openobd/generated/types/openOBD/v1/FunctionDetails.ts'
import type { FunctionRegistration } from '../openobd/generated/types/openOBD/v1/FunctionRegistration.ts'
import type { FunctionUpdate, FunctionUpdate__Output } from '../openobd/generated/types/openOBD/v1/FunctionUpdate.ts'
import { openObdV1 } from '../openobd/grpc/protos.ts'
import { tokenFromWire } from '../openobd/token.ts'
import { FunctionBroker } from '../server/broker/function-broker.ts'
import type { Clock as ServerClock } from '../server/clock/clock.ts'
import { failedPrecondition, invalidArgument, type Refusal, unauthenticated } from '../server/refusal.ts'
import type { RpcStream } from '../server/rpc/rpc-stream.ts'
import type { GatewayContext } from './contexts.ts'
import { FarStatus } from './far-status.ts'
import { wasStopped } from './passed-call.ts'
import type { TokenMap } from './tokens.ts'
import { callMethod } from './unary-call.ts'
import type { Upstream } from './upstream.ts'

const rpcs = openObdV1.functionBroker.service

/** Dependencies of the local broker. */
export interface LocalBrokerSetup {
  readonly clock: Clock
  readonly brokerClock: ServerClock
  readonly tokens: TokenMap
  readonly upstream: Upstream
  readonly address: () => { readonly host: string; readonly port: number }
  /** Ids of local functions that the person prefers to functions of the server with the same id. */
  readonly prefersLocal: (functionId: string) => boolean
  /** Whether the process that runs the function of this context has a call open. */
  readonly isInUse: (context: GatewayContext) => boolean
  /** Called with a context whose host has gone; it has to be finished. */
  readonly onHostGone: (context: GatewayContext) => void
}

/** One stream of a host, with the contexts that were handed to it. */
interface HostLine {
  readonly functions: Set<string>
  readonly contexts: Set<GatewayContext>
}

/** Time in which a host whose stream ended may open another one, in ms; its caller has to know within five seconds. */
const comebackMs = 2_000

/** All hosts of this gateway belong to one provider, which is the account of the person. */
const provider = 'local'

/** The functions that hosts on this computer offer. A call of any other function goes to the server's broker. */
export class LocalBroker {
  readonly #setup: LocalBrokerSetup
  readonly #broker: FunctionBroker
  readonly #lines = new Set<HostLine>()
  /** The near broker token that pings carry; a fresh one is fetched with each ping. */
  #newestToken = ''

  constructor(setup: LocalBrokerSetup) {
    this.#setup = setup
    this.#broker = new FunctionBroker({ clock: setup.brokerClock, issueToken: () => this.#pingToken() })
  }

  /** Every function that a host offers or has offered. */
  get functions(): readonly FunctionRegistration[] {
    return this.#broker.list(provider)
  }

  onChange(listener: () => void): () => void {
    return this.#broker.onChange(listener)
  }

  /** Serves the function stream of a host until it ends. `nearToken` is the bearer with which it was opened. */
  async serve(stream: RpcStream<Buffer, Buffer>, nearToken: string): Promise<void> {
    if (this.#newestToken === '') this.#newestToken = nearToken
    const line: HostLine = { functions: new Set(), contexts: new Set() }
    this.#lines.add(line)
    const { requestDeserialize, responseSerialize } = rpcs.openFunctionStream
    try {
      await this.#broker.serve(
        {
          send: (update: FunctionUpdate) => {
            this.#noteCall(line, update)
            stream.send(responseSerialize(update))
          },
          receive: (take: (update: FunctionUpdate__Output) => void) =>
            stream.receive((bytes) => {
              const update = requestDeserialize(bytes)
              const id = update.function_registration?.details?.id
              if (id) line.functions.add(id)
              take(update)
            }),
          end: (failure?: Refusal) => stream.end(failure),
        },
        provider,
      )
    } finally {
      this.#lines.delete(line)
      this.#lost(line)
    }
  }

  /** A context has ended: its host is not answerable for it any more. */
  forget(context: GatewayContext): void {
    for (const { contexts } of this.#lines) contexts.delete(context)
  }

  /** A function's registration; undefined when no host here has it online, or another provider's is asked for. */
  registration(functionId: string, providerId = ''): FunctionRegistration | undefined {
    const registration = this.#broker.registration({ id: functionId, providerId }, provider)
    return registration.state === 'FUNCTION_REGISTRATION_STATE_ONLINE' ? registration : undefined
  }

  /** Whether a call of this function is for a host here: a local id never shadows one that is online at the server unless that is preferred. */
  async isLocal(functionId: string, providerId: string, farBrokerToken: string): Promise<boolean> {
    const { clock, upstream, prefersLocal } = this.#setup
    if (this.registration(functionId, providerId) === undefined) return false
    if (prefersLocal(functionId)) return true
    const token = tokenFromWire('broker', farBrokerToken)
    const { code, reply } = await callMethod(
      { channel: upstream.connection(undefined), clock },
      rpcs.getFunctionRegistration,
      { value: functionId },
      token,
    )
    if (code !== 0 || reply === undefined) return true
    return rpcs.getFunctionRegistration.responseDeserialize(reply).state !== 'FUNCTION_REGISTRATION_STATE_ONLINE'
  }

  /** `runFunction` for a local function: hands the context of the given token to its host. */
  async run(call: FunctionCall__Output, left?: AbortSignal): Promise<FunctionUpdate> {
    const info = call.session_info
    if (info === null) throw invalidArgument('the session is missing')
    const mapped = this.#setup.tokens.find(info.authentication_token)
    if (mapped?.kind !== 'authentication' || mapped.context === undefined)
      throw unauthenticated('the token is unknown or has expired')
    const { context } = mapped
    if (info.id !== '' && info.id !== context.session.id) throw invalidArgument('the token is of another session')
    const handed = await this.handOver(context, call.id, left)
    return { type: 'FUNCTION_UPDATE_TYPE_RESPONSE', function_call: handed, response: 'FUNCTION_UPDATE_SUCCESS' }
  }

  /** Registers the details of a function at the server and hands the context to its host. */
  async handOver(context: GatewayContext, functionId: string, left?: AbortSignal): Promise<FunctionCall> {
    if (context.stopped.aborted || context.state === 'ended') throw failedPrecondition('the function context has ended')
    if (context.children.size > 0) throw failedPrecondition('a function context is open; it has to finish first')
    const far = context.farToken
    if (far?.kind !== 'authentication') throw failedPrecondition('session already authenticated')
    const details = this.registration(functionId)?.details
    if (details) await this.#registerDetails(context, details as FunctionDetails__Output, far.value)
    if (context.stopped.aborted) throw failedPrecondition(wasStopped)
    const near = this.#setup.tokens.nearOf('authentication', far.value, context)
    return this.#broker.call(
      { id: functionId, providerId: '' },
      provider,
      ({ provider_id: providerId }) => this.#callFor(context, functionId, providerId ?? '', near),
      left,
    )
  }

  async #registerDetails(context: GatewayContext, details: FunctionDetails__Output, farToken: string): Promise<void> {
    context.functionName = details.name
    const { clock, upstream } = this.#setup
    const way = { channel: upstream.connection(context.session), clock, stopped: context.stopped }
    const method = openObdV1.function.service.registerFunctionDetails
    const { provider_id: _own, ...offered } = details
    const token = tokenFromWire('authentication', farToken)
    const { code, details: text } = await callMethod(way, method, offered, token)
    if (code !== 0) throw new FarStatus(code, text)
  }

  #callFor(context: GatewayContext, functionId: string, providerId: string, near: string): FunctionCall {
    const { host, port } = this.#setup.address()
    return {
      id: functionId,
      caller_id: providerId,
      provider_id: providerId,
      session_info: {
        id: context.session.id,
        state: 'available',
        created_at: context.session.createdAt,
        grpc_endpoint: host,
        grpc_port: port,
        authentication_token: near,
      },
    }
  }

  /** Hosts in Java store the token of a ping, so it has to be a usable one (protocol.md §9). */
  #pingToken(): string {
    const { upstream, tokens } = this.#setup
    void upstream.brokerToken().then((far) => {
      if (far !== undefined) this.#newestToken = tokens.nearOf('broker', far, undefined)
    })
    return this.#newestToken
  }

  #noteCall(line: HostLine, { function_call: call }: FunctionUpdate): void {
    const context = this.#setup.tokens.find(call?.session_info?.authentication_token ?? '')?.context
    if (context !== undefined) line.contexts.add(context)
  }

  /**
   * A host that offers the function again on a new stream goes on with what it runs. One that was started anew offers it, too, but
   * knows nothing of that: only a process that lives has calls open, above all the token stream of the context.
   */
  #lost(line: HostLine): void {
    if (line.contexts.size === 0) return
    this.#setup.clock.after(comebackMs, () => {
      const heir = [...this.#lines].find(({ functions }) => [...line.functions].some((id) => functions.has(id)))
      for (const context of line.contexts) {
        if (context.state === 'ended') continue
        if (heir !== undefined && this.#setup.isInUse(context)) heir.contexts.add(context)
        else this.#setup.onHostGone(context)
      }
    })
  }
}
