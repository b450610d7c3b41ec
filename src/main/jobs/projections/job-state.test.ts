import { describe, expect, it } from 'vitest'
import type { Fact, NewFact } from '../../../shared/facts.ts'
import { hasOpenSession, type JobState, jobStateOf, withFact } from './job-state.ts'

const opened: NewFact = {
  kind: 'job-opened',
  actor: 'mechanic',
  server: { key: 'embedded', profileId: 'embedded' },
  target: { kind: 'ticket', number: '7848095' },
}
const by = 'application' as const
const success = { results: ['success' as const] }
const requested: NewFact = { kind: 'session-requested', actor: by, session: 's1', target: opened.target }
const started: NewFact = { kind: 'session-started', actor: 'server', session: 's1', sessionId: 'abc' }
const claimed: NewFact = { kind: 'session-claimed', actor: 'server', session: 's1' }
const running: NewFact[] = [requested, started, claimed]
const asked: NewFact = {
  kind: 'prompt-shown',
  actor: 'function',
  session: 's1',
  promptId: 'p1',
  functionName: 'Identify the car',
  target: 'customer',
  control: { kind: 'yesno', label: 'Is the ignition on?' },
}
const lastWrite = { address: { bus: 'can', id: 0x7e1 }, service: 0x2e, at: 5 }
const answered: NewFact = {
  kind: 'prompt-answered',
  actor: 'mechanic',
  promptId: 'p1',
  answerId: 'a1',
  choice: { kind: 'yesno', yes: true },
  device: 'keyboard',
}
const run: NewFact = {
  kind: 'function-requested',
  actor: 'mechanic',
  session: 's1',
  runId: 'r1',
  functionId: 'identify',
  name: 'Identify the car',
  version: '1',
}
const vin = (value: string): NewFact => ({
  kind: 'function-found',
  actor: 'function',
  runId: 'r1',
  leftOut: 0,
  findings: [
    { subject: 'Car', subjectKey: 'car', subjectKind: 'car', name: 'VIN', key: 'vin', value, outcome: 'value' },
  ],
})

const numbered = (facts: readonly NewFact[]): Fact[] =>
  facts.map((fact, index) => ({ ...fact, job: 'j1', sequence: index + 1, at: 1000 + index }) as Fact)
const stateOf = (...facts: NewFact[]): JobState => {
  const state = jobStateOf(numbered([opened, ...facts]))
  if (!state) throw new Error('The job has no state')
  return state
}

describe('the state of a job', () => {
  it.each<[string, NewFact[], (state: JobState) => unknown, unknown]>([
    ['knows its car', [{ kind: 'job-described', actor: by, vin: 'V1' }], ({ vin }) => vin, 'V1'],
    [
      'keeps what a later description leaves out',
      [
        { kind: 'job-described', actor: by, vin: 'V1', lift: 'Lift 2' },
        { kind: 'job-described', actor: by, vehicleName: 'Test car' },
      ],
      ({ vin, lift, vehicleName }) => [vin, lift, vehicleName],
      ['V1', 'Lift 2', 'Test car'],
    ],
    ['is closed', [{ kind: 'job-closed', actor: 'mechanic' }], ({ isClosed }) => isClosed, true],
    ['has no session before one is requested', [], hasOpenSession, false],
    ['has an open session', running, hasOpenSession, true],
    [
      'has no session after a failed start',
      [
        requested,
        { kind: 'session-not-started', actor: 'server', session: 's1', failure: failureOf('resource-in-use') },
      ],
      hasOpenSession,
      false,
    ],
    [
      'keeps the first end of a session',
      [
        ...running,
        { kind: 'session-ended', actor: 'server', session: 's1', end: 'interrupted' },
        { kind: 'session-ended', actor: 'server', session: 's1', end: 'lost' },
      ],
      ({ sessions }) => sessions.map(({ end }) => end?.kind),
      ['interrupted'],
    ],
    [
      'follows a result from the choice to its confirmation',
      [
        ...running,
        { kind: 'finish-chosen', actor: 'mechanic', session: 's1', serviceResult: success },
        { kind: 'finish-sent', actor: by, session: 's1', serviceResult: success },
        { kind: 'finish-confirmed', actor: 'server', session: 's1', serviceResult: success },
      ],
      ({ sessions }) => sessions.at(-1)?.finish,
      { serviceResult: success, step: 'confirmed' },
    ],
    [
      'forgets a result that the server refused',
      [
        ...running,
        { kind: 'finish-chosen', actor: 'mechanic', session: 's1', serviceResult: success },
        { kind: 'finish-refused', actor: 'server', session: 's1', failure: failureOf('session-ended') },
      ],
      ({ sessions }) => sessions.at(-1)?.finish,
      undefined,
    ],
    ['shows a prompt once', [...running, asked, asked], ({ prompts }) => prompts.length, 1],
    [
      'shows the answer of a prompt that is not confirmed yet',
      [...running, asked, answered],
      ({ prompts }) => [prompts[0]?.answer?.answerId, prompts[0]?.isAnswered],
      ['a1', false],
    ],
    [
      'opens a prompt again when its answer was not delivered',
      [
        ...running,
        asked,
        answered,
        { kind: 'answer-settled', actor: 'server', promptId: 'p1', answerId: 'a1', outcome: 'not-delivered' },
      ],
      ({ prompts }) => [prompts[0]?.answer, prompts[0]?.isAnswered],
      [undefined, false],
    ],
    [
      'removes the prompts of a session that ended',
      [...running, asked, { kind: 'session-ended', actor: 'server', session: 's1', end: 'lost' }],
      ({ prompts }) => prompts,
      [],
    ],
    [
      'keeps the prompts when another session ended',
      [...running, asked, { kind: 'session-ended', actor: 'server', session: 's0', end: 'lost' }],
      ({ prompts }) => prompts.length,
      1,
    ],
    ['keeps the newest value of a finding', [...running, run, vin('V1'), vin('V2')], vinOf, 'V2'],
    [
      'keeps earlier runs with their findings',
      [
        ...running,
        run,
        vin('V1'),
        { kind: 'function-ended', actor: 'function', runId: 'r1', status: 'succeeded' },
        { ...run, runId: 'r2' } as NewFact,
      ],
      ({ runs }) => runs.map(({ runId, status, findings }) => [runId, status, findings.length]),
      [
        ['r1', 'succeeded', 1],
        ['r2', 'starting', 0],
      ],
    ],
    [
      'keeps the last request of a stopped run that changes something in the car',
      [...running, run, { kind: 'function-ended', actor: by, runId: 'r1', status: 'stopped', lastWrite }],
      ({ runs }) => runs[0]?.lastWrite,
      lastWrite,
    ],
    [
      'ignores what a run reports after its end',
      [...running, run, { kind: 'function-ended', actor: by, runId: 'r1', status: 'stopped' }, vin('V1')],
      ({ runs }) => [runs[0]?.status, runs[0]?.findings],
      ['stopped', []],
    ],
    [
      'forgets warnings with their session',
      [
        ...running,
        { kind: 'warning-began', actor: by, session: 's1', warning: 'unplugged' },
        { kind: 'link-lost', actor: by, session: 's1' },
        { kind: 'session-ended', actor: 'server', session: 's1', end: 'lost' },
      ],
      ({ warnings, isLinkLost }) => [warnings, isLinkLost],
      [[], false],
    ],
    [
      'has the warnings that go on',
      [
        ...running,
        { kind: 'warning-began', actor: by, session: 's1', warning: 'slow' },
        { kind: 'warning-began', actor: by, session: 's1', warning: 'unplugged' },
        { kind: 'warning-ended', actor: by, session: 's1', warning: 'slow' },
      ],
      ({ warnings }) => warnings,
      ['unplugged'],
    ],
  ])('%s', (_title, facts, part, expected) => {
    expect(part(stateOf(...facts))).toEqual(expected)
  })

  it('is the same in whatever order the facts are read', () => {
    const facts = numbered([opened, ...running, asked, answered, run, vin('V1')])
    expect(jobStateOf([...facts].reverse())).toEqual(jobStateOf(facts))
  })

  it('takes no fact twice', () => {
    const facts = numbered([opened, ...running, run])
    const state = jobStateOf(facts)
    expect(facts.reduce((known, fact) => (known ? withFact(known, fact) : undefined), state)).toBe(state)
  })

  it('is unknown without the first fact', () => {
    expect(jobStateOf(numbered([opened, ...running]).slice(1))).toBeUndefined()
  })
})

function vinOf({ runs }: JobState): string | undefined {
  return runs[0]?.findings[0]?.value
}

function failureOf(code: 'resource-in-use' | 'session-ended') {
  return { code, nextAction: 'none' as const, correlationId: 'c1' }
}
