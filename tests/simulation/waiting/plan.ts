import { SeededRandom } from '../time/random.ts'

/** What can hold a job up on purpose. */
export const causes = ['you', 'operator', 'link', 'server', 'control-unit'] as const
export type Cause = (typeof causes)[number]

/** How a cause is brought about. */
export type Way =
  | 'question'
  | 'black-hole'
  | 'refused'
  | 'no-internet'
  | 'unplugged'
  | 'getVehicleDetails'
  | 'getEcuList'
  | 'asleep'
  | 'asleep-repeated'
  | 'pending'
  | 'busy'

/** One cause for a time; times in ms after the function began. */
export interface Injection {
  readonly cause: Cause
  readonly way: Way
  readonly fromMs: number
  readonly toMs: number
}

/** Everything that a world injects, from its seed alone. */
export interface Plan {
  readonly seed: number
  /** The server has none of our own services. */
  readonly isBare: boolean
  readonly injections: readonly [Injection, Injection]
  /** The function ends then; the rest of the time it is at work itself. */
  readonly endMs: number
}

const ways: Record<Cause, readonly Way[]> = {
  you: ['question'],
  operator: ['question'],
  link: ['black-hole', 'refused', 'no-internet', 'unplugged'],
  server: ['getVehicleDetails', 'getEcuList'],
  'control-unit': ['asleep', 'asleep-repeated', 'pending', 'busy'],
}

/** Each cause with each other one, in both orders. */
const pairs = causes.flatMap((first) =>
  causes.filter((other) => other !== first).map((second) => [first, second] as const),
)

/** The plan of a seed. Twenty seeds in a row have every pair. */
export function planOf(seed: number): Plan {
  const random = new SeededRandom(seed ^ 0x2545f491)
  const [first, second] = pairs[seed % pairs.length] ?? (['you', 'link'] as const)
  const isBare = random.chance(0.5)
  const wayOf = (cause: Cause): Way =>
    // A server without our services does not say that an adapter was pulled.
    random.pick(ways[cause].filter((way) => !isBare || way !== 'unplugged'))
  const firstFromMs = random.between(4_000, 7_000)
  const firstToMs = firstFromMs + random.between(13_000, 19_000)
  const secondFromMs = firstFromMs + random.between(5_000, 8_000)
  const isInside = random.chance(0.3)
  const secondToMs = isInside ? firstToMs - random.between(200, 1_000) : firstToMs + random.between(5_000, 9_000)
  return {
    seed,
    isBare,
    injections: [
      { cause: first, way: wayOf(first), fromMs: firstFromMs, toMs: firstToMs },
      { cause: second, way: wayOf(second), fromMs: secondFromMs, toMs: secondToMs },
    ],
    endMs: Math.max(firstToMs, secondToMs) + 16_000,
  }
}

/**
 * Of two causes at once the earlier in this list holds everything up: a question waits for a person whatever else gets well; without
 * the link neither the server nor a control unit is reached; what goes to a control unit passes the server.
 */
const upstreamFirst: readonly Cause[] = ['you', 'operator', 'link', 'server', 'control-unit']

/** How long a cause may be at work before it must be named, in ms. The link's message comes each second and must be missed thrice. */
function settleMs({ cause, way }: Injection): number {
  if (way === 'black-hole' || way === 'refused') return 4_200
  return cause === 'you' || cause === 'operator' ? 1_000 : 2_600
}

/** How long a cause goes on after its end, in ms: a request that was sent before it still waits, a connection has to come back. */
function lingerMs({ cause, way }: Injection): number {
  switch (way) {
    case 'question':
      return 1_000
    case 'asleep':
      return 12_000
    case 'pending':
      return 8_000
    case 'asleep-repeated':
      return 4_000
    default:
      return cause === 'link' ? 8_000 : 3_000
  }
}

/** What the line must say at a time; `unsure` while a cause has just begun or ended that would come first. */
export function expectedAt(plan: Plan, atMs: number): Cause | 'function' | 'unsure' {
  for (const cause of upstreamFirst) {
    const injection = plan.injections.find((one) => one.cause === cause)
    if (!injection || atMs < injection.fromMs || atMs > injection.toMs + lingerMs(injection)) continue
    if (injection.way === 'question' && isAskedInto(plan, injection, atMs)) return 'unsure'
    return atMs >= injection.fromMs + settleMs(injection) && atMs <= injection.toMs ? cause : 'unsure'
  }
  return 'function'
}

/** A question that is asked while the server is out of reach may be shown only when the link is back: the link holds it up. */
const isAskedInto = ({ injections }: Plan, question: Injection, atMs: number): boolean =>
  injections.some(
    (one) =>
      (one.way === 'black-hole' || one.way === 'refused') &&
      one.fromMs <= question.fromMs &&
      question.fromMs <= one.toMs &&
      atMs <= one.toMs + lingerMs(one),
  )

/** How long after the start of a loss the line may still name a control unit: until the second missing message, in ms. */
const namedAfterLossMs = 2_600

/** Whether the link is lost for so long that a control unit must not be named, also while `unsure`. */
export const isLinkDown = (plan: Plan, atMs: number): boolean =>
  plan.injections.some(
    ({ cause, fromMs, toMs }) => cause === 'link' && atMs > fromMs + namedAfterLossMs && atMs <= toMs,
  )
