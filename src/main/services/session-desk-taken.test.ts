import { describe, expect, it } from 'vitest'
import { refused } from '../../openobd/failure.ts'
import { type FakeCustody, info, inUse, setUp, target } from './session-desk.test-setup.ts'

describe('a connection that is taken', () => {
  const taken = (custody: FakeCustody) => {
    custody.startOutcome = inUse()
  }

  it('shows only the session of our own record', async () => {
    const bench = setUp({ prepare: taken })
    bench.store.begin({ handle: 'old', target, profileId: 'embedded', endpoint: 'embedded', startedAt: 5 })
    bench.store.setSessionId('old', 'mine')
    bench.server.sessions = [info('other', 'active'), info('mine', 'active')]
    expect(await bench.desk.start(target)).toMatchObject({ failure: { code: 'resource-in-use' } })
    expect(bench.blocking()).toMatchObject([{ sessionId: 'mine', proof: 'own-record', label: '7848095' }])
  })

  // @proves Window: A connection in use: one click with proof, else a list with age and confirmation
  it('does not accept a record as proof when its session has ended', async () => {
    const bench = setUp({ prepare: taken })
    bench.store.begin({ handle: 'old', target, profileId: 'embedded', endpoint: 'embedded', startedAt: 5 })
    bench.store.setSessionId('old', 'mine')
    bench.server.sessions = [info('mine', 'finished'), info('other', 'active')]
    await bench.desk.start(target)
    expect(bench.blocking()).toMatchObject([{ sessionId: 'other', proof: 'none' }])
  })

  it('shows only the session that the viewer names', async () => {
    const bench = setUp({ prepare: taken })
    bench.viewer.holding = 'theirs'
    bench.viewer.label.set('theirs', '7848095')
    bench.server.sessions = [info('other', 'active'), info('theirs', 'available')]
    await bench.desk.start(target)
    expect(bench.blocking()).toMatchObject([{ sessionId: 'theirs', proof: 'viewer' }])
  })

  it('without a proof shows every open session, newest first, with its age', async () => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active', 10), info('b', 'finished', 20), info('c', 'available', 30)]
    await bench.desk.start(target)
    expect(bench.blocking()?.map(({ sessionId, createdAt, proof }) => [sessionId, createdAt, proof])).toEqual([
      ['c', 30, 'none'],
      ['a', 10, 'none'],
    ])
  })

  it('is freed by interrupting a session of the list, by its opaque handle only', async () => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active')]
    await bench.desk.start(target)
    const [summary] = bench.blocking() ?? []
    expect(await bench.desk.interrupt('a')).toMatchObject({ failure: { code: 'not-found' } })
    expect(bench.server.interrupted).toEqual([])
    expect(await bench.desk.interrupt(summary?.handle ?? '')).toEqual({ ok: true, value: null })
    expect(bench.server.interrupted).toEqual(['a'])
    expect(bench.blocking()).toBeNull()
  })

  it('counts as freed when the server no longer knows the session, whatever it listed before', async () => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active')]
    await bench.desk.start(target)
    bench.server.interruptOutcome = refused('x', 'not-found')
    expect(await bench.desk.interrupt(bench.blocking()?.[0]?.handle ?? '')).toMatchObject({ ok: true })
  })

  it.each([
    ['is no longer known', refused('x', 'not-found'), [], { ok: true }],
    ['has ended by itself', refused('x', 'not-allowed-now'), [info('a', 'finished')], { ok: true }],
    ['still lives', refused('x', 'not-allowed-now'), [info('a', 'active')], { failure: { code: 'not-allowed-now' } }],
  ] as const)('interrupting a session that %s gives the right outcome', async (_name, outcome, then, expected) => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active')]
    await bench.desk.start(target)
    bench.server.interruptOutcome = outcome
    bench.server.sessions = [...then]
    expect(await bench.desk.interrupt(bench.blocking()?.[0]?.handle ?? '')).toMatchObject(expected)
  })
})
