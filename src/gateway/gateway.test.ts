import { status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually, refusal } from '../engine/testing/engine-under-test.ts'
import { openObdV1, workbenchV1 } from '../openobd/grpc/protos.ts'
import { ManualClock } from '../openobd/manual-clock.ts'
import type { Activity } from './activities.ts'
import { GatewayBench, wireCredentials } from './testing/gateway-bench.ts'

const {
  session,
  sessionController: controller,
  function: functions,
  functionBroker: broker,
} = {
  session: openObdV1.session.service,
  sessionController: openObdV1.sessionController.service,
  function: openObdV1.function.service,
  functionBroker: openObdV1.functionBroker.service,
}

describe('the gateway', () => {
  const benches: GatewayBench[] = []
  afterEach(async () => {
    for (const bench of benches.splice(0)) await bench.stop()
  })
  async function start(...given: Parameters<typeof GatewayBench.start>) {
    const bench = await GatewayBench.start(...given)
    benches.push(bench)
    return bench
  }

  it('lets a client start, claim and finish a session, under its own address and with tokens of its own', async () => {
    const bench = await start()
    const info = await bench.started()
    expect(info).toMatchObject({ state: 'available', grpc_endpoint: '127.0.0.1', grpc_port: bench.running.port })
    const { value: token } = await bench.call(session.authenticate, {}, info.authentication_token)
    await bench.call(session.finish, { result: ['RESULT_SUCCESS'] }, token)
    const [ended] = bench.engine.engine.sessions.retrievable
    expect(ended).toMatchObject({ id: info.id, state: 'finished' })
    const vault = bench.engine.engine.vault
    for (const near of [info.authentication_token, token]) expect(vault.find(near)).toBeUndefined()
  })

  it('refuses credentials that are not its own, also those of the server', async () => {
    const bench = await start()
    const { clientId, clientSecret, clusterId } = bench.engine.engine.credentials
    const ofServer = { client_id: clientId, client_secret: clientSecret, cluster_id: clusterId }
    for (const wrong of [ofServer, { ...wireCredentials, client_secret: 'other' }]) {
      expect(await refusal(bench.call(controller.getSessionControllerToken, wrong))).toEqual({
        code: status.INVALID_ARGUMENT,
        details: 'invalid client',
      })
    }
  })

  it('forwards no call with a bearer that it has not made, also not with one of the server', async () => {
    const bench = await start()
    const ofServer = await bench.engine.controllerToken()
    for (const bearer of ['garbled', ofServer]) {
      const { code } = await refusal(bench.call(controller.getSessionList, {}, bearer))
      expect(code).toBe(status.UNAUTHENTICATED)
    }
  })

  it('passes the refusals of the server on', async () => {
    const bench = await start()
    const token = await bench.controllerToken()
    expect(await refusal(bench.call(controller.startSessionOnTicket, { value: '1' }, token))).toEqual({
      code: status.FAILED_PRECONDITION,
      details: 'no ticket found with that number',
    })
    const { code } = await refusal(bench.call(controller.getSessionList, {}))
    expect(code).toBe(status.UNAUTHENTICATED)
  })

  it('keeps tokens of one context from working for another', async () => {
    const bench = await start()
    const { token } = await bench.claimed()
    const child = await bench.call(functions.startFunctionContext, {}, token)
    const { value: childToken } = await bench.call(session.authenticate, {}, child.authentication_token)
    await bench.call(functions.setFunctionResult, { key: 'a', value: 'child' }, childToken)
    await bench.call(session.finish, { result: ['RESULT_SUCCESS'] }, childToken)
    const { code } = await refusal(bench.call(functions.setFunctionResult, { key: 'a', value: 'x' }, childToken))
    expect(code).toBe(status.FAILED_PRECONDITION)
    const { variables } = await bench.call(functions.getFunctionResultList, {}, token)
    expect(variables).toMatchObject([{ key: 'a', value: 'child' }])
  })

  it('streams new session tokens, each of which works', async () => {
    const bench = await start()
    const { token } = await bench.claimed()
    const stream = bench.open(session.openSessionTokenStream, token)
    stream.send({})
    stream.halfClose()
    await eventually(() => stream.messages.length === 1, 'the first token is there')
    await bench.engine.advance(120)
    await eventually(() => stream.messages.length === 2, 'the second token is there')
    for (const { value } of stream.messages)
      expect(await bench.call(openObdV1.vehicleInfo.service.getVehicleDetails, {}, value)).toHaveProperty('vin')
  })

  it('keeps the prompts of sessions that were started through it when the server shows none', async () => {
    const shown: string[] = []
    const bench = await start(
      { onPrompt: (event) => void shown.push(`${event.kind} ${event.prompt.control.ControlType}`) },
      { hasWorkbench: false },
    )
    const { token } = await bench.claimed()
    const stream = bench.open(openObdV1.userInterface.service.openControlStream, token)
    stream.send({ target: 'INTERFACE_USER', control_yesno: { label: 'Ignition on?' } })
    await eventually(() => shown.length === 1, 'the prompt is shown')
    const [prompt] = bench.gateway.prompts.board.prompts
    expect(bench.engine.engine.prompts.prompts).toEqual([])
    const answer = { prompt_id: prompt?.id ?? '', answer_id: '1', choice: 'yesno' as const, yesno: true }
    expect(bench.gateway.prompts.answer(answer).outcome).toBe('ANSWER_ACCEPTED')
    await eventually(() => stream.messages.length === 1, 'the answer is there')
    expect(stream.messages[0]).toMatchObject({ control_yesno: { label: 'Ignition on?', answer: true } })
    await bench.call(session.finish, { result: ['RESULT_SUCCESS'] }, token)
    expect(await stream.status).toMatchObject({ code: status.OK })
    expect(shown.at(-1)).toBe('ended control_yesno')
  })

  it('leaves prompts to a server that shows them', async () => {
    const bench = await start()
    const { token } = await bench.claimed()
    const stream = bench.open(openObdV1.userInterface.service.openControlStream, token)
    stream.send({ target: 'INTERFACE_USER', control_continue: { label: 'Go on' } })
    await eventually(() => bench.engine.engine.prompts.prompts.length === 1, 'the engine shows the prompt')
    expect(bench.gateway.prompts.board.prompts).toEqual([])
  })

  it('forwards nothing of a stopped context any more, whatever it does', async () => {
    const bench = await start()
    const { token } = await bench.claimed()
    const child = await bench.call(functions.startFunctionContext, {}, token)
    const { value: childToken } = await bench.call(session.authenticate, {}, child.authentication_token)
    const grandchild = await bench.call(functions.startFunctionContext, {}, childToken)
    const stream = bench.open(openObdV1.logging.service.openLogStream, childToken)
    stream.send({ content: 'before' })
    const { scriptLog } = bench.engine.engine
    const lines: string[] = []
    scriptLog.onLine(({ content }) => void lines.push(content ?? ''))
    await eventually(() => lines.length === 1, 'the first line is there')
    const context = bench.gateway.tokens.find(childToken)?.context
    if (context === undefined) throw new Error('no context')
    await bench.gateway.stop(context)
    stream.send({ content: 'after' })
    expect(await stream.status).toMatchObject({ code: status.FAILED_PRECONDITION, details: 'the function was stopped' })
    for (const stopped of [
      childToken,
      child.authentication_token,
      grandchild.authentication_token,
      grandchild.monitor_token ?? '',
    ]) {
      const attempt = bench.call(functions.setVariable, { key: 'a', value: 'b' }, stopped)
      expect(await refusal(attempt)).toMatchObject({ details: 'the function was stopped' })
    }
    expect(lines).toEqual(['before'])
    await bench.gateway.finish(context)
    expect(bench.engine.engine.sessions.open[0]?.contexts.filter(({ state }) => state !== 'ended')).toHaveLength(1)
    expect(await bench.call(functions.getVariableList, { type: 'GLOBAL_CONTEXT' }, token)).toBeDefined()
  })

  it('has told what a function wrote last when its stop is confirmed', async () => {
    const told: Activity[] = []
    const bench = await start({ clock: new ManualClock(5_000), onActivity: (activity) => void told.push(activity) })
    const { token } = await bench.claimed()
    const stream = bench.open(openObdV1.can.service.openIsotpStream, token)
    stream.send({ channel: { bus_name: 'can', request_id: 0x7e1, response_id: 0x7e9 }, payload: '2EF19041' })
    const context = bench.gateway.tokens.find(token)?.context
    if (context === undefined) throw new Error('no context')
    await stream.status
    expect(told).toEqual([])
    await bench.gateway.stop(context)
    expect(told.at(-1)?.lastWrite).toEqual({ address: { bus: 'can', id: 0x7e1 }, service: 0x2e, at: 5_000 })
  })

  it('runs a function of a host on this computer, and registers it at the server', async () => {
    const bench = await start()
    const details = { id: 'f-1', name: 'Read the codes', version: '1' }
    const host = bench.open(broker.openFunctionStream, await bench.brokerToken())
    host.send({
      type: 'FUNCTION_UPDATE_TYPE_REQUEST',
      function_registration: { details, state: 'FUNCTION_REGISTRATION_STATE_ONLINE' },
    })
    await eventually(() => host.messages.length === 1, 'the registration is confirmed')
    const { id, token } = await bench.claimed()
    const child = await bench.call(functions.startFunctionContext, {}, token)
    const running = bench.call(
      broker.runFunction,
      { id: 'f-1', session_info: { id, authentication_token: child.authentication_token } },
      await bench.brokerToken(),
    )
    await eventually(() => host.messages.length === 2, 'the call is there')
    const call = host.messages[1]?.function_call
    expect(call?.session_info).toMatchObject({
      grpc_port: bench.running.port,
      authentication_token: child.authentication_token,
    })
    host.send({
      type: 'FUNCTION_UPDATE_TYPE_RESPONSE',
      function_call: call ?? null,
      response: 'FUNCTION_UPDATE_SUCCESS',
    })
    expect(await running).toMatchObject({ response: 'FUNCTION_UPDATE_SUCCESS' })
    const { value: childToken } = await bench.call(session.authenticate, {}, child.authentication_token)
    expect(await bench.call(functions.getFunctionDetails, {}, childToken)).toMatchObject({ name: 'Read the codes' })
  })

  it('forwards rpcs that it does not know, and everything of workbench.v1 that it does not keep', async () => {
    const bench = await start()
    const unknown = { ...workbenchV1.catalogue.service.listFunctions, path: '/openOBD.v9.later/doIt' }
    expect(await refusal(bench.call(unknown, {}, await bench.controllerToken()))).toMatchObject({
      code: status.UNIMPLEMENTED,
    })
    const { functions: listed } = await bench.call(
      workbenchV1.catalogue.service.listFunctions,
      {},
      await bench.controllerToken(),
    )
    expect(listed).toEqual([])
  })
})
