import type { Loss } from '../network/memory-server.ts'
import type { SeededRandom } from '../time/random.ts'
import type { DiskTrouble } from '../world/disk.ts'

/** One thing that goes wrong, at a time of the world. `platform`: the server that it concerns, when it concerns one. */
export type Mishap = { readonly atMs: number; readonly platform: number } & MishapKind

/** What goes wrong. */
export type MishapKind =
  | { readonly kind: 'black-hole'; readonly forMs: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'refuse'; readonly forMs: number }
  | { readonly kind: 'slow-link'; readonly forMs: number; readonly latencyMs: number }
  /** With `silentForMs` the link swallows everything from that moment on. */
  | { readonly kind: 'lose'; readonly rpc: string; readonly part: Loss; readonly silentForMs: number }
  | { readonly kind: 'engine-fault'; readonly fault: string; readonly forMs: number }
  | { readonly kind: 'engine-dies'; readonly forMs: number }
  | { readonly kind: 'crash'; readonly forMs: number }
  | { readonly kind: 'function-process-dies' }
  | { readonly kind: 'gateway-dies' }
  | { readonly kind: 'own-engine-dies' }
  | { readonly kind: 'reload' }
  | { readonly kind: 'sleep'; readonly forMs: number }
  | { readonly kind: 'wall-clock'; readonly byMs: number }
  | { readonly kind: 'disk'; readonly trouble: DiskTrouble; readonly forMs: number }

/** Rpcs whose request or reply gets lost. */
const losable = [
  'startSessionOnTicket',
  'authenticate',
  'session/finish',
  'interruptSession',
  'getSession$',
  'getSessionList',
  'answerPrompt',
  'openControlStream',
  'openIsotpStream',
  'getSessionControllerToken',
  'watchWorkshop',
] as const

/** Faults of the engine's registry; the ones without duration act once. */
const engineFaults: readonly (readonly [weight: number, fault: string, least: number, most: number])[] = [
  [3, 'tokens-silent', 30_000, 400_000],
  [2, 'tokens-expire', 0, 0],
  [3, 'token-stream-cut', 0, 0],
  [2, 'token-stream-refused', 5_000, 120_000],
  [1, 'session-lost', 0, 0],
  [1, 'server-restart', 0, 0],
  [2, 'interrupted-by-operator', 0, 0],
  [1, 'connector-offline', 5_000, 60_000],
  [1, 'connector-unplugged', 2_000, 60_000],
  [1, 'ignition-off', 2_000, 60_000],
  [2, 'ecu-asleep', 2_000, 60_000],
  [1, 'pending-storm', 2_000, 90_000],
  [1, 'ecu-busy', 2_000, 30_000],
  [1, 'no-free-resources', 5_000, 120_000],
  [1, 'resource-in-use', 5_000, 60_000],
]

/** Everything that goes wrong in a world, from its seed alone: leaving one out changes no other. */
export function planMishaps(random: SeededRandom, durationMs: number): readonly Mishap[] {
  const mishaps: Mishap[] = []
  const meanMs = random.pick([60_000, 180_000, 600_000])
  for (let atMs = 10_000; ; ) {
    // Some come in pairs, because two faults at once find what one cannot.
    atMs += random.chance(0.25) ? random.between(0, 3_000) : -Math.log(1 - random.next()) * meanMs
    if (atMs >= durationMs) return mishaps
    const platform = random.weighted([
      [2, 0],
      [1, 1],
    ])
    mishaps.push({ atMs, platform, ...mishap(random.fork()) })
  }
}

function mishap(random: SeededRandom): MishapKind {
  return random.weighted<() => MishapKind>([
    [
      6,
      () => ({
        kind: 'black-hole',
        forMs: random.weighted([
          [3, 200],
          [3, 5_000],
          [2, 20_000],
          [1, 90_000],
          [1, 400_000],
        ]),
      }),
    ],
    [5, () => ({ kind: 'reset' })],
    [2, () => ({ kind: 'refuse', forMs: random.between(100, 30_000) })],
    [2, () => ({ kind: 'slow-link', forMs: random.between(5_000, 60_000), latencyMs: random.between(200, 3_000) })],
    [10, () => loss(random)],
    [10, () => engineFault(random)],
    [1, () => ({ kind: 'engine-dies', forMs: random.between(300, 20_000) })],
    [
      5,
      () => ({
        kind: 'crash',
        forMs: random.weighted([
          [2, 2_000],
          [1, 30_000],
          [1, 200_000],
        ]),
      }),
    ],
    [2, () => ({ kind: 'function-process-dies' })],
    [2, () => ({ kind: 'gateway-dies' })],
    [1, () => ({ kind: 'own-engine-dies' })],
    [2, () => ({ kind: 'reload' })],
    [
      2,
      () => ({
        kind: 'sleep',
        forMs: random.weighted([
          [2, 8_000],
          [2, 30_000],
          [2, 100_000],
          [1, 700_000],
        ]),
      }),
    ],
    [1, () => ({ kind: 'wall-clock', byMs: random.pick([600_000, -3_600_000, 3_600_000, -5_000]) })],
    [
      2,
      () => ({
        kind: 'disk',
        trouble: random.pick(['full', 'read-only', 'locked', 'slow'] as const),
        forMs: random.between(1_000, 60_000),
      }),
    ],
  ])()
}

/** A lost connection, sometimes followed by a link that stays dead. */
function loss(random: SeededRandom): MishapKind {
  const part = random.pick(['request', 'reply'] as const)
  const silentForMs = random.weighted([
    [4, 0],
    [1, 45_000],
    [1, 400_000],
  ])
  return { kind: 'lose', rpc: random.pick(losable), part, silentForMs }
}

function engineFault(random: SeededRandom): MishapKind {
  const [, fault, least, most] = random.weighted(engineFaults.map((entry) => [entry[0], entry] as const))
  return { kind: 'engine-fault', fault, forMs: random.between(least, most) }
}

/** A mishap in one line of the event log. */
export const mishapText = ({ atMs: _at, ...mishap }: Mishap): string =>
  Object.entries(mishap)
    .map(([name, value]) =>
      name === 'kind' ? value : `${name}=${typeof value === 'number' ? Math.round(value) : value}`,
    )
    .join(' ')

/** A name for each way in which something goes wrong: a kind, or a fault of the engine. */
export const nameOf = (mishap: Mishap): string => ('fault' in mishap ? mishap.fault : mishap.kind)

/** All of these names. */
export const everyMishap: readonly string[] = [
  ...['black-hole', 'reset', 'refuse', 'slow-link', 'lose', 'engine-dies', 'crash', 'function-process-dies'],
  'gateway-dies',
  'own-engine-dies',
  ...['reload', 'sleep', 'wall-clock', 'disk'],
  ...engineFaults.map(([, fault]) => fault),
]
