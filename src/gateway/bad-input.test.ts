import { getEventListeners, once } from 'node:events'
import { connect } from 'node:net'
import { Client, credentials, Metadata, status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually, refusal } from '../engine/testing/engine-under-test.ts'
import { openObdV1 } from '../openobd/grpc/protos.ts'
import { ManualClock } from '../openobd/manual-clock.ts'
import type { PromptEvent } from '../server/prompts/prompt-board.ts'
import { GatewayBench, wireCredentials } from './testing/gateway-bench.ts'
import { ScriptedUpstream } from './testing/scripted-upstream.ts'

const session = openObdV1.session.service
const controller = openObdV1.sessionController.service
const functions = openObdV1.function.service
const broker = openObdV1.functionBroker.service
const controls = openObdV1.userInterface.service.openControlStream
const mebi = 1024 * 1024
const success = { result: ['RESULT_SUCCESS' as const] }

const benches: GatewayBench[] = []
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.stop()
})
async function start(...given: Parameters<typeof GatewayBench.start>) {
  const bench = await GatewayBench.start(...given)
  benches.push(bench)
  return bench
}

/** A child of a claimed session, with its monitor. */
async function childOf(bench: GatewayBench, token: string) {
  const child = await bench.call(functions.startFunctionContext, {}, token)
  const monitor = bench.open(functions.monitorFunctionContext, child.monitor_token)
  monitor.send(child)
  monitor.halfClose()
  return { child, monitor, isOver: () => monitor.messages.at(-1)?.finished === true }
}

describe('a bearer', () => {
  it.each([
    ['missing', undefined],
    ['garbled', '%%%'],
    ['of the server itself', 'far-token'],
  ])('that is %s is refused, and nothing is forwarded', async (_kind, bearer) => {
    await using upstream = await ScriptedUpstream.start()
    for (const { path } of [broker.openFunctionStream, broker.runFunction, broker.getFunctionRegistration])
      expect(await upstream.call(path, Buffer.alloc(0), bearer)).toMatchObject({ code: status.UNAUTHENTICATED })
    if (bearer !== undefined)
      expect(await upstream.call(session.finish.path, Buffer.alloc(0), bearer)).toMatchObject({
        code: status.UNAUTHENTICATED,
        details: 'the token is unknown or has expired',
      })
    expect(upstream.arrived).toEqual([])
  })

  it('that is missing goes to the server, which refuses it, where the gateway does not answer itself', async () => {
    const bench = await start()
    expect(await refusal(bench.call(session.finish, success))).toMatchObject({ code: status.UNAUTHENTICATED })
  })

  it('of another context hands over nothing of this one', async () => {
    const bench = await start()
    const [one, other] = [await bench.claimed('7848095'), await bench.claimed('7848112')]
    const { child } = await childOf(bench, one.token)
    const info = { id: other.id, authentication_token: child.authentication_token }
    const host = bench.open(broker.openFunctionStream, await bench.brokerToken())
    host.send({
      type: 'FUNCTION_UPDATE_TYPE_REQUEST',
      function_registration: {
        details: { id: 'f-1', name: 'Read', version: '1' },
        state: 'FUNCTION_REGISTRATION_STATE_ONLINE',
      },
    })
    await eventually(() => host.messages.length === 1, 'the registration is confirmed')
    const run = bench.call(broker.runFunction, { id: 'f-1', session_info: info }, await bench.brokerToken())
    expect(await refusal(run)).toEqual({ code: status.INVALID_ARGUMENT, details: 'the token is of another session' })
    const { code } = await refusal(bench.call(functions.setVariable, { key: 'a', value: 'b' }, child.monitor_token))
    expect(code).toBe(status.UNAUTHENTICATED)
    expect(host.messages).toHaveLength(1)
  })
})

describe('a context', () => {
  it('that is claimed twice is refused as by the server', async () => {
    const bench = await start()
    const { token } = await bench.claimed()
    const { child } = await childOf(bench, token)
    await bench.call(session.authenticate, {}, child.authentication_token)
    const direct = await bench.engine.claimed('7848112')
    const ofServer = await refusal(bench.engine.call(session.authenticate, {}, direct.token))
    expect(await refusal(bench.call(session.authenticate, {}, child.authentication_token))).toMatchObject({
      code: ofServer.code,
    })
  })

  it('that is never claimed ends as at the server, and its parent goes on', async () => {
    const bench = await start()
    const { token } = await bench.claimed()
    const { child, isOver } = await childOf(bench, token)
    await bench.engine.advance(61)
    await eventually(isOver, 'the parent knows')
    expect(bench.gateway.tokens.find(child.authentication_token)?.context?.state).toBe('ended')
    const { code } = await refusal(bench.call(session.authenticate, {}, child.authentication_token))
    expect(code).not.toBe(status.OK)
    expect(await bench.call(functions.getFunctionResultList, {}, token)).toMatchObject({ variables: [] })
  })

  it('that is claimed after its stop is refused, and the server hears nothing of it', async () => {
    const bench = await start()
    const { token } = await bench.claimed()
    const { child } = await childOf(bench, token)
    const context = bench.gateway.tokens.find(child.authentication_token)?.context
    if (context === undefined) throw new Error('no context')
    await bench.gateway.stop(context)
    expect(await refusal(bench.call(session.authenticate, {}, child.authentication_token))).toEqual({
      code: status.FAILED_PRECONDITION,
      details: 'the function was stopped',
    })
    const states = bench.engine.engine.sessions.open[0]?.contexts.map(({ state }) => state)
    expect(states).toEqual(['active', 'available'])
  })

  it('whose parent is finished while it is open ends in its place', async () => {
    const bench = await start()
    const { token } = await bench.claimed()
    const { child, isOver } = await childOf(bench, token)
    await bench.call(session.finish, success, token)
    await eventually(isOver, 'the parent knows')
    const context = bench.gateway.tokens.find(child.authentication_token)?.context
    expect(context?.state).toBe('ended')
    expect(context?.parent?.state).toBe('active')
    await bench.call(session.finish, success, token)
    expect(context?.parent?.state).toBe('ended')
    expect(bench.engine.engine.sessions.open).toEqual([])
  })
})

describe('a message', () => {
  it('of 3 MiB is passed in both directions', async () => {
    const bench = await start()
    const { token } = await bench.claimed()
    const { child, isOver } = await childOf(bench, token)
    const { value: childToken } = await bench.call(session.authenticate, {}, child.authentication_token)
    // All variables of a list have at most 3 MiB together, with their keys.
    const value = 'x'.repeat(3 * mebi - 1_000)
    await bench.call(functions.setFunctionResult, { key: 'large', value }, childToken)
    await bench.call(session.finish, success, childToken)
    await eventually(isOver, 'the parent knows')
    const { variables } = await bench.call(functions.getFunctionResultList, {}, token)
    expect(variables.map((variable) => variable.value?.length)).toEqual([value.length])
    expect(variables[0]?.value === value).toBe(true)
  })

  it('over the limit is refused, and the next one is passed', async () => {
    const bench = await start()
    const { token } = await bench.claimed()
    const { code } = await refusal(
      bench.call(functions.setFunctionResult, { key: 'a', value: 'x'.repeat(5 * mebi) }, token),
    )
    expect(code).toBe(status.RESOURCE_EXHAUSTED)
    await bench.call(functions.setFunctionResult, { key: 'a', value: 'small' }, token)
  })
})

describe('a server', () => {
  it('that names a foreign host for a session gets no token for it, and the client none either', async () => {
    await using upstream = await ScriptedUpstream.start()
    const token = await controllerTokenOf(upstream)
    const info = {
      id: 's-1',
      state: 'available',
      grpc_endpoint: 'evil.example',
      grpc_port: 443,
      authentication_token: 'far-authentication-token',
    }
    upstream.replies(controller.startSessionOnTicket.path, controller.startSessionOnTicket.responseSerialize(info))
    const request = controller.startSessionOnTicket.requestSerialize({ value: '1' })
    const end = await upstream.call(controller.startSessionOnTicket.path, request, token)
    expect(end).toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: 'the server names an endpoint for the session that is not trusted',
      reply: undefined,
    })
    expect(upstream.gateway.gateway.sessions.find('s-1')).toBeUndefined()
    expect(upstream.gateway.gateway.tokens.findFar('far-authentication-token')).toBeUndefined()
  })

  it('that sends what cannot be read ends the call, and not the gateway', async () => {
    await using upstream = await ScriptedUpstream.start()
    const token = await controllerTokenOf(upstream)
    upstream.replies(controller.getSessionList.path, Buffer.from('0affffffff', 'hex'))
    expect(await upstream.call(controller.getSessionList.path, Buffer.alloc(0), token)).toMatchObject({
      code: status.INTERNAL,
    })
    upstream.replies(controller.getSessionList.path, Buffer.alloc(0))
    expect(await upstream.call(controller.getSessionList.path, Buffer.alloc(0), token)).toMatchObject({
      code: status.OK,
    })
  })
})

async function controllerTokenOf(upstream: ScriptedUpstream): Promise<string> {
  const { path, requestSerialize, responseSerialize, responseDeserialize } = controller.getSessionControllerToken
  upstream.replies(path, responseSerialize({ value: 'far-controller-token' }))
  const { reply } = await upstream.call(path, requestSerialize(wireCredentials))
  return responseDeserialize(reply ?? Buffer.alloc(0)).value
}

describe('two gateways of one account', () => {
  it('know nothing of each other: neither tokens, nor prompts, nor a stop', async () => {
    const shown: PromptEvent[] = []
    const one = await start({}, { hasWorkbench: false })
    await using other = await GatewayBench.inFrontOf(one.engine, { onPrompt: (event) => void shown.push(event) })
    const held = await one.claimed('7848095')
    const { code } = await refusal(other.call(functions.setVariable, { key: 'a', value: 'b' }, held.token))
    expect(code).toBe(status.UNAUTHENTICATED)
    const stream = one.open(controls, held.token)
    stream.send({ target: 'INTERFACE_USER', control_yesno: { label: 'Ignition on?' } })
    await eventually(() => one.gateway.prompts.board.prompts.length === 1, 'the first one shows it')
    const script = await other.claimed('7848112')
    const listed = await other.call(controller.getSessionList, {}, await other.controllerToken())
    expect(listed.sessions.map(({ id }) => id).sort()).toEqual([held.id, script.id].sort())
    const context = one.gateway.tokens.find(held.token)?.context
    if (context === undefined) throw new Error('no context')
    await one.gateway.stop(context)
    await other.call(functions.setVariable, { key: 'a', value: 'b', type: 'FUNCTION_CONTEXT' }, script.token)
    expect(shown).toEqual([])
  })
})

describe('a client on this computer', () => {
  it.each([
    ['carries the Origin of a web page', {}, 'https://evil.example', 'calls from web pages are refused'],
    [
      'calls under a foreign :authority',
      { 'grpc.default_authority': 'evil.example' },
      undefined,
      'calls under another host name are refused',
    ],
  ])('that %s is refused, and the server hears nothing', async (_what, options, origin, details) => {
    await using upstream = await ScriptedUpstream.start()
    const client = new Client(`127.0.0.1:${upstream.gateway.port}`, credentials.createInsecure(), {
      'grpc.enable_http_proxy': 0,
      'grpc.use_local_subchannel_pool': 1,
      ...options,
    })
    const metadata = new Metadata()
    if (origin !== undefined) metadata.set('origin', origin)
    const { path, requestSerialize, responseDeserialize } = controller.getSessionControllerToken
    const end = await new Promise((resolve) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, wireCredentials, metadata, resolve)
    })
    client.close()
    expect(end).toMatchObject({ code: status.PERMISSION_DENIED, details })
    expect(upstream.arrived).toEqual([])
  })

  it('that speaks HTTP/1.1 is closed without an answer', async () => {
    await using upstream = await ScriptedUpstream.start()
    const socket = connect(upstream.gateway.port, '127.0.0.1')
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.write(`POST ${session.finish.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n`)
    await once(socket, 'close')
    expect(heard).not.toContain('200')
    expect(upstream.arrived).toEqual([])
  })
})

describe('a script that started a session of its own and vanishes', () => {
  it('leaves its session as at the server, and its question leaves the screen', async () => {
    const events: PromptEvent[] = []
    const clock = new ManualClock()
    const onPrompt = (event: PromptEvent) => void events.push(event)
    const bench = await start({ clock, onPrompt }, { hasWorkbench: false })
    const script = bench.connect()
    const { id, token } = await bench.claimed()
    const tokens = bench.open(session.openSessionTokenStream, token, script)
    tokens.send({})
    tokens.halfClose()
    const stream = bench.open(controls, token, script)
    stream.send({ target: 'INTERFACE_USER', control_yesno: { label: 'Ignition on?' } })
    await eventually(() => events.length === 1, 'the question is shown')
    await eventually(() => tokens.messages.length === 1, 'the script has its token')
    clock.advance(1_000)
    const timers = clock.pendingTimers
    stream.raw.cancel()
    tokens.raw.cancel()
    script.close()
    await eventually(() => events.at(-1)?.kind === 'ended', 'the question has gone')
    expect(events.at(-1)).toMatchObject({ reason: 'withdrawn' })
    expect(bench.engine.engine.sessions.open.map((open) => open.id)).toEqual([id])
    const root = bench.gateway.tokens.find(token)?.context
    if (root === undefined) throw new Error('no context')
    // A call that was left is cancelled at the server after a second (design.md decision 11).
    await eventually(() => clock.pendingTimers === timers + 1, 'the gateway knows that it has gone')
    clock.advance(1_000)
    await eventually(() => getEventListeners(root.stopped, 'abort').length === 0, 'the server knows that it has gone')
    expect(root.state).toBe('active')
    await bench.engine.advance(301)
    expect(bench.engine.engine.sessions.open).toEqual([])
    expect(bench.engine.engine.sessions.retrievable.map(({ state }) => state)).toEqual(['failed'])
  })
})
