import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CustodyState } from '../../openobd/custody/custody-state.ts'
import type { CustodyView } from '../../openobd/custody/direct-custody.ts'
import { type CallOutcome, refused, success } from '../../openobd/failure.ts'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { SessionCalls } from '../../openobd/session-calls.ts'
import type { SessionController } from '../../openobd/session-controller.ts'
import { Token } from '../../openobd/token.ts'
import type { SessionInfo } from '../../openobd/wire/session-info.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type { LinkView, SessionSummary, SessionTarget, SessionView } from '../../shared/session.ts'
import { createLogger } from '../logging.ts'
import { openDatabase } from '../storage/database.ts'
import { StartedSessionStore } from '../storage/started-sessions.ts'
import type { FunctionRuns } from './function-runs.ts'
import type { CreateCustody } from './own-session.ts'
import { SessionDesk } from './session-desk.ts'
import { SessionFinder } from './session-finder.ts'

const target: SessionTarget = { kind: 'ticket', number: '7848095' }
const result: ServiceResult = { results: ['success'], userFeedback: 'success' }
const inUse = () => refused('sessionController/startSession', 'resource-in-use', { answered: true })
const lost = () => refused('session/finish', 'connection-lost', { certainty: 'unclear' })

type Hooks = Parameters<CreateCustody>[0]

/** A custody whose answers a test gives, in order; by default everything works. */
class FakeCustody {
  readonly hooks: Hooks
  readonly finishes: ServiceResult[] = []
  state: CustodyState = { phase: 'idle' }
  startOutcome: CallOutcome<SessionCalls> = success({} as SessionCalls)
  finishOutcomes: (CallOutcome<null> | Promise<CallOutcome<null>>)[] = []
  interruptOutcome: CallOutcome<null> = success(null)
  released = 0
  readonly calls = undefined
  readonly sessionToken = undefined
  readonly endpoint = undefined

  constructor(hooks: Hooks) {
    this.hooks = hooks
  }
  get view(): CustodyView {
    return { state: this.state }
  }
  move(state: CustodyState): void {
    this.state = state
    this.hooks.onChange?.(this.view)
  }
  start(): Promise<CallOutcome<SessionCalls>> {
    this.move({ phase: 'starting', checking: false })
    if (!this.startOutcome.ok) {
      this.move({ phase: 'ended', end: { kind: 'failed', failure: this.startOutcome.failure } })
      return Promise.resolve(this.startOutcome)
    }
    this.move({ phase: 'claiming', sessionId: 's1', checking: false })
    this.hooks.onToken?.(new Token('session', 'CANARY-token'))
    this.move({ phase: 'active', sessionId: 's1' })
    return Promise.resolve(this.startOutcome)
  }
  async finish(serviceResult: ServiceResult): Promise<CallOutcome<null>> {
    this.finishes.push(serviceResult)
    this.move({ phase: 'finishing', sessionId: 's1', serviceResult, checking: false })
    const outcome = (await this.finishOutcomes.shift()) ?? success(null)
    if (outcome.ok) this.move({ phase: 'ended', sessionId: 's1', end: { kind: 'finished', serviceResult } })
    else if (outcome.failure.certainty === 'refused') this.move({ phase: 'active', sessionId: 's1' })
    return outcome
  }
  interrupt(): Promise<CallOutcome<null>> {
    if (this.interruptOutcome.ok) this.move({ phase: 'ended', sessionId: 's1', end: { kind: 'interrupted-here' } })
    return Promise.resolve(this.interruptOutcome)
  }
  wake(): void {}
  release(): void {
    this.released += 1
  }
}

function setUp(more: { prepare?: (custody: FakeCustody) => void; disk?: 'full' } = {}) {
  const clock = new ManualClock()
  const { database } = openDatabase(mkdtempSync(join(tmpdir(), 'workbench-desk-')), 0)
  const store = new StartedSessionStore(database)
  const views: (SessionView | null)[] = []
  const links: (LinkView | null)[] = []
  const secrets: string[] = []
  const custodies: FakeCustody[] = []
  const log: string[] = []
  let blocking: SessionSummary[] | null = null
  const server = {
    sessions: [] as SessionInfo[],
    interrupted: [] as string[],
    interruptOutcome: undefined as CallOutcome<never> | undefined,
    isDown: false,
  }
  const infoOf = (id: string) => server.sessions.find((session) => session.id === id)
  const controller: Pick<SessionController, 'getSession' | 'getSessionList' | 'interruptSession'> = {
    getSession: (id) => {
      if (server.isDown) return Promise.resolve(lost())
      const info = infoOf(id)
      return Promise.resolve(info ? success(info) : refused('sessionController/getSession', 'not-found'))
    },
    getSessionList: () => Promise.resolve(server.isDown ? lost() : success(server.sessions)),
    interruptSession: (id) => {
      server.interrupted.push(id)
      const info = infoOf(id)
      if (server.interruptOutcome) return Promise.resolve(server.interruptOutcome)
      return Promise.resolve(info ? success(info) : refused('sessionController/interruptSession', 'not-found'))
    },
  }
  const viewer = { label: new Map<string, string>(), holding: undefined as string | undefined }
  const finder = new SessionFinder({
    controller: () => controller,
    workshop: { labelOf: (id) => viewer.label.get(id), sessionHolding: () => viewer.holding },
    ownRecord: (id) => store.bySessionId('embedded', id),
    unfinished: () => store.unfinished('embedded'),
  })
  let isConnected = true
  if (more.disk === 'full') database.close()
  const order: string[] = []
  const desk = new SessionDesk({
    server: () =>
      isConnected
        ? {
            profileId: 'embedded',
            endpointName: 'embedded',
            controller,
            createCustody: (hooks) => {
              const custody = new FakeCustody(hooks)
              more.prepare?.(custody)
              custodies.push(custody)
              return custody
            },
          }
        : undefined,
    store,
    finder,
    runs: {
      stopAndWait: () => {
        order.push(`function stopped, ${custodies[0]?.finishes.length} finishes`)
        return Promise.resolve()
      },
      stop: () => success(null),
      passToken: () => undefined,
    } as unknown as FunctionRuns,
    clock,
    logger: createLogger({ write: (text) => void log.push(text) }),
    present: (failure) => failure,
    onSecret: (token) => void secrets.push(token),
    onSession: (view) => void views.push(view),
    onLink: (link) => void links.push(link),
    onBlocking: (sessions) => {
      blocking = sessions
    },
    watch: () => () => undefined,
  })
  return {
    desk,
    store,
    views,
    links,
    secrets,
    custodies,
    server,
    viewer,
    order,
    log,
    clock,
    blocking: () => blocking,
    disconnect: () => {
      isConnected = false
    },
  }
}

type Bench = ReturnType<typeof setUp>

async function started(bench: Bench) {
  expect(await bench.desk.start(target)).toEqual({ ok: true, value: null })
  const view = bench.views.at(-1)
  const [custody] = bench.custodies
  if (!view || !custody) throw new Error('no session')
  return { handle: view.handle, custody }
}

const info = (id: string, state: SessionInfo['state'], createdAt = 1): SessionInfo => ({
  id,
  state,
  createdAt,
  grpcEndpoint: '127.0.0.1',
})

describe('a start', () => {
  it('is recorded before the server is asked, and again with its id', async () => {
    let before: unknown
    const bench = setUp({
      prepare: (custody) => {
        const start = custody.start.bind(custody)
        custody.start = () => {
          before = bench.store.unfinished('embedded')
          return start()
        }
      },
    })
    await started(bench)
    expect(before).toMatchObject([{ sessionId: undefined, target, profileId: 'embedded' }])
    expect(bench.store.bySessionId('embedded', 's1')).toMatchObject({ sessionId: 's1', target, isFinished: false })
  })

  it('goes through its phases, and its token is known as a secret but never shown', async () => {
    const bench = setUp()
    await started(bench)
    expect(bench.views.map((view) => view?.phase)).toEqual(expect.arrayContaining(['starting', 'claiming', 'active']))
    expect(bench.secrets).toEqual(['CANARY-token'])
    expect(JSON.stringify([bench.views, bench.links, bench.log])).not.toContain('CANARY')
  })

  it('that is refused leaves no session and no record', async () => {
    const bench = setUp({
      prepare: (custody) => {
        custody.startOutcome = refused('sessionController/startSession', 'unknown-ticket')
      },
    })
    expect(await bench.desk.start(target)).toMatchObject({ failure: { code: 'unknown-ticket' } })
    expect(bench.views.map((view) => view?.phase)).not.toContain('ended')
    expect(bench.views.at(-1)).toBeNull()
    expect(bench.links.at(-1)).toBeNull()
    expect(bench.store.unfinished('embedded')).toEqual([])
  })

  it('that succeeds and ends at the same moment shows the end', async () => {
    const bench = setUp({
      prepare: (custody) => {
        const start = custody.start.bind(custody)
        custody.start = async () => {
          const outcome = await start()
          custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'interrupted' } })
          return outcome
        }
      },
    })
    expect(await bench.desk.start(target)).toMatchObject({ ok: true })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'ended', end: { kind: 'interrupted' } })
  })

  it('without a server fails at once and does not happen later', async () => {
    const bench = setUp()
    bench.disconnect()
    expect(await bench.desk.start(target)).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(bench.custodies).toEqual([])
  })

  it('is refused while a session is under way', async () => {
    const bench = setUp()
    await started(bench)
    expect(await bench.desk.start(target)).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(bench.custodies).toHaveLength(1)
  })

  it('goes on when the disk refuses its record', async () => {
    const bench = setUp({ disk: 'full' })
    await started(bench)
    expect(bench.log.join('')).toContain('could not be written')
  })
})

describe('a connection that is taken', () => {
  const taken = (custody: FakeCustody) => {
    custody.startOutcome = inUse()
  }

  it('shows only the session that our own record proves', async () => {
    const bench = setUp({ prepare: taken })
    bench.store.begin({ handle: 'old', target, profileId: 'embedded', endpoint: 'embedded', startedAt: 5 })
    bench.store.setSessionId('old', 'mine')
    bench.server.sessions = [info('other', 'active'), info('mine', 'active')]
    expect(await bench.desk.start(target)).toMatchObject({ failure: { code: 'resource-in-use' } })
    expect(bench.blocking()).toMatchObject([{ sessionId: 'mine', proof: 'own-record', label: '7848095' }])
  })

  it('does not take a record for a proof when that session has ended', async () => {
    const bench = setUp({ prepare: taken })
    bench.store.begin({ handle: 'old', target, profileId: 'embedded', endpoint: 'embedded', startedAt: 5 })
    bench.store.setSessionId('old', 'mine')
    bench.server.sessions = [info('mine', 'finished'), info('other', 'active')]
    await bench.desk.start(target)
    expect(bench.blocking()).toMatchObject([{ sessionId: 'other', proof: 'none' }])
  })

  it('shows only the session that the viewer names', async () => {
    const bench = setUp({ prepare: taken })
    bench.viewer.holding = 'theirs'
    bench.viewer.label.set('theirs', '7848095')
    bench.server.sessions = [info('other', 'active'), info('theirs', 'available')]
    await bench.desk.start(target)
    expect(bench.blocking()).toMatchObject([{ sessionId: 'theirs', proof: 'viewer' }])
  })

  it('without a proof shows every open session, newest first, with its age', async () => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active', 10), info('b', 'finished', 20), info('c', 'available', 30)]
    await bench.desk.start(target)
    expect(bench.blocking()?.map(({ sessionId, createdAt, proof }) => [sessionId, createdAt, proof])).toEqual([
      ['c', 30, 'none'],
      ['a', 10, 'none'],
    ])
  })

  it('is freed by interrupting what stands in the list, under its opaque name only', async () => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active')]
    await bench.desk.start(target)
    const [summary] = bench.blocking() ?? []
    expect(await bench.desk.interrupt('a')).toMatchObject({ failure: { code: 'not-found' } })
    expect(bench.server.interrupted).toEqual([])
    expect(await bench.desk.interrupt(summary?.handle ?? '')).toEqual({ ok: true, value: null })
    expect(bench.server.interrupted).toEqual(['a'])
    expect(bench.blocking()).toBeNull()
  })

  it.each([
    ['is unknown by now', refused('x', 'not-found'), [], { ok: true }],
    ['has ended by itself', refused('x', 'not-allowed-now'), [info('a', 'finished')], { ok: true }],
    ['still lives', refused('x', 'not-allowed-now'), [info('a', 'active')], { failure: { code: 'not-allowed-now' } }],
  ] as const)('interrupting a session that %s gives the right answer', async (_name, outcome, then, expected) => {
    const bench = setUp({ prepare: taken })
    bench.server.sessions = [info('a', 'active')]
    await bench.desk.start(target)
    bench.server.interruptOutcome = outcome
    bench.server.sessions = [...then]
    expect(await bench.desk.interrupt(bench.blocking()?.[0]?.handle ?? '')).toMatchObject(expected)
  })
})

describe('a finish', () => {
  it('stores the result and stops the function before the server is told', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    const reply = Promise.withResolvers<CallOutcome<null>>()
    custody.finishOutcomes = [reply.promise]
    const outcome = bench.desk.finish(handle, result)
    expect(bench.store.bySessionId('embedded', 's1')?.pendingResult).toEqual(result)
    await Promise.resolve()
    expect(bench.order).toEqual(['function stopped, 0 finishes'])
    reply.resolve(success(null))
    expect(await outcome).toEqual({ ok: true, value: null })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'ended', end: { kind: 'finished', serviceResult: result } })
    expect(bench.store.bySessionId('embedded', 's1')).toMatchObject({ isFinished: true, endKind: 'finished' })
  })

  it('asked for twice at the same time is sent once', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    const outcomes = await Promise.all([bench.desk.finish(handle, result), bench.desk.finish(handle, result)])
    expect(outcomes).toEqual([
      { ok: true, value: null },
      { ok: true, value: null },
    ])
    expect(custody.finishes).toHaveLength(1)
  })

  it('with another result is refused while the first is under way', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    const reply = Promise.withResolvers<CallOutcome<null>>()
    custody.finishOutcomes = [reply.promise]
    const first = bench.desk.finish(handle, result)
    const second = await bench.desk.finish(handle, { results: ['failure'] })
    expect(second).toMatchObject({ failure: { code: 'not-allowed-now' } })
    reply.resolve(success(null))
    await first
    expect(custody.finishes).toEqual([result])
  })

  it('in doubt keeps the result, shows it as pending, and can be asked for again', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    custody.finishOutcomes = [lost()]
    expect(await bench.desk.finish(handle, result)).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'finishing', pendingResult: result })
    expect(bench.store.bySessionId('embedded', 's1')?.pendingResult).toEqual(result)
    expect(await bench.desk.finish(handle, { results: ['failure'] })).toMatchObject({ ok: false })
    expect(bench.store.bySessionId('embedded', 's1')?.pendingResult).toEqual(result)
    expect(await bench.desk.finish(handle, result)).toEqual({ ok: true, value: null })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'ended', pendingResult: undefined })
  })

  it('that the server refuses forgets the result and goes on with the session', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    custody.finishOutcomes = [refused('session/finish', 'invalid-input', { answered: true })]
    expect(await bench.desk.finish(handle, result)).toMatchObject({ failure: { code: 'invalid-input' } })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'active' })
    expect(bench.store.bySessionId('embedded', 's1')?.pendingResult).toBeUndefined()
  })

  it('goes on when the disk refuses the result', async () => {
    const bench = setUp({ disk: 'full' })
    const { handle } = await started(bench)
    expect(await bench.desk.finish(handle, result)).toEqual({ ok: true, value: null })
  })

  it('of a session that is not ours or has ended is refused', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    expect(await bench.desk.finish('other', result)).toMatchObject({ failure: { code: 'not-found' } })
    await bench.desk.finish(handle, result)
    expect(await bench.desk.finish(handle, result)).toMatchObject({ failure: { code: 'session-ended' } })
    expect(custody.finishes).toHaveLength(1)
  })
})

describe('an end', () => {
  it.each(['interrupted', 'failed', 'lost'] as const)('by %s is shown and recorded once', async (kind) => {
    const bench = setUp()
    const { custody } = await started(bench)
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind } })
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'finished' } })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'ended', end: { kind } })
    expect(bench.links.at(-1)).toBeNull()
    expect(bench.store.bySessionId('embedded', 's1')).toMatchObject({ isFinished: true, endKind: kind })
    expect(bench.desk.isBusy).toBe(false)
  })

  it('of the token leaves the record open as a proof, until the session is interrupted', async () => {
    const bench = setUp()
    const { handle, custody } = await started(bench)
    custody.move({ phase: 'ended', sessionId: 's1', end: { kind: 'expired' } })
    expect(bench.views.at(-1)).toMatchObject({ phase: 'ended', end: { kind: 'expired' } })
    expect(bench.store.unfinished('embedded')).toHaveLength(1)
    expect(await bench.desk.interrupt(handle)).toEqual({ ok: true, value: null })
    expect(bench.store.bySessionId('embedded', 's1')).toMatchObject({ isFinished: true, endKind: 'interrupted-here' })
  })

  it('with its server says why and releases everything', async () => {
    const bench = setUp()
    const { custody } = await started(bench)
    bench.desk.endWithServer({ code: 'engine-failed', nextAction: 'restart-engine', correlationId: 'c' })
    expect(bench.views.at(-1)).toMatchObject({ end: { kind: 'lost', failure: { code: 'engine-failed' } } })
    expect(custody.released).toBeGreaterThan(0)
  })

  it('by our own interrupt is told apart from others', async () => {
    const bench = setUp()
    const { handle } = await started(bench)
    expect(await bench.desk.interrupt(handle)).toEqual({ ok: true, value: null })
    expect(bench.views.at(-1)).toMatchObject({ end: { kind: 'interrupted-here' } })
  })

  it('has to come before the session can be left', async () => {
    const bench = setUp()
    const { handle } = await started(bench)
    expect(bench.desk.leave(handle)).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(bench.desk.leave('other')).toMatchObject({ failure: { code: 'not-found' } })
    await bench.desk.interrupt(handle)
    expect(bench.desk.leave(handle)).toEqual({ ok: true, value: null })
    expect(bench.views.at(-1)).toBeNull()
  })
})

describe('records of earlier runs', () => {
  const earlier = (bench: Bench, id: string | undefined) => {
    bench.store.begin({ handle: `h-${id}`, target, profileId: 'embedded', endpoint: 'embedded', startedAt: 1 })
    if (id) bench.store.setSessionId(`h-${id}`, id)
  }

  it('are brought up to date with the server', async () => {
    const bench = setUp()
    for (const id of ['alive', 'done', 'gone']) earlier(bench, id)
    bench.server.sessions = [info('alive', 'active'), info('done', 'finished')]
    await bench.desk.reconcile()
    expect(bench.store.bySessionId('embedded', 'done')?.endKind).toBe('finished')
    expect(bench.store.bySessionId('embedded', 'gone')?.endKind).toBe('lost')
    expect(bench.store.unfinished('embedded').map(({ sessionId }) => sessionId)).toEqual(['alive'])
  })

  it('of starts that never got an id are forgotten', async () => {
    const bench = setUp()
    earlier(bench, undefined)
    await bench.desk.reconcile()
    expect(bench.store.unfinished('embedded')).toEqual([])
  })

  it('stay as they are while the server does not answer', async () => {
    const bench = setUp()
    earlier(bench, 'alive')
    bench.server.isDown = true
    await bench.desk.reconcile()
    expect(bench.store.unfinished('embedded')).toHaveLength(1)
  })
})
