/**
 * Vitest setup: a test that waits for a state waits long enough for a busy machine. `vi.waitFor` gives up after one second by
 * itself, which is wall-clock luck; the state it waits for is what the test asserts, not how soon it comes.
 */
import { vi } from 'vitest'

const patienceMs = 15_000
const waitFor = vi.waitFor
vi.waitFor = (callback, options) => {
  const asked = typeof options === 'number' ? { timeout: options } : options
  return waitFor(callback, { interval: 10, ...asked, timeout: Math.max(asked?.timeout ?? 0, patienceMs) })
}
