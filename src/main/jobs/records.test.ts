import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { Fact, NewFact } from '../../shared/facts.ts'
import { visitorsJob } from '../../shared/facts.ts'
import { fail, succeeded } from '../../shared/outcome.ts'
import type { StartedSession } from '../storage/started-sessions.ts'
import { custodyFacts } from './custody-facts.ts'
import { factsOf, importStartedSessions } from './import-started-sessions.ts'
import { type FactSink, JobRecord } from './job-record.ts'
import { plainFailure } from './plain-failure.ts'
import { Visitors } from './visitors.ts'

const target = { kind: 'ticket', number: '1' } as const
const server = { key: 'h:1', profileId: 'p' }
const result = { results: ['failure' as const] }

describe('the record of a job', () => {
  function setUp() {
    const clock = new ManualClock(5_000)
    const written: (readonly [string, readonly Fact[], number?])[] = []
    let changes = 0
    const journal: FactSink = {
      append: (job, facts) => {
        written.push([job, facts])
        return { durable: Promise.resolve() }
      },
      recorded: (job, facts, limitMs) => {
        written.push([job, facts, limitMs])
        return Promise.resolve(succeeded(null))
      },
    }
    const clean = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll('CANARY', '[secret]')) as T
    const options = {
      journal,
      clock,
      clean,
      changed: () => {
        changes += 1
      },
    }
    return { clock, written, options, changes: () => changes }
  }

  it('writes each fact with job, number and time, without secrets, and then says that it changed', async () => {
    const { clock, written, options, changes } = setUp()
    const opened = { actor: 'mechanic', server, target, licensePlate: 'CANARY' } as const
    const record = JobRecord.open(options, 'j', opened)
    // One commit, not two: the first fact goes with the next ones.
    expect(written).toEqual([])
    clock.advance(10)
    const described: NewFact = { kind: 'job-described', actor: 'server', vin: 'CANARY' }
    const closed: NewFact = { kind: 'job-closed', actor: 'mechanic' }
    await record.add(described, closed).durable
    expect(await record.addAndWait([closed], 250)).toEqual({ ok: true, value: null })
    expect(written).toEqual([
      [
        'j',
        [
          { ...opened, licensePlate: '[secret]', kind: 'job-opened', job: 'j', sequence: 1, at: 5_000 },
          { ...described, vin: '[secret]', job: 'j', sequence: 2, at: 5_010 },
          { ...closed, job: 'j', sequence: 3, at: 5_010 },
        ],
      ],
      ['j', [{ ...closed, job: 'j', sequence: 4, at: 5_010 }], 250],
    ])
    expect(record.state).toMatchObject({ id: 'j', vin: '[secret]', isClosed: true, sequence: 4 })
    expect(changes()).toBe(2)
  })

  it('goes on after the highest number, which an unreadable fact may have', () => {
    const { written, options } = setUp()
    const { state } = JobRecord.open(options, 'j', { actor: 'mechanic', server, target })
    for (const [highest, next] of [
      [7, 8],
      [0, 2],
    ] as const) {
      JobRecord.resume(options, state, highest).add({ kind: 'job-closed', actor: 'mechanic' })
      expect(written.at(-1)?.[1]).toMatchObject([{ sequence: next }])
    }
  })
})

describe('the visitors’ log', () => {
  const answer = {
    kind: 'visitor-answered',
    actor: 'mechanic',
    promptId: 'p',
    answerId: 'a',
    choice: { kind: 'yesno', yes: true },
    device: 'touch',
    functionName: 'F',
    label: 'On?',
    place: 'A 1',
  } as const

  it.each([
    ['an empty one', succeeded([]), 1],
    ['one with facts, whatever their order', succeeded([{ sequence: 9 }, { sequence: 4 }] as Fact[]), 10],
    ['one that cannot be read', fail('not-recorded'), 1],
  ])('continues %s, and is read once', async (_title, stored, first) => {
    let reads = 0
    const written: [string, readonly Fact[]][] = []
    const visitors = new Visitors(
      {
        facts: () => {
          reads += 1
          return Promise.resolve(stored)
        },
        append: (job, facts) => {
          written.push([job, facts])
          return { durable: Promise.resolve() }
        },
      },
      { wallMs: () => 77 },
    )
    await Promise.all([visitors.record(answer).durable, visitors.record(answer).durable])
    expect(reads).toBe(1)
    expect(written).toEqual(
      [first, first + 1].map((sequence) => [visitorsJob, [{ ...answer, job: visitorsJob, sequence, at: 77 }]]),
    )
  })
})

describe('the facts of a session of a version without a journal', () => {
  const record: StartedSession = {
    handle: 'h',
    sessionId: 'x',
    target,
    profileId: 'p',
    endpoint: 'h:1',
    startedAt: 10,
    pendingResult: undefined,
    end: undefined,
  }
  const actor = 'application'
  const opened = { kind: 'job-opened', actor, server, target, imported: true }
  const requested = { kind: 'session-requested', actor, session: 'h', target }
  const started = { kind: 'session-started', actor, session: 'h', sessionId: 'x' }
  const chosen = { kind: 'finish-chosen', actor, session: 'h', serviceResult: result }
  const ended = (end: string) => ({ kind: 'session-ended', actor, session: 'h', end })
  const closed = { kind: 'job-closed', actor }
  it.each<[string, Partial<StartedSession>, [object, number][]]>([
    [
      'is open',
      {},
      [
        [opened, 10],
        [requested, 10],
        [started, 10],
      ],
    ],
    [
      'has no id',
      { sessionId: undefined },
      [
        [opened, 10],
        [requested, 10],
      ],
    ],
    [
      'has a result that was not sent',
      { pendingResult: result },
      [
        [opened, 10],
        [requested, 10],
        [started, 10],
        [chosen, 10],
      ],
    ],
    [
      'ended another way than with its result',
      { pendingResult: result, end: { kind: 'lost', at: 20 } },
      [
        [opened, 10],
        [requested, 10],
        [started, 10],
        [chosen, 20],
        [ended('lost'), 20],
      ],
    ],
    [
      'ended with its result',
      { pendingResult: result, end: { kind: 'finished', at: 20 } },
      [
        [opened, 10],
        [requested, 10],
        [started, 10],
        [chosen, 20],
        [ended('finished'), 20],
        [closed, 20],
      ],
    ],
    [
      'ended without a result',
      { end: { kind: 'interrupted', at: 20 } },
      [
        [opened, 10],
        [requested, 10],
        [started, 10],
        [ended('interrupted'), 20],
        [closed, 20],
      ],
    ],
  ])('that %s', (_title, more, expected) => {
    expect(factsOf({ ...record, ...more })).toEqual(
      expected.map(([fact, at], index) => ({ ...fact, job: 'h', sequence: index + 1, at })),
    )
  })

  it('are written within 5 s each, and the records are cleared after the last one', async () => {
    const steps: unknown[] = []
    const store = { all: () => [record, { ...record, handle: 'i' }], clear: () => void steps.push('clear') }
    await importStartedSessions(store, {
      recorded: (job, facts, limitMs) => {
        steps.push([job, facts.length, limitMs])
        return Promise.resolve(succeeded(null))
      },
    })
    expect(steps).toEqual([['h', 3, 5_000], ['i', 3, 5_000], 'clear'])
  })

  it('stop at the first that the disk refuses, and a disk that refuses to clear them is no error', async () => {
    const jobs: string[] = []
    const store = {
      all: () => [record, { ...record, handle: 'i' }],
      clear: () => {
        throw new Error('disk full')
      },
    }
    const recorded = (isWritten: boolean) => (job: string) => {
      jobs.push(job)
      return Promise.resolve(isWritten ? succeeded(null) : fail('not-recorded'))
    }
    await importStartedSessions(store, { recorded: recorded(false) })
    expect(jobs).toEqual(['h'])
    await importStartedSessions(store, { recorded: recorded(true) })
    expect(jobs).toEqual(['h', 'h', 'i'])
  })
})

describe('a failure in a fact', () => {
  it('keeps what a person may see, and nothing of the client library', () => {
    const failure = { code: 'internal', nextAction: 'retry', correlationId: 'c' } as const
    const more = { rpc: 'a/b', certainty: 'refused', answered: true }
    expect(plainFailure({ ...failure, ...more })).toStrictEqual(failure)
    const known = { ...failure, parameters: { cause: 'x' }, detail: 'why' }
    expect(plainFailure({ ...known, ...more })).toStrictEqual(known)
  })
})

describe('the facts of a custody', () => {
  const failure = {
    code: 'internal',
    nextAction: 'retry',
    correlationId: 'c',
    rpc: 'a/b',
    certainty: 'refused',
    answered: true,
  } as const
  const kept = { code: 'internal', nextAction: 'retry', correlationId: 'c' }
  const session = 'h'
  const claiming = { phase: 'claiming', sessionId: 's', checking: false } as const
  const active = { phase: 'active', sessionId: 's' } as const
  const finishing = { phase: 'finishing', sessionId: 's', serviceResult: result, checking: false } as const
  const starting = { phase: 'starting', checking: false } as const
  it.each<[string, Parameters<typeof custodyFacts>[1], Parameters<typeof custodyFacts>[2], object[]]>([
    [
      'of a started session',
      starting,
      claiming,
      [{ kind: 'session-started', actor: 'server', session, sessionId: 's' }],
    ],
    ['of a claimed session', claiming, active, [{ kind: 'session-claimed', actor: 'server', session }]],
    ['of a session held again', { phase: 'idle' }, active, [{ kind: 'session-resumed', actor: 'server', session }]],
    [
      'of a result on its way',
      active,
      finishing,
      [{ kind: 'finish-sent', actor: 'application', session, serviceResult: result }],
    ],
    [
      'of a finished session',
      finishing,
      { phase: 'ended', sessionId: 's', end: { kind: 'finished', serviceResult: result } },
      [
        { kind: 'finish-confirmed', actor: 'server', session, serviceResult: result },
        { kind: 'session-ended', actor: 'server', session, end: 'finished', serviceResult: result },
      ],
    ],
    [
      'of a session that is interrupted here',
      active,
      { phase: 'ended', sessionId: 's', end: { kind: 'interrupted-here' } },
      [{ kind: 'session-ended', actor: 'mechanic', session, end: 'interrupted-here' }],
    ],
    [
      'of a session that is interrupted elsewhere while its result is on its way',
      finishing,
      { phase: 'ended', sessionId: 's', end: { kind: 'interrupted', serviceResult: result } },
      [{ kind: 'session-ended', actor: 'server', session, end: 'interrupted', serviceResult: result }],
    ],
    [
      'of a start that failed',
      starting,
      { phase: 'ended', end: { kind: 'failed', failure } },
      [{ kind: 'session-not-started', actor: 'server', session, failure: kept }],
    ],
    [
      'of a claim that failed',
      claiming,
      { phase: 'ended', sessionId: 's', end: { kind: 'failed', failure } },
      [{ kind: 'session-ended', actor: 'server', session, end: 'failed', failure: kept }],
    ],
    [
      'of a start that ended without a reason',
      starting,
      { phase: 'ended', end: { kind: 'lost' } },
      [{ kind: 'session-ended', actor: 'server', session, end: 'lost' }],
    ],
    ['of no change', active, active, []],
    ['of a start that begins', { phase: 'idle' }, starting, []],
  ])('are those %s', (_title, before, after, expected) => {
    expect(custodyFacts(session, before, after)).toStrictEqual(expected)
  })
})
