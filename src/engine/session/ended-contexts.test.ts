import { status } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openObdV1, workbenchV1 } from '../../openobd/grpc/protos.ts'
import { choices } from '../protocol-choices.ts'
import { EngineUnderTest, refusal } from '../testing/engine-under-test.ts'

const { authenticate, finish } = openObdV1.session.service
const rpcs = openObdV1.function.service

let test: EngineUnderTest
let sessionToken: string
let sessionId: string

beforeEach(async () => {
  test = await EngineUnderTest.start()
  const claimed = await test.claimed('7848095')
  sessionId = claimed.id
  sessionToken = claimed.token
})

afterEach(() => test.stop())

const session = () => test.engine.sessions.get(sessionId)

async function callFunction(result: string): Promise<void> {
  const started = await test.call(rpcs.startFunctionContext, {}, sessionToken)
  await test.call(rpcs.setFunctionArgument, { key: 'a', value: 'argument' }, sessionToken)
  const child = (await test.call(authenticate, {}, started.authentication_token)).value
  await test.call(rpcs.setVariable, { type: 'FUNCTION_CONTEXT', key: 'v', value: 'variable' }, child)
  await test.call(rpcs.setFunctionResult, { key: 'r', value: result }, child)
  await test.call(finish, { result: ['RESULT_SUCCESS'] }, child)
}

const results = async () =>
  (await test.call(rpcs.getFunctionResultList, {}, sessionToken)).variables.map((it) => it.value)

describe('a function context that has ended', () => {
  // @proves The whole protocol: Arguments and results per call; an ended context keeps nothing but results, and those only while they can be read
  it('keeps its results for the caller, and nothing else', async () => {
    await callFunction('first')
    const ended = session().contexts.at(-1)
    expect(await results()).toEqual(['first'])
    expect([ended?.arguments.size, ended?.variables.size, ended?.results.size]).toEqual([0, 0, 1])
  })

  it('keeps not even those once the caller has started another function', async () => {
    await callFunction('first')
    await callFunction('second')
    expect(await results()).toEqual(['second'])
    expect(session().contexts.map((context) => context.results.size)).toEqual([0, 0, 1])
  })

  it('keeps nothing when the session is over', async () => {
    await callFunction('first')
    const { contexts } = session()
    await test.call(finish, { result: ['RESULT_SUCCESS'] }, sessionToken)
    expect(contexts.map((context) => context.results.size)).toEqual([0, 0])
  })

  it('is left out of the record when too many came after it, but the root and the newest never are', async () => {
    const { root } = session()
    for (let call = 0; call < choices.rememberedContexts + 20; call += 1) {
      session().finish(session().startChild(root), { result: ['RESULT_SUCCESS'] })
    }
    await callFunction('last')
    const request = { session_id: sessionId }
    const record = await test.call(workbenchV1.viewer.service.getSessionRecord, request, await test.controllerToken())
    expect(record.contexts).toHaveLength(choices.rememberedContexts)
    expect(record.contexts[0]?.state).toBe('active')
    expect(record.contexts.at(-1)?.id).toBe(session().contexts.at(-1)?.id)
    expect(await results()).toEqual(['last'])
  })
})

describe('a session', () => {
  it('takes its authentication token once: afterwards it allows nothing, not even what it allowed before', async () => {
    const { startSessionOnTicket } = openObdV1.sessionController.service
    const { assertAuthenticationPossible } = openObdV1.session.service
    const info = await test.call(startSessionOnTicket, { value: '7848112' }, await test.controllerToken())
    const bearer = info.authentication_token
    await test.call(assertAuthenticationPossible, {}, bearer)
    await test.call(rpcs.getFunctionResultList, {}, (await test.call(authenticate, {}, bearer)).value)
    for (const call of [
      test.call(authenticate, {}, bearer),
      test.call(assertAuthenticationPossible, {}, bearer),
      test.call(rpcs.getFunctionResultList, {}, bearer),
    ])
      expect(await refusal(call)).toMatchObject({ code: status.PERMISSION_DENIED })
  })

  it('notes its finish as the cause of its end', async () => {
    const ended = session()
    await test.call(finish, { result: ['RESULT_SUCCESS'] }, sessionToken)
    expect(ended.transitions.at(-1)).toMatchObject({ to: 'finished', cause: 'finish' })
  })

  it('refuses its tokens after a fault has expired them, and those of another session stay valid', async () => {
    const other = await test.claimed('7848112')
    session().expireSessionTokens()
    const { assertAuthenticationPossible } = openObdV1.session.service
    const { getConnectorInformation } = openObdV1.connectionMonitor.service
    const { code } = await refusal(test.call(assertAuthenticationPossible, {}, sessionToken))
    expect(code).toBe(status.UNAUTHENTICATED)
    await test.call(getConnectorInformation, {}, other.token)
  })
})
