import { describe, expect, it, vi } from 'vitest'
import { settle } from '../../openobd/testing/fake-stream.ts'
import { Token } from '../../openobd/token.ts'
import { newFailure } from '../../shared/outcome.ts'
import { identify, info, result, setUp, started, target } from './testing/jobs-bench.ts'

const line = (content: string) => ({ at: 1, level: 'info' as const, content })

describe('a job without a session', () => {
  async function afterRefusal() {
    const bench = setUp()
    bench.disk.cause = 'locked'
    let job: typeof bench.jobs.shown
    bench.journal.recorded = async () => {
      job = bench.jobs.shown
      return { ok: false, failure: newFailure('not-recorded', { detail: 'why' }) }
    }
    const outcome = await bench.jobs.start(target)
    if (!job) throw new Error('no job')
    return { bench, job, outcome }
  }

  it('says why its start was refused, and has released what it had made', async () => {
    const { bench, job, outcome } = await afterRefusal()
    expect(outcome).toMatchObject({ failure: { code: 'not-recorded' } })
    expect(job.state.sessions).toMatchObject([{ startFailure: { code: 'not-recorded', detail: 'why' } }])
    expect(bench.server.custodies.map(({ released }) => released > 0)).toEqual([true])
    expect([job.isOpen, job.sessionId, job.link?.liveness]).toEqual([false, undefined, 'waiting'])
  })

  it('runs no function, and takes no log line', async () => {
    const { bench, job } = await afterRefusal()
    expect(await job.run(identify.id)).toMatchObject({ failure: { code: 'not-allowed-now' } })
    job.log(line('late'))
    await bench.clock.advanceAsync(2_000)
    expect(bench.functions).toEqual([])
    expect(job.state.sequence).toBe(4)
  })
})

describe('starting again', () => {
  it('without a connection fails, and changes nothing', async () => {
    const bench = setUp()
    const { job, handle } = await started(bench)
    await bench.jobs.interrupt(handle)
    bench.server.isConnected = false
    expect(await job.start(false)).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(await job.hold({} as never)).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(job.state.sessions).toHaveLength(1)
  })

  it('releases the session before', async () => {
    const bench = setUp()
    const { handle } = await started(bench)
    await bench.jobs.interrupt(handle)
    const before = bench.server.custodies[0]?.released ?? 0
    await started(bench)
    expect(bench.server.custodies[0]?.released).toBe(before + 1)
    expect(bench.server.custodies[1]?.released).toBe(0)
  })
})

describe('an interrupt', () => {
  it('is a fact of its session, once it is over no more', async () => {
    const bench = setUp()
    const { job, handle } = await started(bench)
    await bench.jobs.interrupt(handle)
    await bench.jobs.interrupt(handle)
    const facts = (await bench.facts(job.id)).filter(({ kind }) => kind === 'interrupt-requested')
    expect(facts).toMatchObject([{ actor: 'mechanic', session: handle }])
  })
})

describe('the log of a session', () => {
  it('is recorded while the session is open, and at its end at once', async () => {
    const bench = setUp()
    const { job, handle, custody } = await started(bench)
    job.log(line('first'))
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'interrupted' } })
    job.log(line('late'))
    await bench.clock.advanceAsync(5_000)
    const logged = (await bench.facts(job.id)).filter((fact) => fact.kind === 'function-logged')
    expect(logged).toMatchObject([{ session: handle, lines: [line('first')], leftOut: 0 }])
  })

  it('is recorded when the job is released', async () => {
    const bench = setUp()
    const { job } = await started(bench)
    job.log(line('last'))
    job.release()
    expect(await bench.kinds(job.id)).toContain('function-logged')
  })
})

describe('the tokens of a session', () => {
  it('go to the secrets, and are kept only of a server that outlives the application', async () => {
    const bench = setUp()
    const { custody } = await started(bench)
    custody.hooks.onToken?.(new Token('session', 'CANARY-2'))
    expect([bench.secrets.at(-1), bench.kept.keep]).toEqual(['CANARY-2', []])
    bench.servers.choose(bench.depot.server.profile)
    await bench.jobs.start(target)
    const { handle } = bench.jobs.shown ?? {}
    const endpoint = { host: '127.0.0.1', port: 5, transport: 'plaintext' }
    expect(bench.kept.keep).toEqual([{ handle, sessionId: 's1', endpoint }])
  })

  it('are forgotten at its end', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    expect(bench.kept.forget).toEqual([])
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'lost' } })
    expect(bench.kept.forget).toEqual([handle])
    expect(bench.log.join('')).toMatch(/"kind":"lost".*"sessionId":"s1"|"sessionId":"s1".*"kind":"lost"/)
  })
})

describe('the end of a session', () => {
  it('stops the running function by the application', async () => {
    const bench = setUp()
    const { job, custody } = await started(bench)
    await job.run(identify.id)
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'interrupted' } })
    expect(bench.server.gateway.over).toEqual(['s1'])
    const stop = (await bench.facts(job.id)).find(({ kind }) => kind === 'function-stop-requested')
    expect(stop).toMatchObject({ actor: 'application' })
  })
})

describe('the end of a job', () => {
  it('is one fact, and ends streams', async () => {
    const bench = setUp()
    const { job, handle, custody } = await started(bench)
    await job.run(identify.id)
    await bench.jobs.interrupt(handle)
    const released = custody.released
    job.close('application')
    job.close('mechanic')
    const closed = (await bench.facts(job.id)).filter(({ kind }) => kind === 'job-closed')
    expect(closed).toMatchObject([{ actor: 'application' }])
    expect(custody.released).toBe(released + 2)
  })
})

describe('the link of a job', () => {
  const tick = { connected: true, latencyMs: 20, healthy: true }

  it('is recorded as facts when it breaks and comes back, and not after the end', async () => {
    const bench = setUp()
    const { job, custody } = await started(bench)
    custody.hooks.onTick?.(tick)
    const active = { phase: 'active', sessionId: 's1' } as const
    custody.hooks.onChange?.({ state: active, liveness: 'lost' })
    custody.hooks.onChange?.({ state: active, liveness: 'live' })
    bench.server.status = 'reconnecting'
    job.serverChanged()
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'lost' } })
    bench.server.status = 'ready'
    job.serverChanged()
    job.setLink((link) => ({ ...link, plugged: false }))
    const facts = (await bench.facts(job.id)).filter(({ kind }) => /link|warning/.test(kind))
    expect(facts).toMatchObject([
      { kind: 'link-lost' },
      { kind: 'link-restored' },
      { kind: 'warning-began', warning: 'server-late' },
    ])
    expect(job.link).toBeNull()
  })

  it('that does not change what is recorded still changes the screen', async () => {
    const bench = setUp()
    const { job, custody } = await started(bench)
    custody.hooks.onTick?.(tick)
    const before = bench.views.length
    custody.hooks.onTick?.(tick)
    expect(bench.views.length).toBeGreaterThan(before)
    expect(job.link).toMatchObject({ latencyMs: 20 })
  })
})

describe('the views of a job', () => {
  it('are the same objects until something in them changes', async () => {
    const bench = setUp()
    const { job } = await started(bench)
    const { tile, view, earlierRuns } = job.screen
    job.record({ kind: 'application-lost', actor: 'application' })
    expect(job.screen.tile).toBe(tile)
    expect(job.screen.view).toBe(view)
    expect(job.screen.earlierRuns).toBe(earlierRuns)
    await job.run(identify.id)
    expect(job.screen.tile).not.toBe(tile)
    expect(job.screen.view).not.toBe(view)
    await settle()
    bench.functions[0]?.end({ results: ['success'] })
    await settle()
    await job.run(identify.id)
    expect(job.screen.earlierRuns).toMatchObject({ runs: [{ status: 'succeeded' }] })
    expect(earlierRuns.runs).toEqual([])
  })

  it('name the server, and the state of the link', async () => {
    const bench = setUp()
    const { job, custody } = await started(bench)
    expect(job.screen.tile).toMatchObject({
      profileId: 'embedded',
      serverName: 'Engine',
      isSimulated: true,
      link: 'waiting',
    })
    expect(job.screen.view?.server).toEqual({ name: 'Engine', isSimulated: true, status: 'ready' })
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'lost' } })
    expect(job.screen.tile).toMatchObject({ phase: 'ended', link: 'none', end: 'lost' })
    bench.servers.choose(bench.depot.server.profile)
    await bench.jobs.start({ kind: 'ticket', number: '2' })
    expect(bench.jobs.shown?.screen.tile).toMatchObject({ profileId: 'depot', serverName: 'Depot', isSimulated: false })
    expect(bench.jobs.shown?.screen.view?.server).toMatchObject({ name: 'Depot', isSimulated: false })
  })
})

describe('the jobs of this run', () => {
  it('are known by their id, also after they were closed', async () => {
    const bench = setUp()
    const { job, handle } = await started(bench)
    await bench.jobs.interrupt(handle)
    bench.jobs.leave(handle)
    expect([bench.jobs.isOfThisRun(job.id), bench.jobs.isOfThisRun('other')]).toEqual([true, false])
    expect(bench.jobs.byHandle(handle)).toBeUndefined()
  })

  it('are shown on request, and an unknown one is not found', async () => {
    const bench = setUp()
    const first = await started(bench)
    const second = await started(bench, { kind: 'ticket', number: '2' })
    expect(bench.jobs.show(first.job.id)).toEqual({ ok: true, value: null })
    expect(bench.jobs.shown).toBe(first.job)
    expect(bench.jobs.show('other')).toMatchObject({ failure: { code: 'not-found' } })
    expect(bench.jobs.shown).toBe(first.job)
    expect(bench.jobs.show(null)).toEqual({ ok: true, value: null })
    expect(bench.jobs.shownView).toEqual({
      shownJob: null,
      session: null,
      link: null,
      earlierRuns: { runs: [], forgotten: 0 },
    })
    expect(bench.jobs.ofSession(bench.server.server, 's2')).toBe(second.job)
    expect(bench.jobs.ofSession(bench.depot.server, 's2')).toBeUndefined()
  })

  it('take a session of their own, or one that may be theirs while they start', async () => {
    const bench = setUp()
    const { job } = await started(bench)
    const { server } = bench.server
    expect(bench.jobs.isTaken(server, target, 's1')).toBe(true)
    expect(bench.jobs.isTaken(server, target, 'other')).toBe(false)
    expect(bench.jobs.isTaken(bench.depot.server, target, 's1')).toBe(false)
    expect(bench.jobs.openOn(server)).toEqual([job])
    const waiting = Promise.withResolvers<void>()
    bench.server.prepare.push((custody) => {
      custody.start = () => waiting.promise as never
    })
    void bench.jobs.start({ kind: 'connector', number: '900' })
    await vi.waitFor(() => expect(bench.server.custodies).toHaveLength(2))
    expect(bench.jobs.isTaken(server, { kind: 'connector', number: '900' }, 'x')).toBe(true)
    expect(bench.jobs.isTaken(server, { kind: 'ticket', number: '900' }, 'x')).toBe(false)
  })

  it('end with their server, and only those', async () => {
    const bench = setUp()
    const { job } = await started(bench)
    bench.jobs.endWithServer(bench.depot.server, newFailure('engine-failed'))
    expect(job.isOpen).toBe(true)
    bench.jobs.endWithServer(bench.server.server, newFailure('engine-failed'))
    expect(job.isOpen).toBe(false)
  })

  it('are released with the application, without a word to the server', async () => {
    const bench = setUp()
    const { custody } = await started(bench)
    bench.jobs.release()
    expect([custody.released, custody.finishes, bench.server.interrupted]).toEqual([1, [], []])
  })
})

describe('a start', () => {
  it('needs a server with a connection and a secret', async () => {
    const bench = setUp()
    bench.server.isConnected = false
    expect(await bench.jobs.start(target)).toMatchObject({ failure: { code: 'connection-lost' } })
    bench.server.isConnected = true
    const { view } = bench.server.server
    Object.defineProperty(bench.server.server, 'view', {
      value: { ...view, failure: newFailure('secret-missing') },
      configurable: true,
    })
    expect(await bench.jobs.start(target)).toMatchObject({ failure: { code: 'secret-missing' } })
    bench.servers.chooseNone()
    expect(await bench.jobs.start(target)).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(bench.server.custodies).toEqual([])
  })

  it('keeps its server until the job is left, and gives it up when the start failed', async () => {
    const bench = setUp()
    const { server } = bench.server
    bench.server.prepare.push((custody) => {
      custody.startOutcome = {
        ok: false,
        failure: { ...newFailure('unknown-ticket'), rpc: 'x', certainty: 'refused', answered: true },
      }
    })
    await bench.jobs.start(target)
    expect([bench.servers.isHeld(server), bench.jobs.all]).toEqual([false, []])
    bench.server.prepare.length = 0
    const { handle } = await started(bench)
    expect(bench.servers.isHeld(server)).toBe(true)
    await bench.jobs.interrupt(handle)
    expect(bench.servers.isHeld(server)).toBe(true)
    bench.jobs.leave(handle)
    expect(bench.servers.isHeld(server)).toBe(false)
  })
})

describe('ending a session of others', () => {
  it('finds it in the list of any server, and leaves the other blocking ones in the list', async () => {
    const bench = setUp()
    bench.server.prepare.push((custody) => {
      custody.startOutcome = {
        ok: false,
        failure: { ...newFailure('resource-in-use'), rpc: 'x', certainty: 'refused', answered: true },
      }
    })
    bench.server.sessions = [info('a', 'active', 2), info('b', 'active', 1)]
    await bench.jobs.start(target)
    const [a, b] = bench.blocking() ?? []
    expect(await bench.jobs.interrupt(a?.handle ?? '')).toEqual({ ok: true, value: null })
    expect(bench.blocking()?.map(({ sessionId }) => sessionId)).toEqual(['b'])
    bench.server.isConnected = false
    expect(await bench.jobs.interrupt(b?.handle ?? '')).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(bench.jobs.dismissBlocking()).toEqual({ ok: true, value: null })
    expect(bench.blocking()).toBeNull()
  })

  it('of our own job by the handle of the list is our own interrupt', async () => {
    const bench = setUp()
    const { job } = await started(bench)
    const handle = bench.server.server.finder.handleOf('s1')
    expect(await bench.jobs.interrupt(handle)).toEqual({ ok: true, value: null })
    expect([job.state.sessions[0]?.end?.kind, bench.server.interrupted]).toEqual(['interrupted-here', []])
  })
})

it('a finish waits two seconds for the disk', async () => {
  const bench = setUp()
  const { handle } = await started(bench)
  const limits: number[] = []
  bench.journal.recorded = (_job, _facts, limitMs) => {
    limits.push(limitMs)
    return Promise.resolve({ ok: true, value: null })
  }
  await bench.jobs.finish(handle, result)
  expect(limits).toEqual([2_000])
})
