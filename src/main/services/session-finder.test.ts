import { describe, expect, it } from 'vitest'
import { type CallOutcome, refused } from '../../openobd/failure.ts'
import type { SessionInfo } from '../../openobd/wire/session-info.ts'
import { succeeded } from '../../shared/outcome.ts'
import type { SessionTarget } from '../../shared/session.ts'
import type { OwnRecord } from '../jobs/projections/own-records.ts'
import { SessionFinder } from './session-finder.ts'

const target: SessionTarget = { kind: 'ticket', number: '7' }
const info = (id: string, state: SessionInfo['state'] = 'active', createdAt?: number): SessionInfo => ({
  id,
  state,
  grpcEndpoint: '',
  ...(createdAt === undefined ? {} : { createdAt }),
})
const record = (sessionId: string, on: SessionTarget = target): OwnRecord => ({
  handle: `handle of ${sessionId}`,
  sessionId,
  target: on,
  startedAt: 1,
  isEnded: false,
})

function setUp() {
  const server: { sessions: SessionInfo[]; isConnected: boolean; list: CallOutcome<never> | undefined } = {
    sessions: [],
    isConnected: true,
    list: undefined,
  }
  const asked: string[] = []
  const labels = new Map<string, string>()
  const holding: { sessionId: string | undefined } = { sessionId: undefined }
  const records: OwnRecord[] = []
  const finder = new SessionFinder({
    controller: () =>
      server.isConnected
        ? {
            getSession: (id) => {
              asked.push(id)
              const found = server.sessions.find((session) => session.id === id)
              return Promise.resolve(found ? succeeded(found) : refused('x', 'not-found'))
            },
            getSessionList: () => Promise.resolve(server.list ?? succeeded(server.sessions)),
          }
        : undefined,
    workshop: {
      labelOf: (id) => labels.get(id),
      placeOf: (id) => (labels.has(id) ? { licensePlate: `plate of ${id}` } : undefined),
      sessionHolding: () => holding.sessionId,
    },
    ownRecord: (id) => records.find(({ sessionId }) => sessionId === id),
    unfinished: () => records,
  })
  const blocking = async (on = target) => (await finder.blocking(on)).map(({ sessionId }) => sessionId)
  return { finder, server, asked, labels, holding, records, blocking }
}

describe('the sessions of a server', () => {
  it('are listed newest first, those without a time last', async () => {
    const { finder, server } = setUp()
    server.sessions = [info('timeless'), info('old', 'finished', 5), info('new', 'active', 9)]
    const list = await finder.list()
    expect(list?.ok && list.value.map(({ sessionId }) => sessionId)).toEqual(['new', 'old', 'timeless'])
  })

  it('are unknown without a connection, and fail as the server fails', async () => {
    const { finder, server } = setUp()
    server.list = refused('x', 'timed-out')
    expect(await finder.list()).toBe(server.list)
    server.isConnected = false
    expect(await finder.list()).toBeUndefined()
  })

  it('have a handle of their own, always the same one, by which they are found', () => {
    const { finder } = setUp()
    const [a, b] = [finder.handleOf('a'), finder.handleOf('b')]
    expect([finder.handleOf('a'), a === b, a.includes('a') && a.length < 10]).toEqual([a, false, false])
    expect([finder.sessionIdOf(a), finder.sessionIdOf(b), finder.sessionIdOf('a')]).toEqual(['a', 'b', undefined])
  })

  it('say whose they are: by our record, by the viewer, or not at all', () => {
    const { finder, labels, records } = setUp()
    labels.set('theirs', '900')
    labels.set('ours', '900')
    records.push(record('ours'))
    const summary = (id: string) => finder.summaryOf(info(id, 'active', 3))
    const common = { state: 'active', createdAt: 3 }
    expect(summary('ours')).toEqual({
      ...common,
      handle: finder.handleOf('ours'),
      sessionId: 'ours',
      label: '7',
      place: { licensePlate: 'plate of ours' },
      proof: 'own-record',
    })
    expect(summary('theirs')).toMatchObject({
      ...common,
      label: '900',
      place: { licensePlate: 'plate of theirs' },
      proof: 'viewer',
    })
    expect(summary('nobody')).toMatchObject({ ...common, label: undefined, place: undefined, proof: 'none' })
  })
})

describe('the sessions that may hold a connection', () => {
  it('are exactly one when our record proves it, before what the viewer says', async () => {
    const { server, records, holding, blocking, asked } = setUp()
    server.sessions = [info('theirs'), info('ours', 'available'), info('other')]
    records.push(
      record('elsewhere', { kind: 'ticket', number: '8' }),
      record('on a connector', { kind: 'connector', number: '7' }),
      record('ours'),
    )
    holding.sessionId = 'theirs'
    expect(await blocking()).toEqual(['ours'])
    expect(asked).toEqual(['ours'])
  })

  it('are the one that the viewer names when ours is over or unknown', async () => {
    const { server, records, holding, blocking } = setUp()
    holding.sessionId = 'theirs'
    server.sessions = [info('theirs'), info('ours', 'finished'), info('other')]
    records.push(record('ours'))
    expect(await blocking()).toEqual(['theirs'])
    server.sessions = [info('theirs'), info('other')]
    expect(await blocking()).toEqual(['theirs'])
  })

  it('are all open ones without a proof, and none when the server does not answer', async () => {
    const { server, blocking, holding } = setUp()
    server.sessions = (['available', 'active', 'finished', 'interrupted', 'failed', 'unknown'] as const).map((state) =>
      info(state, state),
    )
    expect(await blocking()).toEqual(['available', 'active'])
    holding.sessionId = 'finished'
    expect(await blocking()).toEqual(['available', 'active'])
    server.list = refused('x', 'timed-out')
    expect(await blocking()).toEqual([])
    server.isConnected = false
    expect(await blocking()).toEqual([])
  })
})
