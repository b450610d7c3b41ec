import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../openobd/manual-clock.ts'
import type { Fact } from '../../../shared/facts.ts'
import type { JournalView } from '../../../shared/job.ts'
import { Journal } from './journal.ts'
import type { JournalAnswer, JournalCall } from './journal-calls.ts'
import type { JournalThread } from './journal-thread.ts'

const noted = (sequence: number, job = 'j1', more: Partial<Fact> = {}): Fact =>
  ({ kind: 'link-lost', job, sequence, at: sequence, actor: 'application', session: 's', ...more }) as Fact

/** A journal on a thread whose answers a test gives. */
function scripted() {
  const clock = new ManualClock()
  const calls: { call: JournalCall; answer: (answer: JournalAnswer) => void }[] = []
  const thread: JournalThread = {
    call: (call) =>
      new Promise((resolve) => {
        calls.push({ call, answer: resolve as (answer: JournalAnswer) => void })
      }),
  }
  const views: JournalView[] = []
  const journal = new Journal({ thread, clock, random: () => 0.5, onView: (view) => void views.push(view) })
  const settle = async (answer: JournalAnswer = { ok: true, value: null }) => {
    calls.shift()?.answer(answer)
    await clock.advanceAsync(0)
  }
  return { clock, calls, views, journal, settle }
}

describe('the state of the journal', () => {
  const refused = { ok: false, cause: 'locked' } as const

  it('shows a file that cannot be opened, and since when', async () => {
    const { settle, views, clock, journal, calls } = scripted()
    expect(calls.map(({ call }) => call.kind)).toEqual(['open'])
    await settle(refused)
    expect(views).toEqual([{ trouble: 'locked', since: clock.wallMs() }])
    expect(journal.trouble).toEqual({ cause: 'locked', since: clock.wallMs() })
    const since = clock.wallMs()
    journal.append('j1', [noted(1)])
    expect(calls).toHaveLength(0)
    await clock.advanceAsync(60_000)
    await settle({ ok: false, cause: 'disk-full' })
    expect(views.at(-1)).toEqual({ trouble: 'disk-full', since })
    await clock.advanceAsync(60_000)
    await settle()
    // This write was slow: the disk counts as slow for a while.
    expect(views.at(-1)).toMatchObject({ trouble: 'slow', since })
    await clock.advanceAsync(10_000)
    expect(views.at(-1)).toEqual({})
    expect(journal.trouble).toBeUndefined()
  })

  it('names a file that was set aside once, beside any trouble', async () => {
    const { settle, views, journal } = scripted()
    await settle({ ok: true, value: null, setAside: 'old' })
    journal.append('j1', [noted(1)])
    await settle({ ...refused, setAside: 'old' })
    expect(views).toEqual([{ setAside: 'old' }, { setAside: 'old', trouble: 'locked', since: expect.any(Number) }])
    const list = journal.list({ limit: 1 })
    await settle({ ok: true, value: [], setAside: 'another' })
    expect(await list).toEqual({ ok: true, value: [] })
    expect(views.at(-1)).toMatchObject({ setAside: 'another', trouble: 'locked' })
  })

  it('waits longer after each refusal, at most to its limit, and starts anew after a success', async () => {
    const { journal, settle, calls, clock } = scripted()
    await settle()
    const pauses: number[] = []
    const pauseOf = async () => {
      const from = clock.monotonicMs()
      for (let ms = 0; calls.length === 0 && ms < 120_000; ms += 10) await clock.advanceAsync(10)
      return clock.monotonicMs() - from
    }
    journal.append('j1', [noted(1)])
    for (let count = 0; count < 4; count += 1) {
      await settle(refused)
      pauses.push(await pauseOf())
    }
    expect(pauses.every((ms) => ms > 0)).toBe(true)
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    expect(pauses[3]).toBeGreaterThan(pauses[0] ?? 0)
    await settle()
    journal.append('j1', [noted(2)])
    await settle(refused)
    expect(await pauseOf()).toBe(pauses[0])
  })

  it('leaves no timer after a fact that was waited for', async () => {
    const { journal, settle, clock } = scripted()
    await settle()
    const outcome = journal.recorded('j1', [noted(1)], 1_000)
    await settle()
    await outcome
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('reading while the disk refuses', () => {
  const refused = { ok: false, cause: 'damaged' } as const
  const failure = { ok: false, failure: { code: 'not-recorded', parameters: { cause: 'damaged' } } }

  it('fails with the cause, except for facts that still wait', async () => {
    const { journal, settle, calls } = scripted()
    await settle()
    for (const read of [
      () => journal.facts('j1'),
      () => journal.list({ limit: 3 }),
      () => journal.remove(['j1']),
      () => journal.removeOlderThan(5),
    ]) {
      const outcome = read()
      await settle(refused)
      expect(await outcome).toMatchObject(failure)
    }
    journal.append('j1', [noted(7)])
    calls.length = 0
    const facts = journal.facts('j1')
    await settle(refused)
    expect(await facts).toEqual({ ok: true, value: [noted(7)] })
  })

  it('asks for exactly what is wanted', async () => {
    const { journal, settle, calls } = scripted()
    await settle()
    void journal.facts('j1')
    void journal.list({ limit: 3, search: 'a' })
    void journal.remove(['j1'])
    void journal.removeOlderThan(5)
    expect(calls.map(({ call }) => call)).toEqual([
      { kind: 'facts', job: 'j1', after: 0 },
      { kind: 'list', query: { limit: 3, search: 'a' } },
      { kind: 'remove', jobs: ['j1'] },
      { kind: 'remove-older', at: 5 },
    ])
  })

  it('gives a fact that is on the disk and still waits only once', async () => {
    const { journal, settle, calls } = scripted()
    await settle()
    journal.append('j1', [noted(1), noted(3)])
    calls.length = 0
    const facts = journal.facts('j1')
    await settle({ ok: true, value: [noted(1), noted(2)] })
    const found = await facts
    expect(found.ok && found.value.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
    const later = journal.facts('j1', 1)
    expect(calls[0]?.call).toEqual({ kind: 'facts', job: 'j1', after: 1 })
    await settle({ ok: true, value: [noted(2)] })
    const rest = await later
    expect(rest.ok && rest.value.map(({ sequence }) => sequence)).toEqual([2, 3])
  })

  it('forgets the waiting facts of a job that is removed', async () => {
    const { journal, settle, calls, clock } = scripted()
    await settle({ ok: false, cause: 'locked' })
    journal.append('j1', [noted(1)])
    void journal.remove(['j1'])
    calls.length = 0
    await clock.advanceAsync(60_000)
    expect(calls).toEqual([])
  })
})

describe('closing', () => {
  it('writes what waits, then closes the file', async () => {
    const { journal, settle, calls } = scripted()
    await settle()
    journal.append('j1', [noted(1)])
    journal.append('j1', [noted(2)])
    let isClosed = false
    const closing = journal.close().then(() => {
      isClosed = true
    })
    expect(calls.map(({ call }) => call.kind)).toEqual(['append'])
    await settle()
    expect(calls.map(({ call }) => call.kind)).toEqual(['append'])
    await settle()
    expect(calls.map(({ call }) => call.kind)).toEqual(['close'])
    expect(isClosed).toBe(false)
    await settle()
    await closing
  })

  it('closes at once when nothing waits, and leaves no timer', async () => {
    const { journal, settle, calls, clock } = scripted()
    await settle()
    const closing = journal.close()
    await clock.advanceAsync(0)
    expect(calls.map(({ call }) => call)).toEqual([{ kind: 'close' }])
    await settle()
    await closing
    expect(clock.pendingTimers).toBe(0)
  })

  it('tries once more what the disk refuses, and then gives up', async () => {
    const { journal, settle, calls, clock } = scripted()
    await settle({ ok: false, cause: 'locked' })
    journal.append('j1', [noted(1)])
    const closing = journal.close()
    expect(calls.map(({ call }) => call.kind)).toEqual(['append'])
    await settle({ ok: false, cause: 'locked' })
    expect(calls.map(({ call }) => call.kind)).toEqual(['close'])
    await clock.advanceAsync(60_000)
    expect(calls).toHaveLength(1)
    await settle()
    await closing
  })

  it('waits at most two seconds for a disk that hangs', async () => {
    const { journal, settle, calls, clock } = scripted()
    await settle()
    journal.append('j1', [noted(1)])
    let isClosed = false
    const closing = journal.close().then(() => {
      isClosed = true
    })
    await clock.advanceAsync(1_999)
    expect([isClosed, calls.length]).toEqual([false, 1])
    await clock.advanceAsync(1)
    await closing
    expect(isClosed).toBe(true)
  })
})
