import { describe, expect, it } from 'vitest'
import { systemClock } from '../../openobd/clock.ts'
import type { NewFact } from '../../shared/facts.ts'
import type { Server } from '../services/server.ts'
import { JobScreen } from './job-screen.ts'
import { type JobState, jobStateOf } from './projections/job-state.ts'
import { numbered } from './testing/jobs-bench.ts'

const target = { kind: 'ticket', number: '7848095' } as const
const session = (handle: string): NewFact => ({
  kind: 'session-requested',
  actor: 'application',
  session: handle,
  target,
})
const run: NewFact = {
  kind: 'function-requested',
  actor: 'mechanic',
  session: 's1',
  runId: 'r1',
  functionId: 'identify',
  name: 'Identify the car',
  version: '1',
}
const ended: NewFact = { kind: 'function-ended', actor: 'function', runId: 'r1', status: 'stopped' }

function stateOf(...facts: NewFact[]): JobState {
  const opened: NewFact = { kind: 'job-opened', actor: 'mechanic', server: { key: 'embedded', profileId: 'e' }, target }
  const state = jobStateOf(numbered('j', [opened, ...facts]))
  if (!state) throw new Error('no state')
  return state
}

describe('the earlier runs of a job', () => {
  it('show a run that ends after the next session was asked for as ended', () => {
    const job = {
      server: {} as Server,
      state: stateOf(session('s1'), run, session('s2')),
      session: undefined,
      isOpen: true,
      runs: { holdOf: () => undefined },
      clock: systemClock,
    }
    const screen = new JobScreen(job)
    expect(screen.earlierRuns.runs).toMatchObject([{ runId: 'r1', status: 'starting' }])
    job.state = stateOf(session('s1'), run, session('s2'), ended)
    expect(screen.earlierRuns.runs).toMatchObject([{ runId: 'r1', status: 'stopped' }])
    expect(screen.earlierRuns).toBe(screen.earlierRuns)
  })
})
