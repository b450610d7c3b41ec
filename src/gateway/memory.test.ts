import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { eventually } from '../engine/testing/engine-under-test.ts'
import { openObdV1 } from '../openobd/grpc/protos.ts'
import { ManualClock } from '../openobd/manual-clock.ts'
import type { GatewayContext } from './contexts.ts'
import { GatewayBench } from './testing/gateway-bench.ts'

const {
  session,
  function: functions,
  vehicleInfo,
  functionBroker: broker,
} = {
  session: openObdV1.session.service,
  function: openObdV1.function.service,
  vehicleInfo: openObdV1.vehicleInfo.service,
  functionBroker: openObdV1.functionBroker.service,
}
/** Longer than ended contexts are remembered. */
const forgottenAfterMs = 121_000

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

async function rootOf(bench: GatewayBench): Promise<{ token: string; root: GatewayContext }> {
  const { token } = await bench.claimed()
  const root = bench.gateway.tokens.find(token)?.context
  if (root === undefined) throw new Error('The session has no context.')
  return { token, root }
}

type Host = ReturnType<typeof openHost>
const openHost = (bench: GatewayBench, token: string) => bench.open(broker.openFunctionStream, token)

/** Lets the host run a function to its end; its context, referred to weakly. */
async function ranOn(
  bench: GatewayBench,
  host: Host,
  { id, token }: { id: string; token: string },
): Promise<WeakRef<GatewayContext>> {
  const child = await bench.call(functions.startFunctionContext, {}, token)
  const seen = host.messages.length
  const running = bench.call(
    broker.runFunction,
    { id: 'f-1', session_info: { id, authentication_token: child.authentication_token } },
    await bench.brokerToken(),
  )
  await eventually(() => host.messages.length > seen, 'the call is there')
  host.send({
    type: 'FUNCTION_UPDATE_TYPE_RESPONSE',
    function_call: host.messages.at(-1)?.function_call ?? null,
    response: 'FUNCTION_UPDATE_SUCCESS',
  })
  await running
  const { value: childToken } = await bench.call(session.authenticate, {}, child.authentication_token)
  await bench.call(session.finish, { result: ['RESULT_SUCCESS'] }, childToken)
  const context = bench.gateway.tokens.find(child.authentication_token)?.context
  if (context === undefined) throw new Error('The context is not remembered.')
  return new WeakRef(context)
}

describe('what the gateway keeps', () => {
  it('is no listener of a call that has ended, after a thousand of them', async () => {
    await using bench = await GatewayBench.start()
    const { token, root } = await rootOf(bench)
    for (let round = 0; round < 50; round += 1)
      await Promise.all(Array.from({ length: 20 }, () => bench.call(vehicleInfo.getVehicleDetails, {}, token)))
    await eventually(() => getEventListeners(root.stopped, 'abort').length === 0, 'no call is left')
    expect(getEventListeners(root.ended, 'abort')).toEqual([])
  })

  it('is a listener of each call that runs, also of one that its client has left, until it has settled', async () => {
    const clock = new ManualClock()
    await using bench = await GatewayBench.start({ clock })
    const { token, root } = await rootOf(bench)
    const streams = [1, 2].map(() => bench.open(openObdV1.logging.service.openLogStream, token))
    for (const stream of streams) stream.send({ content: 'a line' })
    await eventually(() => getEventListeners(root.stopped, 'abort').length === 2, 'both streams are open')
    for (const stream of streams) stream.cancel()
    for (const stream of streams) expect(await stream.status).toMatchObject({ code: status.CANCELLED })
    await eventually(() => getEventListeners(root.stopped, 'abort').length === 0, 'both have settled')
  })

  it('is at most 32 old tokens of a context that calls function after function', async () => {
    const clock = new ManualClock()
    await using bench = await GatewayBench.start({ clock })
    const info = await bench.started()
    let token = info.authentication_token
    for (let run = 0; run < 40; run += 1) {
      const child = await bench.call(functions.startFunctionContext, {}, token)
      const monitor = bench.open(functions.monitorFunctionContext, child.monitor_token)
      monitor.send(child)
      monitor.halfClose()
      await bench.call(session.finish, { result: ['RESULT_SUCCESS'] }, child.authentication_token)
      await eventually(() => monitor.messages.at(-1)?.finished === true, 'the parent has its token back')
      token = monitor.messages.at(-1)?.authentication_token ?? ''
      monitor.cancel()
    }
    clock.advance(forgottenAfterMs)
    const root = bench.gateway.tokens.find(token)?.context
    expect(root?.isRoot).toBe(true)
    expect(root?.tokens.size).toBe(32)
    expect(root?.session.contexts.size).toBe(1)
    await bench.call(session.finish, { result: ['RESULT_SUCCESS'] }, token)
  })

  it('is nothing of a context two minutes after its end, although its host goes on', async () => {
    const collect = garbageCollector()
    const clock = new ManualClock()
    await using bench = await GatewayBench.start({ clock })
    const host = openHost(bench, await bench.brokerToken())
    host.send({
      type: 'FUNCTION_UPDATE_TYPE_REQUEST',
      function_registration: {
        details: { id: 'f-1', name: 'Read', version: '1' },
        state: 'FUNCTION_REGISTRATION_STATE_ONLINE',
      },
    })
    await eventually(() => host.messages.length === 1, 'the registration is confirmed')
    const { id, token } = await bench.claimed()
    const contexts: WeakRef<GatewayContext>[] = []
    for (let run = 0; run < 5; run += 1) contexts.push(await ranOn(bench, host, { id, token }))
    clock.advance(forgottenAfterMs)
    const remaining = () => {
      collect()
      return contexts.filter((context) => context.deref() !== undefined).length
    }
    await eventually(() => remaining() === 0, 'nothing refers to the contexts any more')
  })
})
