import { status } from '@grpc/grpc-js'
import type { Clock } from '../openobd/clock.ts'
import type { Variable__Output } from '../openobd/generated/types/openOBD/v1/Variable.ts'
import type { TrustedEndpoint } from '../openobd/grpc/endpoint.ts'
import { openObdV1, packageDefinition } from '../openobd/grpc/protos.ts'
import { tokenFromWire } from '../openobd/token.ts'
import type { Clock as ServerClock } from '../server/clock/clock.ts'
import { assertCredentials, type PartnerCredentials } from '../server/credentials.ts'
import { failedPrecondition, permissionDenied, type Refusal, unauthenticated } from '../server/refusal.ts'
import { bearerOf } from '../server/rpc/bearer.ts'
import type { CallStatus, RawCall } from '../server/rpc/rpc-handlers.ts'
import { RpcStream } from '../server/rpc/rpc-stream.ts'
import { Activities, type Activity } from './activities.ts'
import { type GatewayContext, GatewaySessions } from './contexts.ts'
import { KeptPrompts, type PromptListener } from './kept-prompts.ts'
import { LocalBroker } from './local-broker.ts'
import { PassedCall, wasStopped } from './passed-call.ts'
import { statusError } from './status-error.ts'
import { type MappedToken, TokenMap } from './tokens.ts'
import { callMethod, callUnary } from './unary-call.ts'
import { Upstream, type UpstreamSetup } from './upstream.ts'
import { textOf } from './wire/fields.ts'
import { type CallParty, WireEdits } from './wire/wire-edits.ts'

const session = openObdV1.session.service
const functions = openObdV1.function.service
const broker = openObdV1.functionBroker.service

/** A line that a function wrote to the ScriptLog. */
export interface LogLine {
  readonly context: GatewayContext
  readonly level: string
  readonly content: string
}

/** What the gateway reports of the calls that pass it. */
export interface GatewayReports {
  /** A token of the server for a context was seen; only main and the gateway itself may have it. */
  readonly onToken?: (context: GatewayContext) => void
  readonly onContextStarted?: (context: GatewayContext) => void
  readonly onContextEnded?: (context: GatewayContext) => void
  readonly onPrompt?: PromptListener
  readonly onLogLine?: (line: LogLine) => void
  readonly onResult?: (context: GatewayContext, result: Variable__Output) => void
  readonly onActivity?: (activity: Activity) => void
  readonly onFunctionsChanged?: () => void
}

/** A child of a root that the application holds itself. */
export interface AdoptedChild {
  readonly sessionId: string
  readonly contextId: string
  /** As the server wrote it in the SessionInfo. */
  readonly createdAt: string
  /** Where the server serves the session. */
  readonly endpoint: TrustedEndpoint
  /** The server's token for the child. */
  readonly authenticationToken: string
}

/** What a gateway is made of. */
export interface GatewaySetup extends GatewayReports {
  readonly upstream: UpstreamSetup
  /** Credentials of the clients of this gateway. */
  readonly credentials: PartnerCredentials
  readonly clock: Clock
  readonly serverClock: ServerClock
  readonly address: () => { readonly host: string; readonly port: number }
  /** How an error of ours reads for a client. */
  readonly statusOf: (error: unknown, path: string) => CallStatus
  readonly prefersLocal?: (functionId: string) => boolean
}

type Kept = (call: RawCall, bearer: MappedToken | undefined) => void

/** Longest time that a stop waits for streams to be torn down, in ms. */
const stopLimitMs = 100

/**
 * The openOBD server that functions on this computer see. Everything is forwarded to the real server except what has to happen
 * here: prompts of sessions that the application holds, hosts on this computer, and the stop (design.md decision 11).
 */
export class Gateway {
  readonly tokens = new TokenMap()
  readonly sessions: GatewaySessions
  readonly upstream: Upstream
  readonly prompts: KeptPrompts
  readonly broker: LocalBroker
  readonly edits: WireEdits
  readonly #setup: GatewaySetup
  readonly #activities: Activities
  readonly #calls = new Map<GatewayContext, Set<PassedCall>>()
  readonly #replyStreams = new Set<string>()

  constructor(setup: GatewaySetup) {
    this.#setup = setup
    const { clock, serverClock, address } = setup
    this.sessions = new GatewaySessions(clock, this.tokens)
    this.upstream = new Upstream(setup.upstream)
    this.edits = new WireEdits({
      tokens: this.tokens,
      sessions: this.sessions,
      upstream: setup.upstream.endpoint,
      ...(setup.upstream.sessionHosts && { sessionHosts: setup.upstream.sessionHosts }),
      upstreamCredentials: setup.upstream.credentials,
      assertOwnClient: (given) => assertCredentials(given, [setup.credentials], setup.credentials.clusterId),
      address,
    })
    this.prompts = new KeptPrompts({
      clock: serverClock,
      onEvent: (event) => setup.onPrompt?.(event),
      onIdle: (context) => void this.finish(context),
      refusalOf: (context) => this.#refusalOf(context),
    })
    this.broker = new LocalBroker({
      clock,
      brokerClock: serverClock,
      tokens: this.tokens,
      upstream: this.upstream,
      address,
      prefersLocal: (id) => setup.prefersLocal?.(id) ?? false,
      onHostGone: (context) => void this.finish(context),
    })
    this.#activities = new Activities(clock, (activity) => setup.onActivity?.(activity))
    this.sessions.onEnd((context) => {
      this.#activities.forget(context)
      this.broker.forget(context)
      setup.onContextEnded?.(context)
    })
    this.sessions.onForget((forgotten) => this.upstream.forget(forgotten))
    this.broker.onChange(() => setup.onFunctionsChanged?.())
    for (const [path, hasReplyStream] of rpcKinds()) if (hasReplyStream) this.#replyStreams.add(path)
  }

  /** Handles one call of a client; throws the Refusal of a call that is not forwarded. */
  handle(call: RawCall): void {
    const path = call.getPath()
    const given = bearerOf(call.metadata)
    const bearer = given === undefined ? undefined : this.tokens.find(given)
    if (given !== undefined && bearer === undefined) throw unauthenticated('the token is unknown or has expired')
    if (bearer?.context?.stopped.aborted) throw failedPrecondition(wasStopped)
    const kept = this.#kept[path]
    if (kept === undefined) this.#pass(call, bearer)
    else kept(call, bearer)
  }

  /**
   * Takes a child of a root that the application holds itself. Prompts of the session are kept here from now on, and the child may
   * ask although its parent is active.
   */
  adopt({ sessionId, contextId, createdAt, endpoint, authenticationToken }: AdoptedChild): GatewayContext {
    const session = this.sessions.obtain(sessionId, endpoint)
    session.isHeld = true
    session.root.state = 'active'
    session.createdAt ||= createdAt
    const child = this.sessions.child(session.root, contextId, 'adopted')
    child.farToken = { kind: 'authentication', value: authenticationToken }
    return child
  }

  /**
   * Stops a context and everything below it: from the moment that this resolves, no request of it is forwarded any more, whatever
   * the function does. Contexts are not finished by it.
   */
  async stop(context: GatewayContext): Promise<void> {
    const below = context.everBelow
    context.stop()
    const calls = below.flatMap((stopped) => [...(this.#calls.get(stopped) ?? [])])
    const limit = new Promise<void>((resolve) => void this.#setup.clock.after(stopLimitMs, resolve))
    await Promise.race([Promise.all(calls.map(({ settled }) => settled)), limit])
    for (const stopped of below) this.#activities.flush(stopped)
  }

  /** Stops a context and finishes it and everything below it, the deepest first, each with its own token. */
  async finish(context: GatewayContext): Promise<void> {
    const open = context.subtree.filter(({ state }) => state !== 'ended')
    await this.stop(context)
    for (const ending of open) {
      const { farToken } = ending
      const token = farToken && tokenFromWire(farToken.kind, farToken.value)
      if (token) await callMethod(this.upstream.connection(ending.session), session.finish, unfinished, token)
      this.sessions.end(ending)
    }
  }

  /** Ends every connection. */
  close(): void {
    this.sessions.close()
    this.#activities.close()
    this.upstream.close()
  }

  #pass(call: RawCall, bearer: MappedToken | undefined): void {
    const path = call.getPath()
    const context = bearer?.context
    const party: CallParty = { bearer }
    const activity = this.#activities.open(path, context)
    const passed = new PassedCall({
      path,
      near: call,
      channel: this.upstream.connection(context?.session),
      bearer,
      clock: this.#setup.clock,
      hidden: [this.upstream.endpoint.host, context?.session.endpoint.host ?? ''],
      hasReplyStream: this.#replyStreams.has(path),
      editRequest: (message) => this.edits.request(path, message, party),
      editReply: (message) => this.#editedReply(path, message, party),
      onRequest: (message) => {
        activity.requestSent(message)
        this.#requestSent(path, message, context)
      },
      onReply: (message) => activity.replyArrived(message),
      onEnd: (code) => {
        activity.close()
        if (context !== undefined) this.#callEnded(path, code, context, passed)
      },
      ...(path === session.openSessionTokenStream.path && context && { reopensWith: () => newestToken(context) }),
    })
    if (context === undefined) return
    const calls = this.#calls.get(context) ?? new Set()
    this.#calls.set(context, calls.add(passed))
  }

  #editedReply(path: string, message: Buffer, party: CallParty): Buffer {
    const context = party.bearer?.context
    const known = new Set(context?.session.contexts.values())
    const token = context?.farToken
    const edited = this.edits.reply(path, message, party)
    if (context !== undefined && context.farToken !== token) this.#setup.onToken?.(context)
    for (const started of context?.session.contexts.values() ?? [])
      if (!known.has(started)) this.#setup.onContextStarted?.(started)
    if (startsSession.has(path)) this.#startedSession(message)
    return edited
  }

  #startedSession(info: Buffer): void {
    const started = this.sessions.find(textOf(info, 1))
    if (started === undefined) return
    started.isStartedHere = true
    this.#setup.onContextStarted?.(started.root)
  }

  #requestSent(path: string, message: Buffer, context: GatewayContext | undefined): void {
    if (context === undefined) return
    if (path === openObdV1.logging.service.openLogStream.path) {
      const { content, level } = openObdV1.logging.service.openLogStream.requestDeserialize(message)
      this.#setup.onLogLine?.({ context, level: String(level ?? 'LOG_LEVEL_INFO'), content })
    } else if (path === functions.registerFunctionDetails.path) {
      context.functionName = textOf(message, 3)
    } else if (path === functions.setFunctionResult.path) {
      this.#setup.onResult?.(context, functions.setFunctionResult.requestDeserialize(message))
    }
  }

  #callEnded(path: string, code: status, context: GatewayContext, passed: PassedCall): void {
    const calls = this.#calls.get(context)
    void passed.settled.then(() => {
      calls?.delete(passed)
      if (calls?.size === 0) this.#calls.delete(context)
    })
    if (code !== status.OK) return
    // A finish with the token of a parent ends the top of the stack above it (protocol.md §2.2).
    if (path === session.finish.path) this.sessions.end(topOf(context))
    else if (path === session.openSessionTokenStream.path) this.sessions.end(context)
  }

  readonly #kept: Readonly<Record<string, Kept>> = {
    [openObdV1.userInterface.service.openControlStream.path]: (call, bearer) => {
      const context = bearer?.context
      if (bearer === undefined || context === undefined) this.#pass(call, bearer)
      else this.#async(call, () => this.#controls(call, bearer, context))
    },
    [broker.openFunctionStream.path]: (call, bearer) => {
      const token = brokerToken(bearer)
      const stream = new RpcStream<Buffer, Buffer>(call, call.getPath())
      this.#async(call, async () => {
        await this.broker.serve(stream, token.near)
        if (stream.failure !== undefined) throw stream.failure
        call.end()
      })
    },
    [broker.runFunction.path]: (call, bearer) => {
      const token = brokerToken(bearer)
      this.#unary(call, async (request, left) => {
        const wanted = broker.runFunction.requestDeserialize(request)
        if (await this.broker.isLocal(wanted.id, wanted.provider_id ?? '', token.far))
          return broker.runFunction.responseSerialize(await this.broker.run(wanted, left))
        return this.#relay(call.getPath(), request, token, Number(call.getDeadline()))
      })
    },
    [broker.getFunctionRegistration.path]: (call, bearer) => {
      const token = brokerToken(bearer)
      this.#unary(call, async (request) => {
        const { value: id, provider_id: provider = '' } = broker.getFunctionRegistration.requestDeserialize(request)
        const registration = this.broker.registration(id, provider)
        if (registration !== undefined && (await this.broker.isLocal(id, provider, token.far)))
          return broker.getFunctionRegistration.responseSerialize(registration)
        return this.#relay(call.getPath(), request, token, Number(call.getDeadline()))
      })
    },
  }

  async #controls(call: RawCall, bearer: MappedToken, context: GatewayContext): Promise<void> {
    const { isHeld, isStartedHere } = context.session
    const isKept = isHeld || (isStartedHere && !(await this.upstream.hasViewer()))
    if (!isKept) {
      this.#pass(call, bearer)
      return
    }
    if (bearer.kind !== 'session') throw permissionDenied('only authenticate() is allowed now')
    if (context.isCommunicationOnly)
      throw permissionDenied('a function that was called by an active function has no user interface')
    const state = await this.upstream.stateOf(context, bearer.far)
    if (!state.isActive) throw statusError(state.code, state.details)
    if (context.stopped.aborted) throw failedPrecondition(wasStopped)
    await this.prompts.serve(call, context)
    if (!call.destroyed) call.end()
  }

  /** How the server refuses the newest session token of a context; undefined when it does not, or cannot be asked. */
  async #refusalOf(context: GatewayContext): Promise<Refusal | undefined> {
    const { farToken } = context
    if (farToken?.kind !== 'session') return undefined
    const state = await this.upstream.stateOf(context, farToken.value)
    return state.isActive || !finalRefusals.has(state.code) ? undefined : statusError(state.code, state.details)
  }

  /** Answers a unary call after its request has arrived. */
  #unary(call: RawCall, run: (request: Buffer, left: AbortSignal) => Promise<Buffer>): void {
    const left = new AbortController()
    call.once('cancelled', () => left.abort())
    call.once('data', (request: Buffer) =>
      this.#async(call, async () => {
        call.write(await run(request, left.signal))
        call.end()
      }),
    )
  }

  #async(call: RawCall, run: () => Promise<void>): void {
    call.on('error', () => undefined)
    run().catch((error: unknown) => {
      if (!call.destroyed) call.emit('error', this.#setup.statusOf(error, call.getPath()))
    })
  }

  /** Passes a unary call whose request has been read already. */
  async #relay(path: string, request: Buffer, bearer: MappedToken, deadline: number): Promise<Buffer> {
    const party: CallParty = { bearer }
    const { code, details, reply } = await callUnary(
      this.upstream.connection(undefined),
      path,
      this.edits.request(path, request, party),
      tokenFromWire(bearer.kind, bearer.far),
      deadline,
    )
    if (code !== status.OK || reply === undefined) throw statusError(code, details)
    return this.edits.reply(path, reply, party)
  }
}

/** Result of a function that did not finish itself. */
const unfinished = { result: ['RESULT_FAILURE' as const] }

/** Statuses after which the newest token of a context is never taken again. */
const finalRefusals: ReadonlySet<status> = new Set([
  status.UNAUTHENTICATED,
  status.FAILED_PRECONDITION,
  status.NOT_FOUND,
])

const startsSession: ReadonlySet<string> = new Set([
  openObdV1.sessionController.service.startSessionOnTicket.path,
  openObdV1.sessionController.service.startSessionOnConnector.path,
])

/** The newest session token of a context that can still be used. */
const newestToken = ({ state, stopped, farToken }: GatewayContext): string | undefined =>
  state === 'active' && !stopped.aborted && farToken?.kind === 'session' ? farToken.value : undefined

const topOf = (context: GatewayContext): GatewayContext => context.subtree[0] ?? context

function brokerToken(bearer: MappedToken | undefined): MappedToken {
  if (bearer?.kind !== 'broker') throw unauthenticated('this call needs a broker token')
  return bearer
}

/** Every rpc that this version knows, and whether it sends a stream of replies. */
function rpcKinds(): readonly (readonly [string, boolean])[] {
  return Object.values(packageDefinition).flatMap((definition) =>
    Object.values(definition).flatMap((method: unknown) =>
      typeof method === 'object' && method !== null && 'path' in method && 'responseStream' in method
        ? [[String(method.path), method.responseStream === true] as const]
        : [],
    ),
  )
}
