import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
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

/** Writes lines to the script log at a fixed rate, from a session of its own on the ticket, and waits until the engine has them. */
export async function writeToLogFor(
  engine: EngineAccess,
  ticket: string,
  { seconds, linesPerSecond }: { seconds: number; linesPerSecond: number },
): Promise<void> {
  const { sessionId, target, bearer } = await claimOnTicket(engine, ticket)
  const client = new openObdV1.logging(target, ...loopbackCredentials())
  const receipt = Promise.withResolvers<unknown>()
  const stream = client.openLogStream(bearer, (error: Error | null) =>
    error === null ? receipt.resolve(undefined) : receipt.reject(error),
  )
  const content = 'Request 22 F1 87, answer 62 F1 87 35 48 30 39 30 36 30 32 31 4B, and then some more words'
  const batchesPerSecond = 20
  const begin = performance.now()
  for (let batch = 0; batch < seconds * batchesPerSecond; batch += 1) {
    for (let line = 0; line < linesPerSecond / batchesPerSecond; line += 1) {
      const number = (batch * linesPerSecond) / batchesPerSecond + line
      if (!stream.write({ content: `line ${number}: ${content}`, level: 'LOG_LEVEL_INFO' })) await once(stream, 'drain')
    }
    await pause(Math.max(0, begin + ((batch + 1) * 1000) / batchesPerSecond - performance.now()))
  }
  stream.end()
  await receipt.promise
  client.close()
  await engine.interrupt(sessionId)
}
