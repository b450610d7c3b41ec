import { describe, expect, it, vi } from 'vitest'
import { refused } from '../../openobd/failure.ts'
import type { NewFact } from '../../shared/facts.ts'
import { fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { Job } from './job.ts'
import { afterRestart, remote, startedAt } from './testing/earlier-jobs.ts'
import { info, type JobsBench, result, setUp, target } from './testing/jobs-bench.ts'
import { claimLimitMs } from './unfinished-jobs.ts'

const chosen = (id: string): NewFact => ({
  kind: 'finish-chosen',
  actor: 'mechanic',
  session: `h-${id}`,
  serviceResult: result,
})
const controllerOf = (bench: JobsBench) => {
  const controller = bench.depot.server.connection?.controller
  if (!controller) throw new Error('no controller')
  return controller
}
const resumable = () => Promise.resolve('possible' as const)
const lastKinds = async (bench: JobsBench, id: string, count: number) => (await bench.kinds(`job-${id}`)).slice(-count)

describe('the jobs of an earlier run on the screen', () => {
  it('say all that is known of them, the newest first', async () => {
    const { bench } = await afterRestart([
      ['old', { at: startedAt }],
      [
        'new',
        {
          at: startedAt + 10,
          more: [{ kind: 'job-described', actor: 'server', lift: 'Lift 2', vehicleName: 'Corvo' }],
        },
      ],
    ])
    const common = { target, server: remote, licensePlate: 'HB-FC 2108', state: 'not-checked', resume: 'not-kept' }
    expect(bench.shown()).toEqual([
      { ...common, handle: 'h-new', startedAt: startedAt + 11, lift: 'Lift 2', vehicleName: 'Corvo' },
      { ...common, handle: 'h-old', startedAt: startedAt + 1 },
    ])
  })

  it('name no server when it is the own engine', async () => {
    const { bench } = await afterRestart([['mine', { server: 'embedded' }]])
    expect(bench.shown()[0]).not.toHaveProperty('server')
  })

  it('are none when the journal cannot be read, or without a first fact', async () => {
    const { bench } = await afterRestart([['alive']])
    bench.disk.cause = 'damaged'
    const other = setUp({ folder: bench.folder, startedAt })
    other.disk.cause = 'damaged'
    await other.unfinished.loaded
    expect(other.shown()).toEqual([])
  })

  it('learn from the kept tokens whether they can be held again, only while they are open', async () => {
    const asked: string[] = []
    const { bench } = await afterRestart([['alive'], ['mine', { server: 'embedded' }]], {
      resumable: (handle) => {
        asked.push(handle)
        return resumable()
      },
    })
    await vi.waitFor(() =>
      expect(
        bench
          .shown()
          .map(({ resume }) => resume)
          .sort(),
      ).toEqual(['ended', 'possible']),
    )
    expect(asked).toEqual(['h-alive'])
  })

  it('that have ended before the token was found stay ended', async () => {
    const found = Promise.withResolvers<'possible'>()
    const { bench } = await afterRestart([['gone', { more: [chosen('gone')] }]], { resumable: () => found.promise })
    await bench.unfinished.reconcile(bench.depot.server)
    found.resolve('possible')
    await found.promise
    await Promise.resolve()
    expect(bench.shown()).toMatchObject([{ state: 'ended', resume: 'ended' }])
  })

  it('get the facts of the end of the earlier run', async () => {
    const { bench } = await afterRestart([['far'], ['mine', { server: 'embedded' }]])
    expect((await bench.facts('job-far')).at(-1)).toMatchObject({ kind: 'application-lost', actor: 'application' })
    expect((await bench.facts('job-mine')).slice(-2)).toMatchObject([
      { kind: 'application-lost', actor: 'application' },
      { kind: 'session-ended', actor: 'application', session: 'h-mine', end: 'lost' },
    ])
  })
})

describe('asking a server about them', () => {
  it('happens once at a time, and each time anew', async () => {
    const { bench } = await afterRestart([['alive']])
    bench.depot.sessions = [info('alive', 'active')]
    const getSession = vi.spyOn(controllerOf(bench), 'getSession')
    const [first, second] = [
      bench.unfinished.reconcile(bench.depot.server),
      bench.unfinished.reconcile(bench.depot.server),
    ]
    expect(second).toBe(first)
    await first
    expect(getSession).toHaveBeenCalledTimes(1)
    await bench.unfinished.reconcile(bench.depot.server)
    expect(getSession).toHaveBeenCalledTimes(2)
  })

  it('stops at the first question that is not answered', async () => {
    const { bench } = await afterRestart([['one'], ['two', { at: startedAt + 5 }]])
    const getSession = vi.spyOn(controllerOf(bench), 'getSession').mockResolvedValue(refused('x', 'timed-out'))
    await bench.unfinished.reconcile(bench.depot.server)
    expect(getSession.mock.calls).toEqual([['two']])
    expect(bench.shown().map(({ state }) => state)).toEqual(['not-checked', 'not-checked'])
  })

  it('is nothing without a connection, and concerns no job of another server', async () => {
    const { bench } = await afterRestart([['alive']])
    bench.depot.isConnected = false
    await bench.unfinished.reconcile(bench.depot.server)
    bench.depot.isConnected = true
    await bench.unfinished.reconcile(bench.server.server)
    expect(bench.shown()).toMatchObject([{ state: 'not-checked' }])
  })

  it('finds an end that nobody here decided, which stays on the screen until it was seen', async () => {
    const { bench, handles } = await afterRestart([['done'], ['failed']])
    bench.depot.sessions = [info('done', 'finished'), info('failed', 'failed')]
    await bench.unfinished.reconcile(bench.depot.server)
    expect(bench.shown().map(({ state, resume }) => [state, resume])).toEqual(Array(2).fill(['ended', 'ended']))
    expect((await bench.facts('job-failed')).at(-1)).toMatchObject({
      kind: 'session-ended',
      actor: 'server',
      session: 'h-failed',
      end: 'failed',
    })
    expect(bench.unfinished.dismiss(handles[0] ?? '')).toEqual({ ok: true, value: null })
    expect(await lastKinds(bench, 'done', 1)).toEqual(['job-closed'])
    const getSession = vi.spyOn(controllerOf(bench), 'getSession')
    await bench.unfinished.reconcile(bench.depot.server)
    expect(getSession).not.toHaveBeenCalled()
  })

  it('closes a job whose result has arrived, but not one whose session ended another way', async () => {
    const { bench } = await afterRestart([
      ['done', { more: [chosen('done')] }],
      ['cut', { more: [chosen('cut')] }],
    ])
    bench.depot.sessions = [info('done', 'finished'), info('cut', 'interrupted')]
    await bench.unfinished.reconcile(bench.depot.server)
    expect(bench.shown()).toMatchObject([{ handle: 'h-cut', state: 'ended', pendingResult: result }])
    expect(await lastKinds(bench, 'done', 2)).toEqual(['session-ended', 'job-closed'])
  })

  it('for an unanswered start stops when the list is not answered, and asks no more after the limit', async () => {
    const { bench } = await afterRestart([[undefined]])
    const list = vi.spyOn(controllerOf(bench), 'getSessionList').mockResolvedValue(refused('x', 'timed-out'))
    await bench.unfinished.reconcile(bench.depot.server)
    expect([list.mock.calls.length, bench.unfinished.states.length]).toEqual([1, 1])
    bench.clock.advance(claimLimitMs + 2)
    await bench.unfinished.reconcile(bench.depot.server)
    expect([list.mock.calls.length, bench.unfinished.states.length]).toEqual([1, 0])
    expect(await lastKinds(bench, 'undefined', 2)).toEqual(['session-ended', 'job-closed'])
  })

  it('for an unanswered start records the id of the session that is ours', async () => {
    const { bench } = await afterRestart([[undefined]])
    bench.depot.sessions = [info('ours', 'available')]
    bench.depot.ours = new Map([['ours', true]])
    await bench.unfinished.reconcile(bench.depot.server)
    expect((await bench.facts('job-undefined')).at(-1)).toMatchObject({
      kind: 'session-started',
      actor: 'server',
      session: 'h-undefined',
      sessionId: 'ours',
    })
    await bench.unfinished.reconcile(bench.depot.server)
    expect(await bench.kinds('job-undefined')).toHaveLength(4)
  })
})

describe('a session that was ended from a list', () => {
  it('closes its job, and no other', async () => {
    const { bench } = await afterRestart([['alive'], ['other']])
    bench.unfinished.noteForeignEnd('another.example:443', 'alive')
    bench.unfinished.noteForeignEnd(remote, 'nobody')
    expect(bench.shown()).toHaveLength(2)
    bench.unfinished.noteForeignEnd(remote, 'alive')
    expect(bench.shown().map(({ handle }) => handle)).toEqual(['h-other'])
    expect((await bench.facts('job-alive')).slice(-2)).toMatchObject([
      { kind: 'session-ended', end: 'interrupted-here' },
      { kind: 'job-closed', actor: 'mechanic' },
    ])
  })

  it('with a result that was not sent stays until a person has seen it', async () => {
    const { bench } = await afterRestart([['alive', { more: [chosen('alive')] }]])
    bench.unfinished.noteForeignEnd(remote, 'alive')
    expect(bench.shown()).toMatchObject([{ state: 'ended', pendingResult: result }])
  })
})

describe('closing with a result', () => {
  it('is refused for an unknown session', async () => {
    const { bench } = await afterRestart([['alive']])
    expect(await bench.unfinished.closeWith('x', result)).toMatchObject({ failure: { code: 'not-found' } })
  })

  it('finishes a session that can be held again', async () => {
    const finishes: unknown[][] = []
    const job = {
      finish: (...args: unknown[]) => {
        finishes.push(args)
        return Promise.resolve(fail('connection-lost'))
      },
    } as unknown as Job
    const { bench, handles } = await afterRestart([['alive']], {
      resumable,
      resume: () => Promise.resolve(succeeded(job)),
    })
    expect(await bench.unfinished.closeWith(handles[0] ?? '', result)).toMatchObject({
      failure: { code: 'connection-lost' },
    })
    expect([finishes, bench.depot.interrupted, bench.unfinished.states]).toEqual([[[result, false]], [], []])
  })

  it('interrupts a session that cannot be held again after all', async () => {
    const { bench, handles } = await afterRestart([['alive']], {
      resumable,
      resume: () => Promise.resolve(fail('session-expired') as Outcome<never>),
    })
    bench.depot.sessions = [info('alive', 'active')]
    expect(await bench.unfinished.closeWith(handles[0] ?? '', result)).toEqual({ ok: true, value: null })
    expect(bench.depot.interrupted).toEqual(['alive'])
  })

  it('of a session that has ended asks nobody', async () => {
    const { bench, handles } = await afterRestart([['mine', { server: 'embedded' }]])
    expect(await bench.unfinished.closeWith(handles[0] ?? '', result)).toEqual({ ok: true, value: null })
    expect([bench.depot.interrupted, bench.shown()]).toEqual([[], []])
    expect((await bench.facts('job-mine')).slice(-3)).toMatchObject([
      { kind: 'finish-chosen', actor: 'mechanic', session: 'h-mine', serviceResult: result },
      { kind: 'finish-dismissed', actor: 'mechanic', session: 'h-mine' },
      { kind: 'job-closed', actor: 'mechanic' },
    ])
  })

  it.each([
    ['is still open', [info('alive', 'active')], 'not-allowed-now'],
    ['is unknown because the server is away', 'down', 'not-allowed-now'],
  ] as const)('fails with the reason of the server while the session %s', async (_title, sessions, code) => {
    const { bench, handles } = await afterRestart([['alive']])
    bench.depot.interruptOutcome = refused('x', 'not-allowed-now')
    if (sessions === 'down') bench.depot.isDown = true
    else bench.depot.sessions = [...sessions]
    expect(await bench.unfinished.closeWith(handles[0] ?? '', result)).toMatchObject({ failure: { code } })
    expect(await lastKinds(bench, 'alive', 1)).toEqual(['interrupt-requested'])
    expect(bench.shown()).toHaveLength(1)
  })

  it.each(['finished', 'lost'] as const)('goes on when the session turns out to be %s', async (end) => {
    const { bench, handles } = await afterRestart([['alive']])
    bench.depot.interruptOutcome = refused('x', 'not-allowed-now')
    bench.depot.sessions = end === 'finished' ? [info('alive', 'finished')] : []
    expect(await bench.unfinished.closeWith(handles[0] ?? '', result)).toEqual({ ok: true, value: null })
    const ends = (await bench.facts('job-alive')).flatMap((fact) => (fact.kind === 'session-ended' ? [fact.end] : []))
    expect(ends).toEqual([end])
    expect(bench.shown()).toEqual([])
  })

  it('of a start that was never answered interrupts nothing', async () => {
    const { bench, handles } = await afterRestart([[undefined]])
    expect(await bench.unfinished.closeWith(handles[0] ?? '', result)).toEqual({ ok: true, value: null })
    expect(bench.depot.interrupted).toEqual([])
    expect(await lastKinds(bench, 'undefined', 3)).toEqual(['finish-chosen', 'finish-dismissed', 'job-closed'])
    expect(bench.shown()).toEqual([])
  })
})

describe('holding again', () => {
  it('that fails asks the server once more, if there is a connection', async () => {
    const { bench, handles } = await afterRestart([['alive']], {
      resumable,
      resume: () => Promise.resolve(fail('connection-lost') as Outcome<never>),
    })
    bench.depot.sessions = [info('alive', 'active')]
    const getSession = vi.spyOn(controllerOf(bench), 'getSession')
    await bench.unfinished.resume(handles[0] ?? '')
    await vi.waitFor(() => expect(getSession).toHaveBeenCalledTimes(1))
    expect(bench.shown()).toMatchObject([{ resume: 'possible' }])
    bench.depot.isConnected = false
    await bench.unfinished.resume(handles[0] ?? '')
    expect(getSession).toHaveBeenCalledTimes(1)
  })

  it('gets the state of the job', async () => {
    const given: unknown[] = []
    const { bench, handles } = await afterRestart([['alive']], {
      resumable,
      resume: (state) => {
        given.push(state.id)
        return Promise.resolve(succeeded({} as Job))
      },
    })
    await bench.unfinished.resume(handles[0] ?? '')
    expect(given).toEqual(['job-alive'])
  })
})
