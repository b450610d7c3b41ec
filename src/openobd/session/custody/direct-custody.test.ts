import { describe, expect, it } from 'vitest'
import type { CallOutcome } from '../../failure.ts'
import { ManualClock } from '../../manual-clock.ts'
import { settle } from '../../testing/fake-stream.ts'
import { type Fate, MemoryServer } from '../../testing/memory-server.ts'
import { Token } from '../../token.ts'
import { SessionController } from '../session-controller.ts'
import type { CustodyView, DirectCustodyOptions } from './custody-options.ts'
import { DirectCustody } from './direct-custody.ts'

/** The calls before the claim: token, list, start. */
const untilClaim: readonly Fate[] = ['works', 'works', 'works']

function setUp(fates: readonly Fate[] = [], more: Partial<DirectCustodyOptions> = {}) {
  const clock = new ManualClock()
  const server = new MemoryServer(clock, fates)
  const controller = new SessionController(server, { clientId: 'a', clientSecret: 'b', clusterId: '001' }, clock)
  const views: CustodyView[] = []
  const tokens: string[] = []
  const custody = new DirectCustody({
    controller,
    clock,
    random: () => 0,
    target: { kind: 'ticket', number: '1' },
    channelTo: () => server,
    onChange: (view) => views.push(view),
    onToken: (token) => tokens.push(token.reveal()),
    ...more,
  })
  const pass = async (ms: number) => {
    await settle()
    clock.advance(ms)
    await settle()
  }
  const phases = () => views.map(({ state }) => state.phase).filter((phase, index, all) => phase !== all[index - 1])
  return { clock, server, custody, views, tokens, pass, phases }
}

const codeOf = async (outcome: Promise<CallOutcome<unknown>>) => {
  const value = await outcome
  return value.ok ? 'ok' : `${value.failure.rpc} ${value.failure.code} ${value.failure.certainty}`
}

const kept = (more: object = {}) => ({
  sessionId: 'session-1',
  endpoint: { host: '127.0.0.1', port: 50_051, transport: 'plaintext' } as const,
  token: new Token('session', 'kept'),
  ageMs: 0,
  contexts: [],
  ...more,
})

describe('a custody before its start', () => {
  it('has no session, no calls and no token, and ends nothing', async () => {
    const { custody, server, clock } = setUp()
    expect(custody.view).toEqual({ state: { phase: 'idle' } })
    expect([custody.calls, custody.endpoint, custody.sessionToken]).toEqual([undefined, undefined, undefined])
    expect(await codeOf(custody.finish({ results: ['success'] }))).toBe('custody/finish not-allowed-now not-sent')
    expect(await codeOf(custody.interrupt())).toBe('custody/interrupt not-allowed-now not-sent')
    custody.wake()
    custody.release()
    await settle()
    expect([server.served, clock.pendingTimers]).toEqual([[], 0])
  })
})

describe('a session that is started', () => {
  it('is claimed once and has everything that its owner needs', async () => {
    const { custody, phases, tokens, server } = setUp()
    expect((await custody.start()).ok).toBe(true)
    expect(phases()).toEqual(['starting', 'claiming', 'active'])
    expect(custody.view).toMatchObject({
      state: { phase: 'active', sessionId: 'session-1' },
      token: { health: 'fresh' },
      liveness: 'waiting',
      info: { id: 'session-1' },
    })
    expect('authenticationToken' in (custody.view.info ?? {})).toBe(false)
    expect([custody.endpoint, custody.sessionToken?.reveal()]).toEqual([server.endpoint, 'session-1-token-1'])
    expect(tokens).toEqual(['session-1-token-1'])
    expect(await codeOf(custody.start())).toBe('custody/start not-allowed-now not-sent')
    expect(await codeOf(custody.resume(kept()))).toBe('custody/resume not-allowed-now not-sent')
    custody.release()
  })

  it('is told of every newer token', async () => {
    const { custody, server, tokens } = setUp()
    await custody.start()
    server.rotate()
    await settle()
    expect(tokens).toEqual(['session-1-token-1', 'session-1-token-2'])
    custody.release()
  })

  it('is finished once: meanwhile no second finish is sent, and afterwards nothing is left', async () => {
    const { custody, server, clock, pass } = setUp()
    await custody.start()
    const finish = custody.finish({ results: ['success'] })
    expect(custody.view.state.phase).toBe('finishing')
    expect(custody.calls).toBeDefined()
    expect(custody.sessionToken).toBeUndefined()
    expect(await codeOf(custody.finish({ results: ['failure'] }))).toBe('custody/finish not-allowed-now not-sent')
    expect(await codeOf(finish)).toBe('ok')
    await pass(0)
    expect(custody.view.state).toEqual({
      phase: 'ended',
      sessionId: 'session-1',
      end: { kind: 'finished', serviceResult: { results: ['success'] } },
    })
    expect([custody.calls, custody.sessionToken, clock.pendingTimers]).toEqual([undefined, undefined, 0])
    expect(server.served.filter((rpc) => rpc.endsWith('/finish'))).toHaveLength(1)
    expect(await codeOf(custody.finish({ results: ['success'] }))).toBe('custody/finish not-allowed-now not-sent')
  })

  it('that somebody else has interrupted is not finished, and says so', async () => {
    const { custody, server, pass } = setUp()
    await custody.start()
    server.interruptNewest()
    const finish = codeOf(custody.finish({ results: ['success'] }))
    await pass(0)
    expect(await finish).toBe('custody/finish session-ended refused')
    expect(custody.view.state).toMatchObject({ phase: 'ended', end: { kind: 'interrupted' } })
  })

  it('is interrupted, and a second interrupt asks the server what became of it', async () => {
    const { custody } = setUp()
    await custody.start()
    expect(await codeOf(custody.interrupt())).toBe('ok')
    expect(custody.view.state).toMatchObject({ phase: 'ended', end: { kind: 'interrupted-here' } })
    expect(await codeOf(custody.interrupt())).toBe('ok')
  })

  it('is looked at when its owner wakes it, and not after its end', async () => {
    const { custody, server, pass } = setUp()
    await custody.start()
    const looks = () => server.served.filter((rpc) => rpc.endsWith('/getSession')).length
    custody.wake()
    await pass(0)
    expect(looks()).toBe(1)
    await custody.interrupt()
    const before = looks()
    custody.wake()
    await pass(0)
    expect(looks()).toBe(before)
  })
})

describe('a start that fails', () => {
  it('because the server refuses is the end, with its failure', async () => {
    const { custody, server } = setUp()
    await setUpOther(server)
    expect(await codeOf(custody.start())).toMatch(/startSessionOnTicket resource-in-use refused$/)
    expect(custody.view.state).toMatchObject({
      phase: 'ended',
      end: { kind: 'failed', failure: { code: 'resource-in-use' } },
    })
    expect(custody.view.info).toBeUndefined()
  })

  it('whose reply is lost is searched for, and shown as being checked', async () => {
    const { custody, views } = setUp(['works', 'works', 'reply-lost'])
    expect(await codeOf(custody.start())).toBe('ok')
    expect(views.some(({ state }) => state.phase === 'starting' && state.checking)).toBe(true)
    custody.release()
  })

  it('with an endpoint that must not get tokens is interrupted at once', async () => {
    const { custody, server } = setUp()
    Object.assign(server, { endpoint: { host: 'grpc.openobd.com', port: 443, transport: 'tls' } })
    expect(await codeOf(custody.start())).toBe('endpoint endpoint-refused not-sent')
    expect([...server.sessions.values()].map(({ state, claims }) => [state, claims])).toEqual([['interrupted', 0]])
    expect(custody.view.state).toMatchObject({ phase: 'ended', end: { kind: 'failed' } })
  })

  it('because its session ended before the claim sends no claim', async () => {
    const wait = Promise.withResolvers<void>()
    const { custody, server } = setUp([], { beforeClaim: () => wait.promise })
    const started = codeOf(custody.start())
    await settle()
    expect(custody.view.state.phase).toBe('claiming')
    await custody.interrupt()
    wait.resolve()
    expect(await started).toBe('custody/start session-ended refused')
    expect(server.served.some((rpc) => rpc.endsWith('/authenticate'))).toBe(false)
  })

  it('because the claim took effect and its token is lost frees the connection', async () => {
    const { custody, server, views } = setUp([...untilClaim, 'reply-lost'])
    expect(await codeOf(custody.start())).toMatch(/authenticate connection-lost unclear$/)
    expect([...server.sessions.values()].map(({ state }) => state)).toEqual(['interrupted'])
    expect(views.some(({ state }) => state.phase === 'claiming' && state.checking)).toBe(true)
  })

  it('is claimed again when the claim never arrived', async () => {
    const { custody, server, pass } = setUp([...untilClaim, 'request-lost'])
    const started = codeOf(custody.start())
    await pass(0)
    expect(await started).toBe('ok')
    expect([...server.sessions.values()].map(({ claims }) => claims)).toEqual([1])
    custody.release()
  })
})

describe('a session of an earlier process', () => {
  it('that the server still knows is held again, and nothing is started or claimed', async () => {
    const { custody, server, tokens, phases } = setUp()
    const first = setUp()
    await first.custody.start()
    const token = new Token('session', first.tokens[0] ?? '')
    const same = setUp([], { channelTo: () => first.server })
    expect(await codeOf(same.custody.resume(kept({ token, ageMs: 1_000 })))).toBe('ok')
    expect(same.custody.view.state).toEqual({ phase: 'active', sessionId: 'session-1' })
    expect(first.server.served.filter((rpc) => /authenticate|startSession/.test(rpc))).toHaveLength(2)
    expect([custody.view.state.phase, server.served, tokens, phases()]).toEqual(['idle', [], [], []])
    first.custody.release()
    same.custody.release()
  })

  it('gets rid of the function contexts that were left open, each by its own token and the deepest first', async () => {
    const first = setUp()
    await first.custody.start()
    first.server.openContext('child')
    first.server.openContext('grandchild')
    const token = new Token('session', first.tokens[0] ?? '')
    const same = setUp([], { channelTo: () => first.server })
    const contexts = [new Token('session', 'grandchild'), new Token('authentication', 'child')]
    expect(await codeOf(same.custody.resume(kept({ token, contexts })))).toBe('ok')
    const [session] = first.server.sessions.values()
    expect([session?.contexts, session?.state]).toEqual([[], 'active'])
    first.custody.release()
    same.custody.release()
  })

  it('is not ended by a token of a context that has ended meanwhile', async () => {
    const first = setUp()
    await first.custody.start()
    const token = new Token('session', first.tokens[0] ?? '')
    const same = setUp([], { channelTo: () => first.server })
    expect(await codeOf(same.custody.resume(kept({ token, contexts: [new Token('session', 'gone')] })))).toBe('ok')
    expect([...first.server.sessions.values()].map(({ state }) => state)).toEqual(['active'])
    first.custody.release()
    same.custody.release()
  })

  it('is finished only when it is itself, also while contexts are open that nobody knows and the secret is missing', async () => {
    const first = setUp()
    await first.custody.start()
    first.server.openContext('child')
    first.server.openContext('grandchild')
    const token = new Token('session', first.tokens[0] ?? '')
    const controller = new SessionController(first.server, () => undefined, first.clock)
    const same = setUp([], { channelTo: () => first.server, controller, clock: first.clock })
    expect(await codeOf(same.custody.resume(kept({ token })))).toBe('ok')
    const finishing = codeOf(same.custody.finish({ results: ['success'] }))
    await first.pass(0)
    const [session] = first.server.sessions.values()
    expect([session?.state, same.custody.view.state.phase]).toEqual(['active', 'finishing'])
    for (let second = 0; second < 5; second += 1) await first.pass(1_000)
    expect(await finishing).toBe('ok')
    expect([session?.state, session?.accepted.length]).toEqual(['finished', 1])
    expect(same.custody.view.state).toMatchObject({ phase: 'ended', end: { kind: 'finished' } })
    first.custody.release()
    same.custody.release()
  })

  it.each([
    [299_000, 'custody/resume session-expired not-sent'],
    [300_000, 'custody/resume session-expired not-sent'],
  ])('whose token is %i ms old is not asked for', async (ageMs, expected) => {
    const { custody, server } = setUp()
    expect(await codeOf(custody.resume(kept({ ageMs })))).toBe(expected)
    expect(server.served).toEqual([])
  })
})

/** Another client that holds the connection. */
async function setUpOther(server: MemoryServer): Promise<void> {
  const { startSessionOnTicket } = (await import('../../grpc/protos.ts')).openObdV1.sessionController.service
  await server.unary(startSessionOnTicket, { value: '1' })
}
