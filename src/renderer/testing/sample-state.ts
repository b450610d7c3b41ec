import type { AppState, LogLine } from '../../shared/app-state.ts'
import { defaultSettings } from '../../shared/default-settings.ts'
import type { JobTile } from '../../shared/job.ts'
import type { Prompt, PromptControl, PromptSession } from '../../shared/prompt.ts'
import type { FunctionRun, LinkView, SessionView } from '../../shared/session.ts'

/** The start screen of a workshop with four cars. */
export function startState(): AppState {
  return {
    app: { version: '0.1.0', platform: 'linux', host: 'stand-in' },
    storage: { condition: 'good' },
    settings: { ...defaultSettings, language: 'en', theme: 'light' },
    isFirstStart: false,
    profiles: [
      {
        id: 'embedded',
        kind: 'embedded',
        name: '',
        host: '127.0.0.1',
        port: 50051,
        clusterId: '001',
        clientId: 'local',
        hasSecret: true,
        allowPlaintext: false,
        fromEnvironment: false,
      },
      {
        id: 'remote',
        kind: 'remote',
        name: 'Test platform',
        host: 'grpc.example.test',
        port: 443,
        clusterId: '001',
        clientId: 'partner',
        hasSecret: false,
        allowPlaintext: false,
        fromEnvironment: false,
      },
    ],
    secretStorage: { protection: 'protected', isAllowed: false },
    endpoint: { profileId: 'embedded', status: 'ready', viewer: 'available', secure: false },
    workshop: { status: 'ready', name: 'Workshop at the canal' },
    tickets: sampleTickets,
    connectors: sampleConnectors,
    functions: [
      {
        id: 'identify',
        name: 'Identify the car',
        version: '1.0.0',
        description: 'Reads the VIN and the part and software numbers of every control unit.',
      },
    ],
    jobs: [],
    shownJob: null,
    session: null,
    earlierRuns: { runs: [], forgotten: 0 },
    link: null,
    journal: {},
    prompts: [],
    endedPrompts: [],
    unfinishedSessions: [],
    blockingSessions: null,
    closing: null,
    update: { status: 'off', why: 'not-packed' },
  }
}

const ticket = (
  number: string,
  connectorNumber: string,
  licensePlate: string,
  vehicleName: string,
  subject: string,
) => ({
  number,
  connectorNumber,
  licensePlate,
  vehicleName,
  subject,
  inUse: false,
})

const sampleTickets = [
  ticket(
    '7848095',
    '900101060',
    'K-329-XB',
    'Volkswagen Golf VIII 1.5 eTSI',
    'Calibrate the front camera after a new windscreen',
  ),
  { ...ticket('7848101', '900101061', '8-TLZ-21', 'Volvo XC40 Recharge', 'Brake warning lamp is on'), inUse: true },
  ticket('7848117', '900101062', '', 'Renault Clio V', 'Code the replaced parking brake module'),
  ticket('7848120', '900101063', 'AB-123-CD', 'BMW 320d Touring (G21)', 'Read out all control units'),
]

const connector = (number: string, name: string, vehicleName: string, vin: string) => ({
  number,
  name,
  vehicleName,
  vin,
  online: true,
  plugged: true,
  voltage: 12.4,
  ignitionOn: true,
  latencyMs: 42,
  healthy: true,
  inUse: false,
})

const sampleConnectors = [
  connector('900101060', 'Bench 1', 'Volkswagen Golf VIII 1.5 eTSI', 'WVWZZZCD1MW000001'),
  { ...connector('900101061', 'Bench 2', 'Volvo XC40 Recharge', 'YV1XZEHV5M2000002'), inUse: true },
  { ...connector('900101062', 'Bench 3', '', ''), online: false, plugged: false },
  {
    ...connector('900101063', 'Yard', 'BMW 320d Touring (G21)', 'WBA6N11000FH00003'),
    ignitionOn: false,
    voltage: 11.9,
  },
]

/** A good link with a minute of samples that end at `now`. */
export function sampleLink(now: number): LinkView {
  const samples = Array.from({ length: 90 }, (_, index) => ({
    at: now - (89 - index) * 1000,
    latencyMs: 42 + Math.round(14 * Math.sin(index / 6)) + (index === 60 ? 90 : 0),
  }))
  return {
    liveness: 'live',
    connected: true,
    connectedSince: now - 3_600_000,
    latencyMs: 48,
    latencyAt: now,
    healthy: true,
    samples,
    lastSeenAt: now,
    followsCar: true,
    plugged: true,
    carKnownAt: now,
    voltage: 12.4,
    ignitionOn: true,
  }
}

/** An active session on the first ticket. */
export function sampleSession(now: number): SessionView {
  return {
    handle: 'session-1',
    sessionId: '5f0c2f6e-1f4b-4a57-9b3c-2a1f0f4f9a11',
    target: { kind: 'ticket', number: '7848095' },
    server: { name: '', isSimulated: true, status: 'ready' },
    phase: 'active',
    state: 'active',
    startedAt: now - 95_000,
    claimedAt: now - 94_000,
    token: { health: 'fresh', receivedAt: now - 61_000, expiresAt: now + 239_000, rotations: 0 },
    vehicle: {
      status: 'ready',
      name: 'Volkswagen Golf VIII 1.5 eTSI',
      vin: 'WVWZZZCD1MW000001',
      ecus: ['7E0 → 7E8', '7E1 → 7E9', '713 → 77D', '714 → 77E', '74F → 7B9'].map((address) => ({
        transport: 'isotp' as const,
        address,
        bus: 'OBD 6/14, 500 kbit/s',
      })),
      products: [{ number: 12, name: 'Camera calibration' }],
    },
    checking: false,
  }
}

/** The tile of the job of `sampleSession`. */
export const sampleJob = (now: number, more: Partial<JobTile> = {}): JobTile => ({
  id: 'job-1',
  handle: 'session-1',
  target: { kind: 'ticket', number: '7848095' },
  licensePlate: 'K-329-XB',
  lift: 'Bench 1',
  vehicleName: 'Volkswagen Golf VIII 1.5 eTSI',
  openedAt: now - 95_000,
  profileId: 'embedded',
  serverName: '',
  isSimulated: true,
  phase: 'active',
  questions: 0,
  link: 'good',
  ...more,
})

const unit = (subject: string) =>
  ({ subject, subjectKey: subject, subjectKind: 'control-unit', outcome: 'value' }) as const

/** A run of *Identify the car* with its findings so far. */
export function sampleRun(now: number, status: FunctionRun['status'] = 'running'): FunctionRun {
  const ecus = ['Engine (7E0)', 'Gearbox (7E1)', 'Brakes (713)', 'Camera (74F)']
  return {
    runId: 'run-1',
    functionId: 'identify',
    name: 'Identify the car',
    status,
    startedAt: now - 32_000,
    ...(status === 'running' ? {} : { endedAt: now - 1000 }),
    ...(status === 'succeeded' ? { suggestedResult: { results: ['success' as const] } } : {}),
    leftOut: 0,
    findings: ecus.flatMap((subject, index) => [
      { ...unit(subject), name: 'Part number', key: 'part-number', value: `5H0 906 02${index} K` },
      { ...unit(subject), name: 'Software version', key: 'software-version', value: `04${index}7` },
    ]),
  }
}

/** One prompt of our own session. */
export function samplePrompt(now: number, control: PromptControl, more: Partial<Prompt> = {}): Prompt {
  return {
    id: 'prompt-1',
    session: {
      key: 'session-1',
      ticketNumber: '7848095',
      licensePlate: 'K-329-XB',
      vehicleName: 'Volkswagen Golf VIII 1.5 eTSI',
    },
    functionName: 'Identify the car',
    target: 'customer',
    control,
    translations: {},
    hasImage: false,
    shownAt: now,
    answer: { state: 'open' },
    ...more,
  }
}

/** A foreign session, on the second ticket. */
export const otherSession: PromptSession = {
  key: 'other-session',
  ticketNumber: '7848101',
  licensePlate: '8-TLZ-21',
  vehicleName: 'Volvo XC40 Recharge',
  connectorNumber: '900101061',
  connectorName: 'Bench 2',
}

/** The application in an active session. */
export function sessionState(now: number, prompts: Prompt[] = []): AppState {
  const session = sampleSession(now)
  return { ...startState(), jobs: [sampleJob(now)], shownJob: 'job-1', session, link: sampleLink(now), prompts }
}

/** Lines of the log, one per second, ending at `now`. */
export const sampleLog = (now: number, count: number): LogLine[] =>
  Array.from({ length: count }, (_, index) => ({
    sequence: index,
    at: now - (count - index) * 1000,
    level: (['info', 'debug', 'warning', 'info', 'error'] as const)[index % 5] ?? 'info',
    source: 'function',
    sessionLabel: '7848095',
    content: `Request ${index}: 22 F1 87 → 62 F1 87 35 48 30 39 30 36 30 32 31 4B`,
  }))
