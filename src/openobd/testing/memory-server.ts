import { failed, succeeded } from '../../shared/outcome.ts'
import { type CallFailure, type CallOutcome, callFailure, refused } from '../failure.ts'
import type { CallSettings, CallTransport, Method } from '../grpc/grpc-channel.ts'
import { failureFromStatus } from '../grpc/grpc-status.ts'
import type { GrpcStream } from '../grpc/grpc-stream.ts'
import type { ManualClock } from '../manual-clock.ts'
import { FakeServerStream } from './fake-stream.ts'

/** Fate of one call: success, lost request, lost reply, or server not reachable. */
export type Fate = 'works' | 'request-lost' | 'reply-lost' | 'unreachable'

interface ServedSession {
  id: string
  state: string
  createdAtMs: number
  tokens: Map<string, number>
  /** Tokens of open function contexts, the deepest last. */
  contexts: string[]
  accepted: unknown[]
  claims: number
}

const lifetimeMs = 300_000
const claimLimitMs = 60_000
const status = (rpc: string, code: number, details: string) => failed(failureFromStatus(rpc, { code, details }))

/** A session server in memory with the rules of protocol.md §2, on a manual clock; each call gets the next fate. */
export class MemoryServer implements CallTransport {
  readonly endpoint = { host: '127.0.0.1', port: 50051, transport: 'plaintext' } as const
  readonly sessions = new Map<string, ServedSession>()
  /** Calls that reached the server, in order. */
  readonly served: string[] = []
  /** Finishes after an accepted one; the server refuses them, and the client must not send them. */
  repeatedFinishes = 0
  /** Session calls with a token older than five minutes. */
  readonly staleCalls: string[] = []
  readonly #clock: ManualClock
  readonly #fates: Fate[]
  readonly #streamFates: Fate[]
  readonly #issuedAtMs = new Map<string, number>()
  readonly #streams = new Map<string, Set<FakeServerStream<object>>>()

  constructor(clock: ManualClock, fates: readonly Fate[], streamFates: readonly Fate[] = []) {
    this.#clock = clock
    this.#fates = [...fates]
    this.#streamFates = [...streamFates]
  }

  async unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    settings: CallSettings = {},
  ): Promise<CallOutcome<Response>> {
    const rpc = method.path.split('.').at(-1) ?? method.path
    const fate = this.#fates.shift() ?? 'works'
    await Promise.resolve()
    if (fate === 'unreachable') return refused(rpc, 'connection-lost', { certainty: 'not-sent' })
    if (fate === 'request-lost') return failed(lostFailure(rpc))
    this.#closeUnclaimed()
    const outcome = this.#serve(rpc, request as Record<string, unknown>, settings.token?.reveal() ?? '')
    return fate === 'reply-lost' ? failed(lostFailure(rpc)) : (outcome as CallOutcome<Response>)
  }

  serverStream<Request, Response>(
    method: Method<Request, Response>,
    _request: Request,
    settings: CallSettings = {},
  ): GrpcStream<never, Response> {
    const rpc = method.path.split('.').at(-1) ?? method.path
    const fake = new FakeServerStream<object>(rpc)
    if (!rpc.endsWith('openSessionTokenStream')) {
      fake.end(12, 'there is no such service')
      return fake.stream as unknown as GrpcStream<never, Response>
    }
    const fate = this.#streamFates.shift() ?? 'works'
    const session = this.#sessionOf(settings.token?.reveal() ?? '')
    if (fate !== 'works') fake.end(14, 'Connection dropped')
    else if (session) this.#streamsOf(session.id).add(fake)
    else fake.end(16, 'unknown token')
    return fake.stream as unknown as GrpcStream<never, Response>
  }

  duplex(): never {
    throw new Error('The server in memory has no such streams.')
  }

  clientStream(): never {
    throw new Error('The server in memory has no such streams.')
  }

  /** Interrupts the newest session, as an operator does. */
  interruptNewest(): void {
    const session = [...this.sessions.values()].at(-1)
    if (session && !isFinal(session)) this.#end(session, 'interrupted')
  }

  /** Opens a function context in the newest session, above the ones that are open. */
  openContext(token: string): void {
    ;[...this.sessions.values()].at(-1)?.contexts.push(token)
  }

  /** Removes all state, as after a restart. */
  forget(): void {
    for (const session of this.sessions.values()) this.#closeStreams(session.id)
    this.sessions.clear()
  }

  /** Sends a new token for the newest session on its stream. */
  rotate(): void {
    const session = [...this.sessions.values()].at(-1)
    if (session?.state !== 'active') return
    const value = this.#issue(session)
    for (const stream of this.#streamsOf(session.id)) stream.push({ value })
  }

  #serve(rpc: string, request: Record<string, unknown>, bearer: string): CallOutcome<unknown> {
    this.served.push(rpc)
    switch (rpc.split('/')[1]) {
      case 'getSessionControllerToken':
        return succeeded({ value: 'controller' })
      case 'getSessionList':
        return succeeded({ sessions: [...this.sessions.values()].map((session) => this.#info(session)) })
      case 'startSessionOnTicket':
        return this.#start(rpc)
      case 'getSession':
      case 'interruptSession':
        return this.#known(rpc, String(request.value))
      case 'authenticate':
        return this.#authenticate(rpc, bearer)
      case 'getConfiguration':
        return this.#sessionOf(bearer) ? succeeded({}) : status(rpc, 16, 'unknown or expired token')
      case 'finish':
        return this.#finish(rpc, request, bearer)
      default:
        return status(rpc, 12, '')
    }
  }

  #start(rpc: string): CallOutcome<unknown> {
    if ([...this.sessions.values()].some((session) => !isFinal(session)))
      return status(rpc, 14, 'resource already in use')
    const id = `session-${this.sessions.size + 1}`
    const session = {
      id,
      state: 'available',
      createdAtMs: this.#clock.monotonicMs(),
      tokens: new Map(),
      contexts: [],
      accepted: [],
      claims: 0,
    }
    this.sessions.set(id, session)
    return succeeded(this.#info(session))
  }

  #known(rpc: string, id: string): CallOutcome<unknown> {
    const session = this.sessions.get(id)
    if (!session) return status(rpc, 5, 'no such session')
    if (rpc.endsWith('interruptSession')) {
      if (isFinal(session)) return status(rpc, 9, `the session is ${session.state}`)
      this.#end(session, 'interrupted')
    }
    return succeeded(this.#info(session))
  }

  #authenticate(rpc: string, bearer: string): CallOutcome<unknown> {
    const session = [...this.sessions.values()].find(({ id }) => bearer === `auth-${id}`)
    if (!session) return status(rpc, 16, 'unknown token')
    if (session.state !== 'available') return status(rpc, 7, 'session already authenticated')
    session.state = 'active'
    session.claims += 1
    return succeeded({ value: this.#issue(session) })
  }

  #finish(rpc: string, request: Record<string, unknown>, bearer: string): CallOutcome<unknown> {
    const parent = [...this.sessions.values()].find(({ contexts }) => contexts.includes(bearer))
    const session = this.#sessionOf(bearer)
    // The deepest context ends, also with the token of one below it (protocol.md §2.2).
    if ((parent ?? session)?.contexts.pop() !== undefined) return succeeded({})
    if ([...this.sessions.values()].some((one) => one.tokens.has(bearer) && one.accepted.length > 0))
      this.repeatedFinishes += 1
    if (!session) {
      const issuedAtMs = this.#issuedAtMs.get(bearer) ?? Number.POSITIVE_INFINITY
      if (this.#clock.monotonicMs() - issuedAtMs >= lifetimeMs) this.staleCalls.push(rpc)
      return status(rpc, 16, 'unknown or expired token')
    }
    session.accepted.push(request.result)
    this.#end(session, 'finished')
    return succeeded({})
  }

  #sessionOf(bearer: string): ServedSession | undefined {
    return [...this.sessions.values()].find((session) => {
      const issuedAtMs = session.tokens.get(bearer)
      return (
        session.state === 'active' && issuedAtMs !== undefined && this.#clock.monotonicMs() - issuedAtMs < lifetimeMs
      )
    })
  }

  #issue(session: ServedSession): string {
    const value = `${session.id}-token-${session.tokens.size + 1}`
    session.tokens.set(value, this.#clock.monotonicMs())
    this.#issuedAtMs.set(value, this.#clock.monotonicMs())
    return value
  }

  #info(session: ServedSession): object {
    const token = session.state === 'available' ? `auth-${session.id}` : ''
    const { id, state } = session
    return { id, state, created_at: '', grpc_endpoint: '127.0.0.1', grpc_port: 50051, authentication_token: token }
  }

  #closeUnclaimed(): void {
    for (const session of this.sessions.values()) {
      const age = this.#clock.monotonicMs() - session.createdAtMs
      if (session.state === 'available' && age > claimLimitMs) this.#end(session, 'failed')
    }
  }

  #end(session: ServedSession, state: string): void {
    session.state = state
    this.#closeStreams(session.id)
  }

  #closeStreams(id: string): void {
    for (const stream of this.#streamsOf(id)) stream.end(0)
    this.#streams.delete(id)
  }

  #streamsOf(id: string): Set<FakeServerStream<object>> {
    const streams = this.#streams.get(id) ?? new Set()
    this.#streams.set(id, streams)
    return streams
  }
}

const isFinal = (session: ServedSession): boolean => session.state !== 'available' && session.state !== 'active'
const lostFailure = (rpc: string): CallFailure => callFailure(rpc, 'connection-lost', { certainty: 'unclear' })
