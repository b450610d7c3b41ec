import { describe, expect, it } from 'vitest'
import type { Fact, NewFact } from '../../../shared/facts.ts'
import type { ServiceResult } from '../../../shared/service-result.ts'
import type { SessionTarget } from '../../../shared/session.ts'
import { entryAfter, type IndexedJob, searchTextOf } from './job-entry.ts'
import { type JobState, jobStateOf, withFact } from './job-state.ts'
import { lastActivity } from './last-activity.ts'
import { leftOpenFacts } from './left-open.ts'
import { ownRecordsOf } from './own-records.ts'

const target: SessionTarget = { kind: 'ticket', number: '7848095' }
const server = { key: 'depot.example:443', profileId: 'depot' }
const failure = { code: 'session-ended', nextAction: 'none', correlationId: 'c' } as const
const success: ServiceResult = { results: ['success'] }
const place = { licensePlate: 'HB-FC 2108', lift: 'Lift 2', vehicleName: 'Falkenberg Corvo' }

const opened: NewFact = { kind: 'job-opened', actor: 'mechanic', server, target, ...place }
const session = (handle: string): NewFact[] => [
  { kind: 'session-requested', actor: 'mechanic', session: handle, target },
  { kind: 'session-started', actor: 'server', session: handle, sessionId: `id of ${handle}` },
  { kind: 'session-claimed', actor: 'server', session: handle },
]
const requestedRun = (runId: string): NewFact => ({
  kind: 'function-requested',
  actor: 'mechanic',
  session: 's1',
  runId,
  functionId: 'identify',
  name: 'Identify the car',
  version: '1',
})
const finding = (subjectKey: string, value: string) => ({
  subject: subjectKey,
  subjectKey,
  subjectKind: 'control-unit' as const,
  name: 'VIN',
  key: 'vin' as const,
  value,
  outcome: 'value' as const,
})
const asked = (promptId: string, more: Partial<Extract<NewFact, { kind: 'prompt-shown' }>> = {}): NewFact => ({
  kind: 'prompt-shown',
  actor: 'function',
  session: 's1',
  promptId,
  functionName: 'Identify the car',
  target: 'customer',
  control: { kind: 'yesno', label: 'Is the ignition on?' },
  ...more,
})

/** Facts with their numbers; the first one at 1,000 ms, each a millisecond later. */
const numbered = (facts: readonly NewFact[]): Fact[] =>
  facts.map((fact, index) => ({ ...fact, job: 'j', sequence: index + 1, at: 1_000 + index }) as Fact)
const stateOf = (...facts: NewFact[]): JobState => {
  const state = jobStateOf(numbered([opened, ...facts]))
  if (!state) throw new Error('no state')
  return state
}
const before: JobState = {
  id: 'j',
  sequence: 1,
  openedAt: 1_000,
  lastAt: 1_000,
  server,
  target,
  ...place,
  isClosed: false,
  sessions: [],
  runs: [],
  prompts: [],
  isLinkLost: false,
  warnings: [],
}
const started = { handle: 's1', target, requestedAt: 1_001, sessionId: 'id of s1', claimedAt: 1_003 }
const run = {
  session: 's1',
  runId: 'r1',
  functionId: 'identify',
  name: 'Identify the car',
  status: 'starting' as const,
  startedAt: 1_004,
  findings: [],
  leftOut: 0,
} satisfies JobState['runs'][number]
const shown = {
  promptId: 'p1',
  session: 's1',
  functionName: 'Identify the car',
  control: { kind: 'yesno', label: 'Is the ignition on?' },
  shownAt: 1_004,
  isAnswered: false,
}

describe('the state of a job', () => {
  it('holds exactly what its first fact says', () => {
    expect(stateOf()).toEqual(before)
    const bare = jobStateOf(numbered([{ kind: 'job-opened', actor: 'mechanic', server, target }]))
    expect(Object.keys(bare ?? {})).not.toEqual(expect.arrayContaining(['licensePlate']))
    expect([bare?.licensePlate, bare?.lift, bare?.vehicleName]).toEqual([undefined, undefined, undefined])
    expect('lift' in (bare ?? {}) || 'vehicleName' in (bare ?? {})).toBe(false)
  })

  it.each<[string, NewFact[], Partial<JobState>]>([
    [
      'a description',
      [
        {
          kind: 'job-described',
          actor: 'server',
          licensePlate: 'K-329-XB',
          lift: 'Lift 3',
          vehicleName: 'Other',
          vin: 'V1',
          connectorNumber: '900',
        },
      ],
      { licensePlate: 'K-329-XB', lift: 'Lift 3', vehicleName: 'Other', vin: 'V1', connectorNumber: '900' },
    ],
    ['its end', [{ kind: 'job-closed', actor: 'mechanic' }], { isClosed: true }],
    ['a request', session('s1').slice(0, 1), { sessions: [{ handle: 's1', target, requestedAt: 1_001 }] }],
    ['a claim', session('s1'), { sessions: [started] }],
    [
      'a second claim, which changes nothing',
      [...session('s1'), { kind: 'session-claimed', actor: 'server', session: 's1' }],
      { sessions: [started] },
    ],
    [
      'a failed start',
      [...session('s1').slice(0, 1), { kind: 'session-not-started', actor: 'server', session: 's1', failure }],
      { sessions: [{ handle: 's1', target, requestedAt: 1_001, startFailure: failure }] },
    ],
    [
      'a session that is held again, and a request to interrupt it, which change nothing',
      [
        ...session('s1'),
        { kind: 'session-resumed', actor: 'server', session: 's1' },
        { kind: 'interrupt-requested', actor: 'mechanic', session: 's1' },
      ],
      { sessions: [started] },
    ],
    [
      'a chosen result',
      [...session('s1'), { kind: 'finish-chosen', actor: 'mechanic', session: 's1', serviceResult: success }],
      { sessions: [{ ...started, finish: { serviceResult: success, step: 'chosen' } }] },
    ],
    [
      'a sent result',
      [...session('s1'), { kind: 'finish-sent', actor: 'application', session: 's1', serviceResult: success }],
      { sessions: [{ ...started, finish: { serviceResult: success, step: 'sent' } }] },
    ],
    [
      'a result that somebody has seen',
      [
        ...session('s1'),
        { kind: 'finish-chosen', actor: 'mechanic', session: 's1', serviceResult: success },
        { kind: 'finish-dismissed', actor: 'mechanic', session: 's1' },
      ],
      { sessions: [started] },
    ],
    [
      'an end with result and reason',
      [
        ...session('s1'),
        { kind: 'session-ended', actor: 'server', session: 's1', end: 'failed', serviceResult: success, failure },
      ],
      { sessions: [{ ...started, end: { kind: 'failed', at: 1_004, serviceResult: success, failure } }] },
    ],
    [
      'an end without them',
      [...session('s1'), { kind: 'session-ended', actor: 'server', session: 's1', end: 'lost' }],
      { sessions: [{ ...started, end: { kind: 'lost', at: 1_004 } }] },
    ],
    [
      'facts of a session that it does not know',
      [...session('s1'), { kind: 'session-started', actor: 'server', session: 's9', sessionId: 'x' }],
      { sessions: [started] },
    ],
    ['a requested run', [...session('s1'), requestedRun('r1')], { sessions: [started], runs: [run] }],
    [
      'a run that began after its stop was requested',
      [
        ...session('s1'),
        requestedRun('r1'),
        { kind: 'function-stop-requested', actor: 'mechanic', runId: 'r1' },
        { kind: 'function-started', actor: 'function', runId: 'r1' },
        { kind: 'function-extent-known', actor: 'function', runId: 'r1', controlUnits: 7 },
      ],
      { sessions: [started], runs: [{ ...run, status: 'stopping', controlUnits: 7 }] },
    ],
    [
      'findings of several subjects, and how many were left out',
      [
        ...session('s1'),
        requestedRun('r1'),
        { kind: 'function-started', actor: 'function', runId: 'r1' },
        {
          kind: 'function-found',
          actor: 'function',
          runId: 'r1',
          findings: [finding('7E0', 'a'), finding('7E1', 'b')],
          leftOut: 2,
        },
        { kind: 'function-found', actor: 'function', runId: 'r1', findings: [finding('7E0', 'c')], leftOut: 3 },
      ],
      {
        sessions: [started],
        runs: [{ ...run, status: 'running', findings: [finding('7E0', 'c'), finding('7E1', 'b')], leftOut: 5 }],
      },
    ],
    [
      'the end of one of two runs, with result and reason',
      [
        ...session('s1'),
        requestedRun('r1'),
        {
          kind: 'function-ended',
          actor: 'function',
          runId: 'r1',
          status: 'failed',
          suggestedResult: success,
          failure,
        },
        requestedRun('r2'),
        { kind: 'function-ended', actor: 'function', runId: 'never known', status: 'stopped' },
      ],
      {
        sessions: [started],
        runs: [
          { ...run, status: 'failed', endedAt: 1_005, suggestedResult: success, failure },
          { ...run, runId: 'r2', startedAt: 1_006 },
        ],
      },
    ],
    ['a question', [...session('s1'), asked('p1')], { sessions: [started], prompts: [shown] as JobState['prompts'] }],
    [
      'an answer on its way to one of two questions',
      [
        ...session('s1'),
        asked('p1'),
        asked('p2'),
        {
          kind: 'prompt-answered',
          actor: 'mechanic',
          promptId: 'p1',
          answerId: 'a1',
          choice: { kind: 'yesno', yes: true },
          device: 'touch',
        },
      ],
      {
        sessions: [started],
        prompts: [
          { ...shown, answer: { answerId: 'a1', choice: { kind: 'yesno', yes: true } } },
          { ...shown, promptId: 'p2', shownAt: 1_005 },
        ] as JobState['prompts'],
      },
    ],
    [
      'the end of one of two questions',
      [
        ...session('s1'),
        asked('p1'),
        asked('p2'),
        { kind: 'prompt-ended', actor: 'function', promptId: 'p2', reason: 'replaced' },
      ],
      { sessions: [started], prompts: [shown] as JobState['prompts'] },
    ],
    [
      'a warning that comes twice, and a lost link that came back',
      [
        ...session('s1'),
        { kind: 'warning-began', actor: 'application', session: 's1', warning: 'slow' },
        { kind: 'warning-began', actor: 'application', session: 's1', warning: 'unplugged' },
        { kind: 'warning-began', actor: 'application', session: 's1', warning: 'slow' },
        { kind: 'link-lost', actor: 'application', session: 's1' },
        { kind: 'link-restored', actor: 'application', session: 's1' },
      ],
      { sessions: [started], warnings: ['unplugged', 'slow'] },
    ],
    [
      'a lost link with a warning, which a new session begins without',
      [
        ...session('s1'),
        { kind: 'warning-began', actor: 'application', session: 's1', warning: 'slow' },
        { kind: 'link-lost', actor: 'application', session: 's1' },
        { kind: 'session-requested', actor: 'mechanic', session: 's2', target },
      ],
      { sessions: [started, { handle: 's2', target, requestedAt: 1_006 }] },
    ],
    [
      'the end of a session that it does not know, which ends no warning and no question',
      [
        ...session('s1'),
        { kind: 'warning-began', actor: 'application', session: 's1', warning: 'slow' },
        { kind: 'link-lost', actor: 'application', session: 's1' },
        { kind: 'session-ended', actor: 'server', session: 's9', end: 'lost' },
      ],
      { sessions: [started], warnings: ['slow'], isLinkLost: true },
    ],
    [
      'facts without effect',
      [
        opened,
        { kind: 'application-lost', actor: 'application' },
        { kind: 'facts-left-out', actor: 'application', count: 2 },
        { kind: 'function-logged', actor: 'function', session: 's1', lines: [], leftOut: 0 },
      ],
      {},
    ],
  ])('after %s is exactly this', (_title, facts, change) => {
    const last = { sequence: facts.length + 1, lastAt: 1_000 + facts.length }
    expect(stateOf(...facts)).toEqual({ ...before, ...last, ...change })
  })

  it.each([
    ['accepted', true, undefined],
    ['already-answered', true, undefined],
    ['withdrawn', false, 'open again'],
    ['refused', false, 'open again'],
    ['not-delivered', false, 'open again'],
  ] as const)('shows a question whose answer was %s as answered: %s', (outcome, isAnswered, isOpen) => {
    const { prompts } = stateOf(
      ...session('s1'),
      asked('p1'),
      asked('p2'),
      {
        kind: 'prompt-answered',
        actor: 'mechanic',
        promptId: 'p1',
        answerId: 'a1',
        choice: { kind: 'yesno', yes: true },
        device: 'touch',
      },
      { kind: 'answer-settled', actor: 'server', promptId: 'p1', answerId: 'a1', outcome },
    )
    expect(prompts[0]?.isAnswered).toBe(isAnswered)
    expect('answer' in (prompts[0] ?? {})).toBe(isOpen === undefined)
    expect(prompts[1]).toEqual({ ...shown, promptId: 'p2', shownAt: 1_005 })
  })

  it('takes no fact with an old number', () => {
    const state = stateOf(...session('s1'))
    const [old] = numbered([{ kind: 'job-closed', actor: 'mechanic' }])
    expect(old && withFact(state, { ...old, sequence: state.sequence })).toBe(state)
  })

  it('keeps the lists that a fact does not concern', () => {
    const state = stateOf(...session('s1'), requestedRun('r1'), asked('p1'))
    const [fact] = numbered([{ kind: 'function-started', actor: 'function', runId: 'another' }])
    const after = fact && withFact(state, { ...fact, sequence: 99 })
    expect(after?.runs).toBe(state.runs)
    expect(after?.sessions).toBe(state.sessions)
  })
})

describe('a job in the index', () => {
  const entryOf = (...facts: NewFact[]) =>
    numbered([opened, ...facts]).reduce<IndexedJob | undefined>(entryAfter, undefined)
  const first: IndexedJob = {
    id: 'j',
    target,
    ...place,
    openedAt: 1_000,
    lastAt: 1_000,
    isClosed: false,
    serverKey: server.key,
    hasUnsentResult: false,
    hasSession: false,
  }
  const [request, start] = session('s1') as [NewFact, NewFact]
  it.each<[string, NewFact[], Partial<IndexedJob>]>([
    ['is opened', [], {}],
    [
      'is described, and keeps what a description leaves out',
      [{ kind: 'job-described', actor: 'server', vin: 'V1', connectorNumber: '900' }],
      { vin: 'V1', connectorNumber: '900' },
    ],
    ['is closed', [{ kind: 'job-closed', actor: 'mechanic' }], { isClosed: true, lastAt: 1_001 }],
    ['has a requested session', [request], { openSession: 's1', lastAt: 1_001 }],
    ['has a session', [request, start], { openSession: 's1', lastAt: 1_001, hasSession: true }],
    [
      'is open again',
      [{ kind: 'job-closed', actor: 'mechanic' }, request],
      { openSession: 's1', lastAt: 1_002, isClosed: false },
    ],
    [
      'has no session after a failed start',
      [request, { kind: 'session-not-started', actor: 'server', session: 's1', failure }],
      { lastAt: 1_001 },
    ],
    [
      'still has its session after the failed start of another one',
      [request, { kind: 'session-not-started', actor: 'server', session: 's9', failure }],
      { openSession: 's1', lastAt: 1_001 },
    ],
    [
      'has a result',
      [request, { kind: 'session-ended', actor: 'server', session: 's1', end: 'finished', serviceResult: success }],
      { end: 'finished', results: ['success'], lastAt: 1_002 },
    ],
    [
      'has a result that was not sent',
      [{ kind: 'finish-chosen', actor: 'mechanic', session: 's1', serviceResult: success }],
      { hasUnsentResult: true },
    ],
    ...(['finish-confirmed', 'finish-refused', 'finish-dismissed'] as const).map(
      (kind): [string, NewFact[], Partial<IndexedJob>] => [
        `has no result to send after ${kind}`,
        [
          { kind: 'finish-chosen', actor: 'mechanic', session: 's1', serviceResult: success },
          { kind, actor: 'server', session: 's1', serviceResult: success, failure } as NewFact,
        ],
        { hasUnsentResult: false },
      ],
    ),
  ])('%s', (_title, facts, change) => {
    expect(entryOf(...facts)).toEqual({ ...first, ...change })
  })

  it('stays the same object after a fact without effect and after a second first fact', () => {
    const entry = entryOf()
    for (const fact of numbered([opened, { kind: 'application-lost', actor: 'application' }]))
      expect(entryAfter(entry, fact)).toBe(entry)
  })

  it('is unknown before its first fact, and has no field that the first fact leaves out', () => {
    const [fact] = numbered([request])
    expect(fact && entryAfter(undefined, fact)).toBeUndefined()
    const [bare] = numbered([{ kind: 'job-opened', actor: 'mechanic', server, target }])
    const entry = bare && entryAfter(undefined, bare)
    expect(Object.keys(entry ?? {}).sort()).toEqual(
      Object.keys(first)
        .filter((key) => !Object.hasOwn(place, key))
        .sort(),
    )
  })

  it('is found by every part of its text, in one form', () => {
    const text = searchTextOf({ ...first, vin: 'WVW ZZZ.1', connectorNumber: '900' })
    expect(text.split('\n')).toEqual(['hbfc2108', 'lift2', 'falkenbergcorvo', 'wvwzzz1', '900', '7848095'])
    expect(searchTextOf({ ...first, licensePlate: 'Ａ·1' })).toContain('a1')
  })
})

describe('what was going on at the end of a run of the application', () => {
  it.each<[string, NewFact[], ReturnType<typeof lastActivity>]>([
    ['nothing', session('s1'), {}],
    ['a function', [...session('s1'), requestedRun('r1')], { functionName: 'Identify the car' }],
    [
      'nothing after the function has ended',
      [
        ...session('s1'),
        requestedRun('r1'),
        { kind: 'function-ended', actor: 'function', runId: 'r1', status: 'failed' },
      ],
      {},
    ],
    [
      'the last open question, named by its own function',
      [
        ...session('s1'),
        requestedRun('r1'),
        asked('p1'),
        asked('p2', { functionName: 'Another', control: { kind: 'continue', label: 'Go on' } }),
      ],
      { functionName: 'Another', question: 'Go on' },
    ],
    [
      'the running function when the question names none',
      [...session('s1'), requestedRun('r1'), asked('p1', { functionName: '' })],
      { functionName: 'Identify the car', question: 'Is the ignition on?' },
    ],
    [
      'no text that asks nothing',
      [
        ...session('s1'),
        asked('p1', { control: { kind: 'label', label: 'Wait', minimalDisplayTimeMs: 0 } }),
        asked('p2', { control: { kind: 'unknown' } }),
      ],
      {},
    ],
    [
      'no question that was answered',
      [
        ...session('s1'),
        asked('p1'),
        { kind: 'answer-settled', actor: 'server', promptId: 'p1', answerId: 'a', outcome: 'accepted' },
      ],
      {},
    ],
  ])('is %s', (_title, facts, expected) => {
    expect(lastActivity(stateOf(...facts))).toEqual(expected)
  })

  it('is ended by facts of the application: every prompt on display, and every run without an end', () => {
    const state = stateOf(
      ...session('s1'),
      requestedRun('r1'),
      { kind: 'function-ended', actor: 'function', runId: 'r1', status: 'succeeded' },
      requestedRun('r2'),
      asked('p1'),
    )
    expect(leftOpenFacts(state)).toEqual([
      { kind: 'prompt-ended', actor: 'application', promptId: 'p1', reason: 'withdrawn' },
      { kind: 'function-ended', actor: 'application', runId: 'r2', status: 'failed' },
    ])
  })
})

describe('the sessions that are proved ours', () => {
  it('are those of one server with a known id, newest first', () => {
    const mine = stateOf(
      ...session('s1'),
      { kind: 'session-ended', actor: 'server', session: 's1', end: 'lost' },
      ...session('s2'),
      { kind: 'session-requested', actor: 'mechanic', session: 's3', target },
    )
    const elsewhere = { ...mine, server: { key: 'other:1', profileId: 'other' } }
    expect(ownRecordsOf([elsewhere, mine], server.key)).toEqual([
      { handle: 's2', sessionId: 'id of s2', target, startedAt: 1_005, isEnded: false },
      { handle: 's1', sessionId: 'id of s1', target, startedAt: 1_001, isEnded: true },
    ])
  })
})
