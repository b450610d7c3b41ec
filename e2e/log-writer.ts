import { openObdV1 } from '../src/openobd/grpc/protos.ts'
import { claimOnTicket } from './claimed-session.ts'
import { type EngineAccess, loopbackCredentials, reply } from './engine-access.ts'

/** Writes lines to the script log from a session of its own on the ticket; resolves when the engine has them all. */
export async function writeToLog(engine: EngineAccess, ticket: string, lines: readonly string[]): Promise<void> {
  const { sessionId, target, bearer } = await claimOnTicket(engine, ticket)
  const client = new openObdV1.logging(target, ...loopbackCredentials())
  await reply((done) => {
    const stream = client.openLogStream(bearer, done as never)
    for (const content of lines) stream.write({ content, level: 'LOG_LEVEL_INFO' })
    stream.end()
  })
  client.close()
  await engine.interrupt(sessionId)
}
