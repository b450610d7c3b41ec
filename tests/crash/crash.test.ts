import { afterEach, describe, expect, it } from 'vitest'
import { CrashBench, type RoundResult } from './crash-bench.ts'

const benches: CrashBench[] = []
afterEach(async () => {
  await Promise.all(benches.splice(0).map((bench) => bench.stop()))
})

async function newBench(seed: number): Promise<CrashBench> {
  const bench = await CrashBench.start(seed)
  benches.push(bench)
  return bench
}

const broken = (results: readonly RoundResult[]) =>
  results.flatMap(({ number, death, broken }) => broken.map((line) => `round ${number} (${death}): ${line}`))

describe('the application is killed', () => {
  // @proves Jobs: The whole back end is killed 20 times, also during a commit: no acknowledged fact is lost, nothing starts or finishes twice, no process is left, and every open session is offered again (P1, P2, P7)
  // @proves Faults: 36 application killed in a session; what a person sees: the record, and an offer to go on while the token lives
  it('at 20 random points and loses nothing', async () => {
    // Two profiles and engines at a time: a round mostly waits.
    const halves = await Promise.all(
      [1, 2].map(async (seed) => {
        const bench = await newBench(seed)
        const results: RoundResult[] = []
        for (let round = 0; round < 10; round += 1) results.push(await bench.round())
        return results
      }),
    )
    const results = halves.flat()
    expect(broken(results)).toEqual([])
    // The rounds prove something only when most of them die where they should, with facts on their way.
    expect(results.filter(({ isReached }) => isReached).length).toBeGreaterThanOrEqual(10)
    expect(results.some(({ open }) => open.batches > 0)).toBe(true)
    expect(results.at(-1)?.factCount).toBeGreaterThan(40)
  }, 300_000)

  it('and a fact that was acknowledged before its commit is missed', async () => {
    const bench = await newBench(7)
    const result = await bench.round('acknowledged-before-the-commit', {
      at: 'commit',
      kind: 'session-claimed',
      delayUs: 0,
    })
    expect(result.broken).toEqual([expect.stringMatching(/^acknowledged and lost: .*session-claimed/)])
  }, 120_000)

  it('and a finish that is sent twice is found, although the engine refuses the second one', async () => {
    const bench = await newBench(7)
    // The second finish needs time to arrive. A round may also end its session without a finish.
    const death = { at: 'after', kind: 'finish-confirmed', delayMs: 250 } as const
    let result = await bench.round('finish-repeated', death)
    for (let more = 0; more < 4 && result.broken.length === 0; more += 1)
      result = await bench.round('finish-repeated', death)
    expect(result.broken[0]).toMatch(/^a finish was sent to session \S+, which was finished$/)
  }, 120_000)

  it('and a process that stays is found', async () => {
    const bench = await newBench(7)
    const result = await bench.round('orphan', { at: 'after', kind: 'session-requested', delayMs: 0 })
    expect(result.broken).toEqual([expect.stringMatching(/^the child process \d+ outlived the application$/)])
    const [pid] = result.broken[0]?.match(/\d+/) ?? []
    process.kill(Number(pid), 'SIGKILL')
  }, 120_000)
})
