import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ProfileInput } from '../../shared/app-state.ts'
import { Jobs } from '../jobs/jobs.ts'
import { type FakeChild, fakeSpawner } from '../testing/fake-child.ts'
import { startBackend } from '../testing/running-backend.ts'
import { ServerConnection } from './server-connection.ts'

/** Limits the database size: every write fails as on a full disk (SQLITE_FULL). */
function fillDisk(database: DatabaseSync): void {
  database.exec('PRAGMA max_page_count = 1;')
  for (const [table, columns] of [
    ['settings', '(name, value) VALUES (hex(randomblob(6)), ?)'],
    [
      'profiles',
      "(id, name, host, port, cluster_id, client_id, allow_plaintext, created_at) VALUES (hex(randomblob(6)), ?, '', 1, '', '', 0, 0)",
    ],
  ]) {
    const insert = database.prepare(`INSERT INTO ${table} ${columns}`)
    for (let size = 512; size >= 1; size = Math.floor(size / 2)) {
      for (;;) {
        try {
          insert.run('x'.repeat(size))
        } catch {
          break
        }
      }
    }
  }
}

describe('a restart', () => {
  it('keeps the server last chosen, asks for its secret and starts no simulation', async () => {
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
      failure: { code: 'secret-missing', nextAction: 'enter-secret' },
    })
    expect(children.started.map(({ name }) => name)).not.toContain('openOBD engine')
    await next.backend.stop()
  }, 15_000)
})

const depot: ProfileInput = {
  name: 'Depot',
  host: '127.0.0.1',
  port: 1,
  clusterId: '001',
  clientId: 'client',
  clientSecret: 'CANARY-secret',
  allowPlaintext: false,
}

function start(more: Parameters<typeof startBackend>[0] = {}) {
  const spawner = fakeSpawner()
  const bench = startBackend({ spawn: spawner.spawn, ...more })
  onTestFinished(() => bench.backend.stop())
  const names = () => spawner.started.map(({ name }) => name)
  return { ...bench, spawner, names }
}

describe('the choice of a server', () => {
  it('is left to a person when the store was set aside: no simulation starts by itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'workbench-services-'))
    writeFileSync(join(folder, 'workbench.sqlite'), 'no database, but long enough to be looked at'.repeat(50))
    const { publisher, names, handlers } = start({ folder })
    expect(publisher.state.endpoint).toMatchObject({
      status: 'failed',
      failure: { code: 'server-gone', nextAction: 'choose-server' },
    })
    expect(names()).not.toContain('openOBD engine')
    expect(await handlers.selectProfile({ profileId: 'embedded' })).toMatchObject({ ok: true })
    expect(names()).toContain('openOBD engine')
  })

  it('does not change when the chosen server is to be removed', async () => {
    const { publisher, handlers, names } = start()
    const saved = await handlers.saveProfile(depot)
    const profileId = saved.ok ? saved.value.profileId : ''
    await handlers.selectProfile({ profileId })
    const before = names().length
    expect(await handlers.removeProfile({ profileId })).toMatchObject({ failure: { code: 'server-chosen' } })
    expect(publisher.state.endpoint.profileId).toBe(profileId)
    expect(names()).toHaveLength(before)
    await handlers.selectProfile({ profileId: 'embedded' })
    expect(await handlers.removeProfile({ profileId })).toMatchObject({ ok: true })
  })

  it('is refused when the choice cannot be stored', async () => {
    const { handlers, storage, publisher } = start()
    const saved = await handlers.saveProfile(depot)
    const profileId = saved.ok ? saved.value.profileId : ''
    storage.database.exec('PRAGMA query_only = ON')
    expect(await handlers.selectProfile({ profileId })).toMatchObject({ failure: { code: 'storage-failed' } })
    expect(publisher.state.endpoint.profileId).toBe('embedded')
    storage.database.exec('PRAGMA query_only = OFF')
  })

  it('reports a full disk, as does everything else that is stored', async () => {
    const { handlers, storage, publisher } = start()
    const saved = await handlers.saveProfile(depot)
    const profileId = saved.ok ? saved.value.profileId : ''
    fillDisk(storage.database)
    const diskFull = { failure: { code: 'disk-full', nextAction: 'retry' } }
    expect(await handlers.selectProfile({ profileId })).toMatchObject(diskFull)
    expect(publisher.state.endpoint.profileId).toBe('embedded')
    const name = 'a long name for a server'.repeat(3)
    expect(await handlers.saveProfile({ ...depot, name })).toMatchObject(diskFull)
    expect(await handlers.setTheme({ theme: 'light' })).toMatchObject(diskFull)
  })
})

// @proves Stories: A page cannot allow plaintext to another computer; a person is asked outside of it
describe('plaintext to another computer', () => {
  const far: ProfileInput = { ...depot, host: 'grpc.example.test', allowPlaintext: true }

  it('is stored only after a person agreed, and asked again when the server changes', async () => {
    const asked: string[] = []
    let answer = false
    const confirmPlaintext = (host: string) => {
      asked.push(host)
      return Promise.resolve(answer)
    }
    const { handlers, publisher } = start({ confirmPlaintext })
    expect(await handlers.saveProfile(far)).toMatchObject({ failure: { code: 'plaintext-declined' } })
    expect(publisher.state.profiles.map(({ host }) => host)).not.toContain('grpc.example.test')
    answer = true
    const saved = await handlers.saveProfile(far)
    const id = saved.ok ? saved.value.profileId : ''
    answer = false
    expect(await handlers.saveProfile({ ...far, id, name: 'Renamed' })).toMatchObject({ ok: true })
    expect(await handlers.saveProfile({ ...far, id, host: 'evil.example.test' })).toMatchObject({ ok: false })
    expect(publisher.state.profiles.find((profile) => profile.id === id)).toMatchObject({ host: 'grpc.example.test' })
    expect(asked).toEqual(['grpc.example.test', 'grpc.example.test', 'evil.example.test'])
  })

  it.each([{ allowPlaintext: false }, { host: '127.0.0.1' }])('is no question for %o', async (more) => {
    const { handlers } = start({ confirmPlaintext: () => Promise.reject(new Error('asked')) })
    expect(await handlers.saveProfile({ ...far, ...more })).toMatchObject({ ok: true })
  })
})

describe('the own engine', () => {
  const isReady = JSON.stringify({ event: 'ready', host: '127.0.0.1', port: 1, clusterId: '001' })
  const engines = ({ spawner }: ReturnType<typeof start>): FakeChild[] =>
    spawner.children.filter((_child, index) => spawner.started[index]?.name === 'openOBD engine')
  const dies = async (bench: ReturnType<typeof start>) => {
    const count = engines(bench).length
    engines(bench).at(-1)?.print(isReady)
    await bench.until(({ endpoint }) => endpoint.status !== 'starting')
    engines(bench).at(-1)?.exit(1)
    return count
  }

  // @proves Sessions and links: After the computer slept the connection is tried at once
  it('is contacted at once when the computer wakes up', async () => {
    const retry = vi.spyOn(ServerConnection.prototype, 'retryNow')
    onTestFinished(() => retry.mockRestore())
    const bench = start()
    engines(bench).at(-1)?.print(isReady)
    await bench.until(({ endpoint }) => endpoint.status !== 'starting')
    bench.clock.advance(1_000)
    await pause(20)
    expect(retry).not.toHaveBeenCalled()
    const wake = vi.fn()
    const jobs = vi.spyOn(Jobs.prototype, 'all', 'get').mockReturnValue([{ wake, release: () => undefined }] as never)
    bench.clock.advance(60_000)
    await vi.waitFor(() => expect(retry).toHaveBeenCalled())
    jobs.mockRestore()
    expect(wake).toHaveBeenCalledOnce()
  })

  // @proves Faults: 46 own engine crashes; what a person sees: it starts again, and which sessions are lost
  it('is started again when it ends, but not a third time within a minute', async () => {
    const bench = start()
    for (const count of [2, 3]) {
      await dies(bench)
      await bench.until(() => engines(bench).length === count)
    }
    await dies(bench)
    const { endpoint } = await bench.until((state) => state.endpoint.status === 'failed')
    expect(endpoint.failure).toMatchObject({ code: 'engine-failed', nextAction: 'restart-engine' })
    expect(engines(bench)).toHaveLength(3)
    bench.clock.advance(60_001)
    const reconnecting = bench.handlers.reconnect(undefined)
    await bench.until(() => engines(bench).length === 4)
    await dies(bench)
    await bench.until(() => engines(bench).length === 5)
    expect(await reconnecting).toMatchObject({ ok: true })
  })
})
