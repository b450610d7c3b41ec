/**
 * Vitest setup: a test that waits for a state waits long enough on a busy machine. `vi.waitFor` and `vi.waitUntil` give up
 * after one second by default, which is too short on a busy machine; the test asserts the state, not how soon it
 * comes. The time-out of `expect.poll` is in vitest.config.ts.
 */
import { vi } from 'vitest'

/** A mutation run waits less long. */
const patienceMs = Number(process.env.WORKBENCH_TEST_PATIENCE_MS ?? 15_000)

interface Waiting {
  readonly timeout?: number
  readonly interval?: number
}

function patient(options: number | Waiting = {}) {
  const asked = typeof options === 'number' ? { timeout: options } : options
  return { interval: 10, ...asked, timeout: Math.max(asked.timeout ?? 0, patienceMs) }
}

const { waitFor, waitUntil } = vi
vi.waitFor = (callback, options) => waitFor(callback, patient(options))
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options))
