import type { EndpointView } from './app-state.ts'
import type { LinkView } from './session.ts'

/**
 * State of the connection to the car, the worst first; `good` only when no problem is known. `none`: the session has no link
 * yet · `server-late`: the viewer is disconnected while messages of the session still arrive.
 */
export const carLinkStates = [
  'none',
  'waiting',
  'lost',
  'reconnecting',
  'no-internet',
  'unplugged',
  'server-late',
  'ignition-off',
  'voltage-low',
  'voltage-high',
  'slow',
  'good',
] as const
export type CarLinkState = (typeof carLinkStates)[number]
/** A state that needs action. */
export type CarLinkProblem = Exclude<CarLinkState, 'none' | 'waiting' | 'good'>

/** A value of the car or of the link. */
export interface Reading<T> {
  readonly value: T
  /** Unix ms at which it was last known to be true; absent while it is true now. */
  readonly staleSince?: number
}

/** Car and link, as every part of the window shows them. */
export interface CarLink {
  readonly state: CarLinkState
  /** All problems, the worst first; the first one is the state. */
  readonly problems: readonly CarLinkProblem[]
  /** Whether a function can be run: `impossible` when it cannot reach the car, `not-advisable` when it may fail half-way. */
  readonly running: 'fine' | 'not-advisable' | 'impossible'
  /** Round trip in ms. */
  readonly latencyMs?: Reading<number>
  /** Volts at pin 16. */
  readonly voltage?: Reading<number>
  readonly ignitionOn?: Reading<boolean>
}

/** Limits in volts below and above which a battery is warned of, by its nominal voltage. */
export type VoltageLimits = Readonly<Record<12 | 24, { readonly low: number; readonly high: number }>>

/** From this voltage on the battery counts as 24 V; a 12 V battery is charged with about 15 V at most. */
const from24Volts = 18
/**
 * Usual limits in volts for a lead battery of six and of twelve cells. Low: a battery at rest is nearly empty (1.97 V per cell).
 * High: above what an alternator or a charger gives (2.58 V per cell), for example a jump start with the wrong voltage.
 */
export const defaultVoltageLimits: VoltageLimits = { 12: { low: 11.8, high: 15.5 }, 24: { low: 23.6, high: 31 } }

/** What the limits may be, in volts. They leave room for the voltage that tells 12 V from 24 V. */
export const voltageRanges = {
  12: { low: [9, 13], high: [13.5, 17.9] },
  24: { low: [18, 26], high: [27, 36] },
} as const

/** What is wrong with a battery voltage; undefined when nothing is. The number of cells follows from the voltage itself. */
export function voltageProblem(
  volts: number,
  limits: VoltageLimits = defaultVoltageLimits,
): 'voltage-low' | 'voltage-high' | undefined {
  const { low, high } = limits[volts >= from24Volts ? 24 : 12]
  if (volts < low) return 'voltage-low'
  return volts > high ? 'voltage-high' : undefined
}

const running: Record<CarLinkState, CarLink['running']> = {
  none: 'fine',
  waiting: 'fine',
  lost: 'impossible',
  reconnecting: 'impossible',
  'no-internet': 'impossible',
  unplugged: 'impossible',
  'server-late': 'not-advisable',
  'ignition-off': 'not-advisable',
  'voltage-low': 'not-advisable',
  'voltage-high': 'not-advisable',
  slow: 'not-advisable',
  good: 'fine',
}

/** Whether a function can be run in this state. */
export const runningIn = (state: CarLinkState): CarLink['running'] => running[state]

/** The one state of car and link, from our session's link and from whether the server is reached. */
export function carLinkOf(
  link: LinkView | null,
  serverStatus: EndpointView['status'],
  limits: VoltageLimits = defaultVoltageLimits,
): CarLink {
  if (link === null) return { state: 'none', problems: [], running: running.none }
  const isReached = isHeard(link) && link.connected
  const isCarKnown = isReached && link.followsCar && link.plugged !== false
  const problems = problemsOf(link, serverStatus, isCarKnown, limits)
  const state = problems[0] ?? (isReached ? 'good' : 'waiting')
  return {
    state,
    problems,
    running: running[state],
    latencyMs: reading(link.latencyMs, isReached, link.latencyAt),
    voltage: reading(link.voltage, isCarKnown, link.carKnownAt),
    ignitionOn: reading(link.ignitionOn, isCarKnown, link.carKnownAt),
  }
}

/** The first message says whether the connector has internet; before it nothing is known. */
const isHeard = ({ liveness, lastSeenAt }: LinkView): boolean => liveness === 'live' && lastSeenAt !== undefined

function problemsOf(
  link: LinkView,
  serverStatus: EndpointView['status'],
  isCarKnown: boolean,
  limits: VoltageLimits,
): CarLinkProblem[] {
  if (link.liveness === 'lost' || link.liveness === 'reconnecting') return [link.liveness]
  if (!isHeard(link)) return []
  if (!link.connected) return ['no-internet']
  if (link.followsCar && link.plugged === false) return ['unplugged']
  const { voltage, ignitionOn, healthy } = link
  const found = [
    serverStatus === 'ready' ? undefined : 'server-late',
    isCarKnown && ignitionOn === false ? 'ignition-off' : undefined,
    isCarKnown && voltage !== undefined ? voltageProblem(voltage, limits) : undefined,
    healthy === false ? 'slow' : undefined,
  ] as const
  return found.filter((problem) => problem !== undefined)
}

function reading<T>(value: T | undefined, isCurrent: boolean, knownAt: number | undefined): Reading<T> | undefined {
  if (value === undefined) return undefined
  return isCurrent ? { value } : { value, staleSince: knownAt ?? 0 }
}
