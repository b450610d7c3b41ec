import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../../shared/service-result.ts'
import type { CallOutcome } from '../../failure.ts'
import { ManualClock } from '../../manual-clock.ts'
import { settle } from '../../testing/fake-stream.ts'
import { type Fate, MemoryServer } from '../../testing/memory-server.ts'
import { SessionController } from '../session-controller.ts'
import type { CustodyView } from './custody-options.ts'
import { DirectCustody } from './direct-custody.ts'

type Step =
  | { do: 'start' }
  | { do: 'interrupt' }
  | { do: 'wake' }
  | { do: 'operator-interrupts' }
  | { do: 'server-forgets' }
  | { do: 'rotate' }
  | { do: 'finish'; result: Result }
  | { do: 'wait'; ms: number }

const fate = fc.constantFrom<Fate>('works', 'works', 'works', 'request-lost', 'reply-lost', 'unreachable')
/** Faults begin after some successful calls, so that they occur in every phase of a session. */
const fates = fc
  .tuple(fc.integer({ min: 0, max: 8 }), fc.array(fate, { maxLength: 25 }))
  .map(([calm, faults]) => [...Array<Fate>(calm).fill('works'), ...faults])
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'start' }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Result>('success', 'failure').map((result): Step => ({ do: 'finish', result })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Step>({ do: 'interrupt' }, { do: 'operator-interrupts' }, { do: 'server-forgets' }),
  },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: 'wake' }, { do: 'rotate' }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 320_000 }).map((ms): Step => ({ do: 'wait', ms })) },
)

interface Run {
  server: MemoryServer
  custody: DirectCustody
  views: CustodyView[]
  clock: ManualClock
  operations: { name: string; outcome?: CallOutcome<unknown> }[]
}

function open(fates: readonly Fate[], streamFates: readonly Fate[] = []): Run {
  const clock = new ManualClock()
  const server = new MemoryServer(clock, fates, streamFates)
  const controller = new SessionController(server, { clientId: 'a', clientSecret: 'b', clusterId: '001' }, clock)
  const views: CustodyView[] = []
  const custody = new DirectCustody({
    controller,
    clock,
    random: () => 0.5,
    target: { kind: 'ticket', number: '1' },
    channelTo: () => server,
    onChange: (view) => views.push(view),
  })
  return { server, custody, views, clock, operations: [] }
}

function launch(run: Run, name: string, operation: Promise<CallOutcome<unknown>>): void {
  const entry: Run['operations'][number] = { name }
  run.operations.push(entry)
  void operation.then((outcome) => {
    entry.outcome = outcome
  })
}

async function pass(run: Run, ms: number): Promise<void> {
  const until = run.clock.monotonicMs() + ms
  await settle()
  while (run.clock.monotonicMs() < until) {
    run.clock.advance(Math.min(ms > 60_000 ? 10_000 : 1_000, until - run.clock.monotonicMs()))
    await settle()
  }
}

async function perform(run: Run, one: Step): Promise<void> {
  const { custody, server } = run
  if (one.do === 'start') launch(run, 'start', custody.start())
  else if (one.do === 'finish') launch(run, 'finish', custody.finish({ results: [one.result] }))
  else if (one.do === 'interrupt') launch(run, 'interrupt', custody.interrupt())
  else if (one.do === 'wake') custody.wake()
  else if (one.do === 'operator-interrupts') server.interruptNewest()
  else if (one.do === 'server-forgets') server.forget()
  else if (one.do === 'rotate') server.rotate()
  else await pass(run, one.ms)
  await settle()
}

/** Invariants, whatever was lost. */
function check(run: Run): void {
  const { server, custody, views } = run
  const sessions = [...server.sessions.values()]
  expect(server.served.filter((rpc) => rpc.endsWith('startSessionOnTicket')).length).toBeLessThanOrEqual(1)
  expect(sessions.every((session) => session.accepted.length <= 1 && session.claims <= 1)).toBe(true)
  expect(server.repeatedFinishes).toBe(0)
  expect(server.staleCalls).toEqual([])
  const ends = new Set(views.map((view) => view.state).filter((state) => state.phase === 'ended'))
  expect(ends.size).toBeLessThanOrEqual(1)
  const { state } = custody.view
  if (state.phase === 'ended' && state.end.kind === 'finished' && sessions.length > 0) {
    const wire = state.end.serviceResult?.results.map((result) =>
      result === 'success' ? 'RESULT_SUCCESS' : 'RESULT_FAILURE',
    )
    expect(sessions[0]?.accepted).toEqual([wire])
  }
  for (const { name, outcome } of run.operations) {
    if (name === 'finish' && outcome?.ok) expect(state).toMatchObject({ phase: 'ended', end: { kind: 'finished' } })
  }
}

/** Without further faults both sides agree on an end after some time. */
async function bringToAnEnd(run: Run): Promise<void> {
  await pass(run, 120_000)
  expect(run.operations.every(({ outcome }) => outcome !== undefined)).toBe(true)
  const { phase } = run.custody.view.state
  if (phase === 'active' || phase === 'finishing') {
    launch(run, 'finish', run.custody.finish({ results: ['success'] }))
    await pass(run, 40_000)
    expect(run.custody.view.state.phase).toBe('ended')
  }
  check(run)
  await pass(run, 70_000)
  launch(run, 'interrupt', run.custody.interrupt())
  await pass(run, 10_000)
  launch(run, 'interrupt', run.custody.interrupt())
  await pass(run, 10_000)
  const alive = [...run.server.sessions.values()].filter((session) => session.state === 'active')
  expect(alive).toEqual([])
  expect(run.clock.pendingTimers).toBe(0)
}

describe('DirectCustody', () => {
  // @proves Protocol and engine: Exactly one finish is recorded, whatever is lost
  it('records at most one finish and starts at most once, in any order of calls, with any reply lost', async () => {
    const endings = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(
        fates,
        fc.array(fate, { maxLength: 10 }),
        fc.array(step, { maxLength: 12 }),
        async (calls, streams, steps) => {
          const run = open(calls, streams)
          await perform(run, { do: 'start' })
          for (const one of steps) {
            await perform(run, one)
            check(run)
          }
          await bringToAnEnd(run)
          const { state } = run.custody.view
          const ending = state.phase === 'ended' ? state.end.kind : state.phase
          endings.set(ending, (endings.get(ending) ?? 0) + 1)
        },
      ),
      { numRuns: 400 },
    )
    const common = ['finished', 'interrupted-here', 'interrupted', 'failed', 'expired', 'lost']
    expect([...endings.keys()].sort()).toEqual(common.sort())
    expect(endings.get('finished')).toBeGreaterThan(80)
  }, 60_000)

  it('ends a job without faults with exactly the chosen result', async () => {
    const run = open([])
    await perform(run, { do: 'start' })
    expect(run.custody.view.state.phase).toBe('active')
    await perform(run, { do: 'finish', result: 'failure' })
    expect([...run.server.sessions.values()][0]).toMatchObject({ state: 'finished', accepted: [['RESULT_FAILURE']] })
    expect(run.server.served).toEqual([
      'sessionController/getSessionControllerToken',
      'sessionController/getSessionList',
      'sessionController/startSessionOnTicket',
      'session/authenticate',
      'session/finish',
      // Only the server knows whether the finish ended the session or a function in it.
      'sessionController/getSession',
    ])
  })

  it('expires once, offers the interrupt and sends nothing with a dead token', async () => {
    const run = open([])
    await perform(run, { do: 'start' })
    await pass(run, 310_000)
    expect(run.custody.view.state).toMatchObject({ phase: 'ended', end: { kind: 'expired' } })
    expect(run.views.filter((view) => view.state.phase === 'ended')).toHaveLength(1)
    expect(run.custody.calls).toBeUndefined()
    expect((await run.custody.interrupt()).ok).toBe(true)
    expect([...run.server.sessions.values()][0]?.state).toBe('interrupted')
  })

  it('lives as long as new tokens come', async () => {
    const run = open([])
    await perform(run, { do: 'start' })
    for (let rotation = 0; rotation < 20; rotation += 1) {
      await pass(run, 120_000)
      run.server.rotate()
      await settle()
    }
    expect(run.custody.view).toMatchObject({ state: { phase: 'active' }, token: { rotations: 20, health: 'fresh' } })
  })

  it('hands a doubt back after 30 s and asks first when it is taken up again', async () => {
    const calm = Array<Fate>(4).fill('works')
    const doubtful = open([...calm, 'reply-lost', ...Array<Fate>(45).fill('unreachable')])
    await perform(doubtful, { do: 'start' })
    await perform(doubtful, { do: 'finish', result: 'success' })
    await pass(doubtful, 45_000)
    expect(doubtful.operations.at(-1)?.outcome).toMatchObject({ ok: false, failure: { code: 'connection-lost' } })
    expect(doubtful.custody.view.state).toMatchObject({ phase: 'finishing', checking: true })
    await perform(doubtful, { do: 'finish', result: 'success' })
    await pass(doubtful, 40_000)
    expect(doubtful.custody.view.state).toMatchObject({ phase: 'ended', end: { kind: 'finished' } })
    expect(doubtful.server.served.filter((rpc) => rpc === 'session/finish')).toHaveLength(1)
  })

  it('finds out by itself how a finish in doubt ended, also when the token expires first', async () => {
    const calm = Array<Fate>(4).fill('works')
    const doubtful = open([...calm, 'reply-lost', ...Array<Fate>(80).fill('unreachable')])
    await perform(doubtful, { do: 'start' })
    await perform(doubtful, { do: 'finish', result: 'success' })
    await pass(doubtful, 310_000)
    expect(doubtful.custody.view).toMatchObject({ state: { phase: 'finishing' }, token: { health: 'expired' } })
    await pass(doubtful, 600_000)
    expect(doubtful.custody.view.state).toMatchObject({ phase: 'ended', end: { kind: 'finished' } })
    expect(doubtful.server.served.filter((rpc) => rpc === 'session/finish')).toHaveLength(1)
  })
})

it('hands its session token out while it is active, and neither before nor after', async () => {
  const { custody, clock } = open([])
  expect(custody.sessionToken).toBeUndefined()
  await custody.start()
  expect(custody.view.state.phase).toBe('active')
  expect(custody.sessionToken).toBeDefined()
  const finished = custody.finish({ results: ['success'] })
  expect([custody.view.state.phase, custody.sessionToken]).toEqual(['finishing', undefined])
  await clock.advanceAsync(0)
  expect((await finished).ok).toBe(true)
  expect([custody.view.state.phase, custody.sessionToken]).toEqual(['ended', undefined])
  custody.release()
})
