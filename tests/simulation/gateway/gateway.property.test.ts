import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Deed } from './functions.ts'
import { runSteps, type Step } from './run-steps.ts'

const job = fc.integer({ min: 0, max: 1 })
const pick = fc.nat(12)
/** Mostly at once, so that messages of several things are on their way together; now and then long enough for new tokens. */
const afterMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 30 }) },
  { weight: 3, arbitrary: fc.integer({ min: 30, max: 800 }) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 150_000 }) },
)
const deeds: readonly (readonly [number, Deed])[] = [
  [5, 'claim'],
  [4, 'nest'],
  [1, 'run-local'],
  [1, 'set'],
  [3, 'chatter'],
  [5, 'ask'],
  [1, 'stop-asking'],
  [1, 'finish'],
  [2, 'hold-tokens'],
  [1, 'monitor'],
  [1, 'start-own'],
  [1, 'interrupt-own'],
  [1, 'guess'],
]
const deed = fc.oneof(...deeds.map(([weight, kind]) => ({ weight, arbitrary: fc.constant(kind) })))
/** Mostly the newest context. */
const which = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: pick })
const deaths = ['gateway-dies', 'gateway-dies', 'host-dies', 'host-dies', 'engine-dies'] as const
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ afterMs, kind: fc.constant('run' as const), job }) },
  { weight: 3, arbitrary: fc.record({ afterMs, kind: fc.constant('stop' as const), job }) },
  { weight: 1, arbitrary: fc.record({ afterMs, kind: fc.constant('finish' as const), job }) },
  {
    weight: 24,
    arbitrary: fc.record({ afterMs, kind: fc.constant('function' as const), deed, which, token: pick }),
  },
  { weight: 3, arbitrary: fc.record({ afterMs, kind: fc.constant('answer' as const), which: pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      afterMs,
      kind: fc.constantFrom('reset' as const, 'black-hole' as const),
      forMs: fc.integer({ min: 10, max: 90_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ afterMs, kind: fc.constantFrom(...deaths) }),
  },
)
const does = (kind: Deed, which: number, afterMs = 0): Step => ({
  afterMs,
  kind: 'function',
  deed: kind,
  which,
  token: 0,
})
/** Things that rarely come together by chance; what else happens falls between them. */
const phrases: readonly (readonly Step[])[] = [
  // A child comes and goes, and its monitor gives its parent a new token.
  [does('nest', 0), does('monitor', 0, 300), does('claim', 0), does('finish', 0, 300), does('set', 1, 500)],
  // A parent finishes its child, which goes on.
  [does('nest', 0), does('claim', 0, 300), does('finish', 1, 300), does('chatter', 0)],
  // A function is stopped while main does not know yet that it has ended.
  [does('claim', 0), does('finish', 0, 300), { afterMs: 25, kind: 'stop', job: 0 }],
  // A question is answered.
  [does('claim', 0), does('ask', 0, 300), { afterMs: 300, kind: 'answer', which: 0 }],
  // A script starts a session of its own and asks.
  [does('start-own', 0), does('claim', 0, 300), does('ask', 0, 300)],
  // A function is started by a new gateway, and stopped while it is handed over.
  [
    { afterMs: 0, kind: 'stop', job: 0 },
    { afterMs: 400, kind: 'gateway-dies' },
    { afterMs: 0, kind: 'run', job: 0 },
    { afterMs: 900, kind: 'stop', job: 0 },
  ],
]
const happening = fc.oneof(
  { weight: 12, arbitrary: step.map((one): readonly Step[] => [one]) },
  { weight: 1, arbitrary: fc.constantFrom(...phrases) },
)
const story = fc
  .array(happening, { minLength: 5, maxLength: 50, size: 'max' })
  .map((happenings): readonly Step[] => happenings.flat())
/** A function is under way when the interleaving begins; in half of the cases it is a composition, which never claims. */
const begun = (isClaimed: boolean): readonly Step[] => [
  { afterMs: 0, kind: 'run', job: 0 },
  does(isClaimed ? 'claim' : 'set', 0, 900),
]
const runs = Number(process.env.GATEWAY_RUNS ?? 200)

describe('the gateway under any interleaving of calls, new tokens, stops, loss and death', () => {
  // @proves Gateway: Any interleaving of calls, token rotations, stop, loss and death keeps its four promises
  it('forwards nothing after a confirmed stop, lets main alone finish a root, keeps tokens to their context and each question in one place', async () => {
    const seen = { forwarded: 0, shown: 0, shownOfHeld: 0, answered: 0, stops: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1_000_000),
        fc.boolean(),
        fc.boolean(),
        story,
        async (seed, hasWorkbench, isClaimed, steps) => {
          const { violations, ...counts } = await runSteps({
            seed,
            hasWorkbench,
            steps: [...begun(isClaimed), ...steps],
          })
          seen.forwarded += counts.forwarded
          seen.shown += counts.shown
          seen.shownOfHeld += counts.shownOfHeld
          seen.answered += counts.answered
          seen.stops += counts.stops
          expect(violations.map(({ promise, text }) => `${promise}: ${text}`)).toEqual([])
        },
      ),
      // Shrinking would run hundreds of worlds; a failure names its seed.
      { numRuns: runs, endOnFailure: true },
    )
    // An interleaving in which nothing happens keeps every promise.
    expect(seen.forwarded).toBeGreaterThan(runs * 20)
    expect(seen.shownOfHeld).toBeGreaterThan(runs / 20)
    expect(seen.shown).toBeGreaterThan(runs / 5)
    expect(seen.answered).toBeGreaterThan(runs / 40)
    expect(seen.stops).toBeGreaterThan(runs)
  }, 300_000)
})
