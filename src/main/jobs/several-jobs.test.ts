import { describe, expect, it } from 'vitest'
import { settle } from '../../openobd/testing/fake-stream.ts'
import type { SessionTarget } from '../../shared/session.ts'
import { jobStateOf } from './projections/job-state.ts'
import { identify, result, setUp, started } from './testing/jobs-bench.ts'

const ticket = (number: number): SessionTarget => ({ kind: 'ticket', number: String(number) })

async function eight() {
  const bench = setUp()
  const all = []
  for (let number = 1; number <= 8; number += 1) all.push(await started(bench, ticket(number)))
  return { bench, all }
}

// @proves Jobs: Eight jobs at once: start, run, be asked, finish in any order
describe('eight jobs', () => {
  it('are all open, in the order of their starts, and the last one is shown', async () => {
    const { bench, all } = await eight()
    expect(bench.jobs.tiles.map(({ target, phase }) => [target.number, phase])).toEqual(
      all.map((_one, index) => [String(index + 1), 'active']),
    )
    expect(bench.jobs.shown).toBe(all[7]?.job)
  })

  it('finish in any order, each with its own result and its own facts', async () => {
    const { bench, all } = await eight()
    for (const index of [3, 0, 7, 5, 1, 6, 2, 4]) {
      const description = `job ${index}`
      expect(await bench.jobs.finish(all[index]?.handle ?? '', { ...result, description })).toMatchObject({ ok: true })
    }
    for (const [index, { job, custody }] of all.entries()) {
      expect(custody.finishes).toEqual([{ ...result, description: `job ${index}` }])
      const facts = await bench.facts(job.id)
      expect(new Set(facts.map((fact) => fact.job))).toEqual(new Set([job.id]))
      expect(facts.filter(({ kind }) => kind === 'finish-confirmed')).toHaveLength(1)
    }
  })

  it('run functions at the same time, and what happens to one is not told to another', async () => {
    const { bench, all } = await eight()
    for (const { job } of all) expect(await job.run(identify.id)).toEqual({ ok: true, value: null })
    await settle()
    expect(bench.functions).toHaveLength(8)
    bench.functions[2]?.fails('connection-lost')
    await settle()
    const states = all.map(({ job }) => job.state.runs.map(({ status }) => status))
    expect(states[2]).toEqual(['failed'])
    expect(states.filter(([status]) => status === 'running')).toHaveLength(7)
  })

  it('keep the link of one apart from the others', async () => {
    const { bench, all } = await eight()
    const [first, second] = all
    first?.custody.hooks.onTick?.({ connected: true, latencyMs: 20, healthy: true })
    first?.custody.hooks.onChange?.({ state: { phase: 'active', sessionId: 's1' }, liveness: 'lost' })
    expect(await bench.kinds(first?.job.id ?? '')).toContain('link-lost')
    expect(await bench.kinds(second?.job.id ?? '')).not.toContain('link-lost')
    expect(bench.jobs.tiles.map(({ link }) => link === 'lost')).toEqual([true, ...Array(7).fill(false)])
  })
})

// @proves Jobs: A clock that is set back during a job changes neither the order of its facts nor what they say
describe('a clock that is set back during a job', () => {
  it('leaves the order of the facts, and the job that is read from them, as they were', async () => {
    const bench = setUp()
    const { job, handle } = await started(bench)
    await job.run(identify.id)
    bench.clock.jumpWall(-3_600_000)
    await settle()
    bench.functions[0]?.end({ results: ['success'] })
    await settle()
    expect(await bench.jobs.finish(handle, result)).toMatchObject({ ok: true })
    const facts = await bench.facts(job.id)
    expect(facts.map(({ sequence }) => sequence)).toEqual(facts.map((_fact, index) => index + 1))
    expect(facts.some(({ at }, index) => at < (facts[index - 1]?.at ?? at))).toBe(true)
    expect(facts.findIndex(({ kind }) => kind === 'function-ended')).toBeLessThan(
      facts.findIndex(({ kind }) => kind === 'finish-confirmed'),
    )
    expect(jobStateOf(facts)).toEqual(job.state)
    expect(job.screen.view).toMatchObject({ phase: 'ended', functionRun: { status: 'succeeded' } })
  })
})

describe('the job on the screen', () => {
  it('changes only by a start or by a choice, not by what happens in another job', async () => {
    const { bench, all } = await eight()
    bench.jobs.show(all[1]?.job.id ?? '')
    const shown = bench.view()
    all[5]?.custody.move({ phase: 'ended', sessionId: 's6', end: { kind: 'interrupted' } })
    await bench.jobs.finish(all[6]?.handle ?? '', result)
    expect(bench.view()).toBe(shown)
    expect(bench.jobs.leave(all[5]?.handle ?? '')).toMatchObject({ ok: true })
    expect(bench.view()).toBe(shown)
  })

  it('cannot be one that does not exist', () => {
    const bench = setUp()
    expect(bench.jobs.show('nothing')).toMatchObject({ failure: { code: 'not-found' } })
    expect(bench.jobs.show(null)).toEqual({ ok: true, value: null })
  })
})

// @proves Jobs: A job keeps the server it started on
describe('another server for new jobs', () => {
  it('leaves the open job on its own', async () => {
    const bench = setUp()
    const first = await started(bench)
    bench.servers.choose(bench.depot.server.profile)
    expect(await bench.jobs.start(ticket(7_848_095))).toEqual({ ok: true, value: null })
    expect(bench.jobs.tiles).toMatchObject([
      { serverName: 'Engine', isSimulated: true },
      { serverName: 'Depot', isSimulated: false },
    ])
    expect(await bench.jobs.finish(first.handle, result)).toMatchObject({ ok: true })
    expect(first.custody.finishes).toEqual([result])
    expect(bench.depot.custodies[0]?.finishes).toEqual([])
  })

  it('is disconnected with its last job when a third one is chosen', async () => {
    const bench = setUp()
    const { handle } = await started(bench)
    bench.servers.choose(bench.depot.server.profile)
    expect(bench.servers.all).toHaveLength(2)
    await bench.jobs.interrupt(handle)
    expect(bench.servers.all).toHaveLength(2)
    bench.jobs.leave(handle)
    expect(bench.servers.all).toEqual([bench.depot.server])
  })

  it('that is chosen again is the connection that its job uses', async () => {
    const bench = setUp()
    await started(bench)
    bench.servers.choose(bench.depot.server.profile)
    bench.servers.choose(bench.server.server.profile)
    expect(bench.servers.chosen).toBe(bench.server.server)
    expect(bench.servers.all).toEqual([bench.server.server])
  })

  it('that ends takes only its own jobs with it', async () => {
    const bench = setUp()
    const first = await started(bench)
    bench.servers.choose(bench.depot.server.profile)
    await bench.jobs.start(ticket(2))
    bench.jobs.endWithServer(bench.server.server, {
      code: 'engine-failed',
      nextAction: 'restart-engine',
      correlationId: 'c',
    })
    expect(first.job.isOpen).toBe(false)
    expect(bench.jobs.shown?.isOpen).toBe(true)
  })
})
