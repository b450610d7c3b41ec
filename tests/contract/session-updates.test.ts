import fc from 'fast-check'
import { expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../src/openobd/clock.ts'
import { trustProfileEndpoint } from '../../src/openobd/grpc/endpoint.ts'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import { SessionController } from '../../src/openobd/session/session-controller.ts'
import { WorkshopViewer } from '../../src/openobd/session/workshop-viewer.ts'
import { type AuthenticationToken, type SessionToken, Token } from '../../src/openobd/token.ts'
import type { SessionRecord } from '../../src/openobd/wire/session-record.ts'
import { EngineProcess } from '../support/engine-process.ts'
import { good } from './client-bench.ts'

const { authenticate, finish } = openObdV1.session.service
const { startFunctionContext, registerFunctionDetails } = openObdV1.function.service

/** A viewer of an engine, with the newest record of each session. */
async function watchedEngine() {
  const engine = await EngineProcess.start()
  const { host, port, clientId, clientSecret, clusterId, ticket } = engine.ready
  const grpcChannel = new GrpcChannel(good(trustProfileEndpoint({ host, port })))
  const controller = new SessionController(grpcChannel, { clientId, clientSecret, clusterId }, systemClock)
  const told = new Map<string, SessionRecord>()
  let snapshots = 0
  const viewer = new WorkshopViewer({
    controller,
    clock: systemClock,
    random: Math.random,
    onEvent: (event) => {
      if (event.kind === 'snapshot') snapshots += 1
      if (event.kind === 'session-changed') told.set(event.session.sessionId, event.session)
    },
  })
  onTestFinished(async () => {
    viewer.stop()
    grpcChannel.close()
    await engine.stop()
  })
  viewer.start()
  await vi.waitFor(() => expect(snapshots).toBe(1))
  return { controller, grpcChannel, viewer, told, ticket, countSnapshots: () => snapshots }
}

/** A session whose functions call functions. */
class NestedCalls {
  readonly sessionId: string
  readonly #grpcChannel: GrpcChannel
  readonly #stack: SessionToken[] = []

  private constructor(grpcChannel: GrpcChannel, sessionId: string) {
    this.#grpcChannel = grpcChannel
    this.sessionId = sessionId
  }

  static async start(controller: SessionController, grpcChannel: GrpcChannel, ticket: string): Promise<NestedCalls> {
    const { id, authenticationToken } = good(await controller.startSession({ kind: 'ticket', number: ticket }))
    if (authenticationToken === undefined) throw new Error('The session came without a token.')
    const calls = new NestedCalls(grpcChannel, id)
    await calls.#claim(authenticationToken)
    return calls
  }

  get isOver(): boolean {
    return this.#stack.length === 0
  }

  async call(): Promise<void> {
    const context = good(await this.#grpcChannel.unary(startFunctionContext, {}, { token: this.#top }))
    const token = new Token('authentication', context.authentication_token)
    const details = { id: `f${this.#stack.length}`, name: `Function ${this.#stack.length}` }
    good(await this.#grpcChannel.unary(registerFunctionDetails, details, { token }))
    await this.#claim(token)
  }

  /** Ends the newest function; the session when there is none. */
  async return(): Promise<void> {
    const result = { result: ['RESULT_SUCCESS' as const], description: 'done' }
    good(await this.#grpcChannel.unary(finish, result, { token: this.#top }))
    this.#stack.pop()
  }

  get #top(): SessionToken | undefined {
    return this.#stack.at(-1)
  }

  async #claim(token: AuthenticationToken): Promise<void> {
    const { value } = good(await this.#grpcChannel.unary(authenticate, {}, { token }))
    this.#stack.push(new Token('session', value))
  }
}

// @proves The whole protocol: A viewer gets the record of a session once, then only its changes, and knows what the engine knows
it('our viewer knows of a session what the engine knows, whatever its functions did', async () => {
  const { controller, grpcChannel, viewer, told, ticket, countSnapshots } = await watchedEngine()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('call', 'call', 'return'), { maxLength: 30 }), async (sequence) => {
      const calls = await NestedCalls.start(controller, grpcChannel, ticket)
      for (const step of sequence) {
        if (step === 'call' && !calls.isOver) await calls.call()
        else if (!calls.isOver) await calls.return()
      }
      const record = good(await viewer.getSessionRecord(calls.sessionId))
      await vi.waitFor(() => expect(told.get(calls.sessionId)).toEqual(record))
      while (!calls.isOver) await calls.return()
    }),
    { numRuns: 20, endOnFailure: true },
  )
  expect([countSnapshots(), viewer.unreadable]).toEqual([1, 0])
}, 60_000)
