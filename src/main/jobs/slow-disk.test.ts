import { expect, it } from 'vitest'
import { PromptFacts } from './prompt-facts.ts'
import { type JobsBench, numbered, result, setUp, target } from './testing/jobs-bench.ts'

/** A bench whose disk takes this long for each operation, from the moment when the journal is open. */
async function onSlowDisk(slowMs: number): Promise<JobsBench> {
  const bench = setUp()
  await bench.unfinished.loaded
  bench.disk.slowMs = slowMs
  return bench
}

/** The outcome of an operation, and how long it took, in ms. */
async function timed<T>({ clock }: JobsBench, operation: Promise<T>): Promise<{ outcome: T; ms: number }> {
  const begin = clock.monotonicMs()
  let done: { outcome: T; ms: number } | undefined
  void operation.then((outcome) => {
    done = { outcome, ms: clock.monotonicMs() - begin }
  })
  for (let step = 0; !done && step < 2_000; step += 1) await clock.advanceAsync(50)
  if (!done) throw new Error('The operation never ended.')
  return done
}

const answer = (bench: JobsBench) => {
  const recorder = new PromptFacts({
    clock: bench.clock,
    journal: bench.journal,
    visitors: { record: () => ({ durable: Promise.resolve() }) },
    jobOf: () => bench.jobs.shown,
  })
  const given = { promptId: 'p', answerId: 'a', choice: { kind: 'yesno', yes: true }, device: 'touch', sessionId: 's1' }
  return recorder.answering(given as never).sendable
}

// @proves Jobs: On a disk whose every operation is slow a job starts, is answered and ends, and the disk is named once
it('a profile on a slow disk holds up no start and no answer, and the disk is named once', async () => {
  const bench = await onSlowDisk(2_500)
  const start = await timed(bench, bench.jobs.start(target))
  expect(start).toMatchObject({ outcome: { ok: true } })
  expect(start.ms).toBeLessThanOrEqual(3_550)
  const { shown: job } = bench.jobs
  if (!job?.handle) throw new Error('no session')
  expect((await timed(bench, answer(bench))).ms).toBeLessThanOrEqual(250)
  const refused = await timed(bench, bench.jobs.finish(job.handle, result))
  expect(refused).toMatchObject({ outcome: { failure: { code: 'not-recorded', parameters: { cause: 'slow' } } } })
  expect(await timed(bench, bench.jobs.finish(job.handle, result, true))).toMatchObject({ outcome: { ok: true } })
  expect(bench.server.custodies[0]?.finishes).toEqual([result])
  await bench.clock.advanceAsync(120_000)
  expect(bench.troubles).toEqual(['slow', undefined])
  bench.disk.slowMs = 0
  const facts = await bench.facts(job.id)
  expect(facts.map(({ sequence }) => sequence)).toEqual(facts.map((_fact, index) => index + 1))
  expect(facts.map(({ kind }) => kind)).toContain('prompt-answered')
  expect(facts.at(-1)?.kind).toBe('session-ended')
})

it('a start on a disk that takes ten seconds is refused with the reason, and goes on without a record', async () => {
  const bench = await onSlowDisk(10_000)
  expect(await timed(bench, bench.jobs.start(target))).toMatchObject({
    outcome: { failure: { code: 'not-recorded', parameters: { cause: 'slow' } } },
  })
  const start = await timed(bench, bench.jobs.start(target, true))
  expect(start).toMatchObject({ outcome: { ok: true } })
  expect(start.ms).toBeLessThanOrEqual(50)
  await bench.clock.advanceAsync(120_000)
  expect(bench.troubles).toEqual(['slow', undefined])
})

it('kept tokens wait for a slow disk behind the facts, and nothing waits for them', async () => {
  const bench = await onSlowDisk(2_500)
  bench.journal.append('job', numbered('job', [{ kind: 'job-closed', actor: 'mechanic' }]))
  const kept = timed(bench, bench.journal.tokens.set({ handle: 'h', receivedAt: 1, encrypted: Uint8Array.of(1) }))
  expect(await kept).toMatchObject({ outcome: { ok: true }, ms: 5_000 })
})
