import { systemClock } from '../src/openobd/clock.ts'
import { configureBuses } from '../src/openobd/diagnostics/config.ts'
import { UdsChannel } from '../src/openobd/diagnostics/uds-channel.ts'
import type { CallOutcome } from '../src/openobd/failure.ts'
import { trustProfileEndpoint } from '../src/openobd/grpc/endpoint.ts'
import { type CallTransport, GrpcChannel } from '../src/openobd/grpc/grpc-channel.ts'
import { SessionCalls } from '../src/openobd/session/session-calls.ts'
import { SessionController } from '../src/openobd/session/session-controller.ts'
import { authenticate, finish } from '../src/openobd/session/session-service.ts'
import { fixedToken } from '../src/openobd/testing/fixed-token.ts'
import type { SessionToken } from '../src/openobd/token.ts'
import type { SessionInfo } from '../src/openobd/wire/session-info.ts'
import type { EngineReady } from '../tests/support/engine-process.ts'

/** The value of an outcome; a failure ends the measurement. */
export function outcomeValue<T>(outcome: CallOutcome<T>): T {
  if (outcome.ok) return outcome.value
  throw new Error(`${outcome.failure.rpc}: ${outcome.failure.code} ${outcome.failure.detail ?? ''}`)
}

/** A plaintext channel of our client to a port of this computer. */
export const loopbackChannel = (port: number): GrpcChannel =>
  new GrpcChannel(outcomeValue(trustProfileEndpoint({ host: '127.0.0.1', port })))

/** The session controller of an engine. */
export const controllerOf = (engine: EngineReady): SessionController =>
  new SessionController(loopbackChannel(engine.port), engine, systemClock)

/** A session that our client has claimed on a connector. */
export class OurSession {
  readonly info: SessionInfo
  readonly calls: SessionCalls
  readonly #token: SessionToken

  private constructor(info: SessionInfo, calls: SessionCalls, token: SessionToken) {
    this.info = info
    this.calls = calls
    this.#token = token
  }

  /** Claims a started session through the given channel. */
  static async claim(info: SessionInfo, channel: CallTransport): Promise<OurSession> {
    if (!info.authenticationToken) throw new Error('The session came without an authentication token.')
    const token = outcomeValue(await authenticate(channel, info.authenticationToken))
    return new OurSession(info, new SessionCalls(channel, fixedToken(token)), token)
  }

  /** Starts a session on a connector and claims it. */
  static async start(controller: SessionController, connector: string): Promise<OurSession> {
    const info = outcomeValue(await controller.startSession({ kind: 'connector', number: connector }))
    return await OurSession.claim(info, controller.grpcChannel)
  }

  /** A conversation with the engine ECU on a freshly configured diagnostic CAN. */
  async engineControl(): Promise<UdsChannel> {
    const can = { pinPlus: 6, pinMin: 14, protocol: 'isotp', bitRate: 500 } as const
    outcomeValue(await configureBuses(this.calls, [{ kind: 'can', name: 'perf', can }]))
    return openEngineControl(this.calls)
  }

  /** Finishes with success. */
  async finish(): Promise<void> {
    outcomeValue(await finish(this.calls.grpcChannel, this.#token, { results: ['success'] }))
  }
}

/** A conversation with identifiers 7E0 and 7E8 on the bus `perf`. */
export function openEngineControl(calls: SessionCalls): UdsChannel {
  const channel = new UdsChannel(calls, systemClock, {
    kind: 'isotp',
    channel: { busName: 'perf', requestId: 0x7e0, responseId: 0x7e8 },
  })
  outcomeValue(channel.open())
  return channel
}
