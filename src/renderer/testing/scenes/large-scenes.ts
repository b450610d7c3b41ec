import { sampleLog, samplePrompt, sampleSession, startState } from '../sample-state.ts'
import { busyState, factsAfter } from './job-scenes.ts'
import type { Scenes } from './scene.ts'

const now = Date.now()
const count = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index))
const start = startState()
const [ticket] = start.tickets
const units = count(
  60,
  (index) => `${(0x700 + index).toString(16).toUpperCase()} → ${(0x708 + index).toString(16).toUpperCase()}`,
)
const session = sampleSession(now)
const many = busyState({
  vehicle: {
    ...session.vehicle,
    ecus: units.map((address) => ({ transport: 'isotp' as const, address, bus: 'OBD 6/14, 500 kbit/s' })),
  },
  functionRun: {
    runId: 'run-1',
    functionId: 'identify',
    name: 'Identify the car',
    status: 'succeeded',
    startedAt: now - 32_000,
    endedAt: now,
    leftOut: 0,
    controlUnits: 60,
    findings: units.flatMap((subject) => [
      {
        subject,
        subjectKey: subject,
        subjectKind: 'control-unit' as const,
        outcome: 'value' as const,
        name: 'Part number',
        key: 'part-number' as const,
        value: '5H0 906 021 K',
      },
    ]),
  },
})

const logged = count(
  5,
  (index) =>
    ({
      job: 'job-1',
      sequence: index + 1,
      at: now,
      actor: 'function',
      kind: 'function-logged',
      session: 'session-1',
      leftOut: 0,
      lines: count(1_000, (line) => ({
        at: now,
        level: 'info' as const,
        content: `Request ${index * 1_000 + line}: 22 F1 87`,
      })),
    }) as const,
)

/** Screens with more than fits on them. */
export const largeScenes: Scenes = {
  'large: 1,000 tickets': {
    state: {
      ...start,
      tickets: ticket === undefined ? [] : count(1_000, (index) => ({ ...ticket, number: String(7_000_000 + index) })),
    },
  },
  'large: tickets that can be searched, with three jobs open': {
    state: {
      ...busyState(),
      shownJob: null,
      session: null,
      link: null,
      tickets: [
        ...start.tickets.map((one) =>
          one.number === '7848095' || one.inUse
            ? { ...one, inUse: true, use: { since: now - 3_600_000, functionName: 'Identify the car' } }
            : one,
        ),
        ...(ticket === undefined ? [] : count(10, (index) => ({ ...ticket, number: String(7_000_000 + index) }))),
      ],
    },
  },
  'large: 60 control units': { state: many },
  'large: 60 control units in the developer view': { state: many, screen: { developerFor: 'session-1 open' } },
  'large: 5,000 log lines': {
    state: busyState(),
    screen: { places: new Map([['session-1', 'log' as const]]) },
    replies: { readJob: factsAfter(logged) },
    until: '.job-log__line',
  },
  'large: 5,000 log lines in the developer view': {
    state: busyState(),
    screen: { developerFor: 'session-1 open' },
    log: sampleLog(now, 5_000),
  },
  'large: 500 options': {
    state: {
      ...busyState(),
      prompts: [
        samplePrompt(now, {
          kind: 'options',
          label: 'Which one?',
          options: count(500, (index) => `Choice ${index + 1}`),
        }),
      ],
    },
    until: '.prompt',
  },
  'large: eight jobs of which five ask': {
    state: {
      ...busyState(),
      jobs: count(8, (index) => ({
        ...(busyState().jobs[0] ??
          (() => {
            throw new Error('There is no job')
          })()),
        id: `job-${index + 1}`,
        handle: `session-${index + 1}`,
        licensePlate: `HB-FC ${2100 + index}`,
        lift: `Lift ${index + 1}`,
        questions: index < 5 ? 1 : 0,
      })),
      prompts: count(5, (index) =>
        samplePrompt(
          now,
          { kind: 'yesno', label: `Is lift ${index + 1} down?` },
          { id: `p${index}`, session: { key: `session-${index + 1}`, licensePlate: `HB-FC ${2100 + index}` } },
        ),
      ),
    },
    until: '.prompt',
  },
}
