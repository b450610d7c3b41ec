import { describe, expect, it, vi } from 'vitest'
import { bad, good, openBench } from './client-bench.ts'

const start = 'sessionController/startSessionOnTicket'

describe('a reply that is lost', () => {
  // @proves Faults: 24 reply of start or claim lost; what a person sees: “checking”, then the session or a reason
  it('of the start makes the client adopt the session instead of starting a second one', async () => {
    const { judge, custody: create } = await openBench()
    const { custody, views } = create()
    await judge.fault({ rpc: start, apply: 'before', status: 14, details: 'Connection dropped' })
    good(await custody.start())
    await judge.settled()
    expect(judge.calls(start)).toHaveLength(1)
    expect(await judge.sessions()).toMatchObject([{ id: 'session-1', state: 'active' }])
    expect(views.some(({ state }) => state.phase === 'starting' && state.checking)).toBe(true)
  })

  it('of the start that never reached the server fails after a second look, without a second start', async () => {
    const { judge, custody: create } = await openBench()
    await judge.fault({ rpc: start, status: 14, details: 'Connection dropped' })
    const { custody } = create()
    expect(bad(await custody.start()).code).toBe('connection-lost')
    await judge.settled()
    expect(judge.calls(start)).toHaveLength(1)
    expect(custody.view.state).toMatchObject({ phase: 'ended', end: { kind: 'failed' } })
  })

  it('of the start adopts nothing that somebody proves to be of others', async () => {
    const { judge, custody: create } = await openBench()
    await judge.fault({ rpc: start, apply: 'before', status: 14, details: 'Connection dropped' })
    const { custody } = create({ isOurs: () => Promise.resolve(false) })
    expect(bad(await custody.start()).certainty).toBe('unclear')
    await judge.settled()
    expect(judge.calls('session/authenticate')).toHaveLength(0)
  })

  it('of the claim leaves no session behind that nobody can use', async () => {
    const { judge, custody: create } = await openBench()
    await judge.fault({ rpc: 'session/authenticate', apply: 'before', status: 14, details: 'Connection dropped' })
    const { custody, views } = create()
    expect(bad(await custody.start()).code).toBe('connection-lost')
    expect((await judge.sessions()).map((session) => session.state)).toEqual(['interrupted'])
    expect(views.some(({ state }) => state.phase === 'claiming' && state.checking)).toBe(true)
  })

  it('of a claim that had no effect is made good by claiming again', async () => {
    const { judge, custody: create } = await openBench()
    await judge.fault({ rpc: 'session/authenticate', status: 14, details: 'Connection dropped', times: 2 })
    const { custody } = create()
    good(await custody.start())
    await judge.settled()
    expect(judge.calls('session/authenticate')).toHaveLength(3)
    expect(custody.view.state.phase).toBe('active')
  })

  // @proves Protocol and engine: Exactly one finish is recorded, whatever is lost
  it('of the finish is found out by asking; one finish is recorded', async () => {
    const { judge, custody: create } = await openBench()
    const { custody } = create()
    good(await custody.start())
    await judge.fault({ rpc: 'session/finish', apply: 'before', status: 14, details: 'Connection dropped' })
    good(await custody.finish({ results: ['failure'] }))
    await judge.settled()
    expect(judge.calls('session/finish')).toHaveLength(1)
    expect((await judge.sessions())[0]?.results).toEqual([{ result: ['RESULT_FAILURE'] }])
    expect(custody.view.state).toMatchObject({ end: { kind: 'finished', serviceResult: { results: ['failure'] } } })
  })

  it('of the finish by a broken connection is found out too', async () => {
    const { judge, proxy, custody: create } = await openBench()
    const { custody } = create()
    good(await custody.start())
    await vi.waitFor(() => expect(judge.calls('session/openSessionTokenStream')).toHaveLength(1))
    await judge.fault({ rpc: 'session/finish', apply: 'after', delayMs: 300 })
    const finishing = custody.finish({ results: ['success'] })
    await vi.waitFor(() => expect(judge.calls('session/finish')).toHaveLength(1), { interval: 5 })
    proxy.resetAll()
    good(await finishing)
    expect((await judge.sessions())[0]?.results).toHaveLength(1)
  })

  it('of a finish that had no effect is sent again after asking', async () => {
    const { judge, custody: create } = await openBench()
    const { custody } = create()
    good(await custody.start())
    await judge.fault({ rpc: 'session/finish', status: 14, details: 'Connection dropped' })
    good(await custody.finish({ results: ['success'] }))
    await judge.settled()
    // Stream calls are reported when the server has a thread for them, which may be after later calls.
    const order = judge.events
      .filter((one) => one.event === 'call' && !one.rpc?.endsWith('Stream'))
      .map((one) => one.rpc)
    const first = order.indexOf('session/finish')
    // The end of its streams makes the client ask once more.
    expect(order.slice(first, first + 3)).toEqual(['session/finish', 'sessionController/getSession', 'session/finish'])
    expect(judge.calls('session/finish')).toHaveLength(2)
    expect((await judge.sessions())[0]?.results).toHaveLength(1)
  })

  it('of a finish that the server refuses gives the session back to the mechanic', async () => {
    const { judge, custody: create } = await openBench()
    const { custody } = create()
    good(await custody.start())
    await judge.fault({ rpc: 'session/finish', status: 3, details: 'result list is empty' })
    expect(bad(await custody.finish({ results: ['success'] }))).toMatchObject({
      code: 'invalid-input',
      detail: 'result list is empty',
    })
    expect(custody.view.state.phase).toBe('active')
    good(await custody.finish({ results: ['success'] }))
  })

  it('of the interrupt is found out by asking', async () => {
    const { judge, custody: create } = await openBench()
    const { custody } = create()
    good(await custody.start())
    await judge.fault({
      rpc: 'sessionController/interruptSession',
      apply: 'before',
      status: 14,
      details: 'Connection dropped',
    })
    good(await custody.interrupt())
    expect(custody.view.state).toMatchObject({ phase: 'ended' })
  })
})
