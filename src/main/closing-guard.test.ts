import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../openobd/manual-clock.ts'
import type { ClosingView } from '../shared/app-state.ts'
import type { JobTile } from '../shared/job.ts'
import { fail, type Outcome, succeeded } from '../shared/outcome.ts'
import { sessionPhaseSchema } from '../shared/session.ts'
import { ClosingGuard, questionTimeoutMs } from './closing-guard.ts'
import { tileIn } from './testing/job-tile.ts'

const openPhases = sessionPhaseSchema.options.filter((phase) => phase !== 'ended')

function setUp(...jobs: JobTile[]) {
  const clock = new ManualClock()
  const world = { jobs, closing: null as ClosingView | null, quits: 0, shows: 0 }
  const interrupt = vi.fn((_handle: string): Promise<Outcome<null>> => Promise.resolve(succeeded(null)))
  const guard = new ClosingGuard({
    clock,
    jobs: () => world.jobs,
    publish: (closing) => {
      world.closing = closing
    },
    showWindow: () => {
      world.shows += 1
    },
    interrupt,
    quit: () => {
      world.quits += 1
    },
  })
  const become = (...next: JobTile[]) => {
    world.jobs = next
    guard.jobsChanged()
  }
  const showsTheQuestion = () => guard.shown(world.closing?.question ?? -1)
  return { clock, world, guard, interrupt, become, showsTheQuestion }
}

describe('a request to close', () => {
  it.each([
    ['without a job', undefined],
    ['after the session ended', tileIn('ended')],
  ])('is allowed without a question %s', (_when, job) => {
    const { guard, world } = setUp(...(job ? [job] : []))
    expect(guard.mayCloseWindow()).toBe(true)
    expect(guard.mayQuit()).toBe(true)
    expect(world).toMatchObject({ closing: null, shows: 0, quits: 0 })
  })

  it.each(openPhases)('is held back, and the question comes to the front, while the session is %s', (phase) => {
    const { guard, world } = setUp(tileIn(phase))
    expect(guard.mayCloseWindow()).toBe(false)
    expect(world).toMatchObject({ closing: { jobs: [{ handle: 'ours' }] }, shows: 1, quits: 0 })
  })

  it.each(openPhases)('by quitting is held back while the session is %s', (phase) => {
    const { guard, world } = setUp(tileIn(phase))
    expect(guard.mayQuit()).toBe(false)
    expect(world).toMatchObject({ closing: { jobs: [{ handle: 'ours' }] }, shows: 1, quits: 0 })
  })

  it('is allowed once the session of its question is over', () => {
    const { guard, world, become } = setUp(tileIn('finishing'))
    guard.mayCloseWindow()
    become(tileIn('ended'))
    expect(world.closing).toBeNull()
    expect(guard.mayCloseWindow()).toBe(true)
  })

  it('does not ask about a session that came later', () => {
    const { guard, world, become } = setUp(tileIn('active'))
    guard.mayCloseWindow()
    become()
    become(tileIn('starting', 'next'))
    expect(world.closing).toBeNull()
  })

  it('keeps its question when the session changes its phase', () => {
    const { guard, world, become } = setUp(tileIn('claiming'))
    guard.mayCloseWindow()
    become(tileIn('active'))
    expect(world.closing).toMatchObject({ jobs: [{ handle: 'ours', phase: 'active' }], question: 1 })
  })

  it('names every open job, and asks again when another one is started', () => {
    const { guard, world, become } = setUp(tileIn('active'), tileIn('ended', 'over'))
    guard.mayCloseWindow()
    expect(world.closing?.jobs.map(({ handle }) => handle)).toEqual(['ours'])
    become(tileIn('active'), tileIn('starting', 'second'))
    expect(world.closing).toMatchObject({ jobs: [{ handle: 'ours' }, { handle: 'second' }], question: 2 })
    become(tileIn('ended'), tileIn('active', 'second'))
    expect(world.closing).toMatchObject({ jobs: [{ handle: 'second' }], question: 2 })
    become(tileIn('ended'), tileIn('ended', 'second'))
    expect(world.closing).toBeNull()
  })

  it('is answered for all its jobs: none is left open when one cannot be interrupted', async () => {
    const { guard, world, interrupt } = setUp(tileIn('active'), tileIn('active', 'second'))
    guard.mayCloseWindow()
    interrupt.mockImplementation((handle) => Promise.resolve(handle === 'second' ? fail('timed-out') : succeeded(null)))
    expect(await guard.answer(1, 'interrupt')).toMatchObject({ failure: { code: 'timed-out' } })
    expect(interrupt.mock.calls).toEqual([['ours'], ['second']])
    expect(world.quits).toBe(0)
  })
})

describe('a page that does not show the question', () => {
  // @proves Window: Closing with a session open asks, and never blocks a hung page or the end of the system
  it.each(['mayCloseWindow', 'mayQuit'] as const)('holds back a second %s only for a limited time', (ask) => {
    const { clock, guard } = setUp(tileIn('active'))
    expect(guard[ask]()).toBe(false)
    clock.advance(questionTimeoutMs - 1)
    expect(guard[ask]()).toBe(false)
  })

  it('loses its window, by quitting, at the next request after that', () => {
    const { clock, guard, world } = setUp(tileIn('active'))
    guard.mayCloseWindow()
    clock.advance(questionTimeoutMs)
    expect(guard.mayCloseWindow()).toBe(false)
    expect(world.quits).toBe(1)
    expect(guard.mayQuit()).toBe(true)
    expect(guard.mayCloseWindow()).toBe(true)
  })

  it('does not keep the application from quitting at the next request after that', () => {
    const { clock, guard } = setUp(tileIn('active'))
    guard.mayQuit()
    clock.advance(questionTimeoutMs)
    expect(guard.mayQuit()).toBe(true)
  })

  it('does not end the application without a further request', () => {
    const { clock, world, guard } = setUp(tileIn('active'))
    guard.mayCloseWindow()
    clock.advance(3_600_000)
    expect(world.quits).toBe(0)
  })

  it('no longer holds back when it has hung since an earlier question', () => {
    const { clock, guard, world, showsTheQuestion } = setUp(tileIn('active'))
    guard.mayCloseWindow()
    showsTheQuestion()
    clock.advance(3_600_000)
    expect(guard.mayCloseWindow()).toBe(false)
    expect(world.quits).toBe(0)
    clock.advance(questionTimeoutMs)
    guard.mayCloseWindow()
    expect(world.quits).toBe(1)
  })

  it('is not helped by a confirmation of an earlier question', () => {
    const { clock, guard, world, showsTheQuestion } = setUp(tileIn('active'))
    guard.mayCloseWindow()
    const first = world.closing?.question ?? -1
    showsTheQuestion()
    guard.mayCloseWindow()
    guard.shown(first)
    clock.advance(questionTimeoutMs)
    guard.mayCloseWindow()
    expect(world.quits).toBe(1)
  })
})

describe('a page that shows the question', () => {
  it('holds back every further request, however long the person waits', () => {
    const { clock, guard, world, showsTheQuestion } = setUp(tileIn('active'))
    for (let time = 0; time < 5; time += 1) {
      expect(guard.mayCloseWindow()).toBe(false)
      showsTheQuestion()
      clock.advance(600_000)
    }
    expect(world).toMatchObject({ quits: 0, shows: 5 })
  })
})

describe('an answer', () => {
  let asked: ReturnType<typeof setUp>
  beforeEach(() => {
    asked = setUp(tileIn('active'))
    asked.guard.mayCloseWindow()
    asked.showsTheQuestion()
  })

  it('to stay removes the question, and the next request asks again', async () => {
    expect(await asked.guard.answer(1, 'stay')).toEqual(succeeded(null))
    expect(asked.world).toMatchObject({ closing: null, quits: 0 })
    expect(asked.guard.mayCloseWindow()).toBe(false)
    expect(asked.world.closing).not.toBeNull()
  })

  it('to leave the session open quits and leaves the session unchanged', async () => {
    expect(await asked.guard.answer(1, 'leave-open')).toEqual(succeeded(null))
    expect(asked.interrupt).not.toHaveBeenCalled()
    expect(asked.world.quits).toBe(1)
    expect(asked.guard.mayQuit()).toBe(true)
  })

  it('to interrupt quits only after the server has confirmed it', async () => {
    const confirmed = Promise.withResolvers<Outcome<null>>()
    asked.interrupt.mockReturnValue(confirmed.promise)
    const outcome = asked.guard.answer(1, 'interrupt')
    expect(asked.interrupt).toHaveBeenCalledExactlyOnceWith('ours')
    expect(asked.guard.mayQuit()).toBe(false)
    asked.become(tileIn('ended'))
    expect(asked.world.quits).toBe(0)
    confirmed.resolve(succeeded(null))
    expect(await outcome).toEqual(succeeded(null))
    expect(asked.world.quits).toBe(1)
  })

  it('to interrupt that fails is reported and keeps application and question', async () => {
    asked.interrupt.mockResolvedValue(fail('connection-lost'))
    expect(await asked.guard.answer(1, 'interrupt')).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(asked.world).toMatchObject({ closing: { jobs: [{ handle: 'ours' }] }, quits: 0 })
    expect(asked.guard.mayQuit()).toBe(false)
  })

  it('to stay, given while the interrupt is under way, keeps the application open', async () => {
    const confirmed = Promise.withResolvers<Outcome<null>>()
    asked.interrupt.mockReturnValue(confirmed.promise)
    const outcome = asked.guard.answer(1, 'interrupt')
    await asked.guard.answer(1, 'stay')
    confirmed.resolve(succeeded(null))
    await outcome
    expect(asked.world.quits).toBe(0)
  })

  it.each(['stay', 'interrupt', 'leave-open'] as const)('%s about another session is refused', async (answer) => {
    expect(await asked.guard.answer(7, answer)).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(asked.world).toMatchObject({ closing: { jobs: [{ handle: 'ours' }] }, quits: 0 })
  })

  it.each(['interrupt', 'leave-open'] as const)('%s without a question is refused', async (answer) => {
    const { guard, world, interrupt } = setUp(tileIn('active'))
    expect(await guard.answer(1, answer)).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(interrupt).not.toHaveBeenCalled()
    expect(world.quits).toBe(0)
  })
})

describe('an end that cannot ask', () => {
  it('of the operating system is not held back, even during a question', () => {
    const { guard, world } = setUp(tileIn('active'))
    guard.mayCloseWindow()
    guard.systemEnds()
    expect(guard.mayCloseWindow()).toBe(true)
    expect(guard.mayQuit()).toBe(true)
    expect(guard.endsWithSystem).toBe(true)
    expect(world.quits).toBe(0)
  })

  it('by a signal quits without a question, but not as a system shutdown', () => {
    const { guard, world } = setUp(tileIn('active'))
    guard.quitWithoutQuestion()
    expect(world).toMatchObject({ closing: null, quits: 1 })
    expect(guard.mayQuit()).toBe(true)
    expect(guard.endsWithSystem).toBe(false)
  })
})
