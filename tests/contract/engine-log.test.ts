import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import { EngineProcess } from '../support/engine-process.ts'

/** Calls like any client; returns the details of a refusal. */
function callerOf(port: number) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 })
  onTestFinished(() => client.close())
  return <In, Out, InOut, OutOut>(method: MethodDefinition<In, Out, InOut, OutOut>, request: In, token?: string) =>
    new Promise<OutOut | string>((resolve) => {
      const metadata = new Metadata()
      if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
      const done = (error: ServiceError | null, reply?: OutOut) => resolve(reply ?? error?.details ?? 'no reply')
      const { path, requestSerialize, responseDeserialize } = method
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, done)
    })
}

const otherPartners = [
  { clientId: 'rival', clientSecret: 'canary-of-the-rival' },
  { clientId: 'newcomer', clientSecret: 'canary-of-the-newcomer' },
]

/** A credentials file with several partners, for the duration of the test. */
function partnersFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'partners-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'credentials.json')
  writeFileSync(file, JSON.stringify({ clientId: 'garage', clientSecret: 'canary-of-the-garage', otherPartners }))
  return file
}

// @proves Security: Secrets and tokens are in no log, event, snapshot, file
it('the log of the engine holds no secret and no token, however much is logged', async () => {
  vi.stubEnv('ENGINE_LOG_LEVEL', 'trace')
  onTestFinished(() => void vi.unstubAllEnvs())
  const engine = await EngineProcess.start({ args: ['--credentials-file', partnersFile()] })
  onTestFinished(async () => void (await engine.stop()))
  const { clientId, clientSecret, ticket } = engine.ready
  const call = callerOf(engine.ready.port)
  const controller = openObdV1.sessionController.service
  const session = openObdV1.session.service

  const wrongSecret = 'canary-of-a-typing-mistake'
  const signIn = { client_id: clientId, client_secret: clientSecret, cluster_id: '001' }
  const refusals: unknown[] = [
    await call(controller.getSessionControllerToken, { ...signIn, client_secret: wrongSecret }),
    await call(controller.getSessionControllerToken, { ...signIn, cluster_id: '' }),
  ]
  const rivalTokens: string[] = []
  for (const { clientId: id, clientSecret: secret } of otherPartners) {
    const otherSignIn = { ...signIn, client_id: id, client_secret: secret }
    rivalTokens.push(tokenOf(await call(controller.getSessionControllerToken, otherSignIn)))
    for (const wrong of [{ client_secret: clientSecret }, { client_id: clientId }, { cluster_id: '002' }])
      refusals.push(await call(controller.getSessionControllerToken, { ...otherSignIn, ...wrong }))
  }
  const controllerToken = tokenOf(await call(controller.getSessionControllerToken, signIn))
  const info = await call(controller.startSessionOnTicket, { value: ticket }, controllerToken)
  const authentication = typeof info === 'string' ? '' : info.authentication_token
  refusals.push(await call(session.authenticate, {}, `${authentication}x`))
  const sessionToken = tokenOf(await call(session.authenticate, {}, authentication))
  const id = typeof info === 'string' ? '' : info.id
  for (const rivalToken of rivalTokens) {
    refusals.push(await call(controller.interruptSession, { value: id }, rivalToken))
    refusals.push(await call(controller.startSessionOnTicket, { value: ticket }, rivalToken))
  }
  refusals.push(
    await call(session.authenticate, {}, authentication),
    await call(controller.getSessionList, {}, sessionToken),
    await call(session.authenticate, {}, controllerToken),
  )
  await call(session.finish, { result: ['RESULT_SUCCESS'] }, sessionToken)

  const secrets = [clientSecret, wrongSecret, ...otherPartners.map((partner) => partner.clientSecret)]
  const values = [...secrets, controllerToken, ...rivalTokens, authentication, sessionToken]
  for (const value of values) expect(value.length).toBeGreaterThan(15)
  await vi.waitFor(() => expect(engine.log).toContain('finished'), { timeout: 5_000 })
  expect(engine.log).toContain('an rpc was refused')
  for (const said of [engine.log, ...refusals]) {
    expect(typeof said).toBe('string')
    for (const value of values) expect(String(said).includes(value)).toBe(false)
  }
}, 30_000)

function tokenOf(reply: { readonly value: string } | string): string {
  return typeof reply === 'string' ? '' : reply.value
}
