import type { AppState } from '../../../shared/app-state.ts'
import { carLinkStates } from '../../../shared/car-link.ts'
import type { Fact } from '../../../shared/facts.ts'
import type { LinkView, SessionView } from '../../../shared/session.ts'
import { fakeFailure } from '../fake-workbench.ts'
import {
  otherSession,
  sampleJob,
  sampleLink,
  sampleLog,
  samplePrompt,
  sampleRun,
  sampleSession,
  sessionState,
} from '../sample-state.ts'
import type { Scene, Scenes } from './scene.ts'
import { facts } from './start-scenes.ts'

const now = Date.now()

/** Three open jobs, of which one asks, and a script that asks. */
export function busyState(more: Partial<SessionView> = {}): AppState {
  const state = sessionState(now)
  const second = { key: 'session-2', licensePlate: 'HB-FC 2108', ticketNumber: '7848101' }
  return {
    ...state,
    session: { ...sampleSession(now), ...more },
    jobs: [
      sampleJob(now),
      sampleJob(now, { id: 'job-2', handle: 'session-2', licensePlate: 'HB-FC 2108', lift: 'Lift 2', questions: 1 }),
      sampleJob(now, {
        id: 'job-3',
        handle: 'session-3',
        licensePlate: undefined,
        lift: undefined,
        functionName: 'Identify the car',
        link: 'ignition-off',
      }),
    ],
    prompts: [
      samplePrompt(now, { kind: 'yesno', label: 'Is the lift down?' }, { id: 'second', session: second }),
      samplePrompt(now, { kind: 'continue', label: 'Open the bonnet.' }, { id: 'script', session: otherSession }),
    ],
  }
}

const linkOf: { readonly [S in (typeof carLinkStates)[number]]?: Partial<LinkView> } = {
  waiting: { liveness: 'waiting', lastSeenAt: undefined, connected: false },
  lost: { liveness: 'lost' },
  reconnecting: { liveness: 'reconnecting' },
  'no-internet': { connected: false, connectedSince: undefined },
  unplugged: { plugged: false },
  'ignition-off': { ignitionOn: false },
  'voltage-low': { voltage: 11.2 },
  'voltage-high': { voltage: 16.8 },
  slow: { healthy: false, latencyMs: 812 },
  good: {},
}

const withLink = (link: Partial<LinkView>): Scene => ({
  state: { ...busyState({ functionRun: sampleRun(now, 'succeeded') }), link: { ...sampleLink(now), ...link } },
})

const run = (more: Partial<ReturnType<typeof sampleRun>>, status: Parameters<typeof sampleRun>[1] = 'failed') => ({
  functionRun: { ...sampleRun(now, status), ...more },
})
/** Main's reply to a page that knows the facts up to a sequence. */
export const factsAfter =
  (known: readonly Fact[]) =>
  ({ after = 0 }: { readonly after?: number }) => ({
    ok: true,
    value: { facts: known.filter(({ sequence }) => sequence > after), unreadable: 0 },
  })
const result = { results: ['invalid-preconditions' as const, 'not-compatible' as const] }

const ended = (kind: NonNullable<SessionView['end']>['kind']): Scene => ({
  state: busyState({
    phase: 'ended',
    state: 'finished',
    ...run({}, 'succeeded'),
    end: {
      kind,
      at: now,
      ...(kind === 'finished'
        ? { serviceResult: { ...result, userFeedback: 'failure', description: 'Two words' } }
        : {}),
      ...(kind === 'failed' ? { failure: fakeFailure('car-not-reached') } : {}),
    },
  }),
})

const ends = ['finished', 'interrupted-here', 'interrupted', 'failed', 'expired', 'lost'] as const

/** An open job in all its states and places, and its ends. */
export const jobScenes: Scenes = {
  'job: starting': { state: busyState({ phase: 'starting', state: 'available', token: undefined }) },
  'job: claiming': { state: busyState({ phase: 'claiming', state: 'available', token: undefined }) },
  'job: finishing': { state: busyState({ phase: 'finishing', checking: true }) },
  'job: on an adapter, car being looked for': {
    state: {
      ...busyState({
        target: { kind: 'connector', number: '900101060' },
        vehicle: { status: 'detecting', ecus: [], products: [] },
      }),
      functions: [],
    },
  },
  'job: no car': {
    state: busyState({
      vehicle: { status: 'unavailable', ecus: [], products: [], failure: fakeFailure('timed-out', 'retry') },
    }),
  },
  'job: function at work': { state: busyState(run({ controlUnits: 12 }, 'running')) },
  'job: function being stopped': { state: busyState(run({}, 'stopping')) },
  'job: function failed': { state: busyState(run({ failure: fakeFailure('car-not-reached'), leftOut: 4 })) },
  'job: function stopped': { state: busyState(run({}, 'stopped')) },
  'job: function found something': { state: busyState(run({ suggestedResult: result, leftOut: 3 }, 'succeeded')) },
  'job: earlier runs': {
    state: {
      ...busyState(run({}, 'succeeded')),
      earlierRuns: {
        runs: [sampleRun(now, 'failed'), { ...sampleRun(now, 'stopped'), runId: 'run-0' }],
        forgotten: 3,
      },
    },
    press: ['.disclosure__button'],
  },
  'job: question withdrawn': {
    state: {
      ...busyState(),
      prompts: [samplePrompt(now, { kind: 'yesno', label: 'Is the key in the car?' })],
    },
    later: {
      prompts: [],
      endedPrompts: [
        { id: 'prompt-1', reason: 'withdrawn', label: 'Is the key in the car?', endedAt: now + 3_600_000 },
      ],
    },
    until: '.gone-prompts',
  },
  'job: the disk is full': {
    state: { ...busyState(), journal: { trouble: 'disk-full', since: now - 90_000 } },
  },
  'job: the server is lost': {
    state: {
      ...busyState({ server: { name: '', isSimulated: true, status: 'reconnecting' } }),
      endpoint: {
        ...busyState().endpoint,
        status: 'reconnecting',
        failure: fakeFailure('connection-lost', 'check-connection'),
      },
      link: { ...sampleLink(now), liveness: 'lost' },
    },
    until: '.loss',
  },
  'job: a question while the server is lost': {
    state: {
      ...busyState(),
      link: { ...sampleLink(now), liveness: 'lost' },
      prompts: [...busyState().prompts, samplePrompt(now, { kind: 'yesno', label: 'Is the ignition switched on?' })],
    },
    until: '.loss',
  },
  'job: a result that is not confirmed while the server is lost': {
    state: { ...busyState({ phase: 'finishing', checking: true }), link: { ...sampleLink(now), liveness: 'lost' } },
    until: '.loss',
  },
  ...Object.fromEntries(carLinkStates.flatMap((state) => sceneOfLink(state))),
  'job: log': {
    state: busyState(),
    screen: { places: new Map([['session-1', 'log' as const]]) },
    replies: { readJob: factsAfter(facts) },
    until: '.history-step',
  },
  'job: empty log': {
    state: busyState(),
    screen: { places: new Map([['session-1', 'log' as const]]) },
    replies: { readJob: factsAfter([]) },
    until: '.empty',
  },
  'job: log that cannot be read': {
    state: busyState(),
    screen: { places: new Map([['session-1', 'log' as const]]) },
    until: '.notice',
  },
  'job: developer view': {
    state: { ...busyState(run({}, 'succeeded')), link: sampleLink(now) },
    screen: { developerFor: 'session-1 open' },
    log: sampleLog(now, 200),
  },
  ...Object.fromEntries(ends.map((kind) => [`end: ${kind}`, ended(kind)])),
}

function sceneOfLink(state: (typeof carLinkStates)[number]): [string, Scene][] {
  const link = linkOf[state]
  return link === undefined ? [] : [[`job: link ${state}`, withLink(link)]]
}
