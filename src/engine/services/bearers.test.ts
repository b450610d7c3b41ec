import { Metadata, status } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openObdV1, workbenchV1 } from '../../openobd/grpc/protos.ts'
import { type Bearer, type CallStatus, EngineUnderTest } from '../testing/engine-under-test.ts'

type AnyMethod = MethodDefinition<object, object>

const badBearers: readonly [string, Metadata][] = [
  ['no bearer', new Metadata()],
  ['an empty bearer', withHeader('Bearer ')],
  ['the word None', withHeader('Bearer None')],
  ['another scheme', withHeader('Basic dXNlcjpwYXNz')],
  ['a token without scheme', withHeader('just-a-token')],
  ['a garbled token', withHeader(`Bearer ${'x'.repeat(43)}`)],
  ['a very long token', withHeader(`Bearer ${'x'.repeat(8000)}`)],
]

function withHeader(value: string): Metadata {
  const metadata = new Metadata()
  metadata.set('authorization', value)
  return metadata
}

describe('rpcs that need a token', () => {
  let test: EngineUnderTest
  let tokens: Record<'controller' | 'broker' | 'authentication' | 'session' | 'expired', string>
  let rpcs: Map<string, { readonly kind: string; attempt(bearer: Bearer): Promise<CallStatus> }>

  beforeAll(async () => {
    test = await EngineUnderTest.start()
    rpcs = new Map([
      ...attempts(test, openObdV1.sessionController, 'controller', ['getSessionControllerToken']),
      ...attempts(test, openObdV1.session, 'session', []),
      ...attempts(test, openObdV1.userInterface, 'session', []),
      ...attempts(test, openObdV1.connectionMonitor, 'session', []),
      ...attempts(test, openObdV1.vehicleInfo, 'session', []),
      ...attempts(test, openObdV1.productInfo, 'session', []),
      ...attempts(test, openObdV1.ticketInfo, 'session', []),
      ...attempts(test, openObdV1.logging, 'session', []),
      ...attempts(test, openObdV1.config, 'session', []),
      ...attempts(test, openObdV1.can, 'session', ['openRawStream', 'openTp20Stream']),
      ...attempts(test, openObdV1.function, 'session', ['monitorFunctionContext']),
      ...attempts(test, openObdV1.functionBroker, 'broker', ['getFunctionBrokerToken']),
      ...attempts(test, workbenchV1.viewer, 'controller', []),
      ...attempts(test, workbenchV1.catalogue, 'controller', []),
      ...attempts(test, workbenchV1.control, 'controller', []),
    ])
    tokens = await makeTokens(test)
  })

  afterAll(() => test.stop())

  it('are all of these', () => {
    expect(rpcs.size).toBe(48)
  })

  it.each(badBearers)('refuse %s as unauthenticated', async (_name, metadata) => {
    for (const [name, { attempt }] of rpcs)
      expect({ name, ...(await attempt(metadata)) }).toMatchObject({ name, code: status.UNAUTHENTICATED })
  })

  it('say whether a token is missing, unknown or of another kind', async () => {
    const { attempt } = rpcs.get('/openOBD.v1.session/finish') ?? {}
    const details = async (bearer: Bearer) => (await attempt?.(bearer))?.details
    expect(await details(new Metadata())).toBe('a bearer token is needed')
    expect(await details('x'.repeat(43))).toBe('the token is unknown or has expired')
    expect(await details(tokens.broker)).toBe('this call needs a session token, not a broker token')
  })

  // @proves Protocol and engine: Five kinds of token; foreign, expired and garbled ones are refused
  it('refuse a token of a foreign kind', async () => {
    const foreign: Record<string, readonly (keyof typeof tokens)[]> = {
      controller: ['broker', 'session', 'authentication'],
      broker: ['controller', 'session', 'authentication'],
      session: ['controller', 'broker'],
    }
    for (const [name, { kind, attempt }] of rpcs)
      for (const other of foreign[kind] ?? [])
        expect({ name, other, ...(await attempt(tokens[other])) }).toMatchObject({
          name,
          other,
          code: status.UNAUTHENTICATED,
        })
  })

  // @proves Protocol and engine: Five kinds of token; foreign, expired and garbled ones are refused
  it('refuse an expired token', async () => {
    for (const [name, { kind, attempt }] of rpcs)
      if (kind === 'session')
        expect({ name, ...(await attempt(tokens.expired)) }).toMatchObject({
          name,
          code: status.UNAUTHENTICATED,
        })
  })

  it('never repeat a token in the details of a refusal', async () => {
    for (const [, { attempt }] of rpcs)
      for (const token of Object.values(tokens)) {
        const { details } = await attempt(`${token}x`)
        expect(details).not.toContain(token)
      }
  })
})

/** One attempt per rpc of a service, except those that need no token. Streams are half-closed at once. */
function attempts(test: EngineUnderTest, service: { service: object }, kind: string, open: readonly string[]) {
  const methods: Record<string, AnyMethod> = { ...service.service }
  return Object.entries(methods)
    .filter(([name]) => !open.includes(name))
    .map(([, method]) => {
      const attempt = (bearer: Bearer): Promise<CallStatus> => {
        const stream = test.open(method, bearer)
        if (!method.requestStream) stream.send({})
        stream.halfClose()
        return stream.status
      }
      return [method.path, { kind, attempt }] as const
    })
}

async function makeTokens(test: EngineUnderTest) {
  const { startSessionOnTicket } = openObdV1.sessionController.service
  const expired = await test.claimed('7848112')
  await test.advance(300)
  const controller = await test.controllerToken()
  const unclaimed = await test.call(startSessionOnTicket, { value: '7848095' }, controller)
  const { clientId, clientSecret, clusterId } = test.engine.credentials
  const broker = await test.call(openObdV1.functionBroker.service.getFunctionBrokerToken, {
    client_id: clientId,
    client_secret: clientSecret,
    cluster_id: clusterId,
  })
  return {
    controller,
    broker: broker.value,
    authentication: unclaimed.authentication_token,
    session: (await test.claimed('7848127')).token,
    expired: expired.token,
  }
}
