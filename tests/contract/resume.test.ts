import { rmSync } from 'node:fs'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Encryption } from '../../src/main/storage/encryption.ts'
import { fakeEncryption } from '../../src/main/storage/testing/fake-encryption.ts'
import { fakeSpawner } from '../../src/main/testing/fake-child.ts'
import { startBackend } from '../../src/main/testing/running-backend.ts'
import { systemClock } from '../../src/openobd/clock.ts'
import { trustProfileEndpoint } from '../../src/openobd/grpc/endpoint.ts'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { DirectCustody } from '../../src/openobd/session/custody/direct-custody.ts'
import { startFunctionContext } from '../../src/openobd/session/function-contexts.ts'
import type { SessionCalls } from '../../src/openobd/session/session-calls.ts'
import { SessionController } from '../../src/openobd/session/session-controller.ts'
import { authenticate } from '../../src/openobd/session/session-service.ts'
import { tokenLifetimeMs } from '../../src/openobd/session/token-keeper.ts'
import type { ContextToken, SessionToken } from '../../src/openobd/token.ts'
import type { ServiceResult } from '../../src/shared/service-result.ts'
import { EngineProcess } from '../support/engine-process.ts'
import { bad, good } from './client-bench.ts'

async function onEngine() {
  const engine = await EngineProcess.start()
  const { host, port } = engine.ready
  const endpoint = good(trustProfileEndpoint({ host, port }))
  const grpcChannel = new GrpcChannel(endpoint)
  const controller = new SessionController(grpcChannel, engine.ready, systemClock)
  const custodies: DirectCustody[] = []
  onTestFinished(async () => {
    for (const custody of custodies) custody.release()
    grpcChannel.close()
    await engine.stop()
  })
  const custodyOf = (withSecret = true, beforeClaim: () => Promise<void> = () => Promise.resolve()) => {
    const without = new SessionController(grpcChannel, () => undefined, systemClock)
    const tokens: SessionToken[] = []
    const custody = new DirectCustody({
      controller: withSecret ? controller : without,
      clock: systemClock,
      random: Math.random,
      target: { kind: 'ticket', number: engine.ready.ticket },
      channelTo: () => grpcChannel,
      beforeClaim,
      onToken: (token) => tokens.push(token),
    })
    custodies.push(custody)
    return { custody, tokens }
  }
  /** A session that was claimed and then left, as by a crash; before that its owner may have opened something in it. */
  const leftSession = async (before: (calls: SessionCalls) => Promise<ContextToken[]> = () => Promise.resolve([])) => {
    const { custody, tokens } = custodyOf()
    const contexts = await before(good(await custody.start()))
    const { state } = custody.view
    custody.release()
    const [token] = tokens
    if (state.phase !== 'active' || !token) throw new Error('no session')
    return { sessionId: state.sessionId, endpoint, token, ageMs: 0, contexts }
  }
  const stateOf = async (sessionId: string) => good(await controller.getSession(sessionId)).state
  return { engine, controller, custodyOf, leftSession, stateOf }
}

// @proves Sessions and links: A session of an earlier run is held again with its kept token, without a secret, and finished
it('holds a session of an earlier run again and finishes it, without a secret', async () => {
  const { custodyOf, leftSession, stateOf } = await onEngine()
  const kept = await leftSession()
  const { custody } = custodyOf(false)
  good(await custody.resume(kept))
  expect(bad(await custody.resume(kept)).code).toBe('not-allowed-now')
  expect(custody.view.state).toEqual({ phase: 'active', sessionId: kept.sessionId })
  await vi.waitFor(() => expect(custody.view.liveness).toBe('live'), { timeout: 5_000 })
  good(await custody.finish({ results: ['success'], userFeedback: 'success' }))
  expect(await stateOf(kept.sessionId)).toBe('finished')
})

// @proves Sessions and links: Function contexts that a killed application left open are finished before anything else, and a finish never ends one of them only
it.each([
  ['whose token is kept', true],
  ['that nobody knows', false],
])('ends a function context %s, and then the session', async (_title, isKnown) => {
  const { custodyOf, leftSession, stateOf } = await onEngine()
  const kept = await leftSession(async (calls) => {
    const child = good(await startFunctionContext(calls))
    return [good(await authenticate(calls.grpcChannel, child.authenticationToken))]
  })
  const { custody } = custodyOf(false)
  good(await custody.resume({ ...kept, contexts: isKnown ? kept.contexts : [] }))
  const next = custody.calls && (await startFunctionContext(custody.calls))
  expect(next?.ok).toBe(isKnown)
  good(await custody.finish({ results: ['success'], userFeedback: 'success' }))
  expect(await stateOf(kept.sessionId)).toBe('finished')
})

it('claims a new session only when it may, and learns that it has ended meanwhile', async () => {
  const { custodyOf, controller, stateOf } = await onEngine()
  const may = Promise.withResolvers<void>()
  const { custody, tokens } = custodyOf(true, () => may.promise)
  const start = custody.start()
  await vi.waitFor(() => expect(custody.view.state.phase).toBe('claiming'))
  const { state } = custody.view
  if (state.phase !== 'claiming') throw new Error('no session')
  expect(await stateOf(state.sessionId)).toBe('available')
  expect(tokens).toEqual([])
  good(await controller.interruptSession(state.sessionId))
  may.resolve()
  expect(bad(await start).code).toBeTruthy()
  expect(await stateOf(state.sessionId)).toBe('interrupted')

  const next = custodyOf(true, () => Promise.resolve())
  good(await next.custody.start())
  expect(next.custody.view.state.phase).toBe('active')
})

it('holds nothing when the session has ended, or its token is too old, and changes nothing', async () => {
  const { custodyOf, leftSession, controller, stateOf } = await onEngine()
  const kept = await leftSession()
  const { custody } = custodyOf()
  expect(bad(await custody.resume({ ...kept, ageMs: tokenLifetimeMs })).code).toBe('session-expired')
  expect(await stateOf(kept.sessionId)).toBe('active')
  good(await controller.interruptSession(kept.sessionId))
  expect(bad(await custody.resume(kept)).answered).toBe(true)
  expect(custody.view.state).toEqual({ phase: 'idle' })
})

async function leftByApplication(encryption: Encryption) {
  const bench = await onEngine()
  const { host, port, clientId, clientSecret, clusterId, ticket } = bench.engine.ready
  const profile = { name: 'Depot', host, port, clientId, clusterId, allowPlaintext: false }
  const first = startBackend({ spawn: fakeSpawner().spawn, encryption })
  onTestFinished(() => rmSync(first.folder, { recursive: true, force: true }))
  const saved = await first.handlers.saveProfile({ ...profile, clientSecret })
  if (!saved.ok) throw new Error(saved.failure.code)
  const { profileId } = saved.value
  await first.handlers.selectProfile({ profileId })
  await first.until(({ endpoint }) => endpoint.status === 'ready')
  const target = { kind: 'ticket', number: ticket } as const
  expect(await first.handlers.startSession({ target, withoutRecord: false })).toMatchObject({ ok: true })
  const { session } = await first.until((state) => state.session?.phase === 'active')
  const [sent] = good(await bench.controller.getSessionList())
  if (!session || !sent) throw new Error('no session')
  if (await encryption.isAvailable())
    await vi.waitFor(async () => expect(await first.journal.tokens.get(session.handle)).toMatchObject({ value: {} }))
  await first.backend.stop()
  const next = startBackend({ spawn: fakeSpawner().spawn, encryption, folder: first.folder })
  onTestFinished(() => next.backend.stop())
  return { ...bench, next, profile: { ...profile, id: profileId, clientSecret }, handle: session.handle, id: sent.id }
}

it('continues the job of an application that ended, before its secret is typed', async () => {
  const { next, profile, handle, id, stateOf } = await leftByApplication(fakeEncryption())
  await next.until(({ unfinishedSessions: [one] }) => one?.resume === 'possible')
  expect(next.publisher.state.endpoint).toMatchObject({ failure: { code: 'secret-missing' } })
  expect(await next.handlers.resumeSession({ handle })).toEqual({ ok: true, value: null })
  const { unfinishedSessions } = await next.until(({ session }) => session?.phase === 'active')
  expect(unfinishedSessions).toEqual([])
  expect(next.publisher.state.session).toMatchObject({ handle, target: { number: expect.any(String) } })

  // The session is held, so that only the secret may change.
  expect(await next.handlers.saveProfile({ ...profile, host: 'localhost' })).toMatchObject({
    failure: { code: 'not-allowed-now' },
  })
  expect(await next.handlers.saveProfile(profile)).toMatchObject({ ok: true })
  await next.until(({ endpoint }) => endpoint.status === 'ready')
  expect(next.publisher.state.session).toMatchObject({ handle, phase: 'active' })

  const serviceResult: ServiceResult = { results: ['success'], userFeedback: 'success' }
  expect(await next.handlers.finishSession({ handle, serviceResult, withoutRecord: false })).toMatchObject({ ok: true })
  expect(await stateOf(id)).toBe('finished')
  expect(await next.journal.tokens.get(handle)).toEqual({ ok: true, value: null })
})

it('says that nothing was kept where the system has no encryption', async () => {
  const { next, handle, id, stateOf } = await leftByApplication(fakeEncryption(false))
  await next.until(({ unfinishedSessions: [one] }) => one?.resume === 'not-kept')
  expect(await next.handlers.resumeSession({ handle })).toMatchObject({ failure: { code: 'session-expired' } })
  expect(await stateOf(id)).toBe('active')
})
