import { describe, expect, it } from 'vitest'
import { Writes } from './writes.ts'

const address = { bus: 'can', id: 0x7e1 }
const all = Array.from({ length: 256 }, (_, service) => service)
const changing = [0x04, 0x08, 0x11, 0x14, 0x28, 0x2e, 0x2f, 0x30, 0x31, 0x34, 0x36, 0x38, 0x3b, 0x3d, 0x85]

function setUp() {
  const writes = new Writes()
  let at = 0
  const ask = (payload: string, channel = '1') => {
    at += 1
    writes.requestSent(channel, address, payload, at)
  }
  const answer = (payload: string, channel = '1') => writes.replyArrived(channel, payload)
  return { writes, ask, answer, last: () => writes.last }
}

describe('the last write', () => {
  it('is a request for one of the services that change the car, and for no other', () => {
    const found = all.filter((service) => {
      const { ask, last } = setUp()
      ask(`${service.toString(16).padStart(2, '0')}0102`)
      return last()?.service === service
    })
    expect(found).toEqual(changing)
  })

  it.each(['22F190', '1902FF', '1003', '2701', '3E00', '350011', '2CF200', '37', '0100', ''])(
    'is not %s',
    (payload) => {
      const { ask, last } = setUp()
      ask('2ef19041')
      ask(payload)
      expect(last()).toEqual({ address, service: 0x2e, at: 1 })
    },
  )

  it.each([
    ['has no answer yet', undefined, 0x2e],
    ['was accepted', '6EF190', 0x2e],
    ['was put off', '7F2E78', 0x2e],
    ['was refused', '7F2E33', 0x14],
    ['was refused in small letters', '7f2e31', 0x14],
    ['has got a refusal of another service', '7F2233', 0x2e],
    ['has got an answer that cannot be read', '7F', 0x2e],
  ])('that %s', (_what, reply, service) => {
    const { ask, answer, last } = setUp()
    ask('14FFFFFF')
    answer('54')
    ask('2EF19041')
    if (reply !== undefined) answer(reply)
    expect(last()).toMatchObject({ service })
  })

  it('that was put off and refused in the end does not count', () => {
    const { ask, answer, last } = setUp()
    ask('31010203')
    for (const reply of ['7F3178', '7F3178']) answer(reply)
    expect(last()).toMatchObject({ service: 0x31 })
    answer('7F3122')
    expect(last()).toBeUndefined()
  })

  it('that was refused long after, when another request was on its way, does not count', () => {
    const { ask, answer, last } = setUp()
    ask('2EF19041')
    ask('22F190')
    answer('62F19041')
    answer('7F2E31')
    expect(last()).toBeUndefined()
  })

  it('counts when one control unit refuses it and another one accepts it', () => {
    const { ask, answer, last } = setUp()
    ask('14FFFFFF')
    answer('7F1431')
    expect(last()).toBeUndefined()
    answer('54')
    expect(last()).toMatchObject({ service: 0x14 })
    answer('7F1431')
    expect(last()).toMatchObject({ service: 0x14 })
  })

  it('counts when nobody has answered before the channel was closed, and not when it was refused', () => {
    const { writes, ask, answer, last } = setUp()
    ask('2EF19041', '1')
    ask('2FF19003', '2')
    answer('7F2F33', '2')
    writes.channelClosed('1')
    writes.channelClosed('2')
    expect(last()).toMatchObject({ service: 0x2e, at: 1 })
  })

  it('is the newest of several channels, whoever answers first', () => {
    const { ask, answer, last } = setUp()
    ask('2E0101', '1')
    ask('2F0101', '2')
    answer('6F01', '2')
    answer('6E01', '1')
    expect(last()).toMatchObject({ service: 0x2f, at: 2 })
  })
})
