import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { CustodyView } from '../../openobd/session/custody/direct-custody.ts'
import type { SessionCalls } from '../../openobd/session/session-calls.ts'
import { Token } from '../../openobd/token.ts'
import type { Ecu } from '../../openobd/wire/ecu.ts'
import type { WorkshopConnector } from '../../openobd/wire/workshop-connector.ts'
import { succeeded } from '../../shared/outcome.ts'
import { type EarlierRuns, type FunctionRun, sessionViewSchema } from '../../shared/session.ts'
import { linkAfterTick, linkWithConnector, linkWithoutViewer, waitingLink } from './link.ts'
import { type CreateCustody, type Custody, OwnSession } from './own-session.ts'
import { ecuView } from './vehicle-watch.ts'

function setUp() {
  const clock = new ManualClock()
  const views: unknown[] = []
  const links: unknown[] = []
  const ends: unknown[] = []
  const earlier: EarlierRuns[] = []
  let hooks: Parameters<CreateCustody>[0] | undefined
  let watching = 0
  const session = new OwnSession({
    target: { kind: 'ticket', number: '1' },
    clock,
    createCustody: (options) => {
      hooks = options
      const custody: Pick<Custody, 'start' | 'release' | 'finish' | 'sessionToken' | 'endpoint'> = {
        sessionToken: new Token('session', 'CANARY-token'),
        endpoint: { host: '127.0.0.1', port: 5, transport: 'plaintext' },
        start: () => Promise.resolve(succeeded({} as SessionCalls)),
        release: () => undefined,
        finish: () => Promise.resolve(succeeded(null)),
      }
      return custody as Custody
    },
    onToken: () => undefined,
    onView: (view) => void views.push(sessionViewSchema.parse(view)),
    onLink: (link) => void links.push(link),
    onEarlierRuns: (runs) => void earlier.push(runs),
    onEnd: (end) => void ends.push(end),
    watch: () => {
      watching += 1
      return () => {
        watching -= 1
      }
    },
  })
  const custody = (view: CustodyView) => hooks?.onChange?.(view)
  const token = { health: 'fresh', receivedAt: 1, expiresAt: 2, rotations: 3, ignored: 1, openings: 1 } as const
  return { clock, session, views, links, ends, earlier, custody, token, tick: hooks?.onTick, watching: () => watching }
}

const information = { connected: true, connectedSince: 5, latencyMs: 20, healthy: true }

describe('the session on the screen', () => {
  it('has no claim time before the claim', () => {
    const { session, custody, clock } = setUp()
    custody({ state: { phase: 'claiming', sessionId: 's1', checking: false } })
    expect(session.view.claimedAt).toBeUndefined()
    custody({ state: { phase: 'active', sessionId: 's1' } })
    const claimedAt = clock.wallMs()
    clock.advance(5_000)
    custody({ state: { phase: 'active', sessionId: 's1' } })
    expect(session.view.claimedAt).toBe(claimedAt)
  })

  it.each([
    [
      { phase: 'starting', checking: true },
      { phase: 'starting', state: 'unknown', checking: true },
    ],
    [
      { phase: 'claiming', sessionId: 's', checking: false },
      { phase: 'claiming', state: 'available', sessionId: 's' },
    ],
    [
      { phase: 'active', sessionId: 's' },
      { phase: 'active', state: 'active', checking: false },
    ],
    [
      { phase: 'finishing', sessionId: 's', serviceResult: { results: ['failure'] }, checking: true },
      { phase: 'finishing', state: 'active', checking: true, pendingResult: { results: ['failure'] } },
    ],
    [
      { phase: 'ended', sessionId: 's', end: { kind: 'interrupted' } },
      { phase: 'ended', state: 'interrupted' },
    ],
    [
      { phase: 'ended', sessionId: 's', end: { kind: 'expired' } },
      { phase: 'ended', state: 'unknown' },
    ],
  ] as const)('shows the custody %o', (state, expected) => {
    const { custody, views } = setUp()
    custody({ state: state as CustodyView['state'] })
    expect(views.at(-1)).toMatchObject(expected)
  })

  it('shows the health of the token', () => {
    const { custody, views, token } = setUp()
    custody({ state: { phase: 'active', sessionId: 's' }, token })
    expect(views.at(-1)).toMatchObject({ token: { health: 'fresh', receivedAt: 1, expiresAt: 2, rotations: 3 } })
  })

  it('keeps the time of the claim', () => {
    const { custody, clock, session } = setUp()
    custody({ state: { phase: 'active', sessionId: 's' } })
    const { claimedAt } = session.view
    clock.advance(60_000)
    custody({ state: { phase: 'active', sessionId: 's' } })
    expect(session.view.claimedAt).toBe(claimedAt)
  })

  it('changes nothing after its end', () => {
    const { custody, views, ends } = setUp()
    custody({ state: { phase: 'ended', end: { kind: 'lost' } } })
    custody({ state: { phase: 'active', sessionId: 's' } })
    custody({ state: { phase: 'ended', end: { kind: 'finished' } } })
    expect(ends).toHaveLength(1)
    expect(views.at(-1)).toMatchObject({ end: { kind: 'lost' } })
  })

  it('stops polling the car when it ends', async () => {
    const { session, custody, watching } = setUp()
    custody({ state: { phase: 'active', sessionId: 's' } })
    await session.start()
    expect(watching()).toBe(1)
    custody({ state: { phase: 'ended', sessionId: 's', end: { kind: 'finished' } } })
    expect(watching()).toBe(0)
  })

  it.each<[CustodyView['state'], boolean]>([
    [{ phase: 'starting', checking: false }, false],
    [{ phase: 'claiming', sessionId: 's', checking: false }, false],
    [{ phase: 'active', sessionId: 's' }, true],
    [{ phase: 'finishing', sessionId: 's', serviceResult: { results: ['failure'] }, checking: false }, false],
    [{ phase: 'ended', sessionId: 's', end: { kind: 'finished' } }, false],
  ])('gives its token to a function host only while it is active: %o', (state, isGiven) => {
    const { session, custody } = setUp()
    custody({ state })
    expect(session.access).toEqual(
      isGiven ? { token: 'CANARY-token', endpoint: { host: '127.0.0.1', port: 5, secure: false } } : undefined,
    )
  })

  it('gives a function host no token when there is none', () => {
    expect(setUp().session.access).toBeUndefined()
  })
})

describe('the runs of a session', () => {
  const run = (runId: string, more: Partial<FunctionRun> = {}): FunctionRun => ({
    runId,
    functionId: 'f',
    name: 'Identify the car',
    status: 'running',
    startedAt: 1,
    findings: [],
    leftOut: 0,
    ...more,
  })

  // @proves Sessions and links: A second run erases nothing of the first
  it('are all kept with what they found, the last one apart', () => {
    const { session, earlier } = setUp()
    const findings: FunctionRun['findings'] = [
      {
        subject: '7E0',
        subjectKey: '7E0',
        subjectKind: 'control-unit',
        name: 'VIN',
        key: 'vin',
        value: 'WVWZZZ1KZAW000001',
        outcome: 'value',
      },
    ]
    session.setFunctionRun(run('a'))
    session.setFunctionRun(run('a', { status: 'stopped', findings }))
    expect(earlier).toEqual([])
    session.setFunctionRun(run('b'))
    session.setFunctionRun(run('b', { status: 'succeeded' }))
    session.setFunctionRun(run('c'))
    expect(earlier.at(-1)).toMatchObject({
      runs: [
        { runId: 'a', status: 'stopped', findings },
        { runId: 'b', status: 'succeeded' },
      ],
      forgotten: 0,
    })
    expect(session.view.functionRun).toMatchObject({ runId: 'c' })
  })

  it('are only counted beyond the limit', () => {
    const { session, earlier } = setUp()
    for (let number = 0; number < 503; number += 1) session.setFunctionRun(run(String(number)))
    expect(earlier.at(-1)?.runs).toHaveLength(500)
    expect(earlier.at(-1)?.runs[0]?.runId).toBe('2')
    expect(earlier.at(-1)?.forgotten).toBe(2)
  })
})

describe('the link', () => {
  it('stays as it was at the end of the session', () => {
    const { session, custody, links } = setUp()
    custody({ state: { phase: 'ended', end: { kind: 'lost' } } })
    const before = links.length
    session.setLink((link) => linkAfterTick(link, information, 1))
    expect(links).toHaveLength(before)
  })

  it('shows liveness from the heartbeat and values from the messages', () => {
    const { custody, tick, links } = setUp()
    tick?.(information)
    custody({ state: { phase: 'active', sessionId: 's' }, liveness: 'reconnecting' })
    expect(links.at(-1)).toMatchObject({ liveness: 'reconnecting', latencyMs: 20, connectedSince: 5, healthy: true })
  })

  it('keeps the last 120 samples', () => {
    let link = waitingLink
    for (let n = 0; n < 200; n += 1) link = linkAfterTick(link, { ...information, latencyMs: n }, n)
    expect(link.samples).toHaveLength(120)
    expect(link.samples[0]).toEqual({ at: 80, latencyMs: 80 })
  })

  it('has no connection time while it is not connected', () => {
    const before = linkAfterTick(waitingLink, information, 1)
    const after = linkAfterTick(before, { connected: false, latencyMs: 0, healthy: false }, 2)
    expect(after.connectedSince).toBeUndefined()
  })

  it('keeps the last latency with its time while the connector has no internet', () => {
    const before = linkAfterTick(waitingLink, information, 1)
    const after = linkAfterTick(before, { connected: false, latencyMs: 0, healthy: false }, 2)
    expect(after).toMatchObject({ connected: false, latencyMs: 20, latencyAt: 1, lastSeenAt: 2, healthy: undefined })
    expect(after.samples).toHaveLength(1)
  })
})

describe('the car on the link', () => {
  const connector = { online: true, plugged: true, voltage: 12.4, ignitionOn: true } as WorkshopConnector
  const known = linkWithConnector(waitingLink, connector, 5)

  it('has plug state, voltage and ignition from the viewer', () => {
    expect(known).toMatchObject({ followsCar: true, plugged: true, voltage: 12.4, ignitionOn: true, carKnownAt: 5 })
  })

  it('is updated by every message of the connector', () => {
    expect(linkAfterTick(known, information, 9).carKnownAt).toBe(9)
  })

  it.each<[string, Partial<WorkshopConnector>]>([
    ['is pulled out', { plugged: false, voltage: undefined, ignitionOn: false }],
    ['loses its internet', { online: false, voltage: undefined, ignitionOn: false }],
  ])('keeps its last values when the connector %s', (_title, more) => {
    const after = linkWithConnector(known, { ...connector, ...more }, 7)
    expect(after).toMatchObject({ voltage: 12.4, ignitionOn: true, carKnownAt: 5 })
    expect(after.plugged).toBe(more.plugged ?? true)
  })

  it('keeps its last values while the connector is unplugged or the viewer is disconnected', () => {
    const unplugged = linkWithConnector(known, { ...connector, plugged: false }, 7)
    expect(linkAfterTick(unplugged, information, 9).carKnownAt).toBe(5)
    const away = linkWithoutViewer(known)
    expect(linkAfterTick(away, information, 9)).toMatchObject({ followsCar: false, carKnownAt: 5 })
  })
})

describe('an ECU', () => {
  const bus = { pinPlus: 6, pinMin: 14, protocol: 'isotp', bitRate: 500 } as const
  it.each<[Ecu, string, string]>([
    [{ kind: 'isotp', bus, requestId: 0x7e0, responseId: 0x7e8 }, '7E0 → 7E8', 'OBD 6/14, 500 kbit/s'],
    [
      { kind: 'isotp', bus, requestId: 0x18da10f1, responseId: 0x18daf110 },
      '18DA10F1 → 18DAF110',
      'OBD 6/14, 500 kbit/s',
    ],
    [
      {
        kind: 'isotp',
        bus,
        requestId: 0x6f1,
        responseId: 0x612,
        extendedRequestAddress: 0x12,
        extendedResponseAddress: 0xf1,
      },
      '6F1 (12) → 612 (F1)',
      'OBD 6/14, 500 kbit/s',
    ],
    [{ kind: 'kline', bus: { pin: 7, initialisation: 'fast', bitRate: 10400 }, ecuId: 0x11 }, '11', 'OBD 7'],
    [{ kind: 'tp20', bus: { ...bus, protocol: 'tp20' }, logicalAddress: 1 }, '01', 'OBD 6/14, 500 kbit/s'],
  ])('is named by address and bus: %o', (ecu, address, busName) => {
    expect(ecuView(ecu)).toMatchObject({ address, bus: busName })
  })
})
