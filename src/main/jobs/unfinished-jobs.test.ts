import { describe, expect, it, vi } from 'vitest'
import type { NewFact } from '../../shared/facts.ts'
import { fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import { afterRestart, type Earlier, remote, startedAt } from './testing/earlier-jobs.ts'
import { info, type JobsBench, result, setUp, started, target } from './testing/jobs-bench.ts'
import { claimLimitMs } from './unfinished-jobs.ts'

const ended = async (bench: JobsBench, id: string) =>
  (await bench.facts(`job-${id}`)).flatMap((fact) => (fact.kind === 'session-ended' ? [fact.end] : []))

describe('jobs of an earlier run', () => {
  it('are shown before their server is reached, with what was going on', async () => {
    const running: NewFact[] = [
      { kind: 'session-claimed', actor: 'server', session: 'h-far' },
      {
        kind: 'function-requested',
        actor: 'mechanic',
        session: 'h-far',
        runId: 'r',
        functionId: 'f',
        name: 'Identify the car',
        version: '1',
      },
      {
        kind: 'prompt-shown',
        actor: 'function',
        session: 'h-far',
        promptId: 'p',
        functionName: 'Identify the car',
        target: 'customer',
        control: { kind: 'yesno', label: 'Is the ignition on?' },
      },
    ]
    const { bench } = await afterRestart([['far', { more: running }]])
    expect(bench.shown()).toMatchObject([
      {
        state: 'not-checked',
        server: remote,
        licensePlate: 'HB-FC 2108',
        functionName: 'Identify the car',
        question: 'Is the ignition on?',
        resume: 'not-kept',
      },
    ])
    expect(await bench.kinds('job-far')).toContain('application-lost')
  })

  it('are updated from their server', async () => {
    const { bench } = await afterRestart([['alive'], ['done'], ['gone']])
    bench.depot.sessions = [info('alive', 'active'), info('done', 'finished')]
    await bench.unfinished.reconcile(bench.depot.server)
    expect(await ended(bench, 'done')).toEqual(['finished'])
    expect(await ended(bench, 'gone')).toEqual(['lost'])
    expect(await ended(bench, 'alive')).toEqual([])
    // The kept tokens of sessions that are over are removed.
    expect([...bench.kept.forget].sort()).toEqual(['h-done', 'h-gone'])
    const open = bench.shown().filter(({ state }) => state === 'open')
    expect(open).toMatchObject([{ target, summary: { sessionId: 'alive', proof: 'own-record' } }])
  })

  it('stay as they are while the server does not answer', async () => {
    const { bench } = await afterRestart([['alive']])
    bench.depot.isDown = true
    await bench.unfinished.reconcile(bench.depot.server)
    expect(await ended(bench, 'alive')).toEqual([])
    expect(bench.shown()).toMatchObject([{ state: 'not-checked' }])
  })

  it('on the own engine are lost with it, and say so until a person has seen it', async () => {
    const { bench, handles } = await afterRestart([['mine', { server: 'embedded' }]])
    expect(bench.shown()).toMatchObject([{ state: 'ended', resume: 'ended' }])
    expect(await ended(bench, 'mine')).toEqual(['lost'])
    expect(bench.kept.forget).toEqual(['h-mine'])
    expect(bench.unfinished.dismiss(handles[0] ?? '')).toEqual({ ok: true, value: null })
    expect(bench.shown()).toEqual([])
    expect(setUp({ folder: bench.folder }).shown()).toEqual([])
  })

  it('whose session had ended leave nothing to decide', async () => {
    const more: NewFact[] = [{ kind: 'session-ended', actor: 'server', session: 'h-over', end: 'interrupted' }]
    const { bench } = await afterRestart([['over', { more }]])
    expect(bench.shown()).toEqual([])
    expect((await bench.kinds('job-over')).at(-1)).toBe('job-closed')
  })

  it('that are open can be ended and then leave the list', async () => {
    const { bench } = await afterRestart([['alive']])
    bench.servers.choose(bench.depot.server.profile)
    bench.depot.sessions = [info('alive', 'active')]
    await bench.unfinished.reconcile(bench.depot.server)
    const handle = bench.shown()[0]?.summary?.handle ?? ''
    expect(await bench.jobs.interrupt(handle)).toEqual({ ok: true, value: null })
    expect(bench.depot.interrupted).toEqual(['alive'])
    expect(bench.kept.forget).toEqual(['h-alive'])
    expect(bench.shown()).toEqual([])
  })

  it('prove that a session which holds a connection is ours', async () => {
    const { bench } = await afterRestart([['mine']])
    bench.servers.choose(bench.depot.server.profile)
    bench.depot.prepare.push((custody) => {
      custody.startOutcome = { ...fail('resource-in-use') } as never
    })
    bench.depot.sessions = [info('other', 'active'), info('mine', 'active')]
    await bench.jobs.start(target)
    expect(bench.blocking()).toMatchObject([{ sessionId: 'mine', proof: 'own-record', label: '7848095' }])
  })

  // @proves Window: A connection in use: one click with proof, else a list with age and confirmation
  it('prove nothing when their session has ended', async () => {
    const { bench } = await afterRestart([['mine']])
    bench.servers.choose(bench.depot.server.profile)
    bench.depot.prepare.push((custody) => {
      custody.startOutcome = { ...fail('resource-in-use') } as never
    })
    bench.depot.sessions = [info('mine', 'finished'), info('other', 'active')]
    await bench.jobs.start(target)
    expect(bench.blocking()).toMatchObject([{ sessionId: 'other', proof: 'none' }])
  })

  it('are not the jobs that this run has started meanwhile', async () => {
    const bench = setUp()
    await started(bench)
    await bench.unfinished.loaded
    expect(bench.shown()).toEqual([])
  })
})

// @proves Stories: A result that was chosen before a crash is shown by the next run until a person has seen it
describe('a chosen result that was never sent', () => {
  const chosen = (id: string): NewFact => ({
    kind: 'finish-chosen',
    actor: 'mechanic',
    session: `h-${id}`,
    serviceResult: result,
  })

  it('is shown although its session has ended, until a person has seen it', async () => {
    const { bench, handles } = await afterRestart([['gone', { more: [chosen('gone')] }]])
    await bench.unfinished.reconcile(bench.depot.server)
    expect(bench.shown()).toMatchObject([{ handle: handles[0], state: 'ended', pendingResult: result }])
    expect(bench.unfinished.dismiss(handles[0] ?? '')).toEqual({ ok: true, value: null })
    expect(bench.shown()).toEqual([])
    expect((await bench.kinds('job-gone')).slice(-2)).toEqual(['finish-dismissed', 'job-closed'])
  })

  it('is not shown when the server has finished the session', async () => {
    const { bench } = await afterRestart([['done', { more: [chosen('done')] }]])
    bench.depot.sessions = [info('done', 'finished')]
    await bench.unfinished.reconcile(bench.depot.server)
    expect(bench.shown()).toEqual([])
  })

  it('stays in the journal when only the line of an open session is hidden', async () => {
    const { bench, handles } = await afterRestart([['far', { more: [chosen('far')] }]])
    bench.unfinished.dismiss(handles[0] ?? '')
    expect(bench.shown()).toEqual([])
    const again = setUp({ folder: bench.folder, startedAt })
    await again.unfinished.loaded
    expect(again.shown()).toMatchObject([{ pendingResult: result }])
    expect(bench.unfinished.dismiss('unknown')).toMatchObject({ failure: { code: 'not-found' } })
  })
})

// @proves Stories: A session whose start was never answered is proved ours as long as it can be claimed
describe('a start whose answer never reached the disk', () => {
  it('is kept until the claim limit has passed', async () => {
    const { bench } = await afterRestart([[undefined]], { startedAt: startedAt + claimLimitMs })
    await bench.unfinished.reconcile(bench.depot.server)
    expect(bench.unfinished.states).toHaveLength(1)
    bench.clock.advance(2)
    await bench.unfinished.reconcile(bench.depot.server)
    expect(bench.unfinished.states).toEqual([])
  })

  it('finds the unclaimed session that the viewer reports on our target', async () => {
    const { bench } = await afterRestart([[undefined]])
    bench.depot.sessions = [info('other', 'available'), info('ours', 'available'), info('busy', 'active')]
    bench.depot.ours = new Map([
      ['ours', true],
      ['other', false],
      ['busy', true],
    ])
    await bench.unfinished.reconcile(bench.depot.server)
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
    const { bench } = await afterRestart([[undefined]])
    bench.depot.sessions = [info('a', 'available'), info('b', 'available')]
    bench.depot.ours = ours
    await bench.unfinished.reconcile(bench.depot.server)
    expect(bench.shown()).toEqual([])
    expect(bench.unfinished.states).toHaveLength(1)
  })
})

describe('a start that never reached the server', () => {
  it.each([
    ['while the reply is on its way', false],
    ['after the reply', true],
  ])('does not get the session of a later start on its target %s', async (_name, hasReply) => {
    const { bench } = await afterRestart([[undefined]])
    bench.servers.choose(bench.depot.server.profile)
    const reply = Promise.withResolvers<void>()
    bench.depot.prepare.push((custody) => {
      const start = custody.start.bind(custody)
      custody.start = async () => {
        await reply.promise
        return start()
      }
    })
    const starting = bench.jobs.start(target)
    await vi.waitFor(() => expect(bench.depot.custodies).toHaveLength(1))
    bench.depot.sessions = [info('s1', 'available')]
    bench.depot.ours = new Map([['s1', true]])
    if (hasReply) reply.resolve()
    if (hasReply) await starting
    await bench.unfinished.reconcile(bench.depot.server)
    reply.resolve()
    expect(await starting).toEqual({ ok: true, value: null })
    expect(bench.jobs.shown?.sessionId).toBe('s1')
    expect(bench.shown()).toEqual([])
    expect(await bench.kinds('job-undefined')).not.toContain('session-started')
  })

  it('does not get the session of another unanswered start, which the later one gets', async () => {
    const other: Earlier = { at: startedAt + 5, job: 'job-later' }
    const { bench } = await afterRestart([[undefined], [undefined, other]])
    bench.depot.sessions = [info('one', 'available')]
    bench.depot.ours = new Map([['one', true]])
    await bench.unfinished.reconcile(bench.depot.server)
    expect(await bench.kinds('job-later')).toContain('session-started')
    expect(await bench.kinds('job-undefined')).not.toContain('session-started')
  })
})

describe('closing a job of an earlier run with a result', () => {
  it('interrupts its session when it cannot be held again, and keeps the result in its record', async () => {
    const { bench, handles } = await afterRestart([['alive']])
    bench.depot.sessions = [info('alive', 'active')]
    expect(await bench.unfinished.closeWith(handles[0] ?? '', result)).toEqual({ ok: true, value: null })
    expect(bench.depot.interrupted).toEqual(['alive'])
    expect(bench.shown()).toEqual([])
    const facts = await bench.facts('job-alive')
    expect(facts.map(({ kind }) => kind).slice(-5)).toEqual([
      'interrupt-requested',
      'session-ended',
      'finish-chosen',
      'finish-dismissed',
      'job-closed',
    ])
  })

  it('is refused while its server cannot be asked', async () => {
    const { bench, handles } = await afterRestart([['alive']])
    bench.depot.isConnected = false
    expect(await bench.unfinished.closeWith(handles[0] ?? '', result)).toMatchObject({
      failure: { code: 'connection-lost' },
    })
    expect(bench.shown()).toHaveLength(1)
  })
})

describe('holding a session again', () => {
  const resumable = () => Promise.resolve('possible' as const)

  it('takes its job over into this run', async () => {
    const { bench, handles } = await afterRestart([['alive']], {
      resumable,
      resume: () => Promise.resolve(succeeded({} as never)),
    })
    expect(bench.shown()).toMatchObject([{ resume: 'possible' }])
    expect(await bench.unfinished.resume(handles[0] ?? '')).toEqual({ ok: true, value: null })
    expect(bench.shown()).toEqual([])
  })

  it('that is too late says so and leaves the other ways', async () => {
    const { bench, handles } = await afterRestart([['alive']], {
      resumable,
      resume: () => Promise.resolve(fail('session-expired')),
    })
    expect(await bench.unfinished.resume(handles[0] ?? '')).toMatchObject({ failure: { code: 'session-expired' } })
    expect(bench.shown()).toMatchObject([{ resume: 'too-late' }])
  })

  it('happens once, and until it is known nothing else is written about the job', async () => {
    let settle: (outcome: Outcome<never>) => void = () => undefined
    const { bench, handles } = await afterRestart([['alive']], {
      resumable,
      resume: () => new Promise((resolve) => (settle = resolve)),
    })
    const handle = handles[0] ?? ''
    const first = bench.unfinished.resume(handle)
    await bench.unfinished.loaded
    const notNow = { failure: { code: 'not-allowed-now' } }
    expect(await bench.unfinished.resume(handle)).toMatchObject(notNow)
    expect(await bench.unfinished.closeWith(handle, result)).toMatchObject(notNow)
    expect(bench.unfinished.dismiss(handle)).toMatchObject(notNow)
    const before = await bench.kinds('job-alive')
    await bench.unfinished.reconcile(bench.depot.server)
    bench.unfinished.noteForeignEnd(remote, 'alive')
    expect(await bench.kinds('job-alive')).toEqual(before)
    settle(fail('connection-lost') as Outcome<never>)
    expect(await first).toMatchObject({ failure: { code: 'connection-lost' } })
    // The server knows no such session: the question that follows a failure says so.
    await vi.waitFor(async () => expect(await ended(bench, 'alive')).toEqual(['lost']))
  })

  it('is refused for a session that has ended or is unknown', async () => {
    const { bench, handles } = await afterRestart([['mine', { server: 'embedded' }]], { resumable })
    expect(await bench.unfinished.resume(handles[0] ?? '')).toMatchObject({ failure: { code: 'session-ended' } })
    expect(await bench.unfinished.resume('other')).toMatchObject({ failure: { code: 'not-found' } })
  })
})
