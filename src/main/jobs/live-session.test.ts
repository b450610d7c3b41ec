import { describe, expect, it } from 'vitest'
import { refused } from '../../openobd/failure.ts'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { CustodyView } from '../../openobd/session/custody/custody-options.ts'
import { type CustodyState, idleCustody } from '../../openobd/session/custody/custody-state.ts'
import type { SessionCalls } from '../../openobd/session/session-calls.ts'
import type { Ecu } from '../../openobd/wire/ecu.ts'
import type { WorkshopConnector } from '../../openobd/wire/workshop-connector.ts'
import { type CarLink, defaultVoltageLimits, type VoltageLimits } from '../../shared/car-link.ts'
import type { NewFact } from '../../shared/facts.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type { LinkView, VehicleView } from '../../shared/session.ts'
import type { watchConnection } from '../services/connection-values.ts'
import { linkAfterTick, linkWithConnector, linkWithoutViewer, waitingLink } from '../services/link.ts'
import type { CreateCustody } from '../services/server.ts'
import { ecuView, type watchVehicle } from '../services/vehicle-watch.ts'
import { custodyFacts } from './custody-facts.ts'
import { linkFacts } from './link-facts.ts'
import { claimRecordLimitMs, LiveSession } from './live-session.ts'
import { FakeCustody } from './testing/fake-custody.ts'

function setUp() {
  const clock = new ManualClock()
  const facts: NewFact[] = []
  let limits = defaultVoltageLimits
  let durable: Promise<void> = Promise.resolve()
  const links: (LinkView | null)[] = []
  let changes = 0
  let ends = 0
  let hooks: Parameters<CreateCustody>[0] | undefined
  let watching = 0
  let values: Parameters<typeof watchConnection>[3] | undefined
  let report: Parameters<typeof watchVehicle>[2] | undefined
  const session: LiveSession = new LiveSession({
    handle: 'h',
    target: { kind: 'ticket', number: '1' },
    clock,
    createCustody: (options) => {
      hooks = options
      return new FakeCustody(options, 's1', {} as SessionCalls)
    },
    serverStatus: () => 'ready',
    lacksViewer: () => true,
    voltageLimits: () => limits,
    record: (...more) => {
      facts.push(...more)
      return { durable }
    },
    changed: () => {
      changes += 1
      links.push(session.link)
    },
    onToken: () => undefined,
    onEnd: () => {
      ends += 1
    },
    watchValues: (_calls, _clock, isWanted, onValues) => {
      values = isWanted() ? onValues : undefined
      watching += 1
      return () => {
        watching -= 1
      }
    },
    watch: (_calls, _clock, onVehicle) => {
      watching += 1
      report = onVehicle
      return () => {
        watching -= 1
      }
    },
  })
  const custody = (view: CustodyView) => hooks?.onChange?.(view)
  const token = { health: 'fresh', receivedAt: 1, expiresAt: 2, rotations: 3, ignored: 1, openings: 1 } as const
  const connection: Parameters<typeof watchConnection>[3] = (found) => values?.(found)
  const reported = (vehicle: Parameters<Parameters<typeof watchVehicle>[2]>[0]) => report?.(vehicle)
  const seen = { connection, changes: () => changes, ends: () => ends, watching: () => watching }
  /** From now on facts are on the disk only when this is called. */
  const holdDisk = () => {
    const written = Promise.withResolvers<void>()
    durable = written.promise
    return () => written.resolve()
  }
  const setLimits = (next: VoltageLimits) => {
    limits = next
  }
  return { clock, session, facts, links, custody, token, holdDisk, setLimits, reported, tick: hooks?.onTick, ...seen }
}

const information = { connected: true, connectedSince: 5, latencyMs: 20, healthy: true }

// @proves Jobs: A session is claimed only after its id is on the disk, so that a crash leaves no session that nobody knows
describe('the claim', () => {
  it('waits until the id of the session is on the disk', async () => {
    const { clock, session, facts, holdDisk } = setUp()
    const write = holdDisk()
    const start = session.start()
    await clock.advanceAsync(claimRecordLimitMs - 1)
    expect(session.live.phase).toBe('claiming')
    expect(facts).toEqual([{ kind: 'session-started', actor: 'server', session: 'h', sessionId: 's1' }])
    write()
    expect(await start).toMatchObject({ ok: true })
    expect(session.live.phase).toBe('active')
  })

  it('goes on when the disk takes longer than the limit', async () => {
    const { clock, session, holdDisk } = setUp()
    holdDisk()
    const start = session.start()
    await clock.advanceAsync(claimRecordLimitMs)
    expect(await start).toMatchObject({ ok: true })
  })

  it('does not wait when a person agreed to go on without a record', async () => {
    const { session, holdDisk } = setUp()
    holdDisk()
    expect(await session.start(true)).toMatchObject({ ok: true })
  })
})

describe('a live session', () => {
  it.each([
    [
      { phase: 'starting', checking: true },
      { phase: 'starting', state: 'unknown', checking: true },
    ],
    [
      { phase: 'claiming', sessionId: 's', checking: false },
      { phase: 'claiming', state: 'available' },
    ],
    [
      { phase: 'active', sessionId: 's' },
      { phase: 'active', state: 'active', checking: false },
    ],
    [
      { phase: 'finishing', sessionId: 's', serviceResult: { results: ['failure'] }, checking: true },
      { phase: 'finishing', state: 'active', checking: true },
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
    const { custody, session } = setUp()
    custody({ state: state as CustodyView['state'] })
    expect(session.live).toMatchObject(expected)
  })

  it('shows the health of the token', () => {
    const { custody, session, token } = setUp()
    custody({ state: { phase: 'active', sessionId: 's' }, token })
    expect(session.live.token).toEqual({ health: 'fresh', receivedAt: 1, expiresAt: 2, rotations: 3 })
  })

  it('changes nothing after its end', () => {
    const { custody, session, facts, ends } = setUp()
    custody({ state: { phase: 'ended', end: { kind: 'lost' } } })
    custody({ state: { phase: 'active', sessionId: 's' } })
    custody({ state: { phase: 'ended', end: { kind: 'finished' } } })
    session.endWithServer({ code: 'engine-failed', nextAction: 'none', correlationId: '' })
    expect(ends()).toBe(1)
    expect(facts).toMatchObject([{ kind: 'session-ended', end: 'lost' }])
  })

  it('stops polling the car when it ends', async () => {
    const { session, custody, watching } = setUp()
    custody({ state: { phase: 'active', sessionId: 's' } })
    await session.start()
    expect(watching()).toBe(2)
    custody({ state: { phase: 'ended', sessionId: 's', end: { kind: 'finished' } } })
    expect(watching()).toBe(0)
  })

  it.each<[CustodyView['state'], boolean]>([
    [{ phase: 'starting', checking: false }, false],
    [{ phase: 'claiming', sessionId: 's', checking: false }, false],
    [{ phase: 'active', sessionId: 's' }, true],
    [{ phase: 'finishing', sessionId: 's', serviceResult: { results: ['failure'] }, checking: false }, false],
    [{ phase: 'ended', sessionId: 's', end: { kind: 'finished' } }, false],
  ])('lets functions be started only while it is active: %o', (state, isGiven) => {
    const { session, custody } = setUp()
    custody({ state })
    expect(session.calls !== undefined).toBe(isGiven)
  })
})

describe('the facts of a custody', () => {
  const claiming: CustodyState = { phase: 'claiming', sessionId: 's', checking: false }
  const active: CustodyState = { phase: 'active', sessionId: 's' }
  const serviceResult: ServiceResult = { results: ['failure'] }
  const finishing: CustodyState = { phase: 'finishing', sessionId: 's', serviceResult, checking: false }
  const starting: CustodyState = { phase: 'starting', checking: false }
  const failure = refused('x', 'unknown-ticket').failure
  it.each<[CustodyState, CustodyState, readonly string[]]>([
    [idleCustody, starting, []],
    [starting, claiming, ['session-started']],
    [claiming, active, ['session-claimed']],
    [idleCustody, active, ['session-resumed']],
    [active, finishing, ['finish-sent']],
    [finishing, active, []],
    [finishing, { ...finishing, checking: true }, []],
    [
      finishing,
      { phase: 'ended', sessionId: 's', end: { kind: 'finished', serviceResult } },
      ['finish-confirmed', 'session-ended'],
    ],
    [active, { phase: 'ended', sessionId: 's', end: { kind: 'finished' } }, ['session-ended']],
    [starting, { phase: 'ended', end: { kind: 'failed', failure } }, ['session-not-started']],
    [claiming, { phase: 'ended', sessionId: 's', end: { kind: 'failed', failure } }, ['session-ended']],
  ])('from %o to %o are %o', (before, after, kinds) => {
    expect(custodyFacts('h', before, after).map(({ kind }) => kind)).toEqual(kinds)
  })
})

describe('the facts of car and link', () => {
  const good: CarLink = { state: 'good', problems: [], running: 'fine' }
  const calm = { isLinkLost: false, warnings: [] }
  it.each<[string, Parameters<typeof linkFacts>[1], CarLink, readonly unknown[]]>([
    ['nothing while all is well', calm, good, []],
    ['a loss once', calm, { ...good, state: 'lost', problems: ['lost'] }, [{ kind: 'link-lost' }]],
    ['no second loss', { ...calm, isLinkLost: true }, { ...good, state: 'lost', problems: ['lost'] }, []],
    ['the end of a loss', { ...calm, isLinkLost: true }, good, [{ kind: 'link-restored' }]],
    [
      'a warning with its voltage',
      calm,
      { ...good, state: 'voltage-low', problems: ['voltage-low'], voltage: { value: 11.2 } },
      [{ kind: 'warning-began', warning: 'voltage-low', voltage: 11.2 }],
    ],
    [
      'the change from one warning to another',
      { ...calm, warnings: ['unplugged'] },
      { ...good, state: 'ignition-off', problems: ['ignition-off'] },
      [
        { kind: 'warning-ended', warning: 'unplugged' },
        { kind: 'warning-began', warning: 'ignition-off' },
      ],
    ],
    [
      'no end of a warning during a loss',
      { isLinkLost: true, warnings: ['unplugged'] },
      { ...good, state: 'lost', problems: ['lost'] },
      [],
    ],
    [
      'no end of a warning before anything was heard',
      { ...calm, warnings: ['slow'] },
      { ...good, state: 'waiting' },
      [],
    ],
    [
      'what ended during a loss, after it',
      { isLinkLost: true, warnings: ['unplugged'] },
      good,
      [{ kind: 'link-restored' }, { kind: 'warning-ended', warning: 'unplugged' }],
    ],
  ])('are %s', (_what, recorded, present, expected) => {
    expect(linkFacts('h', recorded, present)).toMatchObject(expected)
    expect(linkFacts('h', recorded, present)).toHaveLength(expected.length)
  })
})

// @proves Stories: On a server without a viewer voltage and VIN come from the variables of the connection
describe('the variables of the connection', () => {
  it('say the VIN that the details of the car lack, once, and warn of the battery', async () => {
    const { session, facts, connection, tick, custody } = setUp()
    await session.start()
    custody({ state: { phase: 'active', sessionId: 's' }, liveness: 'live' })
    tick?.(information)
    connection({ voltage: 11.2, vin: 'ZZZTEST0000000017' })
    connection({ voltage: 11.2, vin: 'ZZZTEST0000000017' })
    expect(session.live.vehicle.vin).toBe('ZZZTEST0000000017')
    expect(facts.filter(({ kind }) => kind === 'job-described')).toEqual([
      { kind: 'job-described', actor: 'server', vin: 'ZZZTEST0000000017' },
    ])
    expect(session.carLink).toMatchObject({ state: 'voltage-low', voltage: { value: 11.2 } })
  })
})

describe('the link', () => {
  it('stays as it was at the end of the session', () => {
    const { session, custody, changes } = setUp()
    custody({ state: { phase: 'ended', end: { kind: 'lost' } } })
    const before = changes()
    session.setLink((link) => linkAfterTick(link, information, 1))
    expect([changes(), session.link]).toEqual([before, null])
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

  it('is warned of by the limits that the settings have now', () => {
    const { session, custody, tick, setLimits } = setUp()
    custody({ state: { phase: 'active', sessionId: 's' }, liveness: 'live' })
    tick?.(information)
    session.setLink((link) => linkWithConnector(link, connector, 5))
    expect(session.carLink.problems).toEqual([])
    setLimits({ ...defaultVoltageLimits, 12: { low: 12.6, high: 15.5 } })
    expect(session.carLink.problems).toEqual(['voltage-low'])
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

describe('what the car says of itself', () => {
  const known: VehicleView = { status: 'ready', ecus: [], products: [] }
  const active = async () => {
    const made = setUp()
    await made.session.start()
    made.facts.length = 0
    return made
  }

  it('is on the screen, and its name and number are recorded once', async () => {
    const { session, facts, reported, changes } = await active()
    reported({ ...known, name: 'Aurora', vin: 'V1' })
    expect(session.live.vehicle).toEqual({ ...known, name: 'Aurora', vin: 'V1' })
    expect(facts).toEqual([{ kind: 'job-described', actor: 'server', vehicleName: 'Aurora', vin: 'V1' }])
    const before = changes()
    reported({ ...known, status: 'detecting', name: 'Aurora', vin: 'V1' })
    expect(facts).toHaveLength(1)
    expect(changes()).toBe(before + 1)
    expect(session.live.vehicle.status).toBe('detecting')
  })

  it('is recorded as far as it is known', async () => {
    const { facts, reported } = await active()
    reported({ ...known, name: 'Aurora' })
    reported({ ...known, vin: 'V2' })
    expect(facts).toStrictEqual([
      { kind: 'job-described', actor: 'server', vehicleName: 'Aurora' },
      { kind: 'job-described', actor: 'server', vin: 'V2' },
    ])
  })
})
