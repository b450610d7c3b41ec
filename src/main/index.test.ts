import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { channelKinds } from '../shared/ipc/channels.ts'
import { createFakeElectron } from './testing/fake-electron.ts'

let fake: ReturnType<typeof createFakeElectron>

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  return {
    ...real,
    readFileSync: ((path: unknown, ...rest: unknown[]) =>
      String(path).endsWith('renderer-manifest.json')
        ? JSON.stringify({})
        : (real.readFileSync as (...args: unknown[]) => unknown)(path, ...rest)) as typeof real.readFileSync,
  }
})
vi.mock('./backend.ts', () => ({
  createBackend: () => Promise.resolve({ handlers: {}, stop: () => Promise.resolve() }),
}))

async function launch(prepare?: (electron: ReturnType<typeof createFakeElectron>['electron']) => void) {
  vi.resetModules()
  fake = createFakeElectron()
  prepare?.(fake.electron)
  vi.doMock('electron', () => ({ ...fake.electron, default: fake.electron }))
  await import('./index.ts')
  return fake
}

async function launchReady(prepare?: Parameters<typeof launch>[0]) {
  await launch(prepare)
  fake.becomeReady()
  await vi.waitFor(() => expect(fake.windows).toHaveLength(1))
  return fake
}

describe('the shell', () => {
  it('enables the sandbox before it is ready', async () => {
    await launch()
    const names = fake.calls.map((call) => call.name)
    expect(names).toContain('app.enableSandbox')
    expect(names).not.toContain('BrowserWindow')
  })
  it('boots', async () => {
    await launchReady()
    expect(fake.calls.map((c) => c.name)).toContain('ipcMain.handle')
  })
})
