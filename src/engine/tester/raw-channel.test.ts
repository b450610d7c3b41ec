import { describe, expect, it } from 'vitest'
import { toHex } from '../car/can-frame.ts'
import { payloadBytes } from './channel-rules.ts'
import { rawKind } from './raw-channel.ts'
import { can, refusal, session } from './testing/bus-session.ts'

describe('an ISO-TP channel', () => {
  it('of bare frames sends with one identifier and hears the other', async () => {
    const { buses, clock, log, car } = session()
    buses.configure([can('b', { can_protocol: 'CAN_PROTOCOL_FRAMES' })])
    const heard: string[] = []
    const channel = { bus_name: 'b', request_id: 0x7e0, response_id: 0x7e8 }
    const raw = buses.open(rawKind, {
      channel,
      payloadReceived: (payload) => heard.push(toHex(payload)),
      channelLost: () => expect.unreachable(),
    })
    raw.send(payloadBytes('023E00'))
    await clock.advance(0)
    expect(heard).toEqual(['027E00AAAAAAAAAA'])
    expect(log.lines()[0]).toMatch(/7E0#023E00$/)
    expect(buses.read().channels).toEqual([{ raw_channel: channel }])
    raw.release()
    car.dispose()
  })

  it.each([
    ['neither identifier', {}, '', 'both absent'],
    ['nine bytes', { request_id: 1 }, '00'.repeat(9), 'at most 8 bytes'],
    ['something to say but only ears', { response_id: 1 }, '00', 'can only listen'],
    ['an identifier with 30 bits', { response_id: 0x20000000 }, '', 'more than 29 bits'],
  ])('of bare frames is refused with %s', (_, ids, hex, text) => {
    const { buses } = session()
    buses.configure([can('b', { can_protocol: 'CAN_PROTOCOL_FRAMES' })])
    const subscriber = {
      channel: { bus_name: 'b', ...ids },
      payloadReceived: () => undefined,
      channelLost: () => undefined,
    }
    const refused = refusal(() => buses.open(rawKind, subscriber).send(payloadBytes(hex)))
    expect(refused).toEqual({ kind: 'invalid-argument', details: expect.stringContaining(text) })
  })

  it('of bare frames needs a bus for bare frames', () => {
    const { buses } = session()
    buses.configure([can('b')])
    const channel = { bus_name: 'b', request_id: 1 }
    const refused = refusal(() =>
      buses.open(rawKind, { channel, payloadReceived: () => undefined, channelLost: () => undefined }),
    )
    expect(refused.kind).toBe('failed-precondition')
  })
})
