import { describe, expect, it } from 'vitest'
import type { Fact } from '../../src/shared/facts.ts'
import { newFailure } from '../../src/shared/outcome.ts'
import type { ServiceResult } from '../../src/shared/service-result.ts'
import { brokenPromises, type EngineSession, type Evidence, lastRequestOn } from './promises.ts'

const serviceResult: ServiceResult = {
  results: ['success'],
  userFeedback: 'success',
  description: 'Round 1, result 1.',
}
const target = { kind: 'ticket', number: '7848095' } as const
const head = { job: 'j', at: 0, actor: 'application', session: 's' } as const
const facts: Fact[] = [
  { ...head, kind: 'job-opened', sequence: 1, server: { key: 'h:1', profileId: 'p' }, target },
  { ...head, kind: 'session-requested', sequence: 2, target },
  { ...head, kind: 'session-started', sequence: 3, sessionId: 'x' },
  { ...head, kind: 'finish-chosen', sequence: 4, serviceResult },
  { ...head, kind: 'finish-sent', sequence: 5, serviceResult },
  { ...head, kind: 'finish-confirmed', sequence: 6, serviceResult },
]
const session: EngineSession = {
  sessionId: 'x',
  ticketNumber: target.number,
  state: 'finished',
  acceptedFinishes: 1,
  serviceResult,
}
const posted = (batch: number, ...sequences: number[]) => ({
  kind: 'posted' as const,
  batch,
  facts: facts
    .filter(({ sequence }) => sequences.includes(sequence))
    .map(({ job, sequence, kind }) => ({ job, sequence, kind })),
})
const sound: Evidence = {
  lines: [
    posted(1, 1, 2),
    { kind: 'acknowledged', batch: 1 },
    posted(2, 3, 4, 5),
    { kind: 'acknowledged', batch: 2 },
    posted(3, 6),
  ],
  integrity: { 'journal.sqlite': 'ok' },
  stored: facts,
  sessions: [session],
  orphans: [],
}
const without = (...sequences: number[]) => facts.filter(({ sequence }) => !sequences.includes(sequence))

describe('the judge of a crash', () => {
  it('accepts what is sound, also a last batch that never arrived', () => {
    expect(brokenPromises(sound)).toEqual([])
    expect(brokenPromises({ ...sound, stored: without(6) })).toEqual([])
  })

  it.each<[string, Partial<Evidence>, string]>([
    ['a lost acknowledged fact', { stored: without(5, 6) }, 'acknowledged and lost: finish-sent'],
    [
      'half of a batch',
      { stored: without(2, 3, 4, 5, 6), lines: [posted(1, 1, 2)], sessions: [] },
      'half of batch 1 was written',
    ],
    ['a gap', { stored: without(5), lines: [] }, 'job j has no fact 5'],
    [
      'a fact that cannot be read',
      { stored: [...facts, { kind: 'unreadable', job: 'j', sequence: 7, raw: '{' }] },
      'fact 7 of job j cannot be read',
    ],
    ['a damaged file', { integrity: { 'journal.sqlite': 'row 3 missing' } }, 'journal.sqlite: row 3 missing'],
    ['an orphan', { orphans: [4711] }, 'the child process 4711 outlived the application'],
    [
      'a session that is not offered',
      { lines: [{ kind: 'stuck', at: 'the sessions that were left are offered', state: '{}' }] },
      'waited in vain: the sessions that were left are offered ({})',
    ],
    [
      'a second start',
      { sessions: [session, { ...session, sessionId: 'y', state: 'active', acceptedFinishes: 0 }] },
      '2 sessions on ticket 7848095, 1 were requested',
    ],
    ['a second finish', { sessions: [{ ...session, acceptedFinishes: 2 }] }, 'session x was finished 2 times'],
    [
      'a finish of a finished session',
      {
        lines: [{ kind: 'finish-called', at: 8, description: serviceResult.description ?? '' }],
        sessions: [{ ...session, finishedAt: 7 }],
      },
      'a finish was sent to session x, which was finished',
    ],
    [
      'a wrong end state',
      { lines: [{ kind: 'offered', handles: [], wronglyOpen: ['s'] }] },
      's was offered as open, but its session is over',
    ],
    [
      'a result that nobody chose',
      { sessions: [{ ...session, serviceResult: { ...serviceResult, description: 'Another.' } }] },
      'session x was finished with a result that nobody chose',
    ],
    [
      'a confirmed finish of an open session',
      { sessions: [{ ...session, state: 'active', acceptedFinishes: 0 }] },
      'session x is active, but its finish was confirmed',
    ],
    [
      'a session of two jobs',
      { stored: [...facts, { ...head, kind: 'session-started', sequence: 7, session: 't', sessionId: 'x' }] },
      'session x belongs to 2 handles',
    ],
  ])('finds %s', (_name, change, expected) => {
    expect(brokenPromises({ ...sound, ...change })).toEqual([expected])
  })
})

describe('the start that a session without a known id belongs to', () => {
  const request = (job: string, session: string, at: number): Fact => ({
    ...head,
    kind: 'session-requested',
    job,
    session,
    at,
    sequence: 2,
    target,
  })

  it('is the newest one on the ticket, in whatever order the jobs are stored', () => {
    const stored = [request('b', 'newer', 20), request('z', 'older', 10)]
    expect(lastRequestOn(stored, target.number)).toEqual(['newer'])
    expect(lastRequestOn([...stored].reverse(), target.number)).toEqual(['newer'])
  })

  it('is none that has a session, did not start or has ended', () => {
    const other = { ...head, job: 'c', sequence: 3 }
    const settled: Fact[] = [
      { ...other, kind: 'session-started', session: 'newer', sessionId: 'y' },
      { ...other, kind: 'session-not-started', session: 'newer', failure: newFailure('timed-out') },
      { ...other, kind: 'session-ended', session: 'newer', end: 'lost' },
    ]
    for (const fact of settled) {
      const stored = [request('a', 'older', 10), request('b', 'newer', 20), fact]
      expect(lastRequestOn(stored, target.number)).toEqual(['older'])
    }
    expect(lastRequestOn([request('a', 'one', 10)], '7848152')).toEqual([])
  })
})
