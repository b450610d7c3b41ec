import { status } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FunctionRegistration } from '../../openobd/generated/types/openOBD/v1/FunctionRegistration.ts'
import type { FunctionUpdate } from '../../openobd/generated/types/openOBD/v1/FunctionUpdate.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { type CallStatus, EngineUnderTest, eventually } from '../testing/engine-under-test.ts'

const { openFunctionStream, getFunctionBrokerToken, runFunction, getFunctionRegistration } =
  openObdV1.functionBroker.service
const { authenticate } = openObdV1.session.service
const { startSessionOnTicket } = openObdV1.sessionController.service
const rpcs = openObdV1.function.service

type AnyUnary = MethodDefinition<object, object>

/** All unary rpcs with a request that is not empty. */
const methods = [
  rpcs.registerFunctionDetails,
  rpcs.setFunctionArgument,
  rpcs.setFunctionResult,
  rpcs.getVariableList,
  rpcs.setVariable,
  rpcs.getVariable,
  rpcs.deleteVariable,
  runFunction,
  getFunctionRegistration,
] as unknown as readonly AnyUnary[]

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('', 'f', '__proto__', 'constructor'),
)
const enumNumber = fc.integer({ min: -1, max: 12 })
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const details = fc.record(
  {
    id: text,
    version: text,
    name: text,
    description: text,
    provider_id: text,
    products: fc.array(fc.record({ id: text })),
  },
  { requiredKeys: [] },
)
const sessionInfo = fc.record(
  { id: text, state: text, authentication_token: text, grpc_port: fc.nat() },
  { requiredKeys: [] },
)
const functionCall = fc.record(
  { id: text, caller_id: text, provider_id: text, session_info: fc.option(sessionInfo) },
  { requiredKeys: [] },
)
const registration = fc.record(
  { details: fc.option(details), state: enumNumber, visibility: enumNumber, signature: text },
  { requiredKeys: [] },
)
const update = fc
  .record({
    type: enumNumber,
    data: fc.oneof(
      registration.map((function_registration) => ({ function_registration })),
      functionCall.map((function_call) => ({ function_call })),
      fc.record({ value: text }).map((function_broker_token) => ({ function_broker_token })),
      fc.nat().map((seconds_until_disconnect) => ({ function_broker_reconnect: { seconds_until_disconnect } })),
      fc.constant({}),
    ),
    response: optional(enumNumber),
    response_description: optional(text),
  })
  .map(({ data, ...rest }) => ({ ...rest, ...data }) as unknown as FunctionUpdate)

/** A request with fields of all methods; those that a method does not know are dropped by its serializer. */
const request = fc.record(
  {
    id: text,
    key: text,
    prefix: text,
    type: enumNumber,
    name: text,
    session_info: fc.option(sessionInfo),
    value: text,
    object: fc.record({ type_url: text, value: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) }),
  },
  { requiredKeys: [] },
)

const unexpected: readonly number[] = [status.INTERNAL, status.UNKNOWN]
const fine: FunctionRegistration = {
  details: { id: 'fine', name: 'Fine', version: '1' },
  state: 'FUNCTION_REGISTRATION_STATE_ONLINE',
}

describe('functions and their broker', { timeout: 60_000 }, () => {
  let test: EngineUnderTest
  let brokerToken: string
  let tokens: readonly string[]
  let timersBefore: number

  beforeAll(async () => {
    test = await EngineUnderTest.start()
    timersBefore = test.engine.clocks.session.pendingTimers
    const { clientId, clientSecret, clusterId } = test.engine.credentials
    const credentials = { client_id: clientId, client_secret: clientSecret, cluster_id: clusterId }
    brokerToken = (await test.call(getFunctionBrokerToken, credentials)).value
    const info = await test.call(startSessionOnTicket, { value: '7848095' }, await test.controllerToken())
    const child = await test.call(rpcs.startFunctionContext, {}, info.authentication_token)
    const active = await test.claimed('7848112')
    tokens = [
      info.authentication_token,
      child.authentication_token,
      child.monitor_token,
      active.token,
      brokerToken,
      'x',
    ]
  })

  afterAll(() => test.stop())

  it('meet every request with a reply or a refusal, never with an unexpected error', async () => {
    const attempt = fc.record({ method: fc.constantFrom(...methods), request, token: fc.nat(5) })
    await fc.assert(
      fc.asyncProperty(attempt, async ({ method, request: given, token }) => {
        const code = await test.call(method, given, tokens[token]).then(
          () => status.OK,
          (error: CallStatus) => error.code,
        )
        expect(unexpected).not.toContain(code)
      }),
      { numRuns: 1500 },
    )
  })

  it('go on after any bytes', async () => {
    const attempt = fc.record({
      method: fc.constantFrom(...methods),
      bytes: fc.uint8Array({ maxLength: 200 }),
      token: fc.nat(5),
    })
    await fc.assert(
      fc.asyncProperty(attempt, async ({ method, bytes, token }) => {
        const raw = { ...method, requestSerialize: () => Buffer.from(bytes) }
        await test.call(raw, {}, tokens[token]).catch(() => undefined)
      }),
      { numRuns: 1500 },
    )
    await expect(test.call(getFunctionRegistration, { value: 'f' }, brokerToken)).resolves.toBeDefined()
  })

  it('take whatever a host says, and its next registration', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(update, { maxLength: 20 }), async (updates) => {
        const stream = test.open(openFunctionStream, brokerToken)
        for (const one of updates) stream.send(one)
        stream.send({ type: 'FUNCTION_UPDATE_TYPE_REQUEST', function_registration: fine })
        const isAccepted = () =>
          stream.messages.some(
            ({ function_registration: it, response }) =>
              it?.details?.id === 'fine' && response === 'FUNCTION_UPDATE_SUCCESS',
          )
        await eventually(isAccepted, 'the registration has been accepted')
        stream.cancel()
        await stream.status
      }),
      { numRuns: 300 },
    )
  })

  // @proves The whole protocol: Ten thousand cases of rubbish: no crash, no session, stream or timer left
  it('leave no stream, no timer and no token behind', async () => {
    for (const session of test.engine.sessions.open) session.end('interrupted', 'the test is over')
    await eventually(() => test.engine.gauges.read('openStreams') === 0, 'every stream has ended')
    await test.advance(24 * 3600)
    expect(test.engine.clocks.session.pendingTimers).toBe(timersBefore)
    expect(test.engine.vault.count(() => true)).toBe(0)
    const late = await test.call(authenticate, {}, tokens[0]).catch((error: CallStatus) => error)
    expect(late).toMatchObject({ code: status.UNAUTHENTICATED })
  })
})
