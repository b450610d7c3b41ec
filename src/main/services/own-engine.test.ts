import { expect, it, vi } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { newFailure, succeeded } from '../../shared/outcome.ts'
import { OwnEngine } from './own-engine.ts'

function setUp(isInUse = true) {
  const clock = new ManualClock()
  const order: string[] = []
  const failure = newFailure('engine-failed')
  const server = {
    engineDied: vi.fn(() => {
      order.push('died')
      return failure
    }),
    forget: vi.fn(() => order.push('forget')),
    restartEngine: vi.fn(() => {
      order.push('restart')
      return Promise.resolve(succeeded(null))
    }),
    reconnect: vi.fn(() => Promise.resolve()),
  }
  const endWithServer = vi.fn(() => order.push('jobs'))
  const byKey = vi.fn(() => (isInUse ? server : undefined))
  const engine = new OwnEngine({ servers: { byKey }, jobs: { endWithServer }, clock } as never)
  return { clock, order, failure, server, endWithServer, byKey, engine }
}

it('a restart ends the jobs and removes what is known of the sessions, then starts the engine', async () => {
  const { engine, order, server, endWithServer, byKey } = setUp()
  expect(await engine.restart()).toEqual(succeeded(null))
  expect(byKey).toHaveBeenCalledExactlyOnceWith('embedded')
  expect(order).toEqual(['jobs', 'forget', 'restart'])
  expect(endWithServer).toHaveBeenCalledExactlyOnceWith(server, expect.objectContaining({ code: 'engine-failed' }))
})

it('an end is told to the jobs with the failure that is shown, and the engine is started again', () => {
  const { engine, order, server, failure, endWithServer } = setUp()
  engine.died()
  expect(order).toEqual(['died', 'jobs', 'forget'])
  expect(endWithServer).toHaveBeenCalledExactlyOnceWith(server, failure)
  expect(server.reconnect).toHaveBeenCalledTimes(1)
})

it('the third end within a minute is the last that is followed by a start', () => {
  const { engine, clock, server } = setUp()
  engine.died()
  engine.died()
  clock.advance(59_999)
  engine.died()
  expect(server.reconnect).toHaveBeenCalledTimes(2)
  clock.advance(60_000)
  engine.died()
  expect(server.reconnect).toHaveBeenCalledTimes(3)
})

it('two ends count no more after exactly a minute', () => {
  const { engine, clock, server } = setUp()
  engine.died()
  engine.died()
  clock.advance(60_000)
  engine.died()
  expect(server.reconnect).toHaveBeenCalledTimes(3)
})

it('an engine that no server uses is left alone', async () => {
  const { engine, order } = setUp(false)
  engine.died()
  expect(await engine.restart()).toMatchObject({ failure: { code: 'not-allowed-now' } })
  expect(order).toEqual([])
})
