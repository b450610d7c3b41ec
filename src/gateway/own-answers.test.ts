import { Metadata, status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { eventually } from '../engine/testing/engine-under-test.ts'
import { openObdV1 } from '../openobd/grpc/protos.ts'
import { ManualClock } from '../openobd/manual-clock.ts'
import { ScriptedUpstream } from './testing/scripted-upstream.ts'

const broker = openObdV1.functionBroker.service
const credentials = { client_id: 'near', client_secret: 'near secret', cluster_id: '001' }
const wanted = broker.runFunction.requestSerialize({ id: 'f-elsewhere' })

async function start(...options: Parameters<typeof ScriptedUpstream.start>) {
  const upstream = await ScriptedUpstream.start(...options)
  const { getFunctionBrokerToken } = broker
  upstream.replies(getFunctionBrokerToken.path, getFunctionBrokerToken.responseSerialize({ value: 'far-broker-token' }))
  const { reply } = await upstream.call(
    getFunctionBrokerToken.path,
    getFunctionBrokerToken.requestSerialize(credentials),
  )
  const { value: token } = getFunctionBrokerToken.responseDeserialize(reply ?? Buffer.alloc(0))
  return { upstream, token }
}

describe('a call of a function that runs elsewhere', () => {
  it.each([status.OUT_OF_RANGE, status.DATA_LOSS, status.NOT_FOUND, status.UNAVAILABLE])(
    'ends with the status %i of the server, its details and its trailers',
    async (code) => {
      const { upstream, token } = await start()
      await using _ = upstream
      const trailers = new Metadata()
      trailers.set('reason', 'of the server')
      upstream.refuses(broker.runFunction.path, code, 'as the server says it', trailers)
      const end = await upstream.call(broker.runFunction.path, wanted, token)
      expect(end).toMatchObject({ code, details: 'as the server says it' })
      expect(end.metadata.get('reason')).toEqual(['of the server'])
      expect(upstream.arrived.at(-1)).toMatchObject({ path: broker.runFunction.path, bearer: 'far-broker-token' })
    },
  )

  it('does not tell where the server is', async () => {
    const { upstream, token } = await start()
    await using _ = upstream
    const details = 'No connection established. Last error: connect ECONNREFUSED 203.0.113.7:443'
    upstream.refuses(broker.runFunction.path, status.UNAVAILABLE, details)
    expect(await upstream.call(broker.runFunction.path, wanted, token)).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'the connection to the server was lost',
    })
  })

  it('is cancelled at the server when its caller leaves', async () => {
    const { upstream, token } = await start()
    await using _ = upstream
    const call = upstream.call(broker.runFunction.path, wanted, token)
    await eventually(() => upstream.arrived.at(-1)?.path === broker.runFunction.path, 'the server has the call')
    call.cancel()
    expect(await call).toMatchObject({ code: status.CANCELLED })
    await eventually(() => upstream.arrived.at(-1)?.call.cancelled === true, 'the server knows')
  })

  it('passes messages that are not its own on as they are', async () => {
    const { upstream, token } = await start()
    await using _ = upstream
    const laterField = Buffer.from([0xfa, 0x07, 0x02, 0x6f, 0x6b])
    upstream.answers.set(broker.runFunction.path, (call, request) => {
      call.write(request.subarray(-laterField.length))
      call.end()
    })
    const end = await upstream.call(broker.runFunction.path, Buffer.concat([wanted, laterField]), token)
    expect(end.reply).toEqual(laterField)
  })
})

describe('a call of the gateway itself', () => {
  it('is given up after five seconds', async () => {
    const clock = new ManualClock()
    const { upstream } = await start({ clock })
    await using _ = upstream
    let token: string | undefined = 'none yet'
    const asked = upstream.arrived.length
    upstream.answers.delete(broker.getFunctionBrokerToken.path)
    const answered = upstream.gateway.gateway.upstream.brokerToken().then((value) => {
      token = value
    })
    await eventually(() => upstream.arrived.length > asked, 'the server has the call')
    clock.advance(4_999)
    expect(token).toBe('none yet')
    clock.advance(1)
    await answered
    expect(token).toBeUndefined()
    expect(clock.pendingTimers).toBe(0)
  })
})
