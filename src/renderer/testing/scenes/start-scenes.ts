import type { AppState } from '../../../shared/app-state.ts'
import type { Fact } from '../../../shared/facts.ts'
import type { JobEntry } from '../../../shared/job.ts'
import type { SessionSummary, UnfinishedSession } from '../../../shared/session.ts'
import { fakeFailure } from '../fake-workbench.ts'
import { sampleLog, startState } from '../sample-state.ts'
import type { Scene, Scenes } from './scene.ts'

const now = Date.now()

const server = (status: AppState['endpoint']['status'], failure?: Parameters<typeof fakeFailure>): Scene => {
  const state = startState()
  const more = failure === undefined ? {} : { failure: fakeFailure(...failure) }
  return { state: { ...state, endpoint: { ...state.endpoint, status, ...more } } }
}

/** A session of somebody else, as the viewer knows it. */
export const blocking: SessionSummary = {
  handle: 'blocking',
  sessionId: '7c0ffee0-0000-4000-8000-000000000001',
  state: 'active',
  createdAt: now - 3_600_000,
  label: '7848101',
  proof: 'viewer',
  place: {
    licensePlate: '8-TLZ-21',
    connectorName: 'Bench 2',
    vehicleName: 'Volvo XC40 Recharge',
    functionName: 'Identify the car',
  },
}
/** A session of which only the number is known. */
export const numbered: SessionSummary = { handle: 'numbered', sessionId: 'n-2', state: 'available', proof: 'none' }

/** A session of an earlier run. */
export const unfinished = (more: Partial<UnfinishedSession> = {}): UnfinishedSession => ({
  handle: 'old',
  target: { kind: 'ticket', number: '7848117' },
  startedAt: now - 86_400_000,
  state: 'open',
  licensePlate: 'AB-123-CD',
  lift: 'Yard',
  vehicleName: 'BMW 320d Touring (G21)',
  functionName: 'Identify the car',
  question: 'Is the ignition switched on?',
  resume: 'possible',
  summary: blocking,
  ...more,
})

const use = { since: now - 3_600_000, functionName: 'Identify the car' }

const entry = (id: string, more: Partial<JobEntry>): JobEntry => ({
  id,
  target: { kind: 'ticket', number: id },
  openedAt: now,
  lastAt: now,
  isClosed: true,
  ...more,
})
const jobs = [
  entry('7848095', {
    licensePlate: 'HB-FC 2108',
    vehicleName: 'Falkenberg Corvo',
    lift: 'Lift 1',
    end: 'finished',
    results: ['success'],
  }),
  entry('7848096', { vehicleName: 'Nordlys Tur', vin: 'WFKZZZ8C9MA204417', end: 'finished', results: ['failure'] }),
  entry('7848097', { licensePlate: 'GR 771 MS', end: 'interrupted-here', openedAt: now - 86_400_000 }),
  entry('7848098', { end: 'expired', openedAt: now - 5 * 86_400_000 }),
  entry('7848099', { isClosed: false }),
  entry('7848100', { target: { kind: 'connector', number: '900101060' } }),
]
const fact = (sequence: number, kind: Fact['kind'], more: object = {}): Fact =>
  ({ job: '7848095', sequence, at: now + sequence * 1000, actor: 'mechanic', kind, ...more }) as unknown as Fact
/** What happened in a job, in order. */
export const facts = [
  fact(1, 'job-opened'),
  fact(2, 'session-claimed'),
  fact(3, 'function-requested', { name: 'Identify the car' }),
  fact(4, 'prompt-shown', {
    functionName: 'Identify the car',
    control: { kind: 'yesno', label: 'Is the ignition on?' },
  }),
  fact(5, 'prompt-answered', { choice: { kind: 'yesno', yes: false } }),
  fact(6, 'warning-began', { warning: 'ignition-off' }),
  fact(7, 'function-ended', { status: 'failed' }),
  fact(8, 'finish-chosen', { serviceResult: { results: ['invalid-preconditions'] } }),
  fact(9, 'session-ended', { end: 'finished' }),
]
const history = (hasMore: boolean, listed: readonly JobEntry[]): Scene => ({
  state: startState(),
  screen: { isHistoryShown: true },
  replies: {
    listJobs: () => ({ ok: true, value: { jobs: listed, hasMore } }),
    readJob: () => ({ ok: true, value: { facts, unreadable: 2 } }),
  },
})

/** The start, its server, the history and the developer view without a job. */
export const startScenes: Scenes = {
  'start: first of all': { state: { ...startState(), isFirstStart: true } },
  start: { state: startState() },
  'start: everything in use': {
    state: {
      ...startState(),
      tickets: startState().tickets.map((ticket) => ({ ...ticket, inUse: true, use })),
      connectors: startState().connectors.map((connector) => ({ ...connector, inUse: true, use })),
    },
  },
  'start: no tickets and no adapters': { state: { ...startState(), tickets: [], connectors: [] } },
  'start: lists being loaded': {
    state: { ...startState(), workshop: { status: 'loading', name: '' }, tickets: [], connectors: [] },
  },
  'start: lists are old': {
    state: { ...startState(), workshop: { status: 'stale', staleSince: now - 60_000, name: 'Workshop at the canal' } },
  },
  'start: server without lists': {
    state: { ...startState(), workshop: { status: 'absent', name: '' }, tickets: [], connectors: [] },
  },
  'start: refused': {
    state: startState(),
    screen: {
      startFailure: fakeFailure('connector-offline', 'wait-and-retry'),
      lastStart: { kind: 'ticket', number: '7848095' },
    },
  },
  'start: refused because nothing can be recorded': {
    state: { ...startState(), journal: { trouble: 'read-only', since: now - 90_000 } },
    screen: { startFailure: fakeFailure('not-recorded', 'retry'), lastStart: { kind: 'ticket', number: '7848095' } },
  },
  'start: server starting': server('starting'),
  'start: server being connected': server('connecting'),
  'start: server lost': server('reconnecting', ['connection-lost', 'check-connection']),
  'start: simulator failed': server('failed', ['engine-failed', 'restart-engine']),
  'start: messages in the corner': {
    state: startState(),
    screen: {
      toasts: [
        { id: 1, kind: 'note', note: 'connectionCopied' },
        { id: 2, kind: 'failure', failure: fakeFailure('timed-out', 'retry'), retry: () => undefined },
      ],
    },
  },
  'start: jobs of an earlier run': {
    state: {
      ...startState(),
      unfinishedSessions: [
        unfinished(),
        unfinished({ handle: 'late', resume: 'too-late', question: undefined, summary: undefined }),
        unfinished({ handle: 'kept', resume: 'not-kept', state: 'not-checked', server: 'grpc.example.test:443' }),
        unfinished({
          handle: 'over',
          resume: 'ended',
          state: 'ended',
          pendingResult: { results: ['needs-validation'] },
        }),
      ],
    },
  },
  'start: stored data set aside': {
    state: {
      ...startState(),
      storage: { condition: 'set-aside', setAside: 'workbench.db.old' },
      journal: { setAside: 'journal.db.old' },
    },
  },
  history: history(true, jobs),
  'history: no jobs': history(false, []),
  'history: cannot be read': {
    ...history(false, []),
    replies: { listJobs: () => ({ ok: false, failure: fakeFailure('storage-failed') }) },
  },
  'history: a job': { ...history(true, jobs), press: ['.history-row'] },
  'developer view': {
    state: startState(),
    screen: { developerFor: 'start' },
    log: sampleLog(now, 40),
  },
}
