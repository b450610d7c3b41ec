import type { AppState } from '../../../shared/app-state.ts'
import type { OpenDialog } from '../../store/screen.ts'
import { fakeFailure } from '../fake-workbench.ts'
import { sampleJob, sampleLink, samplePrompt, sampleRun, startState } from '../sample-state.ts'
import { busyState } from './job-scenes.ts'
import type { Scene, Scenes } from './scene.ts'
import { blocking, numbered, unfinished } from './start-scenes.ts'

const now = Date.now()
const finish: OpenDialog = { kind: 'finish', handle: 'session-1' }
const radio = (value: string) => `.window input[type="radio"][value="${value}"]`
const finishing = (more: Partial<Scene> = {}, state: AppState = busyState()): Scene => ({
  state,
  screen: { dialog: finish },
  until: '.window',
  ...more,
})

/** One scene for every dialog: a new kind does not compile without one. */
const ofKind: { readonly [K in Exclude<OpenDialog['kind'], 'none'>]: Scene } = {
  finish: finishing(),
  'interrupt-own': { state: busyState(), screen: { dialog: { kind: 'interrupt-own', handle: 'session-1' } } },
  'close-unfinished': {
    state: { ...startState(), unfinishedSessions: [unfinished()] },
    screen: { dialog: { kind: 'close-unfinished', session: unfinished() } },
  },
  'interrupt-other': {
    state: startState(),
    screen: { dialog: { kind: 'interrupt-other', session: blocking, startAfterwards: true } },
  },
  sessions: {
    state: startState(),
    screen: { dialog: { kind: 'sessions' } },
    replies: { listSessions: () => ({ ok: true, value: [blocking, numbered] }) },
  },
  servers: { state: startState(), screen: { dialog: { kind: 'servers' } } },
  'server-form': { state: startState(), screen: { dialog: { kind: 'server-form', profileId: 'remote' } } },
  'connection-test': {
    state: startState(),
    screen: { dialog: { kind: 'connection-test', profileId: 'remote' } },
    replies: {
      testConnection: () => ({
        ok: true,
        value: [
          { step: 'name', state: 'passed' },
          {
            step: 'proxy',
            state: 'failed',
            failure: {
              ...fakeFailure('proxy-failed', 'check-connection'),
              parameters: { cause: 'proxy-needs-sign-in', proxy: 'proxy.example.test:8080' },
            },
          },
          { step: 'tcp', state: 'not-reached' },
          { step: 'tls', state: 'not-reached' },
          { step: 'protocol', state: 'not-reached' },
          { step: 'credentials', state: 'not-reached' },
          { step: 'partner-api', state: 'not-needed' },
        ],
      }),
    },
    until: '.window .steps',
  },
  settings: { state: busyState(), screen: { dialog: { kind: 'settings' } } },
  help: { state: busyState(), screen: { dialog: { kind: 'help' } } },
  'close-open': { state: busyState(), screen: { dialog: { kind: 'close-open', handle: 'session-1' } } },
}

/** Every dialog, and the finish dialog with what it can say. */
export const dialogScenes: Scenes = {
  ...Object.fromEntries(
    Object.entries(ofKind).map(([kind, scene]) => [`dialog: ${kind}`, { until: '.window', ...scene }]),
  ),
  'dialog: a new server': { state: startState(), screen: { dialog: { kind: 'server-form' } }, until: '.window' },
  'dialog: finish, failed, with warnings': finishing(
    {},
    busyState({
      functionRun: {
        ...sampleRun(now, 'failed'),
        failure: fakeFailure('car-not-reached'),
        suggestedResult: { results: ['communication-error', 'success'], userFeedback: 'success' },
      },
    }),
  ),
  'dialog: finish, not finished': finishing({}, busyState({ functionRun: sampleRun(now, 'stopped') })),
  'dialog: finish while a question waits': finishing(
    {},
    { ...busyState(), prompts: [samplePrompt(now, { kind: 'yesno', label: 'Is the ignition switched on?' })] },
  ),
  'dialog: finish without an answer': finishing(
    {},
    busyState({
      phase: 'finishing',
      checking: true,
      pendingResult: { results: ['success'], description: 'New camera' },
    }),
  ),
  'dialog: finish under way': finishing({
    replies: { finishSession: () => new Promise(() => undefined) },
    press: [radio('done'), '.window__foot .action--primary'],
    until: '.window .notice',
  }),
  'dialog: a session that cannot be aborted': {
    state: busyState(),
    screen: { dialog: { kind: 'interrupt-own', handle: 'session-1' } },
    replies: { interruptSession: () => ({ ok: false, failure: fakeFailure('connection-lost') }) },
    press: ['.window__foot .action--danger'],
    until: '.window .notice',
  },
  'dialog: closing a job whose result is not confirmed': {
    state: busyState({ phase: 'finishing', checking: true }),
    screen: { dialog: { kind: 'close-open', handle: 'session-1' } },
    until: '.window',
  },
  'dialog: finish refused by the disk': finishing({
    replies: { finishSession: () => ({ ok: false, failure: fakeFailure('not-recorded', 'retry') }) },
    press: [radio('done'), '.window__foot .action--primary'],
    until: '.window .notice',
  }),
  'dialog: connection in use': {
    state: { ...startState(), blockingSessions: [blocking] },
    screen: { lastStart: { kind: 'ticket', number: '7848101' } },
    until: '.window',
  },
  'dialog: connection in use, several sessions': {
    state: { ...startState(), blockingSessions: [numbered, blocking] },
    screen: { lastStart: { kind: 'ticket', number: '7848101' } },
    until: '.window',
  },
  'dialog: closing the application': {
    state: {
      ...busyState(),
      link: sampleLink(now),
      closing: {
        question: 1,
        jobs: [sampleJob(now), sampleJob(now, { id: 'job-2', handle: 'session-2', lift: 'Lift 2' })],
      },
    },
    until: '.window',
  },
  'dialog: closing with a job on a real server': {
    state: {
      ...busyState(),
      closing: { question: 1, jobs: [sampleJob(now, { isSimulated: false, serverName: 'Depot' })] },
    },
    until: '.window',
  },
}
