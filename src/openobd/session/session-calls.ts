import { failed, succeeded } from '../../shared/outcome.ts'
import { type CallOutcome, callFailure, refused, rpcName } from '../failure.ts'
import type { CallTransport, Method } from '../grpc/grpc-channel.ts'
import type { GrpcStream } from '../grpc/grpc-stream.ts'
import type { SessionToken } from '../token.ts'

/** Source of the bearer of session-scoped calls. */
export interface SessionTokenSource {
  /** The newest session token; undefined when there is none or it has expired. */
  current(): SessionToken | undefined
  /**
   * Reports that the server refused the token and asks for another one. Resolves with undefined when there is none, or when
   * this token has been replaced before: one attempt per token.
   */
  replace(refusedToken: SessionToken): Promise<SessionToken | undefined>
}

/** Calls of one session, each with the newest token. Without a usable token nothing is sent. */
export class SessionCalls {
  readonly grpcChannel: CallTransport
  readonly #tokens: SessionTokenSource
  readonly #confirmLink: () => boolean | Promise<boolean>

  /** `confirmLink` finds out after a time-out whether the platform is reached: `() => heartbeat.confirm()`. */
  constructor(
    grpcChannel: CallTransport,
    tokens: SessionTokenSource,
    confirmLink: () => boolean | Promise<boolean> = () => true,
  ) {
    this.grpcChannel = grpcChannel
    this.#tokens = tokens
    this.#confirmLink = confirmLink
  }

  /** Whether the session has a token that can still be used. */
  get hasToken(): boolean {
    return this.#tokens.current() !== undefined
  }

  /** Whether the platform is reached now, by the heartbeat (quality.md P6). */
  async confirmLink(): Promise<boolean> {
    return this.#confirmLink()
  }

  /** Calls a unary method of the session. A refused bearer is replaced at most once. */
  async unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    deadlineMs?: number,
  ): Promise<CallOutcome<Response>> {
    const token = this.#tokens.current()
    if (!token) return expired(method)
    const outcome = await this.grpcChannel.unary(method, request, { token, deadlineMs })
    if (outcome.ok || !outcome.failure.bearerRefused) return this.#withLinkState(outcome)
    const other = await this.#tokens.replace(token)
    if (!other) return outcome
    return this.#withLinkState(await this.grpcChannel.unary(method, request, { token: other, deadlineMs }))
  }

  /** Opens a stream of messages from the server. */
  serverStream<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
  ): CallOutcome<GrpcStream<never, Response>> {
    const token = this.#tokens.current()
    return token ? succeeded(this.grpcChannel.serverStream(method, request, { token })) : expired(method)
  }

  /** Opens a stream in both directions. */
  duplex<Request, Response>(
    method: Method<Request, Response>,
    queueLimit?: number,
  ): CallOutcome<GrpcStream<Request, Response>> {
    const token = this.#tokens.current()
    return token ? succeeded(this.grpcChannel.duplex(method, { token, queueLimit })) : expired(method)
  }

  /** Opens a stream to the server with a single reply. */
  clientStream<Request, Response>(
    method: Method<Request, Response>,
    settings: { readonly deadlineMs?: number; readonly queueLimit?: number } = {},
  ): CallOutcome<{ stream: GrpcStream<Request, never>; reply: Promise<CallOutcome<Response>> }> {
    const token = this.#tokens.current()
    return token ? succeeded(this.grpcChannel.clientStream(method, { ...settings, token })) : expired(method)
  }

  async #withLinkState<T>(outcome: CallOutcome<T>): Promise<CallOutcome<T>> {
    if (outcome.ok || outcome.failure.code !== 'timed-out' || (await this.#confirmLink())) return outcome
    return failed(callFailure(outcome.failure.rpc, 'connection-lost', { certainty: 'unclear' }))
  }
}

const expired = (method: { readonly path: string }): CallOutcome<never> =>
  refused(rpcName(method), 'session-expired', { certainty: 'not-sent' })
