import { describe, expect, it } from 'vitest'
import { refused } from '../../openobd/failure.ts'
import { settle } from '../../openobd/testing/fake-stream.ts'
import { startRecordLimitMs } from './job.ts'
import { type FakeCustody, inUse } from './testing/fake-custody.ts'
import { identify, info, setUp, started, target } from './testing/jobs-bench.ts'

describe('a start', () => {
  it('is on the disk before the call to the server, and its facts follow', async () => {
    let before: string[] = []
    const bench = setUp({
      prepare: (custody) => {
        const start = custody.start.bind(custody)
        custody.start = async () => {
          before = await bench.kinds(bench.jobs.shown?.id ?? '')
          return start()
        }
      },
    })
    bench.server.place = { licensePlate: 'HB-FC 2108', lift: 'Lift 2' }
    const { job } = await started(bench)
    expect(before).toEqual(['job-opened', 'session-requested'])
    expect(await bench.kinds(job.id)).toEqual([...before, 'session-started', 'session-claimed'])
    expect(job.screen.tile).toMatchObject({
      licensePlate: 'HB-FC 2108',
      lift: 'Lift 2',
      phase: 'active',
      isSimulated: true,
    })
  })

  it('passes through its phases, and its token is registered as a secret and never shown', async () => {
    const bench = setUp()
    const { job } = await started(bench)
    expect(bench.views.map((view) => view?.phase)).toEqual(expect.arrayContaining(['starting', 'claiming', 'active']))
    expect(bench.secrets).toEqual(['CANARY-token'])
    expect(JSON.stringify([bench.views, bench.log, await bench.facts(job.id)])).not.toContain('CANARY')
  })

  it('that is refused leaves no session on the screen, and its job is closed', async () => {
    const bench = setUp({
      prepare: (custody) => {
        custody.startOutcome = refused('sessionController/startSession', 'unknown-ticket')
      },
    })
    expect(await bench.jobs.start(target)).toMatchObject({ failure: { code: 'unknown-ticket' } })
    expect(bench.views.map((view) => view?.phase)).not.toContain('ended')
    expect(bench.jobs.shownView).toMatchObject({ shownJob: null, session: null, link: null })
    expect(bench.jobs.tiles).toEqual([])
    const open = await bench.journal.list({ openOnly: true, limit: 10 })
    expect(open).toEqual({ ok: true, value: [] })
  })

  it('that succeeds and ends at the same moment shows the end', async () => {
    const bench = setUp({
      prepare: (custody) => {
        const start = custody.start.bind(custody)
        custody.start = async () => {
          const outcome = await start()
          custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'interrupted' } })
          return outcome
        }
      },
    })
    expect(await bench.jobs.start(target)).toMatchObject({ ok: true })
    expect(bench.view()).toMatchObject({ phase: 'ended', end: { kind: 'interrupted' } })
  })

  // @proves Faults: 25 start while offline; what a person sees: fails at once
  it('without a server fails at once and is not retried later', async () => {
    const bench = setUp()
    bench.server.isConnected = false
    expect(await bench.jobs.start(target)).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(bench.server.custodies).toEqual([])
  })

  it('on a target whose job is open shows that job and starts nothing', async () => {
    const bench = setUp()
    const { job } = await started(bench)
    bench.jobs.show(null)
    expect(await bench.jobs.start(target)).toEqual({ ok: true, value: null })
    expect(bench.jobs.shown).toBe(job)
    expect(bench.server.custodies).toHaveLength(1)
  })

  it('twice at the same time makes one session', async () => {
    const bench = setUp()
    await Promise.all([bench.jobs.start(target), bench.jobs.start(target)])
    expect(bench.server.custodies).toHaveLength(1)
    expect(bench.jobs.all).toHaveLength(1)
  })

  it('after the end of a session that nobody has left continues the same job', async () => {
    const bench = setUp()
    const { job, handle } = await started(bench)
    await bench.jobs.interrupt(handle)
    const second = await started(bench)
    expect(second.job).toBe(job)
    expect(second.handle).not.toBe(handle)
    expect(job.state.sessions).toMatchObject([{ end: { kind: 'interrupted-here' } }, { handle: second.handle }])
  })
})

describe('a start while the disk refuses', () => {
  it('calls no server and says why', async () => {
    const bench = setUp()
    bench.disk.cause = 'disk-full'
    expect(await bench.jobs.start(target)).toMatchObject({
      failure: { code: 'not-recorded', parameters: { cause: 'disk-full' } },
    })
    expect(bench.server.custodies.flatMap(({ state }) => state.phase)).toEqual(['idle'])
    expect(bench.jobs.tiles).toEqual([])
  })

  it('leaves a job whose session has ended as it was', async () => {
    const bench = setUp()
    const { job, handle } = await started(bench)
    await bench.jobs.interrupt(handle)
    bench.disk.cause = 'disk-full'
    expect(await bench.jobs.start(target)).toMatchObject({ failure: { code: 'not-recorded' } })
    expect(bench.jobs.tiles).toMatchObject([{ id: job.id, phase: 'ended' }])
    expect(bench.view()).toMatchObject({ phase: 'ended' })
  })

  it('does not wait longer than its limit for a slow disk', async () => {
    const bench = setUp()
    bench.journal.recorded = (_job, _facts, limitMs) =>
      new Promise((resolve) => bench.clock.after(limitMs, () => resolve(refused('x', 'not-recorded'))))
    const outcome = bench.jobs.start(target)
    await bench.clock.advanceAsync(startRecordLimitMs)
    expect(await outcome).toMatchObject({ failure: { code: 'not-recorded' } })
  })

  it('goes ahead without a record when a person agrees, and everything is written later', async () => {
    const bench = setUp()
    bench.disk.cause = 'disk-full'
    expect(await bench.jobs.start(target, true)).toEqual({ ok: true, value: null })
    expect(bench.view()).toMatchObject({ phase: 'active' })
    bench.disk.cause = undefined
    await bench.clock.advanceAsync(60_000)
    const { shown } = bench.jobs
    const again = setUp({ folder: bench.folder })
    expect(await again.kinds(shown?.id ?? '')).toEqual([
      'job-opened',
      'session-requested',
      'session-started',
      'session-claimed',
    ])
  })
})

describe('an end', () => {
  // @proves Sessions and links: P3 one end per session, with a reason
  it.each(['interrupted', 'failed', 'lost', 'expired'] as const)('by %s is shown and recorded once', async (kind) => {
    const bench = setUp()
    const { job, custody } = await started(bench)
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind } })
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'finished' } })
    expect(bench.view()).toMatchObject({ phase: 'ended', end: { kind } })
    expect(bench.jobs.shownView.link).toBeNull()
    const ends = (await bench.facts(job.id)).filter((fact) => fact.kind === 'session-ended')
    expect(ends).toMatchObject([{ end: kind }])
    expect(job.isOpen).toBe(false)
  })

  it('by an expired token can still be interrupted on the server', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'expired' } })
    expect(await bench.jobs.interrupt(handle)).toEqual({ ok: true, value: null })
  })

  it('of its server gives the reason and releases everything', async () => {
    const bench = setUp()
    const { custody } = await started(bench)
    bench.jobs.endWithServer(bench.server.server, {
      code: 'engine-failed',
      nextAction: 'restart-engine',
      correlationId: 'c',
    })
    expect(bench.view()).toMatchObject({ end: { kind: 'lost', failure: { code: 'engine-failed' } } })
    expect(custody.released).toBeGreaterThan(0)
  })

  it('by our own interrupt differs from one by others, and never waits for the disk', async () => {
    const bench = setUp()
    const { handle } = await started(bench)
    bench.disk.cause = 'locked'
    expect(await bench.jobs.interrupt(handle)).toEqual({ ok: true, value: null })
    expect(bench.view()).toMatchObject({ end: { kind: 'interrupted-here' } })
  })

  it('is required before the job can be left', async () => {
    const bench = setUp()
    const { job, handle } = await started(bench)
    await job.run(identify.id)
    expect(bench.jobs.leave(handle)).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(bench.jobs.leave('other')).toMatchObject({ failure: { code: 'not-found' } })
    await bench.jobs.interrupt(handle)
    expect(bench.jobs.leave(handle)).toEqual({ ok: true, value: null })
    expect(bench.jobs.shownView).toMatchObject({ shownJob: null, session: null })
    expect((await bench.kinds(job.id)).at(-1)).toBe('job-closed')
  })
})

describe('a job that is closed while its session is open', () => {
  it('sends nothing, leaves the window, and is found as unfinished by the next start', async () => {
    const bench = setUp()
    const { job, handle, custody } = await started(bench)
    expect(bench.jobs.leave(handle, true)).toEqual({ ok: true, value: null })
    expect(bench.jobs.shownView).toMatchObject({ shownJob: null, session: null })
    expect(bench.jobs.tiles).toEqual([])
    expect(custody.released).toBeGreaterThan(0)
    expect(custody.finishes).toEqual([])
    expect(custody.state.phase).toBe('active')
    const kinds = await bench.kinds(job.id)
    expect(kinds.at(-1)).toBe('job-closed')
    expect(kinds).not.toContain('session-ended')
    const open = await bench.journal.list({ openOnly: true, limit: 10 })
    expect(open).toMatchObject({ value: [{ id: job.id }] })
  })

  it('may have a finish in doubt', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    custody.move({ phase: 'finishing', sessionId: 's1', serviceResult: { results: ['success'] }, checking: true })
    expect(bench.jobs.leave(handle, true)).toEqual({ ok: true, value: null })
  })

  it('is not one whose session is still being taken over', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    custody.state = { phase: 'claiming', sessionId: 's1', checking: false }
    custody.move(custody.state)
    expect(bench.jobs.leave(handle, true)).toMatchObject({ failure: { code: 'not-allowed-now' } })
  })
})

describe('the runs of a job', () => {
  // @proves Sessions and links: A second run erases nothing of the first
  it('stay with what they found, and the next job has none of them', async () => {
    const bench = setUp()
    const { job, handle, custody } = await started(bench)
    await job.run(identify.id)
    await settle()
    bench.functions[0]?.finds({
      subject: 'Car',
      subjectKey: 'car',
      subjectKind: 'car',
      name: 'VIN',
      key: 'vin',
      value: 'V1',
      outcome: 'value',
    })
    bench.functions[0]?.end({ results: ['success'] })
    await settle()
    await job.run(identify.id)
    await settle()
    expect(bench.jobs.shownView.earlierRuns.runs).toMatchObject([{ status: 'succeeded', findings: [{ value: 'V1' }] }])
    expect(bench.view()?.functionRun).toMatchObject({ status: 'running', findings: [] })
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'finished' } })
    bench.jobs.leave(handle)
    await started(bench, { kind: 'ticket', number: '2' })
    expect(bench.jobs.shownView.earlierRuns).toEqual({ runs: [], forgotten: 0 })
  })
})

describe('a connection that is taken', () => {
  const taken = (custody: FakeCustody) => {
    custody.startOutcome = inUse()
  }

  it('without a proof shows every open session, newest first, with its age', async () => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active', 10), info('b', 'finished', 20), info('c', 'available', 30)]
    await bench.jobs.start(target)
    expect(bench.blocking()?.map(({ sessionId, createdAt, proof }) => [sessionId, createdAt, proof])).toEqual([
      ['c', 30, 'none'],
      ['a', 10, 'none'],
    ])
  })

  it('shows only the session that the viewer names', async () => {
    const bench = setUp({ prepare: taken })
    bench.server.holding = 'theirs'
    bench.server.label.set('theirs', '7848095')
    bench.server.sessions = [info('other', 'active'), info('theirs', 'available')]
    await bench.jobs.start(target)
    expect(bench.blocking()).toMatchObject([{ sessionId: 'theirs', proof: 'viewer' }])
  })

  it('is freed by interrupting a session of the list, by its opaque handle only', async () => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active')]
    await bench.jobs.start(target)
    const [summary] = bench.blocking() ?? []
    expect(await bench.jobs.interrupt('a')).toMatchObject({ failure: { code: 'not-found' } })
    expect(bench.server.interrupted).toEqual([])
    expect(await bench.jobs.interrupt(summary?.handle ?? '')).toEqual({ ok: true, value: null })
    expect(bench.server.interrupted).toEqual(['a'])
    expect(bench.blocking()).toBeNull()
  })

  it('counts as freed when the server no longer knows the session, whatever it listed before', async () => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active')]
    await bench.jobs.start(target)
    bench.server.interruptOutcome = refused('x', 'not-found')
    expect(await bench.jobs.interrupt(bench.blocking()?.[0]?.handle ?? '')).toMatchObject({ ok: true })
  })

  it.each([
    ['is no longer known', refused('x', 'not-found'), [], { ok: true }],
    ['has ended by itself', refused('x', 'not-allowed-now'), [info('a', 'finished')], { ok: true }],
    ['still lives', refused('x', 'not-allowed-now'), [info('a', 'active')], { failure: { code: 'not-allowed-now' } }],
  ] as const)('interrupting a session that %s gives the right outcome', async (_name, outcome, then, expected) => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active')]
    await bench.jobs.start(target)
    bench.server.interruptOutcome = outcome
    bench.server.sessions = [...then]
    expect(await bench.jobs.interrupt(bench.blocking()?.[0]?.handle ?? '')).toMatchObject(expected)
  })

  it('is not offered on another server that was chosen meanwhile', async () => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active')]
    await bench.jobs.start(target)
    bench.servers.choose(bench.depot.server.profile)
    expect(bench.blocking()).toBeNull()
  })
})
