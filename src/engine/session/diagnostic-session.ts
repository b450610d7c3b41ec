import { randomUUID } from 'node:crypto'
import type { FunctionDetails__Output } from '../../openobd/generated/types/openOBD/v1/FunctionDetails.ts'
import type { ServiceResult } from '../../openobd/generated/types/openOBD/v1/ServiceResult.ts'
import type { Clock, Timer } from '../../server/clock/clock.ts'
import { alreadyExists, failedPrecondition, type Refusal, resourceExhausted } from '../../server/refusal.ts'
import type { Token, TokenVault } from '../../server/tokens.ts'
import { choices, limits } from '../protocol-choices.ts'
import type { VehicleBay } from '../workshop/vehicle-bay.ts'
import type { Ticket } from '../workshop/workshop.ts'
import { type ContextEnd, FunctionContext } from './function-context.ts'
import { SessionResources } from './resources.ts'
import { assertAllowed, type FinalState, nextContextState, type SessionState, sessionStateOf } from './state-table.ts'
import { VariableList } from './variable-list.ts'

/** Holder of a token. */
export type TokenHolder =
  | { readonly kind: 'partner'; readonly clientId: string }
  | { readonly kind: 'context'; readonly session: DiagnosticSession; readonly context: FunctionContext }

/** One change of a session's state. */
export interface SessionTransition {
  readonly from: SessionState | ''
  readonly to: SessionState
  /** Unix ms of the session clock. */
  readonly at: number
  readonly cause: string
}

/** Options of a session. */
export interface SessionSetup {
  readonly clock: Clock
  readonly vault: TokenVault<TokenHolder>
  readonly bay: VehicleBay
  readonly ticket: Ticket | undefined
  readonly startedBy: string
  /** Called after every change, including the last one. */
  readonly onChange: (session: DiagnosticSession) => void
}

/** One diagnostic session: the stack of function contexts, its tokens and limits. This class and state-table.ts own the states. */
export class DiagnosticSession {
  readonly id = randomUUID()
  readonly createdAt: number
  readonly startedBy: string
  readonly bay: VehicleBay
  readonly ticket: Ticket | undefined
  readonly root: FunctionContext
  /** The open contexts and the most recently ended ones, root first (choices.rememberedContexts). */
  readonly contexts: FunctionContext[] = []
  readonly transitions: SessionTransition[] = []
  /** State that services keep for this session. */
  readonly resources = new SessionResources()
  /** Providers with a function that the session was handed over to. */
  readonly handedTo = new Set<string>()
  /** Variables of the whole session (GLOBAL_CONTEXT). */
  readonly variables = new VariableList()
  acceptedFinishes = 0
  serviceResult: ServiceResult | undefined
  #state: SessionState = 'available'
  readonly #stack: FunctionContext[] = []
  readonly #setup: SessionSetup
  readonly #longest: Timer

  constructor(setup: SessionSetup) {
    this.#setup = setup
    this.bay = setup.bay
    this.ticket = setup.ticket
    this.startedBy = setup.startedBy
    this.createdAt = setup.clock.now()
    this.root = new FunctionContext(randomUUID(), undefined, this.createdAt)
    this.transitions.push({ from: '', to: 'available', at: this.createdAt, cause: 'start' })
    this.#longest = setup.clock.after(limits.sessionMs, () =>
      this.end(choices.stateWhenTooLong, 'maximum duration of a session'),
    )
    this.#push(this.root)
  }

  /** Empty for a session on a connector. */
  get ticketNumber(): string {
    return this.ticket?.number ?? ''
  }

  get connectorNumber(): string {
    return this.bay.number
  }

  /** As `SessionInfo.state` says it. */
  get state(): SessionState {
    return this.#state
  }

  get isOver(): boolean {
    return this.#state === 'interrupted' || this.#state === 'finished' || this.#state === 'failed'
  }

  /** The newest open context; undefined once the session is over. */
  get top(): FunctionContext | undefined {
    return this.#stack.at(-1)
  }

  /** Whether a context has an open child. */
  hasOpenChild(context: FunctionContext): boolean {
    return context.state !== 'ended' && this.top !== context
  }

  /** The open child of a context, whether or not that has children of its own. */
  openChildOf(context: FunctionContext): FunctionContext | undefined {
    return this.#stack.find(({ parent }) => parent === context)
  }

  /** Refuses every call on a session that is over. */
  assertOpen(): void {
    if (this.isOver) throw failedPrecondition(`the session is ${this.#state}`)
  }

  /** `authenticate`: available → active. The authentication token is spent; the first session token comes back. */
  claim(context: FunctionContext): Token<'session'> {
    this.assertOpen()
    if (this.hasOpenChild(context) && context.state === 'available')
      throw failedPrecondition('a function context is open; it has to finish first')
    context.state = nextContextState(context.state, 'authenticate')
    context.claimLimit?.cancel()
    context.claimLimit = undefined
    this.#spendAuthenticationToken(context)
    context.details ??= { id: context.id, version: '', name: '', products: [], vehicles: [] }
    const token = this.issueSessionToken(context)
    this.#noteState('authenticate')
    return token
  }

  /** A new session token for an active context; the context counts as abandoned when its newest one expires. */
  issueSessionToken(context: FunctionContext): Token<'session'> {
    context.abandonLimit?.cancel()
    context.abandonLimit = this.#setup.clock.after(limits.sessionTokenMs, () => this.#abandon(context))
    return this.#setup.vault.issue('session', this.#holder(context), limits.sessionTokenMs)
  }

  /** A new monitor token for a context. */
  issueMonitorToken(context: FunctionContext): Token<'monitor'> {
    return this.#setup.vault.issue('monitor', this.#holder(context), limits.sessionTokenMs)
  }

  /** `startFunctionContext`: puts an available child on top of the stack; the parent's claim limit is paused. */
  startChild(parent: FunctionContext): FunctionContext {
    this.assertOpen()
    assertAllowed(parent.state, 'any')
    if (this.hasOpenChild(parent)) throw failedPrecondition('a function context is open; it has to finish first')
    if (this.#stack.length >= choices.contextDepth) throw resourceExhausted('functions call each other too deeply')
    parent.claimLimit?.cancel()
    parent.claimLimit = undefined
    parent.forgetLastChild()
    const child = new FunctionContext(randomUUID(), parent, this.#setup.clock.now())
    this.#push(child)
    this.#setup.onChange(this)
    return child
  }

  /** `registerFunctionDetails`: may be repeated for the same function; `already-exists` for another one (protocol.md §6). */
  registerDetails(context: FunctionContext, details: FunctionDetails__Output): void {
    if (context.details !== undefined && context.details.id !== details.id)
      throw alreadyExists('another function is registered in this function context')
    context.details = details
    this.#setup.onChange(this)
  }

  /** `finish` with a token of `context`: ends the newest context above it, or the context itself (protocol.md §2.2). */
  finish(context: FunctionContext, result: ServiceResult): void {
    this.assertOpen()
    assertAllowed(context.state, 'any')
    const target = this.top ?? context
    if (target.isRoot) {
      this.acceptedFinishes += 1
      this.end('finished', 'finish', result)
    } else this.#endChild(target, result, 'finish')
  }

  /** Ends the whole session. Streams end with OK unless `failure` says otherwise; nothing happens when it is over already. */
  end(state: FinalState, cause: string, result?: ServiceResult, failure?: Refusal): void {
    if (this.isOver) return
    const from = this.#state
    this.#state = state
    const at = this.#setup.clock.now()
    this.serviceResult = result
    this.transitions.push({ from, to: state, at, cause })
    this.#longest.cancel()
    const contextResult = result ?? { result: [choices.resultWithoutFinish], description: cause }
    for (const context of this.#stack.splice(0).reverse()) this.#close(context, contextResult, undefined, failure)
    this.resources.dispose(state === 'finished' ? 'finished' : 'cut')
    this.#setup.onChange(this)
  }

  /** Removes every token of the session from the vault, including spent and expired ones. */
  revokeTokens(): void {
    this.#setup.vault.revokeAll((record) => record.holder.kind === 'context' && record.holder.session === this)
  }

  /** Expires every session token now, as a server fault would; the limits of the contexts do not change. */
  expireSessionTokens(): void {
    this.#setup.vault.revokeAll(
      ({ kind, holder }) => kind === 'session' && holder.kind === 'context' && holder.session === this,
    )
  }

  #push(context: FunctionContext): void {
    this.#stack.push(context)
    this.contexts.push(context)
    this.#forgetOldContexts()
    this.#makeClaimable(context)
  }

  #forgetOldContexts(): void {
    if (this.contexts.length <= choices.rememberedContexts) return
    const oldest = this.contexts.findIndex(({ state }) => state === 'ended')
    if (oldest >= 0) this.contexts.splice(oldest, 1)
  }

  #makeClaimable(context: FunctionContext): Token<'authentication'> {
    if (context.authenticationToken !== undefined) this.#setup.vault.revoke(context.authenticationToken)
    const token = this.#setup.vault.issue('authentication', this.#holder(context), Number.POSITIVE_INFINITY)
    context.authenticationToken = token
    context.claimLimit = this.#setup.clock.after(limits.claimMs, () => this.#leaveUnclaimed(context))
    return token
  }

  #leaveUnclaimed(context: FunctionContext): void {
    const cause = `not claimed within ${limits.claimMs / 1000} s`
    if (context.isRoot) this.end(choices.stateWhenUnclaimed, cause)
    else this.#endChild(context, { result: [choices.resultWithoutFinish], description: cause }, cause)
  }

  #abandon(context: FunctionContext): void {
    const cause = 'the client vanished and its last session token expired'
    const result = { result: [choices.resultWithoutFinish], description: cause }
    if (context.isRoot) this.end(choices.stateWhenAbandoned, cause)
    while (context.state !== 'ended' && this.top !== undefined) this.#endChild(this.top, result, cause)
  }

  #endChild(child: FunctionContext, result: ServiceResult, cause: string): void {
    const parent = child.parent
    if (parent === undefined || child.state === 'ended' || this.top !== child) return
    this.#stack.pop()
    parent.state = nextContextState(parent.state, 'child-ended')
    parent.lastChild = child
    const parentToken = parent.state === 'available' ? this.#makeClaimable(parent) : undefined
    this.#close(child, result, parentToken)
    this.#noteState(cause === 'finish' ? 'finish of a function context' : cause)
  }

  #close(context: FunctionContext, result: ServiceResult, parentToken: ContextEnd['parentToken'], failure?: Refusal) {
    context.state = nextContextState(context.state, 'end')
    context.finishedAt = this.#setup.clock.now()
    context.authenticationToken = undefined
    context.disarm()
    context.forgetVariables()
    for (const stream of [...context.streams]) stream.end(failure)
    context.streams.clear()
    context.announceEnd({ result, parentToken, failure })
  }

  #noteState(cause: string): void {
    const to = sessionStateOf(this.#stack)
    if (to !== this.#state) {
      this.transitions.push({ from: this.#state, to, at: this.#setup.clock.now(), cause })
      this.#state = to
    }
    this.#setup.onChange(this)
  }

  #holder(context: FunctionContext): TokenHolder {
    return { kind: 'context', session: this, context }
  }

  #spendAuthenticationToken(context: FunctionContext): void {
    if (context.authenticationToken === undefined) return
    const record = this.#setup.vault.find(context.authenticationToken)
    if (record !== undefined) record.isSpent = true
    context.authenticationToken = undefined
  }
}
