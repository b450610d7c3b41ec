import { describe, expect, it } from 'vitest'
import { refused } from '../../openobd/failure.ts'
import { setUp, started, target } from './session-desk.test-setup.ts'

describe('a start', () => {
  it('is recorded before the call to the server, and again with its id', async () => {
    let before: unknown
    const bench = setUp({
      prepare: (custody) => {
        const start = custody.start.bind(custody)
        custody.start = () => {
          before = bench.store.unfinished('embedded')
          return start()
        }
      },
    })
    await started(bench)
    expect(before).toMatchObject([{ sessionId: undefined, target, profileId: 'embedded' }])
    expect(bench.store.bySessionId('embedded', 's1')).toMatchObject({ sessionId: 's1', target, isFinished: false })
  })

  it('passes through its phases, and its token is registered as a secret and never shown', async () => {
    const bench = setUp()
    await started(bench)
    expect(bench.views.map((view) => view?.phase)).toEqual(expect.arrayContaining(['starting', 'claiming', 'active']))
    expect(bench.secrets).toEqual(['CANARY-token'])
    expect(JSON.stringify([bench.views, bench.links, bench.log])).not.toContain('CANARY')
  })

  it('that is refused leaves no session and no record', async () => {
    const bench = setUp({
      prepare: (custody) => {
        custody.startOutcome = refused('sessionController/startSession', 'unknown-ticket')
      },
    })
    expect(await bench.desk.start(target)).toMatchObject({ failure: { code: 'unknown-ticket' } })
    expect(bench.views.map((view) => view?.phase)).not.toContain('ended')
    expect(bench.views.at(-1)).toBeNull()
    expect(bench.links.at(-1)).toBeNull()
    expect(bench.store.unfinished('embedded')).toEqual([])
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
    expect(await bench.desk.start(target)).toMatchObject({ ok: true })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'ended', end: { kind: 'interrupted' } })
  })

  // @proves Faults: 25 start while offline; what a person sees: fails at once
  it('without a server fails at once and is not retried later', async () => {
    const bench = setUp()
    bench.disconnect()
    expect(await bench.desk.start(target)).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(bench.custodies).toEqual([])
  })

  it('is refused while a session is under way', async () => {
    const bench = setUp()
    await started(bench)
    expect(await bench.desk.start(target)).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(bench.custodies).toHaveLength(1)
  })

  it('continues when its record cannot be stored', async () => {
    const bench = setUp({ disk: 'full' })
    await started(bench)
    expect(bench.log.join('')).toContain('could not be written')
  })
})

describe('an end', () => {
  // @proves Sessions and links: P3 one end per session, with a reason
  it.each(['interrupted', 'failed', 'lost'] as const)('by %s is shown and recorded once', async (kind) => {
    const bench = setUp()
    const { custody } = await started(bench)
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind } })
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'finished' } })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'ended', end: { kind } })
    expect(bench.links.at(-1)).toBeNull()
    expect(bench.store.bySessionId('embedded', 's1')).toMatchObject({ isFinished: true, endKind: kind })
    expect(bench.desk.isBusy).toBe(false)
  })

  it('by an expired token keeps the record as proof until the session is interrupted', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'expired' } })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'ended', end: { kind: 'expired' } })
    expect(bench.store.unfinished('embedded')).toHaveLength(1)
    expect(await bench.desk.interrupt(handle)).toEqual({ ok: true, value: null })
    expect(bench.store.bySessionId('embedded', 's1')).toMatchObject({ isFinished: true, endKind: 'interrupted-here' })
  })

  it('of its server gives the reason and releases everything', async () => {
    const bench = setUp()
    const { custody } = await started(bench)
    bench.desk.endWithServer({ code: 'engine-failed', nextAction: 'restart-engine', correlationId: 'c' })
    expect(bench.views.at(-1)).toMatchObject({ end: { kind: 'lost', failure: { code: 'engine-failed' } } })
    expect(custody.released).toBeGreaterThan(0)
  })

  it('by our own interrupt differs from one by others', async () => {
    const bench = setUp()
    const { handle } = await started(bench)
    expect(await bench.desk.interrupt(handle)).toEqual({ ok: true, value: null })
    expect(bench.views.at(-1)).toMatchObject({ end: { kind: 'interrupted-here' } })
  })

  it('is required before the session can be left', async () => {
    const bench = setUp()
    const { handle } = await started(bench)
    expect(bench.desk.leave(handle)).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(bench.desk.leave('other')).toMatchObject({ failure: { code: 'not-found' } })
    await bench.desk.interrupt(handle)
    expect(bench.desk.leave(handle)).toEqual({ ok: true, value: null })
    expect(bench.views.at(-1)).toBeNull()
  })
})

describe('the runs of a session that is left', () => {
  it('stay until it is left, and do not reach the next session', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    const run = { functionId: 'f', name: 'F', status: 'stopped' as const, startedAt: 1, findings: [], leftOut: 0 }
    bench.desk.session?.setFunctionRun({ ...run, runId: 'a' })
    bench.desk.session?.setFunctionRun({ ...run, runId: 'b' })
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'finished' } })
    expect(bench.earlierRuns.at(-1)?.runs).toMatchObject([{ runId: 'a' }])
    bench.desk.leave(handle)
    expect(bench.earlierRuns.at(-1)).toEqual({ runs: [], forgotten: 0 })
  })
})
