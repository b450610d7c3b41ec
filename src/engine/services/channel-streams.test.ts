import { status } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { EngineUnderTest, eventually } from '../testing/engine-under-test.ts'
import { busesOf } from './config.ts'

const { openIsotpStream, openRawStream } = openObdV1.can.service
const channel = { bus_name: 'mistyped', request_id: 0x7e0, response_id: 0x7e8 }
const bus = {
  bus_name: 'mistyped',
  BusDefinition: 'can_bus' as const,
  can_bus: {
    pin_plus: 6,
    pin_min: 14,
    can_protocol: 'CAN_PROTOCOL_ISOTP' as const,
    can_bit_rate: 'CAN_BIT_RATE_500' as const,
  },
}

describe('a channel on a bus that is not configured', () => {
  let test: EngineUnderTest
  let session: { readonly id: string; readonly token: string }

  beforeEach(async () => {
    test = await EngineUnderTest.start()
    session = await test.claimed('7848095')
  })

  afterEach(() => test.stop())

  const buses = () => busesOf(test.engine, test.engine.sessions.get(session.id))

  /** Registers channels one after the other; resolves once the engine has seen the first one. */
  async function registered() {
    const stream = test.open(openIsotpStream, session.token)
    stream.send({ channel, payload: '' })
    // A second channel on the same stream opens only after the first message was served.
    buses().configure([{ ...bus, bus_name: 'right' }])
    stream.send({ channel: { ...channel, bus_name: 'right' }, payload: '' })
    await eventually(() => test.engine.gauges.read('openChannels') === 1, 'the second channel is open')
    return stream
  }

  it('is refused at its first payload with bytes, not when it is registered', async () => {
    const stream = await registered()
    stream.send({ channel, payload: '3E00' })
    expect(await stream.status).toEqual({
      code: status.NOT_FOUND,
      details: 'bus "mistyped" is not configured: configured are "right"',
    })
  })

  it('opens when its bus has been configured since', async () => {
    const stream = await registered()
    const other = { ...bus, bus_name: 'right', can_bus: { ...bus.can_bus, pin_plus: 3, pin_min: 11 } }
    buses().configure([bus, other])
    stream.send({ channel, payload: '3E00' })
    await eventually(() => test.engine.gauges.read('openChannels') === 2, 'the channel is open')
    stream.halfClose()
    expect((await stream.status).code).toBe(status.OK)
  })

  it('is refused at the half-close when nothing else comes', async () => {
    const stream = test.open(openIsotpStream, session.token)
    stream.send({ channel, payload: '' })
    stream.halfClose()
    expect((await stream.status).code).toBe(status.NOT_FOUND)
  })

  it('is refused at once when it can only listen', async () => {
    const stream = test.open(openRawStream, session.token)
    stream.send({ channel: { bus_name: 'mistyped', response_id: 0x7e8 }, payload: '' })
    expect((await stream.status).code).toBe(status.NOT_FOUND)
  })
})

it('writes one line to the log for a channel on which no ECU can answer', async () => {
  await using test = await EngineUnderTest.start()
  const { id, token } = await test.claimed('7848095')
  busesOf(test.engine, test.engine.sessions.get(id)).configure([bus])
  const warn = vi.spyOn(test.engine.log, 'warn')
  const stream = test.open(openIsotpStream, token)
  for (const payload of ['', '3E00', '3E00']) stream.send({ channel: { ...channel, response_id: 0x7e9 }, payload })
  stream.send({ channel, payload: '3E00' })
  await eventually(() => stream.messages.length > 0, 'the right channel is answered')
  stream.halfClose()
  await stream.status
  expect(warn.mock.calls).toEqual([
    [{ session: id, bus: 'mistyped' }, 'who listens on 0x7E0 answers on 0x7E8, not on 0x7E9'],
  ])
})
