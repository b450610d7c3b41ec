import { describe, expect, it } from 'vitest'
import { type CallOutcome, refused } from '../../openobd/failure.ts'
import { settle } from '../../openobd/testing/fake-stream.ts'
import { succeeded } from '../../shared/outcome.ts'
import { lost } from './testing/fake-custody.ts'
import { identify, type JobsBench, result, setUp, started } from './testing/jobs-bench.ts'

const finishOf = (bench: JobsBench) => bench.jobs.shown?.state.sessions.at(-1)?.finish

describe('a finish', () => {
  it('records the result and stops the function before the call to the server', async () => {
    const bench = setUp()
    const { job, handle, custody } = await started(bench)
    await job.run(identify.id)
    await settle()
    const stopping = Promise.withResolvers<void>()
    bench.server.gateway.whenStopped = stopping.promise
    const reply = Promise.withResolvers<CallOutcome<null>>()
    custody.finishOutcomes = [reply.promise]
    const outcome = bench.jobs.finish(handle, result)
    await bench.clock.advanceAsync(1)
    expect(finishOf(bench)).toEqual({ serviceResult: result, step: 'chosen' })
    expect(custody.finishes).toEqual([])
    stopping.resolve()
    await bench.clock.advanceAsync(1)
    expect(finishOf(bench)).toEqual({ serviceResult: result, step: 'sent' })
    reply.resolve(succeeded(null))
    expect(await outcome).toEqual({ ok: true, value: null })
    expect(bench.view()).toMatchObject({ phase: 'ended', end: { kind: 'finished', serviceResult: result } })
    const kinds = await bench.kinds(job.id)
    expect(kinds.slice(kinds.indexOf('finish-chosen'))).toEqual([
      'finish-chosen',
      'function-stop-requested',
      'function-ended',
      'finish-sent',
      'finish-confirmed',
      'session-ended',
    ])
  })

  // @proves Window: Finish: results, feedback, causes, contradictions, cancel; a lost reply never makes a second finish
  it('requested twice at the same time is sent once', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    const outcomes = await Promise.all([bench.jobs.finish(handle, result), bench.jobs.finish(handle, result)])
    expect(outcomes).toEqual([
      { ok: true, value: null },
      { ok: true, value: null },
    ])
    expect(custody.finishes).toHaveLength(1)
  })

  it('takes the prompts of the session off the screen, however it ends', async () => {
    const bench = setUp()
    const { job, handle } = await started(bench)
    expect(bench.server.withoutPrompts).toEqual([])
    await bench.jobs.finish(handle, result)
    expect(bench.server.withoutPrompts).toEqual([job.sessionId])
  })

  it('leaves the jobs unsettled until its outcome is known', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    const reply = Promise.withResolvers<CallOutcome<null>>()
    custody.finishOutcomes = [reply.promise]
    const order: string[] = []
    const finish = bench.jobs.finish(handle, result).then(() => order.push('outcome'))
    const settled = bench.jobs.settled().then(() => order.push('settled'))
    await bench.clock.advanceAsync(1)
    expect(order).toEqual([])
    reply.resolve(lost())
    await Promise.all([finish, settled])
    expect(order).toEqual(['outcome', 'settled'])
  })

  it('that was not requested leaves the jobs settled', async () => {
    await expect(setUp().jobs.settled()).resolves.toBeUndefined()
  })

  it('with another result is refused while the first is under way', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    const reply = Promise.withResolvers<CallOutcome<null>>()
    custody.finishOutcomes = [reply.promise]
    const first = bench.jobs.finish(handle, result)
    const second = await bench.jobs.finish(handle, { results: ['failure'] })
    expect(second).toMatchObject({ failure: { code: 'not-allowed-now' } })
    reply.resolve(succeeded(null))
    await first
    expect(custody.finishes).toEqual([result])
  })

  it('with an unclear outcome keeps the result as pending and can be repeated', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    custody.finishOutcomes = [lost()]
    expect(await bench.jobs.finish(handle, result)).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(bench.view()).toMatchObject({ phase: 'finishing', pendingResult: result })
    expect(await bench.jobs.finish(handle, { results: ['failure'] })).toMatchObject({ ok: false })
    expect(finishOf(bench)).toEqual({ serviceResult: result, step: 'sent' })
    expect(await bench.jobs.finish(handle, result)).toEqual({ ok: true, value: null })
    expect(bench.view()).toMatchObject({ phase: 'ended' })
    expect(bench.view()).not.toHaveProperty('pendingResult')
  })

  it('that the server refuses drops the result and continues the session', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    custody.finishOutcomes = [refused('session/finish', 'invalid-input', { answered: true })]
    expect(await bench.jobs.finish(handle, result)).toMatchObject({ failure: { code: 'invalid-input' } })
    expect(bench.view()).toMatchObject({ phase: 'active' })
    expect(finishOf(bench)).toBeUndefined()
  })

  it('is not sent when the disk refuses, and is sent when a person agrees to go on without a record', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    bench.disk.cause = 'read-only'
    expect(await bench.jobs.finish(handle, result)).toMatchObject({
      failure: { code: 'not-recorded', parameters: { cause: 'read-only' } },
    })
    expect(custody.finishes).toEqual([])
    expect(finishOf(bench)).toBeUndefined()
    expect(await bench.jobs.finish(handle, result, true)).toEqual({ ok: true, value: null })
    expect(custody.finishes).toEqual([result])
  })

  it('of a session that is not ours or has ended is refused', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    expect(await bench.jobs.finish('other', result)).toMatchObject({ failure: { code: 'not-found' } })
    await bench.jobs.finish(handle, result)
    expect(await bench.jobs.finish(handle, result)).toMatchObject({ failure: { code: 'session-ended' } })
    expect(custody.finishes).toHaveLength(1)
  })
})
