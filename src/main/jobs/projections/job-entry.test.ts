import { expect, it } from 'vitest'
import type { Fact, NewFact } from '../../../shared/facts.ts'
import { entryAfter, type IndexedJob } from './job-entry.ts'

const target = { kind: 'ticket', number: '7848095' } as const
const opened: NewFact = {
  kind: 'job-opened',
  actor: 'mechanic',
  server: { key: 'embedded', profileId: 'embedded' },
  target,
}
const requested = (session: string): NewFact => ({ kind: 'session-requested', actor: 'mechanic', session, target })
const after = (...facts: NewFact[]): IndexedJob | undefined =>
  facts
    .map((fact, index) => ({ ...fact, job: 'j', sequence: index + 1, at: index + 1 }) as Fact)
    .reduce<IndexedJob | undefined>(entryAfter, undefined)

// @proves Jobs: The history tells a job that was finished as a failure from one that was done
it('keeps the results of the last session, and none of an earlier one', () => {
  const failed: NewFact = {
    kind: 'session-ended',
    actor: 'server',
    session: 'one',
    end: 'finished',
    serviceResult: { results: ['invalid-preconditions'] },
  }
  const interrupted: NewFact = { kind: 'session-ended', actor: 'server', session: 'two', end: 'interrupted' }
  expect(after(opened, requested('one'), failed)).toMatchObject({ end: 'finished', results: ['invalid-preconditions'] })
  const later = after(opened, requested('one'), failed, requested('two'), interrupted)
  expect(later).toMatchObject({ end: 'interrupted' })
  expect(later).not.toHaveProperty('results')
})
