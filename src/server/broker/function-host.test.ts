import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { FunctionUpdate, FunctionUpdate__Output } from '../../openobd/generated/types/openOBD/v1/FunctionUpdate.ts'
import { ManualClock } from '../clock/manual-clock.ts'
import { type Refusal, unavailable } from '../refusal.ts'
import { FunctionHost, type RegistrationReply } from './function-host.ts'

type Response = NonNullable<FunctionUpdate__Output['response']>

function setUp(reply: RegistrationReply = { response: 'FUNCTION_UPDATE_SUCCESS' }) {
  const clock = new ManualClock(0)
  const heard: FunctionUpdate[] = []
  const ends: (Refusal | 'OK')[] = []
  const over = Promise.withResolvers<void>()
  let take: (update: FunctionUpdate__Output) => void = () => undefined
  let tokens = 0
  const host = new FunctionHost({
    stream: {
      send: (update) => void heard.push(update),
      receive: (listener) => {
        take = listener
        return over.promise
      },
      end: (failure) => {
        ends.push(failure ?? 'OK')
        over.resolve()
      },
    },
    clientId: 'garage',
    clock,
    issueToken: () => `token ${++tokens}`,
    register: (who, { details }) =>
      who === host && details?.id === 'f' ? reply : { response: 'FUNCTION_UPDATE_FAILED' },
  })
  const running = host.run()
  const say = (update: object) => take(update as FunctionUpdate__Output)
  const answer = (call: object, response: Response, response_description?: string) =>
    say({ type: 'FUNCTION_UPDATE_TYPE_RESPONSE', function_call: call, response, response_description })
  const leave = async () => {
    over.resolve()
    await running
  }
  return { clock, host, heard, ends, say, answer, leave }
}

const call = (id: string, session = 's', token = 't') => ({
  id,
  session_info: { id: session, authentication_token: token },
})
const outcomeOf = (attempt: Promise<void>): Promise<string> =>
  attempt.then(
    () => 'started',
    (error: Refusal) => `${error.kind}: ${error.message}`,
  )

describe('a host that offers nothing', () => {
  it('is disconnected after ten seconds', async () => {
    const { clock, ends } = setUp()
    await clock.advance(9_999)
    expect(ends).toEqual([])
    await clock.advance(1)
    expect(ends).toEqual(['OK'])
  })

  it('is one that has withdrawn its last function', async () => {
    const { clock, host, ends } = setUp()
    host.offer('a')
    host.offer('b')
    await clock.advance(15_000)
    host.withdraw('a')
    await clock.advance(15_000)
    expect(ends).toEqual([])
    host.withdraw('b')
    await clock.advance(9_999)
    expect(ends).toEqual([])
    await clock.advance(1)
    expect(ends).toEqual(['OK'])
  })

  it('leaves no timer when it goes', async () => {
    const { clock, host, leave } = setUp()
    host.askToReconnect(5)
    await leave()
    expect(clock.pendingTimers).toBe(0)
    host.withdraw('a')
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a host that is pinged', () => {
  it('gets a new token every minute, and is dropped when two of them were not answered', async () => {
    const { clock, host, heard, ends } = setUp()
    host.offer('a')
    await clock.advance(60_000)
    expect(heard).toEqual([{ type: 'FUNCTION_UPDATE_TYPE_REQUEST', function_broker_token: { value: 'token 1' } }])
    await clock.advance(119_999)
    expect([heard.length, ends]).toEqual([2, []])
    await clock.advance(1)
    expect([heard.length, ends]).toEqual([2, ['OK']])
  })

  it('stays as long as it answers them, by a token and by nothing else', async () => {
    const { clock, host, ends, say } = setUp()
    host.offer('a')
    const pong = { type: 'FUNCTION_UPDATE_TYPE_RESPONSE', FunctionData: 'function_broker_token' }
    for (let minute = 0; minute < 5; minute += 1) {
      await clock.advance(60_000)
      say(pong)
    }
    expect(ends).toEqual([])
    for (let minute = 0; minute < 3; minute += 1) {
      await clock.advance(60_000)
      say({ ...pong, type: 'FUNCTION_UPDATE_TYPE_REQUEST' })
      say({ ...pong, FunctionData: 'function_call' })
    }
    expect(ends).toEqual(['OK'])
  })
})

describe('a registration', () => {
  const registration = { details: { id: 'f' }, state: 'FUNCTION_REGISTRATION_STATE_ONLINE' }

  it('is answered as it was decided, without a description on success', () => {
    const { heard, say } = setUp()
    say({ type: 'FUNCTION_UPDATE_TYPE_REQUEST', function_registration: registration })
    const response = { type: 'FUNCTION_UPDATE_TYPE_RESPONSE', response: 'FUNCTION_UPDATE_SUCCESS' }
    expect(heard).toEqual([{ ...response, function_registration: registration }])
  })

  it('that fails says why', () => {
    const { heard, say } = setUp({ response: 'FUNCTION_UPDATE_FAILED', description: 'no name' })
    say({ type: 'FUNCTION_UPDATE_TYPE_REQUEST', function_registration: registration })
    expect(heard[0]).toMatchObject({ response: 'FUNCTION_UPDATE_FAILED', response_description: 'no name' })
  })

  it('is none without one, in a response, or in a message of another type', () => {
    const { heard, say } = setUp()
    say({ type: 'FUNCTION_UPDATE_TYPE_REQUEST', function_registration: null })
    say({ type: 'FUNCTION_UPDATE_TYPE_REQUEST' })
    say({ type: 'FUNCTION_UPDATE_TYPE_RESPONSE', function_registration: registration })
    say({ type: 'FUNCTION_UPDATE_TYPE_UNDEFINED', function_registration: registration })
    expect(heard).toEqual([])
  })

  it('that another host has made is told to the earlier one', () => {
    const { host, heard } = setUp()
    host.tellReplaced({ details: { id: 'f' } })
    host.tellReplaced(undefined)
    const told = {
      type: 'FUNCTION_UPDATE_TYPE_RESPONSE',
      response: 'FUNCTION_UPDATE_UNAVAILABLE',
      response_description: 'another host has registered this function',
    }
    expect(heard).toEqual([
      { ...told, function_registration: { details: { id: 'f' } } },
      { ...told, function_registration: null },
    ])
  })
})

describe('a host that is asked to reconnect', () => {
  it('is told how long it has, and disconnected then, whatever it offers', async () => {
    const { clock, host, heard, ends } = setUp()
    host.offer('a')
    host.askToReconnect(30)
    host.withdraw('a')
    expect(heard).toEqual([
      { type: 'FUNCTION_UPDATE_TYPE_REQUEST', function_broker_reconnect: { seconds_until_disconnect: 30 } },
    ])
    await clock.advance(29_999)
    expect(ends).toEqual([])
    await clock.advance(1)
    expect(ends).toEqual(['OK'])
  })

  it('again has the new time', async () => {
    const { clock, host, ends } = setUp()
    host.askToReconnect(5)
    host.askToReconnect(30)
    await clock.advance(29_999)
    expect(ends).toEqual([])
    await clock.advance(1)
    expect(ends).toEqual(['OK'])
  })
})

describe('a call to a host', () => {
  it('is sent as it is and ends when the host has started the function', async () => {
    const { host, heard, answer, clock } = setUp()
    const before = clock.pendingTimers
    const attempt = outcomeOf(host.call(call('f')))
    expect(heard).toEqual([{ type: 'FUNCTION_UPDATE_TYPE_REQUEST', function_call: call('f') }])
    answer(call('f'), 'FUNCTION_UPDATE_SUCCESS')
    expect(await attempt).toBe('started')
    expect(clock.pendingTimers).toBe(before)
  })

  it.each<[Response, string, string]>([
    ['FUNCTION_UPDATE_UNAVAILABLE', '', 'unavailable: the host does not offer the function any more'],
    ['FUNCTION_UPDATE_UNAVAILABLE', 'gone', 'unavailable: gone'],
    ['FUNCTION_UPDATE_UNAUTHORIZED', '', 'permission-denied: the host does not accept the call'],
    ['FUNCTION_UPDATE_UNAUTHORIZED', 'not you', 'permission-denied: not you'],
    ['FUNCTION_UPDATE_FAILED', '', 'aborted: the host could not start the function'],
    ['FUNCTION_UPDATE_FAILED', 'broken', 'aborted: broken'],
    ['FUNCTION_UPDATE_UNDEFINED', '', 'aborted: the host could not start the function'],
  ])('that is answered by %s %j is %s', async (response, description, expected) => {
    const { host, answer } = setUp()
    const attempt = outcomeOf(host.call(call('f')))
    answer(call('f'), response, description)
    expect(await attempt).toBe(expected)
  })

  it('without an answer fails after ten seconds, and a late answer is nothing', async () => {
    const { host, answer, clock } = setUp()
    host.offer('f')
    let outcome: string | undefined
    void outcomeOf(host.call(call('f'))).then((value) => {
      outcome = value
    })
    await clock.advance(9_999)
    expect(outcome).toBeUndefined()
    await clock.advance(1)
    expect(outcome).toBe('deadline-exceeded: the host of the function did not react in time')
    answer(call('f'), 'FUNCTION_UPDATE_SUCCESS')
    expect(outcome).toMatch(/^deadline/)
  })

  it('is one for each function context: a second one is refused, those of others are not', async () => {
    const { host, heard, answer } = setUp()
    const calls = [call('f'), call('g'), call('f', 'other'), call('f', 's', 'newer')]
    const attempts = calls.map((one) => outcomeOf(host.call(one)))
    expect(await outcomeOf(host.call(call('f')))).toBe('failed-precondition: the function is being started already')
    expect(heard).toHaveLength(4)
    answer(call('f', 's', 'newer'), 'FUNCTION_UPDATE_FAILED', 'mine')
    answer(call('x'), 'FUNCTION_UPDATE_FAILED', 'nobody’s')
    answer({ id: 'f' }, 'FUNCTION_UPDATE_FAILED', 'nobody’s')
    for (const one of calls) answer(one, 'FUNCTION_UPDATE_SUCCESS')
    expect(await Promise.all(attempts)).toEqual(['started', 'started', 'started', 'aborted: mine'])
    expect(await outcomeOf(Promise.race([host.call(call('f')), nextTurn()]) as Promise<void>)).toBe('started')
  })

  it('without an answer fails when the host goes, and none can be made afterwards', async () => {
    const { host, leave, clock, heard } = setUp()
    const attempts = [outcomeOf(host.call(call('f'))), outcomeOf(host.call(call('g')))]
    await leave()
    const gone = 'unavailable: the host of the function has gone'
    expect(await Promise.all(attempts)).toEqual([gone, gone])
    expect(await outcomeOf(host.call(call('h')))).toBe(gone)
    expect([heard.length, clock.pendingTimers]).toEqual([2, 0])
  })

  it('is not settled by a response without a call', async () => {
    const { host, say } = setUp()
    const attempt = outcomeOf(host.call(call('f')))
    say({ type: 'FUNCTION_UPDATE_TYPE_RESPONSE', function_call: null, response: 'FUNCTION_UPDATE_SUCCESS' })
    say({ type: 'FUNCTION_UPDATE_TYPE_REQUEST', function_call: call('f'), response: 'FUNCTION_UPDATE_SUCCESS' })
    expect(await Promise.race([attempt, nextTurn('waiting')])).toBe('waiting')
  })
})

it('a host can be cut off with a failure', () => {
  const { host, ends } = setUp()
  const failure = unavailable('broken')
  host.disconnect(failure)
  expect(ends).toEqual([failure])
})
