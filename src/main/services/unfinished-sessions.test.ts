import { describe, expect, it } from 'vitest'
import { type DeskSetup, info, result, setUp, target } from './session-desk.test-setup.ts'
import { claimLimitMs } from './unfinished-sessions.ts'

/** A record of an earlier run, with the session id unless the reply to the start was lost. */
function earlier(
  bench: DeskSetup,
  id: string | undefined,
  more: { endpoint?: string; startedAt?: number } = {},
): string {
  const handle = `h-${id}`
  const { endpoint = 'embedded', startedAt = bench.clock.wallMs() } = more
  bench.store.begin({ handle, target, profileId: endpoint, endpoint, startedAt })
  if (id) bench.store.setSessionId(handle, id)
  return handle
}

describe('records of earlier runs', () => {
  it('are updated from the server', async () => {
    const bench = setUp()
    for (const id of ['alive', 'done', 'gone']) earlier(bench, id)
    bench.server.sessions = [info('alive', 'active'), info('done', 'finished')]
    await bench.unfinished.reconcile()
    expect(bench.store.bySessionId('embedded', 'done')?.endKind).toBe('finished')
    expect(bench.store.bySessionId('embedded', 'gone')?.endKind).toBe('lost')
    expect(bench.store.unfinished('embedded').map(({ sessionId }) => sessionId)).toEqual(['alive'])
    expect(bench.shown()).toMatchObject([
      { state: 'open', target, summary: { sessionId: 'alive', proof: 'own-record' } },
    ])
  })

  it('stay as they are while the server does not answer', async () => {
    const bench = setUp()
    earlier(bench, 'alive')
    bench.server.isDown = true
    await bench.unfinished.reconcile()
    expect(bench.store.unfinished('embedded')).toHaveLength(1)
  })

  it('of another server are shown before that server is reached', () => {
    const bench = setUp()
    earlier(bench, 'far', { endpoint: 'grpc.example.test:443' })
    bench.unfinished.show()
    expect(bench.shown()).toMatchObject([{ state: 'not-checked', server: 'grpc.example.test:443' }])
  })

  it('that are open can be ended and then leave the list', async () => {
    const bench = setUp()
    earlier(bench, 'alive')
    bench.server.sessions = [info('alive', 'active')]
    await bench.unfinished.reconcile()
    const handle = bench.shown()[0]?.summary?.handle ?? ''
    expect(await bench.desk.interrupt(handle)).toEqual({ ok: true, value: null })
    expect(bench.server.interrupted).toEqual(['alive'])
    expect(bench.shown()).toEqual([])
  })
})

describe('an open session of a server that was left', () => {
  it('cannot be ended on another server, and no attempt reports success', async () => {
    const bench = setUp()
    earlier(bench, 'alive', { endpoint: 'grpc.example.test:443' })
    bench.server.name = 'grpc.example.test:443'
    bench.server.sessions = [info('alive', 'active')]
    await bench.unfinished.reconcile()
    const handle = bench.shown()[0]?.summary?.handle ?? ''
    expect(handle).not.toBe('')
    bench.server.name = 'other.example.test:443'
    bench.server.sessions = []
    bench.finder.reset()
    bench.unfinished.show()
    expect(bench.shown()).toMatchObject([{ state: 'not-checked' }])
    expect(bench.shown()[0]).not.toHaveProperty('summary')
    expect(await bench.desk.interrupt(handle)).toMatchObject({ failure: { code: 'not-found' } })
    expect(bench.server.interrupted).toEqual([])
  })
})

// @proves Stories: A result that was chosen before a crash is shown by the next run until a person has seen it
describe('a chosen result that was never sent', () => {
  it('is shown although its session has ended, until a person has seen it', async () => {
    const bench = setUp()
    const handle = earlier(bench, 'gone')
    bench.store.setPendingResult(handle, result)
    await bench.unfinished.reconcile()
    expect(bench.shown()).toMatchObject([{ handle, state: 'ended', pendingResult: result }])
    expect(bench.unfinished.dismiss(handle)).toEqual({ ok: true, value: null })
    expect(bench.shown()).toEqual([])
    expect(bench.store.open()).toEqual([])
  })

  it('is not shown when the server has the result', async () => {
    const bench = setUp()
    bench.store.setPendingResult(earlier(bench, 'done'), result)
    bench.server.sessions = [info('done', 'finished')]
    await bench.unfinished.reconcile()
    expect(bench.shown()).toEqual([])
  })

  it('stays on the disk when only the line of an open session is hidden', () => {
    const bench = setUp()
    const handle = earlier(bench, 'far', { endpoint: 'grpc.example.test:443' })
    bench.store.setPendingResult(handle, result)
    bench.unfinished.dismiss(handle)
    expect(bench.shown()).toEqual([])
    expect(bench.store.open()).toMatchObject([{ handle, pendingResult: result }])
    expect(bench.unfinished.dismiss('unknown')).toMatchObject({ failure: { code: 'not-found' } })
  })
})

// @proves Stories: A session whose start was never answered is proved ours as long as it can be claimed
describe('a start whose answer never reached the disk', () => {
  it('is kept until the claim limit has passed', async () => {
    const bench = setUp()
    earlier(bench, undefined)
    bench.clock.advance(claimLimitMs)
    await bench.unfinished.reconcile()
    expect(bench.store.unfinished('embedded')).toHaveLength(1)
    bench.clock.advance(1)
    await bench.unfinished.reconcile()
    expect(bench.store.unfinished('embedded')).toEqual([])
  })

  it('finds the unclaimed session that the viewer reports on our target', async () => {
    const bench = setUp()
    earlier(bench, undefined)
    bench.server.sessions = [info('other', 'available'), info('ours', 'available'), info('busy', 'active')]
    bench.server.ours = new Map([
      ['ours', true],
      ['other', false],
      ['busy', true],
    ])
    await bench.unfinished.reconcile()
    expect(bench.store.bySessionId('embedded', 'ours')).toMatchObject({ target })
    expect(bench.shown()).toMatchObject([{ state: 'open', summary: { sessionId: 'ours', proof: 'own-record' } }])
  })

  it.each([
    ['the viewer knows no session', new Map<string, boolean>()],
    [
      'two sessions are possible',
      new Map([
        ['a', true],
        ['b', true],
      ]),
    ],
  ])('identifies no session when %s', async (_name, ours) => {
    const bench = setUp()
    earlier(bench, undefined)
    bench.server.sessions = [info('a', 'available'), info('b', 'available')]
    bench.server.ours = ours
    await bench.unfinished.reconcile()
    expect(bench.store.unfinished('embedded')).toMatchObject([{ sessionId: undefined }])
    expect(bench.shown()).toEqual([])
  })
})
