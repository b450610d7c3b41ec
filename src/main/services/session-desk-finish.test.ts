import { describe, expect, it } from 'vitest'
import { type CallOutcome, refused } from '../../openobd/failure.ts'
import { succeeded } from '../../shared/outcome.ts'
import { lost, result, setUp, started } from './session-desk.test-setup.ts'

describe('a finish', () => {
  it('stores the result and stops the function before the call to the server', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    const reply = Promise.withResolvers<CallOutcome<null>>()
    custody.finishOutcomes = [reply.promise]
    const outcome = bench.desk.finish(handle, result)
    expect(bench.store.bySessionId('embedded', 's1')?.pendingResult).toEqual(result)
    await Promise.resolve()
    expect(bench.order).toEqual(['function stopped, 0 finishes'])
    reply.resolve(succeeded(null))
    expect(await outcome).toEqual({ ok: true, value: null })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'ended', end: { kind: 'finished', serviceResult: result } })
    expect(bench.store.bySessionId('embedded', 's1')).toMatchObject({ isFinished: true, endKind: 'finished' })
  })

  // @proves Window: Finish: results, feedback, causes, contradictions, cancel; a lost reply never makes a second finish
  it('requested twice at the same time is sent once', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    const outcomes = await Promise.all([bench.desk.finish(handle, result), bench.desk.finish(handle, result)])
    expect(outcomes).toEqual([
      { ok: true, value: null },
      { ok: true, value: null },
    ])
    expect(custody.finishes).toHaveLength(1)
  })

  it('leaves the desk unsettled until its outcome is known', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    const reply = Promise.withResolvers<CallOutcome<null>>()
    custody.finishOutcomes = [reply.promise]
    const order: string[] = []
    const finish = bench.desk.finish(handle, result).then(() => order.push('outcome'))
    const settled = bench.desk.settled().then(() => order.push('settled'))
    await bench.clock.advanceAsync(1)
    expect(order).toEqual([])
    reply.resolve(lost())
    await Promise.all([finish, settled])
    expect(order).toEqual(['outcome', 'settled'])
  })

  it('that was not requested leaves the desk settled', async () => {
    await expect(setUp().desk.settled()).resolves.toBeUndefined()
  })

  it('with another result is refused while the first is under way', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    const reply = Promise.withResolvers<CallOutcome<null>>()
    custody.finishOutcomes = [reply.promise]
    const first = bench.desk.finish(handle, result)
    const second = await bench.desk.finish(handle, { results: ['failure'] })
    expect(second).toMatchObject({ failure: { code: 'not-allowed-now' } })
    reply.resolve(succeeded(null))
    await first
    expect(custody.finishes).toEqual([result])
  })

  it('with an unclear outcome keeps the result as pending and can be repeated', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    custody.finishOutcomes = [lost()]
    expect(await bench.desk.finish(handle, result)).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'finishing', pendingResult: result })
    expect(bench.store.bySessionId('embedded', 's1')?.pendingResult).toEqual(result)
    expect(await bench.desk.finish(handle, { results: ['failure'] })).toMatchObject({ ok: false })
    expect(bench.store.bySessionId('embedded', 's1')?.pendingResult).toEqual(result)
    expect(await bench.desk.finish(handle, result)).toEqual({ ok: true, value: null })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'ended', pendingResult: undefined })
  })

  it('that the server refuses drops the result and continues the session', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    custody.finishOutcomes = [refused('session/finish', 'invalid-input', { answered: true })]
    expect(await bench.desk.finish(handle, result)).toMatchObject({ failure: { code: 'invalid-input' } })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'active' })
    expect(bench.store.bySessionId('embedded', 's1')?.pendingResult).toBeUndefined()
  })

  it('continues when the result cannot be stored', async () => {
    const bench = setUp({ disk: 'full' })
    const { handle } = await started(bench)
    expect(await bench.desk.finish(handle, result)).toEqual({ ok: true, value: null })
  })

  it('of a session that is not ours or has ended is refused', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    expect(await bench.desk.finish('other', result)).toMatchObject({ failure: { code: 'not-found' } })
    await bench.desk.finish(handle, result)
    expect(await bench.desk.finish(handle, result)).toMatchObject({ failure: { code: 'session-ended' } })
    expect(custody.finishes).toHaveLength(1)
  })
})
