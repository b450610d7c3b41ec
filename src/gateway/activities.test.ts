import { describe, expect, it } from 'vitest'
import { trustProfileEndpoint } from '../openobd/grpc/endpoint.ts'
import { openObdV1 } from '../openobd/grpc/protos.ts'
import { ManualClock } from '../openobd/manual-clock.ts'
import { Activities, type Activity } from './activities.ts'
import { GatewaySession } from './contexts.ts'

const isotp = openObdV1.can.service.openIsotpStream
const message = (payload: string, requestId = 0x7e1) =>
  isotp.requestSerialize({ channel: { bus_name: 'can', request_id: requestId, response_id: requestId + 8 }, payload })

function setUp() {
  const clock = new ManualClock(1_000)
  const reports: Activity[] = []
  const activities = new Activities(clock, (activity) => void reports.push(activity))
  const endpoint = trustProfileEndpoint({ host: '127.0.0.1', port: 1 })
  if (!endpoint.ok) throw new Error('no endpoint')
  const { root } = new GatewaySession('s', endpoint.value, 1_000)
  return { clock, reports, activities, root, stream: activities.open(isotp.path, root), now: () => activities.of(root) }
}

describe('what a context waits for', () => {
  it('is the control unit between a request and its answer', () => {
    const { stream, now, clock } = setUp()
    stream.requestSent(message(''))
    expect(now().requests).toEqual([])
    clock.advance(5)
    stream.requestSent(message('22F190'))
    expect(now().requests).toEqual([
      { address: { bus: 'can', id: 0x7e1 }, since: 1_005, pendingAnswers: 0, unansweredSince: 1_005 },
    ])
    stream.replyArrived(message('62F190AA', 0x7e0))
    expect(now().requests).toHaveLength(1)
    stream.replyArrived(message('62F190AA'))
    expect(now().requests).toEqual([])
  })

  it('is a control unit that works while it answers 0x78, from the first request on', () => {
    const { stream, now, clock } = setUp()
    stream.requestSent(message('31010203'))
    for (let answers = 0; answers < 3; answers += 1) {
      clock.advance(1_000)
      stream.replyArrived(message('7F3178'))
    }
    expect(now().requests).toMatchObject([{ since: 1_000, pendingAnswers: 3 }])
    stream.replyArrived(message('7F3131'))
    expect(now().requests).toEqual([])
  })

  it('is one wait over repetitions that follow a busy or a missing answer, until one is final', () => {
    const { stream, now, clock } = setUp()
    stream.requestSent(message('22F190'))
    stream.replyArrived(message('7F2221'))
    expect(now().requests).toMatchObject([{ lastAnswer: 'busy', lastAnswerAt: 1_000 }])
    clock.advance(500)
    stream.requestSent(message('22F190'))
    clock.advance(10_000)
    stream.requestSent(message('22F191'))
    expect(now().requests).toMatchObject([{ since: 11_500, unansweredSince: 1_000 }])
    clock.advance(11_001)
    stream.requestSent(message('22F190'))
    expect(now().requests).toMatchObject([{ unansweredSince: 22_501 }])
    stream.replyArrived(message('7F2221'))
    clock.advance(1_001)
    stream.requestSent(message('22F190'))
    expect(now().requests).toMatchObject([{ unansweredSince: 23_502 }])
    stream.replyArrived(message('62F190'))
    expect(now().requests).toEqual([])
  })

  it('is nothing any more when the stream has ended, and two streams are told apart', () => {
    const { activities, root, stream, now } = setUp()
    const other = activities.open(isotp.path, root)
    stream.requestSent(message('22F190'))
    other.requestSent(message('22F190'))
    stream.close()
    expect(now().requests).toHaveLength(1)
    other.close()
    expect(now().requests).toEqual([])
  })

  it('is the server while a call has no reply', () => {
    const { activities, root, now, clock } = setUp()
    const call = activities.open(openObdV1.vehicleInfo.service.getEcuList.path, root)
    expect(now().serverSince).toBeUndefined()
    clock.advance(7)
    call.requestSent(Buffer.alloc(0))
    expect(now().serverSince).toBe(1_007)
    call.replyArrived(Buffer.alloc(0))
    expect(now().serverSince).toBeUndefined()
  })

  it('names the last request that changes the car, until the control unit refuses it', () => {
    const { stream, now } = setUp()
    const write = { address: { bus: 'can', id: 0x7e1 }, service: 0x2e, at: 1_000 }
    stream.requestSent(message('2EF19041'))
    stream.requestSent(message('22F190'))
    expect(now().lastWrite).toEqual(write)
    stream.replyArrived(message('7F2E78'))
    expect(now().lastWrite).toEqual(write)
    stream.replyArrived(message('7F2E33'))
    expect(now().lastWrite).toBeUndefined()
    stream.requestSent(message('2EF19041'))
    stream.close()
    expect(now().lastWrite).toEqual(write)
  })

  it('is reported at most ten times a second, at once at the end, and not after it', () => {
    const { clock, stream, reports, activities, root } = setUp()
    for (let turn = 0; turn < 100; turn += 1) {
      stream.requestSent(message('22F190'))
      clock.advance(10)
    }
    expect(reports.length).toBe(10)
    stream.requestSent(message('22F190'))
    root.state = 'ended'
    activities.forget(root)
    expect(reports.length).toBe(11)
    stream.close()
    clock.advance(1_000)
    expect(reports.length).toBe(11)
    expect(clock.pendingTimers).toBe(0)
  })
})
