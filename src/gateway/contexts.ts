import type { Cancel, Clock } from '../openobd/clock.ts'
import type { TrustedEndpoint } from '../openobd/grpc/endpoint.ts'
import type { MappedToken, TokenMap } from './tokens.ts'

/** State of a function context as far as it can be seen here. */
export type ContextState = 'available' | 'active' | 'ended'

/** How a context came to this gateway. */
export type ContextOrigin =
  /** The root of a session. */
  | 'root'
  /** A direct child of the application's own root; it counts as a root for prompts (design.md decision 11). */
  | 'adopted'
  /** Started by a function through this gateway. */
  | 'started'

/** A function context that the gateway forwards calls for. */
export class GatewayContext {
  readonly id: string
  readonly session: GatewaySession
  readonly parent: GatewayContext | undefined
  /** A function that was called by an active function has no user interface (protocol.md §2.1). */
  readonly isCommunicationOnly: boolean
  readonly tokens = new Set<MappedToken>()
  /** Open children, oldest first. */
  readonly children = new Set<GatewayContext>()
  readonly #stop = new AbortController()
  readonly #end = new AbortController()
  state: ContextState = 'available'
  /** Unix ms at which the gateway has seen it for the first time, and its end. */
  readonly startedAt: number
  endedAt: number | undefined
  /** Name of the function, once it is known. */
  functionName = ''
  /** The newest token of the server for this context, with which it can be finished. */
  farToken: { readonly kind: 'authentication' | 'session'; readonly value: string } | undefined

  constructor(
    id: string,
    session: GatewaySession,
    parent: GatewayContext | undefined,
    origin: ContextOrigin,
    startedAt: number,
  ) {
    this.id = id
    this.startedAt = startedAt
    this.session = session
    this.parent = parent
    this.isCommunicationOnly =
      origin === 'started' && parent !== undefined && (parent.isCommunicationOnly || parent.state === 'active')
    if (parent?.stopped.aborted) this.#stop.abort()
  }

  get isRoot(): boolean {
    return this.parent === undefined
  }

  /** Aborted when the mechanic stops this context or one above it: from then on nothing of it is forwarded. */
  get stopped(): AbortSignal {
    return this.#stop.signal
  }

  /** Aborted when the context has ended. */
  get ended(): AbortSignal {
    return this.#end.signal
  }

  /** The context and everything below it, the deepest first. */
  get subtree(): readonly GatewayContext[] {
    return [...[...this.children].reverse().flatMap((child) => child.subtree), this]
  }

  /**
   * The context and everything that ever was below it and is still known: what has ended is no part of `subtree`, but a function may
   * still call with its tokens.
   */
  get everBelow(): readonly GatewayContext[] {
    return [...this.session.contexts.values()].filter((context) => context.isWithin(this))
  }

  /** Blocks the context and everything below it for good. */
  stop(): void {
    for (const context of this.everBelow) context.#stop.abort()
  }

  /** Marks the context and everything below it as ended. */
  end(): void {
    for (const context of this.subtree) {
      if (context.state === 'ended') continue
      context.state = 'ended'
      context.parent?.children.delete(context)
      context.#end.abort()
    }
  }

  /** Whether this is the outer context, or is or was below it. */
  isWithin(outer: GatewayContext): boolean {
    return this === outer || (this.parent?.isWithin(outer) ?? false)
  }
}

/** A session that calls are forwarded for. */
export class GatewaySession {
  readonly id: string
  /** Where the server serves this session. */
  readonly endpoint: TrustedEndpoint
  readonly root: GatewayContext
  /** Contexts by id, the root under the empty id. */
  readonly contexts = new Map<string, GatewayContext>()
  /** The application holds this session: its prompts are kept here. */
  isHeld = false
  /** Started by a client of this gateway. */
  isStartedHere = false
  /** As the server wrote it. */
  createdAt = ''
  /** Where it was started, as its client asked for it; empty when it was started elsewhere. */
  place = { ticketNumber: '', connectorNumber: '' }
  /** State that the server names after its end. */
  finalState = 'finished'

  constructor(id: string, endpoint: TrustedEndpoint, seenAt: number) {
    this.id = id
    this.endpoint = endpoint
    this.root = new GatewayContext('', this, undefined, 'root', seenAt)
    this.contexts.set('', this.root)
  }

  get isOver(): boolean {
    return this.root.state === 'ended'
  }
}

/** Tokens and contexts stay known for this time after their end, so that a late monitor call gets its answer (protocol.md §2.2). */
const rememberedMs = 120_000
/** Most sessions that were only listed and never used here; the oldest are forgotten. */
const mostUnused = 5_000

/** Every session that has passed the gateway. */
export class GatewaySessions {
  readonly #sessions = new Map<string, GatewaySession>()
  readonly #forgetting = new Map<GatewayContext, Cancel>()
  readonly #endListeners = new Set<(context: GatewayContext) => void>()
  readonly #forgetListeners = new Set<(session: GatewaySession) => void>()
  readonly #clock: Clock
  readonly #tokens: TokenMap

  constructor(clock: Clock, tokens: TokenMap) {
    this.#clock = clock
    this.#tokens = tokens
  }

  get all(): readonly GatewaySession[] {
    return [...this.#sessions.values()]
  }

  find(id: string): GatewaySession | undefined {
    return this.#sessions.get(id)
  }

  /** The session with this id; it is made, served at `endpoint`, when it is seen for the first time. */
  obtain(id: string, endpoint: TrustedEndpoint): GatewaySession {
    const known = this.#sessions.get(id)
    if (known !== undefined) return known
    const session = new GatewaySession(id, endpoint, this.#clock.wallMs())
    this.#sessions.set(id, session)
    this.#limitUnused()
    return session
  }

  /** A child of a context; the context itself when it is known already. */
  child(parent: GatewayContext, id: string, origin: 'adopted' | 'started'): GatewayContext {
    const known = parent.session.contexts.get(id)
    if (known !== undefined) return known
    const context = new GatewayContext(id, parent.session, parent, origin, this.#clock.wallMs())
    parent.children.add(context)
    parent.session.contexts.set(id, context)
    return context
  }

  /** Marks a context and everything below it as ended; its tokens stay known for two minutes. */
  end(context: GatewayContext): void {
    const ending = context.subtree.filter(({ state }) => state !== 'ended')
    context.end()
    for (const ended of ending) {
      ended.endedAt = this.#clock.wallMs()
      for (const listener of this.#endListeners) listener(ended)
      this.#forgetting.set(
        ended,
        this.#clock.after(rememberedMs, () => this.#forget(ended)),
      )
    }
  }

  /** Calls `listener` for each context that ends. */
  onEnd(listener: (context: GatewayContext) => void): void {
    this.#endListeners.add(listener)
  }

  /** Calls `listener` when nothing of a session is needed any more. */
  onForget(listener: (session: GatewaySession) => void): void {
    this.#forgetListeners.add(listener)
  }

  /** Cancels all timers. */
  close(): void {
    for (const cancel of this.#forgetting.values()) cancel()
    this.#forgetting.clear()
  }

  #forget(context: GatewayContext): void {
    this.#forgetting.delete(context)
    this.#tokens.forget(context)
    context.session.contexts.delete(context.id)
    if (context.isRoot) this.#forgetSession(context.session)
  }

  #forgetSession(session: GatewaySession): void {
    for (const context of session.contexts.values()) this.#tokens.forget(context)
    this.#sessions.delete(session.id)
    for (const listener of this.#forgetListeners) listener(session)
  }

  #limitUnused(): void {
    if (this.#sessions.size <= mostUnused) return
    for (const session of this.#sessions.values()) {
      if (this.#sessions.size <= mostUnused) return
      const isUsed =
        session.isHeld || session.isStartedHere || session.root.state === 'active' || session.contexts.size > 1
      if (!isUsed) this.#forgetSession(session)
    }
  }
}
