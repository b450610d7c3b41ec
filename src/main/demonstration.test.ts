import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../openobd/clock.ts'
import { ManualClock } from '../openobd/manual-clock.ts'
import { fail } from '../shared/outcome.ts'
import { demonstrate, demonstrationLimitMs } from './demonstration.ts'
import { initialState } from './initial-state.ts'
import { type RunningBackend, startBackend } from './testing/running-backend.ts'

const running: RunningBackend[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ backend }) => backend.stop()))
})

describe('the demonstration of an installed application', () => {
  // @proves Delivery: The installed application checks itself: engine, session, function, finish
  it('does a job on the own simulator and says each step', async () => {
    const bench = startBackend()
    running.push(bench)
    const lines: string[] = []
    const { handlers, publisher } = bench
    const options = {
      handlers,
      state: () => publisher.state,
      clock: systemClock,
      say: (line: string) => lines.push(line),
    }
    expect(await demonstrate(options)).toBe(true)
    expect(lines).toEqual([
      'demo: the simulator runs',
      'demo: a session was started and claimed',
      'demo: a function asked its question',
      'demo: the function was stopped and the session finished',
      'demo: everything worked',
    ])
    expect(publisher.state.session?.end).toMatchObject({ kind: 'finished', serviceResult: { results: ['success'] } })
  })

  const state = initialState({ version: '0', platform: 'test', host: 'stand-in' })
  const handlers = { startSession: vi.fn(), runFunction: vi.fn(), stopFunction: vi.fn(), finishSession: vi.fn() }

  it('fails with the reason when the simulator does not start', async () => {
    const clock = new ManualClock()
    const lines: string[] = []
    const result = demonstrate({ handlers, state: () => state, clock, say: (line) => lines.push(line) })
    await clock.advanceAsync(demonstrationLimitMs + 1000)
    expect(await result).toBe(false)
    expect(lines).toEqual(['demo: failed: waited too long for the simulator'])
  })

  it('fails with the code of a call that is refused', async () => {
    const ready = {
      ...state,
      endpoint: { ...state.endpoint, status: 'ready' as const },
      tickets: [{ number: '1' } as never],
    }
    handlers.startSession.mockResolvedValue(fail('resource-in-use'))
    const lines: string[] = []
    const options = { handlers, state: () => ready, clock: systemClock, say: (line: string) => lines.push(line) }
    expect(await demonstrate(options)).toBe(false)
    expect(lines.at(-1)).toBe('demo: failed: resource-in-use')
  })
})
