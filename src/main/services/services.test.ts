import { describe, expect, it } from 'vitest'
import { startBackend } from '../testing/backend-bench.ts'
import { fakeSpawner } from '../testing/fake-child.ts'

describe('a restart', () => {
  it('stays on the server last chosen, asks for its secret and starts no simulation', async () => {
    const first = startBackend({ spawn: fakeSpawner().spawn })
    const saved = await first.handlers.saveProfile({
      name: 'Depot',
      host: '127.0.0.1',
      port: 1,
      clusterId: '001',
      clientId: 'client',
      clientSecret: 'CANARY-secret',
      allowPlaintext: false,
    })
    if (!saved.ok) throw new Error(saved.failure.code)
    const { profileId } = saved.value
    await first.handlers.selectProfile({ profileId })
    await first.backend.stop()
    const children = fakeSpawner()
    const next = startBackend({ folder: first.folder, spawn: children.spawn })
    expect(next.publisher.state.endpoint).toMatchObject({
      profileId,
      status: 'failed',
      failure: { code: 'wrong-credentials', nextAction: 'check-credentials' },
    })
    expect(children.started.map(({ name }) => name)).not.toContain('openOBD engine')
    await next.backend.stop()
  }, 15_000)
})
