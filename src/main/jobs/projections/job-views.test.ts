import { describe, expect, it } from 'vitest'
import { asksSomething } from '../../../shared/asks-something.ts'
import type { PromptControl } from '../../../shared/prompt.ts'
import type { JobState, PromptHistory, RunHistory, SessionHistory } from './job-state.ts'
import { earlierRunsOf, jobTileOf, type LiveView, sessionViewOf } from './job-views.ts'

const target = { kind: 'ticket', number: '7848095' } as const
const session: SessionHistory = { handle: 'h2', target, requestedAt: 20, sessionId: 's2', claimedAt: 21 }
const run = (runId: string, more: Partial<RunHistory> = {}): RunHistory => ({
  session: 'h2',
  runId,
  functionId: 'f',
  name: `Function ${runId}`,
  status: 'running',
  startedAt: 1,
  findings: [],
  leftOut: 0,
  ...more,
})
const question = (more: Partial<PromptHistory> = {}): PromptHistory => ({
  promptId: 'p',
  session: 'h2',
  functionName: 'F',
  control: { kind: 'yesno', label: 'On?' },
  shownAt: 1,
  isAnswered: false,
  ...more,
})
const job = (more: Partial<JobState> = {}): JobState => ({
  id: 'j',
  sequence: 9,
  openedAt: 10,
  lastAt: 30,
  server: { key: 'depot:443', profileId: 'depot' },
  target,
  isClosed: false,
  sessions: [{ handle: 'h1', target, requestedAt: 1 }, session],
  runs: [],
  prompts: [],
  isLinkLost: false,
  warnings: [],
  ...more,
})
const shown = { profileId: 'depot', serverName: 'Depot', isSimulated: false, phase: 'active', link: 'good' } as const
const tile = { id: 'j', handle: 'h2', target, openedAt: 10, ...shown, questions: 0 }

describe('the tile of a job', () => {
  it('is unknown before the first session', () => {
    expect(jobTileOf(job({ sessions: [] }), shown)).toBeUndefined()
  })

  it.each<[string, Partial<JobState>, object]>([
    ['names its last session and nothing that is not known', {}, {}],
    [
      'names plate, lift and car',
      { licensePlate: 'A', lift: 'L', vehicleName: 'V' },
      { licensePlate: 'A', lift: 'L', vehicleName: 'V' },
    ],
    ['names how its session ended', { sessions: [{ ...session, end: { kind: 'lost', at: 5 } }] }, { end: 'lost' }],
    [
      'names the function that runs',
      { runs: [run('1', { endedAt: 3 }), run('2')] },
      { functionName: 'Function 2', functionSince: 1 },
    ],
    ['names no function that has ended', { runs: [run('1'), run('2', { endedAt: 3 })] }, {}],
    [
      'counts the questions that wait for somebody',
      {
        prompts: [
          question(),
          question({ isAnswered: true }),
          question({ answer: { answerId: 'a', choice: { kind: 'yesno', yes: true } } }),
          question({ control: { kind: 'label', label: 'Wait', minimalDisplayTimeMs: 0 } }),
          question({ control: { kind: 'unknown' } }),
          question({ control: { kind: 'number', label: 'How many?', minimum: 0, maximum: 1 } }),
        ],
      },
      { questions: 2 },
    ],
  ])('%s', (_title, more, expected) => {
    expect(jobTileOf(job(more), shown)).toEqual({ ...tile, ...expected })
  })

  it.each<[PromptControl['kind'], boolean]>([
    ['label', false],
    ['unknown', false],
    ['yesno', true],
    ['continue', true],
    ['freetext', true],
    ['options', true],
    ['number', true],
  ])('takes a control of kind %s for a question: %s', (kind, isQuestion) => {
    expect(asksSomething({ kind })).toBe(isQuestion)
  })
})

const live: LiveView = {
  phase: 'active',
  state: 'active',
  checking: true,
  vehicle: { status: 'loading', ecus: [], products: [] },
}
const server = { name: 'Depot', isSimulated: false, status: 'ready' } as const
const result = { results: ['success' as const] }
const view = { ...live, handle: 'h2', server, target, startedAt: 20, sessionId: 's2', claimedAt: 21 }

describe('a session on the screen', () => {
  it.each<[string, SessionHistory, Partial<LiveView>, object]>([
    ['has its id and times', session, {}, {}],
    [
      'has a result that is on its way',
      { ...session, finish: { serviceResult: result, step: 'sent' } },
      { phase: 'finishing' },
      { phase: 'finishing', pendingResult: result },
    ],
    ['has no result that was only chosen', { ...session, finish: { serviceResult: result, step: 'chosen' } }, {}, {}],
    [
      'has a result that was not sent before another end',
      { ...session, finish: { serviceResult: result, step: 'sent' }, end: { kind: 'lost', at: 9 } },
      {},
      { phase: 'ended', checking: false, end: { kind: 'lost', at: 9 }, pendingResult: result },
    ],
    [
      'has no result to send once it is finished',
      { ...session, finish: { serviceResult: result, step: 'confirmed' }, end: { kind: 'finished', at: 9 } },
      {},
      { phase: 'ended', checking: false, end: { kind: 'finished', at: 9 } },
    ],
  ])('%s', (_title, history, more, expected) => {
    expect(sessionViewOf(job(), history, { ...live, ...more }, server)).toEqual({ ...view, ...expected })
  })

  it('has neither an id nor a time of the claim before they are known', () => {
    const { sessionId: _id, claimedAt: _at, ...requested } = session
    const { sessionId: _viewId, claimedAt: _viewAt, ...expected } = view
    const seen = sessionViewOf(job(), requested, live, server)
    expect(seen).toEqual(expected)
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['sessionId', 'claimedAt']))
  })

  it('has the last run if that is its own, without the name of the session', () => {
    const { session: _, ...own } = run('2')
    expect(sessionViewOf(job({ runs: [run('1'), run('2')] }), session, live, server).functionRun).toEqual(own)
    const other = job({ runs: [run('2', { session: 'h1' })] })
    expect('functionRun' in sessionViewOf(other, session, live, server)).toBe(false)
  })
})

describe('the earlier runs', () => {
  it('are all but the one on the screen', () => {
    const runs = [run('1', { session: 'h1' }), run('2'), run('3')]
    expect(earlierRunsOf(job({ runs }), 'h2')).toMatchObject({ runs: [{ runId: '1' }, { runId: '2' }], forgotten: 0 })
    expect(earlierRunsOf(job({ runs }), 'h3').runs).toHaveLength(3)
    expect(earlierRunsOf(job(), 'h2')).toEqual({ runs: [], forgotten: 0 })
  })

  it('are the newest 500, with the number of the others', () => {
    const runs = Array.from({ length: 503 }, (_none, index) => run(String(index)))
    const { runs: kept, forgotten } = earlierRunsOf(job({ runs }), 'h3')
    expect([kept.length, kept[0]?.runId, kept.at(-1)?.runId, forgotten]).toEqual([500, '3', '502', 3])
    expect(earlierRunsOf(job({ runs: runs.slice(0, 500) }), 'h3').forgotten).toBe(0)
  })

  it('are the same objects as before', () => {
    const state = job({ runs: [run('1'), run('2')] })
    expect(earlierRunsOf(state, 'h2').runs[0]).toBe(earlierRunsOf(state, 'h2').runs[0])
  })
})
