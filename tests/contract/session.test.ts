import { describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/openobd/clock.ts'
import { ManualClock } from '../../src/openobd/manual-clock.ts'
import { getProductList } from '../../src/openobd/session/product-info.ts'
import { SessionController } from '../../src/openobd/session/session-controller.ts'
import {
  type EcuDetectionNews,
  followEcuDetection,
  getEcuList,
  getVehicleDetails,
} from '../../src/openobd/session/vehicle-info.ts'
import { bad, good, openBench } from './client-bench.ts'

describe('a session on the official Servicers', () => {
  it('goes from start over three token rotations to one finish, each call with the newest token', async () => {
    const { judge, custody: create } = await openBench()
    const { custody } = create()
    const calls = good(await custody.start())
    await vi.waitFor(() => expect(judge.calls('session/openSessionTokenStream')).toHaveLength(1))
    for (const rotation of [2, 3, 4]) {
      await judge.do({ do: 'token', session: 'session-1' })
      await vi.waitFor(() => expect(custody.view.token?.rotations).toBe(rotation - 1))
      good(await getVehicleDetails(calls))
      await judge.settled()
      expect(judge.calls('vehicleInfo/getVehicleDetails').at(-1)?.bearer).toBe(`session-1-token-${rotation}`)
    }
    const result = { results: ['needs-validation', 'success'], userFeedback: 'nothing', description: 'äöü' } as const
    good(await custody.finish({ ...result, results: [...result.results] }))
    const [session] = await judge.sessions()
    expect(session?.results).toEqual([
      {
        result: ['RESULT_NEEDS_VALIDATION', 'RESULT_SUCCESS'],
        user_feedback: 'USER_FEEDBACK_NOTHING',
        description: 'äöü',
      },
    ])
    await judge.settled()
    expect(judge.calls('session/authenticate')[0]?.bearer).toBe('auth-1')
    expect(judge.calls('session/finish')[0]?.bearer).toBe('session-1-token-4')
    expect(judge.calls('sessionController/getSessionControllerToken')).toHaveLength(1)
    expect(custody.view.state).toMatchObject({ phase: 'ended', end: { kind: 'finished' } })
  })

  it('learns everything about car, ticket and link in one burst', async () => {
    const { custody: create } = await openBench()
    const calls = good(await create().custody.start())
    expect(good(await getVehicleDetails(calls))).toEqual({ name: 'Judge 1.0', vin: 'WVWZZZ1KZAW000001' })
    expect(good(await getProductList(calls))).toEqual([{ number: 7, name: 'Diagnosis' }])
    expect(good(await getEcuList(calls))).toMatchObject({
      status: 'ready',
      ecus: [{ kind: 'isotp', requestId: 0x7e0 }],
    })
  })

  it('reads a running ECU detection as news, not as a failure', async () => {
    const { judge, custody: create } = await openBench()
    await judge.fault({ rpc: 'vehicleInfo/getEcuList', status: 14 })
    expect(good(await getEcuList(good(await create().custody.start())))).toEqual({ status: 'detecting' })
  })

  // @proves Stories: A detection that still runs is news, not an error, and is polled
  it('asks for the ECUs again every 5 s while detection runs, and tells each change', async () => {
    const { judge, custody: create } = await openBench()
    const calls = good(await create().custody.start())
    await judge.fault({ rpc: 'vehicleInfo/getEcuList', status: 14, times: 2 })
    const clock = new ManualClock()
    const news: EcuDetectionNews[] = []
    followEcuDetection(calls, clock, (one) => news.push(one))
    for (const count of [1, 2, 3]) {
      await vi.waitFor(() => expect(news).toHaveLength(count))
      clock.advance(4_999)
      await judge.settled()
      expect(judge.calls('vehicleInfo/getEcuList')).toHaveLength(count)
      clock.advance(1)
    }
    expect(news.map((one) => one.status)).toEqual(['detecting', 'detecting', 'ready'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('stops asking for the ECUs when it is told to, and when the server refuses', async () => {
    const { judge, custody: create } = await openBench()
    const calls = good(await create().custody.start())
    await judge.fault({ rpc: 'vehicleInfo/getEcuList', status: 14 })
    const clock = new ManualClock()
    const news: EcuDetectionNews[] = []
    const stop = followEcuDetection(calls, clock, (one) => news.push(one))
    await vi.waitFor(() => expect(news).toHaveLength(1))
    stop()
    await judge.fault({ rpc: 'vehicleInfo/getEcuList', status: 9, details: 'no car' })
    followEcuDetection(calls, clock, (one) => news.push(one))
    await vi.waitFor(() => expect(news.at(-1)).toMatchObject({ status: 'failed', failure: { detail: 'no car' } }))
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([
    ['wrong secret', { clientSecret: 'never-show-this' }, 'wrong-credentials'],
    ['missing cluster', { clusterId: '' }, 'cluster-missing'],
  ] as const)('tells a %s from other failures and keeps the secret to itself', async (_title, wrong, code) => {
    const { grpcChannel } = await openBench()
    const right = { clientId: 'partner', clientSecret: 'known-secret', clusterId: '001' }
    const controller = new SessionController(grpcChannel, { ...right, ...wrong }, systemClock)
    const failure = bad(await controller.getSessionList())
    expect(failure.code).toBe(code)
    expect(JSON.stringify(failure)).not.toContain('never-show-this')
  })

  it('names an unknown ticket, a ticket in use and an empty ticket', async () => {
    const { judge, custody: create } = await openBench()
    expect(bad(await create({ target: { kind: 'ticket', number: '1' } }).custody.start()).code).toBe('unknown-ticket')
    good(await create().custody.start())
    const second = bad(await create().custody.start())
    expect(second).toMatchObject({ code: 'resource-in-use', nextAction: 'interrupt-session' })
    expect(bad(await create({ target: { kind: 'ticket', number: '  ' } }).custody.start()).code).toBe('invalid-input')
    expect(await judge.sessions()).toHaveLength(1)
  })

  it('signs in again, once, when the controller token is refused', async () => {
    const { judge, controller } = await openBench()
    good(await controller.getSessionList())
    await judge.do({ do: 'revoke', tokens: ['controller-1'] })
    good(await controller.getSessionList())
    await judge.settled()
    expect(judge.calls('sessionController/getSessionControllerToken')).toHaveLength(2)
    await judge.do({ do: 'revoke', tokens: ['controller-2', 'controller-3'] })
    expect(bad(await controller.getSessionList()).code).toBe('unauthorised')
    await judge.settled()
    expect(judge.calls('sessionController/getSessionControllerToken')).toHaveLength(3)
  })

  it('sends no token to an endpoint that a local server has no business with, and frees the ticket', async () => {
    const { judge, custody: create } = await openBench({ grpcEndpoint: 'grpc.example.com', grpcPort: 0 })
    const { custody } = create({
      channelTo: () => {
        throw new Error('A channel was asked for.')
      },
    })
    expect(bad(await custody.start()).code).toBe('endpoint-refused')
    await judge.settled()
    expect(judge.calls('session/authenticate')).toHaveLength(0)
    expect((await judge.sessions())[0]?.state).toBe('interrupted')
  })

  it('shows an interrupt by the operator and stops calling', async () => {
    const { judge, custody: create } = await openBench()
    const { custody } = create()
    const calls = good(await custody.start())
    await vi.waitFor(() => expect(judge.calls('session/openSessionTokenStream')).toHaveLength(1))
    await judge.do({ do: 'end', session: 'session-1', state: 'interrupted' })
    await vi.waitFor(() => expect(custody.view.state.phase).toBe('ended'), { interval: 5 })
    expect(custody.view.state).toMatchObject({ end: { kind: 'interrupted' } })
    expect(bad(await getVehicleDetails(calls)).certainty).toBe('not-sent')
    expect(custody.calls).toBeUndefined()
  })

  it('interrupts its own session and says so', async () => {
    const { judge, custody: create } = await openBench()
    const { custody } = create()
    good(await custody.start())
    good(await custody.interrupt())
    expect(custody.view.state).toMatchObject({ phase: 'ended', end: { kind: 'interrupted-here' } })
    expect((await judge.sessions())[0]?.state).toBe('interrupted')
    expect(bad(await custody.finish({ results: ['success'] })).code).toBe('not-allowed-now')
  })
})
