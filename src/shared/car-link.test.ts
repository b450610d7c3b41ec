import { describe, expect, it } from 'vitest'
import type { EndpointView } from './app-state.ts'
import { type CarLink, type CarLinkState, carLinkOf, carLinkStates, voltageProblem } from './car-link.ts'
import type { LinkView } from './session.ts'

const good: LinkView = {
  liveness: 'live',
  connected: true,
  connectedSince: 1,
  latencyMs: 48,
  latencyAt: 900,
  healthy: true,
  samples: [],
  lastSeenAt: 1000,
  followsCar: true,
  plugged: true,
  voltage: 12.4,
  ignitionOn: true,
  carKnownAt: 800,
}
const offline = { connected: false, healthy: undefined }

type Row = readonly [string, Partial<LinkView>, EndpointView['status'], CarLinkState, CarLink['running']]

const rows: readonly Row[] = [
  ['everything is fine', {}, 'ready', 'good', 'fine'],
  ['the server has no viewer', { followsCar: false, plugged: undefined, voltage: undefined }, 'ready', 'good', 'fine'],
  [
    'no message has arrived yet',
    { liveness: 'waiting', lastSeenAt: undefined, connected: false },
    'ready',
    'waiting',
    'fine',
  ],
  ['the first message is expected', { lastSeenAt: undefined, connected: false }, 'ready', 'waiting', 'fine'],
  ['the connector has no internet', offline, 'ready', 'no-internet', 'impossible'],
  ['it was also pulled out before', { ...offline, plugged: false }, 'ready', 'no-internet', 'impossible'],
  ['the connector is not in the socket', { plugged: false, voltage: 6 }, 'ready', 'unplugged', 'impossible'],
  ['no messages arrive', { liveness: 'reconnecting' }, 'ready', 'reconnecting', 'impossible'],
  ['no messages arrive and the battery was low', { liveness: 'lost', voltage: 6 }, 'ready', 'lost', 'impossible'],
  [
    'no messages arrive from a connector without internet',
    { ...offline, liveness: 'lost' },
    'ready',
    'lost',
    'impossible',
  ],
  ['the viewer is disconnected', { followsCar: false }, 'reconnecting', 'server-late', 'not-advisable'],
  ['the viewer was refused', { followsCar: false }, 'failed', 'server-late', 'not-advisable'],
  [
    'the viewer is disconnected and the car was unplugged',
    { followsCar: false, plugged: false },
    'reconnecting',
    'server-late',
    'not-advisable',
  ],
  ['the ignition is off', { ignitionOn: false }, 'ready', 'ignition-off', 'not-advisable'],
  ['the battery has 6.0 V', { voltage: 6 }, 'ready', 'voltage-low', 'not-advisable'],
  ['the battery has 0 V', { voltage: 0 }, 'ready', 'voltage-low', 'not-advisable'],
  ['a 24 V battery has 23 V', { voltage: 23 }, 'ready', 'voltage-low', 'not-advisable'],
  ['a 24 V battery has 25.1 V', { voltage: 25.1 }, 'ready', 'good', 'fine'],
  ['somebody jump-starts with 16.5 V', { voltage: 16.5 }, 'ready', 'voltage-high', 'not-advisable'],
  ['the internet is slow', { healthy: false }, 'ready', 'slow', 'not-advisable'],
]

describe('carLinkOf', () => {
  // @proves Sessions and links: One derived state of car and link says what is wrong, and is good only while nothing is
  // @proves Faults: 33 connector unplugged, ignition off; what a person sees: it is said everywhere, and a run is warned of or refused
  it.each(rows)('when %s', (_title, more, status, state, running) => {
    expect(carLinkOf({ ...good, ...more }, status)).toMatchObject({ state, running })
  })

  it('has a row for every state except none', () => {
    const seen = new Set(rows.map(([, , , state]) => state))
    expect(carLinkStates.filter((state) => !seen.has(state))).toEqual(['none'])
    expect(carLinkOf(null, 'ready')).toEqual({ state: 'none', problems: [], running: 'fine' })
  })

  it('lists all problems of the car, the worst first', () => {
    const link = { ...good, ignitionOn: false, voltage: 6, healthy: false }
    expect(carLinkOf(link, 'ready').problems).toEqual(['ignition-off', 'voltage-low', 'slow'])
  })
})

describe('the values', () => {
  it('are current on a good link', () => {
    const { latencyMs, voltage, ignitionOn } = carLinkOf(good, 'ready')
    expect([latencyMs, voltage, ignitionOn]).toEqual([{ value: 48 }, { value: 12.4 }, { value: true }])
  })

  it.each([
    ['the connector has no internet', offline, 'ready'],
    ['no messages arrive', { liveness: 'reconnecting' }, 'ready'],
    ['the link is lost', { liveness: 'lost' }, 'ready'],
  ] as const)('have the time at which they were last true when %s', (_title, more, status) => {
    const { latencyMs, voltage, ignitionOn } = carLinkOf({ ...good, ...more }, status)
    expect(latencyMs).toEqual({ value: 48, staleSince: 900 })
    expect([voltage, ignitionOn]).toEqual([
      { value: 12.4, staleSince: 800 },
      { value: true, staleSince: 800 },
    ])
  })

  it.each([
    ['the connector is unplugged', { plugged: false }, 'ready'],
    ['the viewer is disconnected', { followsCar: false }, 'reconnecting'],
  ] as const)('of the car alone are old when %s', (_title, more, status) => {
    const { latencyMs, voltage } = carLinkOf({ ...good, ...more }, status)
    expect([latencyMs, voltage]).toEqual([{ value: 48 }, { value: 12.4, staleSince: 800 }])
  })
})

describe('voltageProblem', () => {
  it.each([
    [11.7, 'voltage-low'],
    [11.8, undefined],
    [15.5, undefined],
    [15.6, 'voltage-high'],
    [17.9, 'voltage-high'],
    [18, 'voltage-low'],
    [23.5, 'voltage-low'],
    [23.6, undefined],
    [31, undefined],
    [31.1, 'voltage-high'],
  ])('of %f V is %s', (volts, problem) => expect(voltageProblem(volts)).toBe(problem))

  it.each([
    [12.1, 'voltage-low'],
    [12.2, undefined],
    [15.1, 'voltage-high'],
    [24.1, 'voltage-low'],
    [24.2, undefined],
    [30.1, 'voltage-high'],
  ])('of %f V with limits of the settings is %s', (volts, problem) => {
    const limits = { 12: { low: 12.2, high: 15 }, 24: { low: 24.2, high: 30 } }
    expect(voltageProblem(volts, limits)).toBe(problem)
    expect(carLinkOf({ ...good, voltage: volts }, 'ready', limits).problems).toEqual(problem ? [problem] : [])
  })
})
