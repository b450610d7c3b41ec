import { status } from '@grpc/grpc-js'
import { openObdV1, packageDefinition } from '../openobd/grpc/protos.ts'
import { tokenFromWire } from '../openobd/token.ts'
import { assertCredentials } from '../server/credentials.ts'
import { failedPrecondition, unauthenticated } from '../server/refusal.ts'
import { bearerOf } from '../server/rpc/bearer.ts'
import type { RawCall } from '../server/rpc/rpc-handlers.ts'
import { Activities } from './activities.ts'
import { type GatewayContext, GatewaySessions } from './contexts.ts'
import { FarStatus } from './far-status.ts'
import type { AdoptedChild, GatewaySetup } from './gateway-setup.ts'
import { KeptPrompts } from './kept-prompts.ts'
import { LocalBroker } from './local-broker.ts'
import { OwnAnswers } from './own-answers.ts'
import { PassedCall, wasStopped } from './passed-call.ts'
import { type MappedToken, TokenMap } from './tokens.ts'
import { callMethod } from './unary-call.ts'
import { Upstream } from './upstream.ts'
import { LocalFeed } from './viewer/local-feed.ts'
import { ViewerAnswers } from './viewer/viewer-answers.ts'
import { textOf } from './wire/fields.ts'
import { type CallParty, WireEdits } from './wire/wire-edits.ts'

const session = openObdV1.session.service
const functions = openObdV1.function.service

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
  readonly #ownAnswers: OwnAnswers
  readonly #local: LocalFeed
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
      isInUse: (context) => this.#calls.has(context),
      onHostGone: (context) => void this.finish(context),
    })
    const { prompts, sessions, upstream } = this
    const startedBy = setup.credentials.clientId
    this.#local = new LocalFeed({ clock: serverClock, board: prompts.board, sessions, startedBy })
    this.#ownAnswers = new OwnAnswers({
      viewer: new ViewerAnswers({ clock, upstream, prompts, local: this.#local }),
      tokens: this.tokens,
      upstream: this.upstream,
      prompts: this.prompts,
      broker: this.broker,
      edits: this.edits,
      statusOf: setup.statusOf,
      pass: (call, bearer) => this.#pass(call, bearer),
    })
    this.#activities = new Activities(clock, (activity) => setup.onActivity?.(activity))
    this.sessions.onEnd((context) => {
      this.#activities.forget(context)
      this.broker.forget(context)
      this.#local.changed(context.session)
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
    if (callerOf(bearer)?.stopped.aborted) throw failedPrecondition(wasStopped)
    const answer = this.#ownAnswers.of(path)
    if (answer === undefined) this.#pass(call, bearer)
    else answer(call, bearer)
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
      const line = { channel: this.upstream.connection(ending.session), clock: this.#setup.clock }
      if (token) await callMethod(line, session.finish, unfinished, token)
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
    const context = callerOf(bearer)
    const party: CallParty = { bearer }
    const activity = this.#activities.open(path, context)
    // A finish with the token of a parent ends the top of the stack above it (protocol.md §2.2). Which that is may be known no more when
    // the reply arrives: the last message of its monitor is often faster.
    const ending = context && (path === session.finish.path ? topOf(context) : context)
    /** The ticket or connector on which a session is started. */
    let place = ''
    const passed = new PassedCall({
      path,
      near: call,
      channel: this.upstream.connection(context?.session),
      bearer,
      stopped: context?.stopped,
      clock: this.#setup.clock,
      hidden: [this.upstream.endpoint.host, context?.session.endpoint.host ?? ''],
      hasReplyStream: this.#replyStreams.has(path),
      editRequest: (message) => this.edits.request(path, message, party),
      editReply: (message) => this.#editedReply(path, message, party, place),
      onRequest: (message) => {
        activity.requestSent(message)
        if (startsSession.has(path)) place = textOf(message, 1)
        this.#requestSent(path, message, context)
      },
      onReply: (message) => activity.replyArrived(message),
      onEnd: (code) => {
        activity.close()
        if (context !== undefined) this.#callEnded(context, passed)
        if (ending !== undefined && code === status.OK && endsContext.has(path)) this.sessions.end(ending)
      },
      ...(path === session.openSessionTokenStream.path && context && { reopensWith: () => newestToken(context) }),
    })
    if (context === undefined) return
    const calls = this.#calls.get(context) ?? new Set()
    this.#calls.set(context, calls.add(passed))
  }

  #editedReply(path: string, message: Buffer, party: CallParty, place: string): Buffer {
    const context = party.bearer?.context
    const known = new Set(context?.session.contexts.values())
    const token = context?.farToken
    const edited = this.edits.reply(path, message, party)
    if (context !== undefined && context.farToken !== token) this.#setup.onToken?.(context)
    for (const started of context?.session.contexts.values() ?? [])
      if (!known.has(started)) this.#setup.onContextStarted?.(started)
    if (context !== undefined) this.#local.changed(context.session)
    if (startsSession.has(path)) this.#startedSession(path, message, place)
    return edited
  }

  #startedSession(path: string, info: Buffer, number: string): void {
    const started = this.sessions.find(textOf(info, 1))
    if (started === undefined) return
    started.isStartedHere = true
    const isTicket = path === openObdV1.sessionController.service.startSessionOnTicket.path
    started.place = { ticketNumber: isTicket ? number : '', connectorNumber: isTicket ? '' : number }
    this.#local.changed(started)
    this.#setup.onContextStarted?.(started.root)
  }

  #requestSent(path: string, message: Buffer, context: GatewayContext | undefined): void {
    if (context === undefined) return
    if (path === openObdV1.logging.service.openLogStream.path) {
      const { content, level } = openObdV1.logging.service.openLogStream.requestDeserialize(message)
      const line = { context, level: String(level ?? 'LOG_LEVEL_INFO'), content }
      this.#local.wrote(line)
      this.#setup.onLogLine?.(line)
    } else if (path === functions.registerFunctionDetails.path) {
      context.functionName = textOf(message, 3)
      this.#local.changed(context.session)
    } else if (path === functions.setFunctionResult.path) {
      this.#setup.onResult?.(context, functions.setFunctionResult.requestDeserialize(message))
    }
  }

  #callEnded(context: GatewayContext, passed: PassedCall): void {
    const calls = this.#calls.get(context)
    void passed.settled.then(() => {
      calls?.delete(passed)
      if (calls?.size === 0) this.#calls.delete(context)
    })
  }

  /** How the server refuses the newest session token of a context; undefined when it does not, or cannot be asked. */
  async #refusalOf(context: GatewayContext): Promise<FarStatus | undefined> {
    const { farToken } = context
    if (farToken?.kind !== 'session') return undefined
    const state = await this.upstream.stateOf(context, farToken.value)
    return state.isActive || !finalRefusals.has(state.code) ? undefined : new FarStatus(state.code, state.details)
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

/** Rpcs whose end with OK ends a context. */
const endsContext: ReadonlySet<string> = new Set([session.finish.path, session.openSessionTokenStream.path])

const startsSession: ReadonlySet<string> = new Set([
  openObdV1.sessionController.service.startSessionOnTicket.path,
  openObdV1.sessionController.service.startSessionOnConnector.path,
])

/** The newest session token of a context that can still be used. */
const newestToken = ({ state, stopped, farToken }: GatewayContext): string | undefined =>
  state === 'active' && !stopped.aborted && farToken?.kind === 'session' ? farToken.value : undefined

/** The context whose function makes a call; a context is monitored by its parent. */
const callerOf = (bearer: MappedToken | undefined): GatewayContext | undefined =>
  bearer?.kind === 'monitor' ? bearer.context?.parent : bearer?.context

const topOf = (context: GatewayContext): GatewayContext => context.subtree[0] ?? context

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
