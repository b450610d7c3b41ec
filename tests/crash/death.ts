import type { FactKind } from '../../src/shared/facts.ts'
import type { SeededRandom } from '../simulation/time/random.ts'

/** Facts whose write is a point of death, in the order of a job. */
const kinds = [
  'application-lost',
  'session-resumed',
  'interrupt-requested',
  'job-opened',
  'session-requested',
  'session-started',
  'session-claimed',
  'function-requested',
  'function-started',
  'prompt-shown',
  'prompt-answered',
  'answer-settled',
  'prompt-ended',
  'function-found',
  'function-logged',
  'function-ended',
  'finish-chosen',
  'finish-sent',
  'finish-confirmed',
  'session-ended',
  'job-closed',
] as const satisfies readonly FactKind[]

/** When the application of one round kills itself. Without a plan it ends its script alive. */
export type Death =
  /** While the worker writes: main blocks for `delayUs` after it has posted the nth batch, then dies. */
  | { readonly at: 'batch'; readonly nth: number; readonly delayUs: number }
  /** The same for the first batch with a fact of this kind. */
  | { readonly at: 'commit'; readonly kind: FactKind; readonly delayUs: number }
  /** Some time after a fact of this kind was posted; calls and streams go on until then. */
  | { readonly at: 'after'; readonly kind: FactKind; readonly delayMs: number }

/** The death of a round. */
export function planDeath(random: SeededRandom): Death {
  const kind = random.pick(kinds)
  // A commit took 0.1 to 5 ms on the disks tried. Short delays are more frequent, so that many fall before and into it.
  const delayUs = Math.round(2_000 * random.next() ** 3)
  if (random.chance(0.25)) return { at: 'batch', nth: random.whole(1, 40), delayUs }
  return random.chance(0.55) ? { at: 'commit', kind, delayUs } : { at: 'after', kind, delayMs: random.whole(0, 40) }
}

/** How often each point of death came, most frequent first. */
export function distributionOf(deaths: readonly Death[]): string[] {
  const point = (death: Death) => {
    if (death.at === 'batch') return 'any batch, during its write'
    return `${death.kind}, ${death.at === 'commit' ? 'during its write' : 'later'}`
  }
  const groups = [...Map.groupBy(deaths, point)].map(([name, { length }]) => ({ name, length }))
  return groups.sort((a, b) => b.length - a.length).map(({ name, length }) => `${String(length).padStart(4)}  ${name}`)
}

/** A death in a few words. */
export function describeDeath(death: Death): string {
  if (death.at === 'batch') return `${death.delayUs} µs after batch ${death.nth} was posted`
  if (death.at === 'commit') return `${death.delayUs} µs after ${death.kind} was posted`
  return `${death.delayMs} ms after ${death.kind} was posted, calls going on`
}
