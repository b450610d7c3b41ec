import { Metadata } from '@grpc/grpc-js'
import { openObdV1 } from '../src/openobd/grpc/protos.ts'
import { type EngineAccess, loopbackCredentials, reply } from './engine-access.ts'

/** A session of a test, and calls in it. */
export interface ClaimedSession {
  readonly sessionId: string
  readonly target: string
  readonly bearer: Metadata
}

const bearerOf = (token: string): Metadata => {
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${token}`)
  return metadata
}

/** Starts a session on the ticket and claims it, as another program does. */
export async function claimOnTicket(engine: EngineAccess, ticket: string): Promise<ClaimedSession> {
  const info = await engine.startOnTicket(ticket)
  const target = `127.0.0.1:${info.grpc_port}`
  const session = new openObdV1.session(target, ...loopbackCredentials())
  const deadline = { deadline: Date.now() + 30_000 }
  const token = await reply<{ value: string }>((done) =>
    session.authenticate({}, bearerOf(info.authentication_token), deadline, done as never),
  )
  session.close()
  return { sessionId: info.id, target, bearer: bearerOf(token.value) }
}
