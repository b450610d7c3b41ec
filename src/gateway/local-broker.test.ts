import { getEventListeners } from 'node:events'
import { status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually } from '../engine/testing/engine-under-test.ts'
import { openObdV1 } from '../openobd/grpc/protos.ts'
import { ManualClock } from '../openobd/manual-clock.ts'
import type { GatewayContext } from './contexts.ts'
import { GatewayBench } from './testing/gateway-bench.ts'

const {
  session,
  function: functions,
  functionBroker: broker,
} = {
  session: openObdV1.session.service,
  function: openObdV1.function.service,
  functionBroker: openObdV1.functionBroker.service,
}
const comebackMs = 2_000

describe('a host of the gateway', () => {
  const benches: GatewayBench[] = []
  afterEach(async () => {
    for (const bench of benches.splice(0)) await bench.stop()
  })

  async function setUp() {
    const clock = new ManualClock()
    const bench = await GatewayBench.start({ clock })
    benches.push(bench)
    const { id, token } = await bench.claimed()
    return { bench, clock, id, token }
  }
  type Scene = Awaited<ReturnType<typeof setUp>>

  /** A process that offers a function, on a connection of its own. */
  async function host({ bench, clock }: Scene) {
    const client = bench.connect()
    const stream = bench.open(broker.openFunctionStream, await bench.brokerToken(), client)
    stream.send({
      type: 'FUNCTION_UPDATE_TYPE_REQUEST',
      function_registration: {
        details: { id: 'f-1', name: 'Read', version: '1' },
        state: 'FUNCTION_REGISTRATION_STATE_ONLINE',
      },
    })
    await eventually(() => stream.messages.length === 1, 'the registration is confirmed')
    const streams: { cancel(): void }[] = [stream]
    /** Resolves when the gateway has noticed: each stream that was left sets a timer. */
    const kill = async () => {
      clock.advance(200)
      const before = clock.pendingTimers
      for (const one of streams) one.cancel()
      client.close()
      await eventually(() => clock.pendingTimers === before + streams.length, 'the gateway has lost the process')
    }
    return { client, stream, streams, kill }
  }
  type Host = Awaited<ReturnType<typeof host>>

  /** The function was called, and its caller monitors it. */
  async function called({ bench, id, token }: Scene, { stream }: Host) {
    const child = await bench.call(functions.startFunctionContext, {}, token)
    const monitor = bench.open(functions.monitorFunctionContext, child.monitor_token)
    monitor.send(child)
    monitor.halfClose()
    const seen = stream.messages.length
    const info = { id, authentication_token: child.authentication_token }
    const running = bench.call(broker.runFunction, { id: 'f-1', session_info: info }, await bench.brokerToken())
    await eventually(() => stream.messages.length > seen, 'the call is there')
    stream.send({
      type: 'FUNCTION_UPDATE_TYPE_RESPONSE',
      function_call: stream.messages.at(-1)?.function_call ?? null,
      response: 'FUNCTION_UPDATE_SUCCESS',
    })
    await running
    const context = bench.gateway.tokens.find(child.authentication_token)?.context
    if (context === undefined) throw new Error('The context is not known.')
    const isOver = () => monitor.messages.at(-1)?.finished === true
    return { child, context, monitor, isOver }
  }

  /** The function claims its context and follows its tokens, as the official client does. */
  async function begins({ bench }: Scene, { client, streams }: Host, authenticationToken: string): Promise<string> {
    const { value } = await bench.engine.call(session.authenticate, {}, authenticationToken, client)
    const tokens = bench.open(session.openSessionTokenStream, value, client)
    streams.push(tokens)
    tokens.send({})
    tokens.halfClose()
    await eventually(() => tokens.messages.length === 1, 'the function has its token')
    return value
  }

  /** Lets the time pass in which a host may come back. Calls that were left are cancelled after a second; so many stay `open`. */
  async function waits({ clock }: Scene, context: GatewayContext, open = 0): Promise<void> {
    clock.advance(comebackMs / 2)
    const calls = () => getEventListeners(context.stopped, 'abort').length
    await eventually(() => calls() === open, 'no other call is open')
    clock.advance(comebackMs / 2)
  }

  it('that was killed in a call ends the call for its caller', async () => {
    const scene = await setUp()
    const killed = await host(scene)
    const { child, context, monitor, isOver } = await called(scene, killed)
    await begins(scene, killed, child.authentication_token)
    await killed.kill()
    await waits(scene, context)
    await eventually(isOver, 'the caller knows')
    expect(monitor.messages.at(-1)?.service_result?.result).toEqual(['RESULT_FAILURE'])
  })

  it('that was killed and at once started again does not go on with the call either', async () => {
    const scene = await setUp()
    const killed = await host(scene)
    const { child, context, isOver } = await called(scene, killed)
    await begins(scene, killed, child.authentication_token)
    await killed.kill()
    await host(scene)
    await waits(scene, context)
    await eventually(isOver, 'the caller knows')
  })

  it('whose successor was started before it was killed has gone, too', async () => {
    const scene = await setUp()
    const killed = await host(scene)
    const { child, context, isOver } = await called(scene, killed)
    await begins(scene, killed, child.authentication_token)
    await host(scene)
    await killed.kill()
    await waits(scene, context)
    await eventually(isOver, 'the caller knows')
  })

  it('that was killed before the function had begun has gone, although its caller watches', async () => {
    const scene = await setUp()
    const killed = await host(scene)
    const { context, isOver } = await called(scene, killed)
    await killed.kill()
    await host(scene)
    await waits(scene, context)
    await eventually(isOver, 'the caller knows')
  })

  it('that lives and opens another stream goes on with the call', async () => {
    const scene = await setUp()
    const { bench } = scene
    const living = await host(scene)
    const { child, context, isOver } = await called(scene, living)
    const token = await begins(scene, living, child.authentication_token)
    living.stream.cancel()
    await living.stream.status
    const second = bench.open(broker.openFunctionStream, await bench.brokerToken(), living.client)
    second.send({
      type: 'FUNCTION_UPDATE_TYPE_REQUEST',
      function_registration: {
        details: { id: 'f-1', name: 'Read', version: '1' },
        state: 'FUNCTION_REGISTRATION_STATE_ONLINE',
      },
    })
    await eventually(() => second.messages.length === 1, 'the registration is confirmed')
    await waits(scene, context, 1)
    expect(isOver()).toBe(false)
    await bench.call(functions.setFunctionResult, { key: 'a', value: 'b' }, token)
    await bench.call(session.finish, { result: ['RESULT_SUCCESS'] }, token)
    await eventually(isOver, 'the caller knows')
    second.cancel()
    expect(await second.status).toMatchObject({ code: status.CANCELLED })
  })
})
