import { afterEach, expect, vi } from 'vitest'
import { succeeded } from '../../shared/outcome.ts'
import type { BackendOptions } from '../backend.ts'
import type { Simulator } from '../opened-file.ts'
import type { StatePublisher } from '../services/state-publisher.ts'
import { createFakeElectron } from './fake-electron.ts'

/** The fake Electron that a started entry and its test share. */
export type Fake = ReturnType<typeof createFakeElectron>

/** The back end of the entry: counts its stops and gives what it was made with to the test. */
export const backend = {
  stops: 0,
  isBroken: false,
  publisher: undefined as StatePublisher | undefined,
  options: undefined as BackendOptions | undefined,
  simulator: undefined as Simulator | undefined,
}
/** The one call of the back end that the entry makes itself. */
export const interruptSession = vi.fn()

function mockBackend(): void {
  vi.doMock('../backend.ts', () => ({
    createBackend: (options: BackendOptions) => {
      backend.publisher = options.publisher
      backend.options = options
      if (backend.isBroken) throw new Error('CANARY')
      return Promise.resolve({
        handlers: { interruptSession },
        simulator: backend.simulator,
        settle: () => Promise.resolve(),
        stop: () => {
          backend.stops += 1
          return Promise.resolve()
        },
      })
    },
  }))
}

function mockManifest(): void {
  vi.doMock('node:fs', async (original) => {
    const real = await original<typeof import('node:fs')>()
    const readFileSync = (path: unknown, ...rest: unknown[]) =>
      String(path).endsWith('renderer-manifest.json')
        ? '{}'
        : (real.readFileSync as (...args: unknown[]) => unknown)(path, ...rest)
    return { ...real, readFileSync }
  })
}

// Each start of the entry adds listeners for uncaught errors and signals of the process.
const listenersBefore = new Map(
  (['uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => [
    name,
    process.listeners(name as never),
  ]),
)
afterEach(() => {
  for (const [name, before] of listenersBefore) {
    for (const listener of process.listeners(name as never)) {
      if (!before.includes(listener as never)) process.removeListener(name, listener as never)
    }
  }
})

/** Starts the entry in a fake Electron that is not ready yet. */
export async function launch(prepare?: (electron: Fake['electron']) => void): Promise<Fake> {
  vi.resetModules()
  backend.stops = 0
  backend.publisher = undefined
  backend.options = undefined
  interruptSession.mockReset().mockResolvedValue(succeeded(null))
  mockManifest()
  mockBackend()
  const fake = createFakeElectron()
  prepare?.(fake.electron)
  vi.doMock('electron', () => ({ ...fake.electron, default: fake.electron }))
  await import('../index.ts')
  return fake
}

/** Starts the entry and waits for its window. */
export async function launchReady(prepare?: (electron: Fake['electron']) => void) {
  const fake = await launch(prepare)
  fake.becomeReady()
  await vi.waitFor(() => expect(fake.windows).toHaveLength(1))
  const [window] = fake.windows
  if (!window) throw new Error('no window')
  return { fake, window }
}

/** Starts the entry and waits for what its back end is made with. */
export async function launchBackend(prepare?: (electron: Fake['electron']) => void) {
  const launched = await launchReady(prepare)
  const options = await vi.waitFor(() => {
    if (!backend.options) throw new Error('no back end yet')
    return backend.options
  })
  return { ...launched, options }
}

/** The calls to Electron so far, by name. */
export const names = (fake: Fake) => fake.calls.map((call) => call.name)
/** An event whose default can be prevented. */
export const preventable = (more: object = {}) => {
  const event = { prevented: false, preventDefault: () => Object.assign(event, { prevented: true }), ...more }
  return event
}
