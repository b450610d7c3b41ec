import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FaultProxy } from '../../tests/contract/fault-proxy.ts'
import { EngineProcess } from '../../tests/support/engine-process.ts'
import type { AppState } from '../shared/app-state.ts'
import type { ServiceResult } from '../shared/service-result.ts'
import { fakeSpawner } from './testing/fake-child.ts'
import { type RunningBackend, startBackend } from './testing/running-backend.ts'

const running: RunningBackend[] = []
const engines: EngineProcess[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ backend }) => backend.stop()))
  await Promise.all(engines.splice(0).map((engine) => engine.kill()))
})

function launch(more: Parameters<typeof startBackend>[0] = {}): RunningBackend {
  const bench = startBackend(more)
  running.push(bench)
  return bench
}

async function ready(bench: RunningBackend): Promise<AppState> {
  return bench.until((state) => state.endpoint.status === 'ready' && state.workshop.status !== 'loading')
}

async function activeSession(bench: RunningBackend) {
  const state = await ready(bench)
  const number = state.tickets[0]?.number ?? '7848095'
  expect(await bench.handlers.startSession({ target: { kind: 'ticket', number } })).toEqual({ ok: true, value: null })
  const { session } = await bench.until(({ session }) => session?.phase === 'active')
  if (!session) throw new Error('no session')
  return { number, handle: session.handle }
}

const success: ServiceResult = { results: ['success'], userFeedback: 'success', description: 'Done.' }

describe('the back end on the own engine', () => {
  it('shows the workshop of the engine', async () => {
    const bench = launch()
    const state = await ready(bench)
    expect(state.endpoint).toMatchObject({ profileId: 'embedded', viewer: 'available', secure: false })
    expect(state.tickets.length).toBeGreaterThan(3)
    expect(state.connectors.length).toBeGreaterThan(3)
  })

  it('starts, claims and finishes a session with exactly the chosen result', async () => {
    const bench = launch()
    const { handle, number } = await activeSession(bench)
    await bench.until(({ session }) => session?.vehicle.status === 'ready' && session.vehicle.vin)
    await bench.until(({ link }) => link?.liveness === 'live' && link.samples.length > 0)
    await bench.until(({ tickets }) => tickets.find((ticket) => ticket.number === number)?.inUse)
    expect(await bench.handlers.finishSession({ handle, serviceResult: success })).toEqual({ ok: true, value: null })
    const { session, link } = await bench.until(({ session }) => session?.phase === 'ended')
    expect(session?.end).toMatchObject({ kind: 'finished', serviceResult: success })
    expect(link).toBeNull()
    expect(bench.handlers.leaveSession({ handle })).toMatchObject({ ok: true })
    expect(bench.publisher.state.session).toBeNull()
  })

  it('shows the open job again instead of a second one on the same ticket, and starts another car beside it', async () => {
    const bench = launch()
    const { number } = await activeSession(bench)
    await bench.handlers.showJob({ job: null })
    const target = { kind: 'ticket', number } as const
    expect(await bench.handlers.startSession({ target })).toEqual({ ok: true, value: null })
    expect(bench.publisher.state.jobs).toHaveLength(1)
    const other = bench.publisher.state.tickets.find(({ inUse, number: one }) => !inUse && one !== number)
    const second = { kind: 'ticket', number: other?.number ?? '' } as const
    expect(await bench.handlers.startSession({ target: second })).toEqual({ ok: true, value: null })
    const { jobs, shownJob } = await bench.until((state) => state.jobs.every(({ phase }) => phase === 'active'))
    expect(jobs.map((job) => job.target.number)).toEqual([number, other?.number])
    expect(shownJob).toBe(jobs[1]?.id)
  })

  it('reports an unknown ticket and shows no session', async () => {
    const bench = launch()
    await ready(bench)
    const outcome = await bench.handlers.startSession({ target: { kind: 'ticket', number: '1' } })
    expect(outcome).toMatchObject({ failure: { code: 'unknown-ticket', nextAction: 'correct-input' } })
    expect(bench.publisher.state.session).toBeNull()
  })

  it('identifies the car, shows its prompts and accepts one answer for each', async () => {
    const bench = launch()
    const { handle } = await activeSession(bench)
    await bench.until(({ session }) => session?.vehicle.status === 'ready')
    const { functions } = await bench.until((state) => state.functions.length > 0)
    const functionId = functions[0]?.id ?? ''
    expect(await bench.handlers.runFunction({ handle, functionId })).toEqual({ ok: true, value: null })
    for (let n = 0; ; n += 1) {
      const state = await bench.until(
        ({ prompts, session }) =>
          session?.functionRun?.endedAt !== undefined ||
          prompts.some(({ control, answer }) => control.kind !== 'label' && answer.state === 'open'),
        20_000,
      )
      if (state.session?.functionRun?.endedAt !== undefined) break
      const prompt = state.prompts.find(({ control, answer }) => control.kind !== 'label' && answer.state === 'open')
      if (!prompt) continue
      expect(prompt).toMatchObject({ session: { key: handle }, functionName: functions[0]?.name })
      const choice = prompt.control.kind === 'yesno' ? ({ kind: 'yesno', yes: true } as const) : undefined
      const answer = { promptId: prompt.id, answerId: `a${n}`, choice: choice ?? ({ kind: 'continue' } as const) }
      const outcomes = await Promise.all([bench.handlers.answerPrompt(answer), bench.handlers.answerPrompt(answer)])
      expect(outcomes).toEqual([
        { ok: true, value: null },
        { ok: true, value: null },
      ])
    }
    const run = bench.publisher.state.session?.functionRun
    expect(run).toMatchObject({ status: 'succeeded' })
    expect(run?.findings.length).toBeGreaterThan(1)
    await bench.until(({ prompts }) => prompts.length === 0)
  }, 60_000)

  it('interrupts the blocking session when the viewer proves which one it is', async () => {
    const bench = launch()
    const { number } = await activeSession(bench)
    const [port] = bench.ports
    const credentials = bench.clipboard
    expect(await bench.handlers.copyConnection(undefined)).toMatchObject({ ok: true })
    const secret = /CLIENT_SECRET='([^']+)'/.exec(credentials[0] ?? '')?.[1] ?? ''
    const clientId = /CLIENT_ID='([^']+)'/.exec(credentials[0] ?? '')?.[1] ?? ''
    const other = launch({
      launch: { connection: { host: '127.0.0.1', port: port ?? 0, clusterId: '001', clientId, clientSecret: secret } },
    })
    await ready(other)
    expect(await other.handlers.startSession({ target: { kind: 'ticket', number } })).toMatchObject({
      failure: { code: 'resource-in-use', nextAction: 'interrupt-session' },
    })
    const blocking = other.publisher.state.blockingSessions
    expect(blocking).toMatchObject([{ proof: 'viewer', label: number }])
    expect(await other.handlers.interruptSession({ handle: blocking?.[0]?.handle ?? '' })).toMatchObject({ ok: true })
    expect(other.publisher.state.blockingSessions).toBeNull()
    const { session } = await bench.until(({ session }) => session?.phase === 'ended', 2_000)
    expect(session?.end?.kind).toBe('interrupted')
    expect(await other.handlers.startSession({ target: { kind: 'ticket', number } })).toMatchObject({ ok: true })
  })

  it('reports an expired token when the engine sends no newer one, and can still interrupt', async () => {
    const bench = launch({ launch: { engineArguments: ['--clock', 'manual'] } })
    const { handle } = await activeSession(bench)
    const steps = [
      [2.6, 'late'],
      [1.5, 'expiring'],
      [1, 'expired'],
    ] as const
    // The engine is paused: a running one would send a new token on the stream that is reopened after the clock has advanced.
    const [engine = 0] = bench.pids
    process.kill(engine, 'SIGSTOP')
    try {
      for (const [minutes, health] of steps) {
        bench.clock.advance(minutes * 60_000)
        await bench.until(({ session }) => session?.token?.health === health)
      }
      const { session } = await bench.until(({ session }) => session?.phase === 'ended')
      expect(session?.end?.kind).toBe('expired')
    } finally {
      process.kill(engine, 'SIGCONT')
    }
    expect(await bench.handlers.interruptSession({ handle })).toEqual({ ok: true, value: null })
  })

  it('runs no function while the car is not reached', async () => {
    const bench = launch()
    const { handle } = await activeSession(bench)
    const { functions } = await bench.until(({ functions, link }) => functions.length > 0 && link?.liveness === 'live')
    const [engine = 0] = bench.pids
    process.kill(engine, 'SIGSTOP')
    try {
      bench.clock.advance(4_000)
      await bench.until(({ link }) => link?.liveness === 'reconnecting')
      const outcome = await bench.handlers.runFunction({ handle, functionId: functions[0]?.id ?? '' })
      expect(outcome).toMatchObject({ ok: false, failure: { code: 'car-not-reached' } })
      expect(bench.publisher.state.session?.functionRun).toBeUndefined()
    } finally {
      process.kill(engine, 'SIGCONT')
    }
  })

  // @proves Bad input: Engine dies at start or in a session
  // @proves Faults: 46 own engine crashes; what a person sees: it starts again, and which sessions are lost
  it('reports that its engine ended during a session, and restarts it', async () => {
    const bench = launch()
    const { handle } = await activeSession(bench)
    const { functions } = await bench.until((state) => state.functions.length > 0)
    await bench.handlers.runFunction({ handle, functionId: functions[0]?.id ?? '' })
    await bench.until(({ prompts }) => prompts.some(isOpenQuestion), 20_000)
    const [pid] = bench.pids
    process.kill(pid ?? 0, 'SIGKILL')
    const died = await bench.until(({ session }) => session?.phase === 'ended')
    expect(died.session).toMatchObject({ phase: 'ended', end: { kind: 'lost', failure: { code: 'engine-failed' } } })
    expect(died.prompts).toEqual([])
    await bench.until(() => bench.ports.length === 2)
    await ready(bench)
    expect(await bench.handlers.restartEngine(undefined)).toEqual({ ok: true, value: null })
    await ready(bench)
    expect(bench.ports).toHaveLength(3)
    await bench.handlers.leaveSession({ handle: died.session?.handle ?? '' })
    await activeSession(bench)
  })

  it('takes over the records of an earlier version, once', async () => {
    const first = startBackend({ spawn: fakeSpawner().spawn })
    const target = { kind: 'ticket', number: '7848095' }
    first.storage.database.exec(
      `INSERT INTO started_sessions (handle, session_id, target_kind, target_number, profile_id, endpoint, started_at)
       VALUES ('h', 'forgotten', 'ticket', '7848095', 'embedded', 'embedded', 1)`,
    )
    await first.backend.stop()
    const bench = launch({ folder: first.folder })
    const { unfinishedSessions } = await bench.until((state) => state.unfinishedSessions.length > 0)
    expect(unfinishedSessions).toMatchObject([{ handle: 'h', target, state: 'ended', resume: 'ended' }])
    expect(bench.storage.sessions.all()).toEqual([])
    expect(await bench.handlers.readJob({ job: 'h' })).toMatchObject({ ok: true, value: { unreadable: 0 } })
  })

  it('reports that its engine did not start', async () => {
    const bench = launch({ launch: { engineArguments: ['--vehicle', '/nowhere/car.yaml'] } })
    const { endpoint } = await bench.until((state) => state.endpoint.status === 'failed')
    expect(endpoint.failure).toMatchObject({ code: 'engine-failed', nextAction: 'restart-engine' })
    expect(await bench.handlers.startSession({ target: { kind: 'ticket', number: '7848095' } })).toMatchObject({
      failure: { code: 'connection-lost' },
    })
    expect(await bench.handlers.copyConnection(undefined)).toMatchObject({ failure: { code: 'engine-failed' } })
  })

  // @proves Faults: 46 own engine crashes; what a person sees: it starts again, and which sessions are lost
  it('leaves no process behind', async () => {
    const bench = launch()
    await ready(bench)
    await bench.until(({ functions }) => functions.length > 0)
    expect(bench.pids).toHaveLength(3)
    await bench.backend.stop()
    running.length = 0
    for (const pid of bench.pids) expect(() => process.kill(pid, 0)).toThrow()
  })

  // @proves Security: A53 no event, reply or snapshot of main holds a token
  // @proves Security: Secrets and tokens are in no log, event, snapshot, file
  it('gives no token and no secret to the page, the log or the disk', async () => {
    const bench = launch()
    const { handle } = await activeSession(bench)
    await bench.until(({ session }) => session?.vehicle.status === 'ready')
    expect(await bench.handlers.startSession({ target: { kind: 'ticket', number: '1' } })).toMatchObject({ ok: false })
    await bench.handlers.copyConnection(undefined)
    await bench.handlers.finishSession({ handle, serviceResult: success })
    const known = [...bench.secretsSeen]
    expect(known.length).toBeGreaterThanOrEqual(2)
    const onDisk = readdirSync(bench.folder).map((name) => readFileSync(join(bench.folder, name)).toString('latin1'))
    const seen = [
      JSON.stringify(bench.events),
      JSON.stringify(bench.publisher.snapshot()),
      bench.logLines.join(''),
      ...onDisk,
    ]
    for (const secret of known) for (const text of seen) expect(text.includes(secret)).toBe(false)
    expect(known.some((secret) => bench.clipboard.join('').includes(secret))).toBe(true)
  })
})

describe('the back end on a server that is only openOBD', () => {
  async function launchRemote() {
    const engine = await EngineProcess.start({ args: ['--without', 'workbench'], code: 'built' })
    engines.push(engine)
    const { host, port, clientId, clientSecret, clusterId, ticket } = engine.ready
    const bench = launch({ launch: { connection: { host, port, clientId, clientSecret, clusterId } } })
    return { bench, ticket, engine }
  }

  it('reports a missing viewer, and still starts, finishes and starts again', async () => {
    const { bench, ticket } = await launchRemote()
    const state = await ready(bench)
    expect(state.endpoint).toMatchObject({ profileId: 'environment', viewer: 'absent' })
    expect(state).toMatchObject({ workshop: { status: 'absent' }, tickets: [] })
    for (let round = 0; round < 2; round += 1) {
      expect(await bench.handlers.startSession({ target: { kind: 'ticket', number: ticket } })).toEqual({
        ok: true,
        value: null,
      })
      const handle = bench.publisher.state.session?.handle ?? ''
      await bench.until(({ link }) => link?.liveness === 'live')
      expect(await bench.handlers.finishSession({ handle, serviceResult: success })).toEqual({ ok: true, value: null })
      expect(bench.handlers.leaveSession({ handle })).toMatchObject({ ok: true })
    }
  })

  // @proves Gateway: Prompts of hosted functions appear and are answered on a server without a viewer
  it('shows and answers the prompts of a hosted function, and stops it', async () => {
    const { bench, ticket } = await launchRemote()
    await ready(bench)
    await bench.handlers.startSession({ target: { kind: 'ticket', number: ticket } })
    const handle = bench.publisher.state.session?.handle ?? ''
    const { functions } = await bench.until((state) => state.functions.length > 0)
    await bench.handlers.runFunction({ handle, functionId: functions[0]?.id ?? '' })
    const isOpen = ({ control, answer }: AppState['prompts'][number]) =>
      control.kind === 'yesno' && answer.state === 'open'
    const { prompts } = await bench.until(({ prompts }) => prompts.some(isOpen))
    const prompt = prompts.find(isOpen)
    expect(prompt).toMatchObject({ session: { key: handle }, functionName: functions[0]?.name })
    const answer = { promptId: prompt?.id ?? '', answerId: 'a', choice: { kind: 'yesno', yes: true } as const }
    expect(await bench.handlers.answerPrompt(answer)).toEqual({ ok: true, value: null })
    await bench.until(({ prompts }) => prompts.some(({ control }) => control.kind === 'label'))
    expect(await bench.handlers.stopFunction({ handle })).toMatchObject({ ok: true })
    await bench.until(({ prompts, session }) => prompts.length === 0 && session?.functionRun?.status === 'stopped')
    expect(bench.publisher.state.session?.phase).toBe('active')
  })

  it('offers the one session of its own record after a restart of the application', async () => {
    const { bench, ticket, engine } = await launchRemote()
    await ready(bench)
    await bench.handlers.startSession({ target: { kind: 'ticket', number: ticket } })
    await bench.backend.stop()
    running.length = 0
    const { host, port, clientId, clientSecret, clusterId } = engine.ready
    const next = launch({
      folder: bench.folder,
      launch: { connection: { host, port, clientId, clientSecret, clusterId } },
    })
    await ready(next)
    expect(await next.handlers.startSession({ target: { kind: 'ticket', number: ticket } })).toMatchObject({
      failure: { code: 'resource-in-use' },
    })
    const [blocking] = next.publisher.state.blockingSessions ?? []
    expect(blocking).toMatchObject({ proof: 'own-record', label: ticket })
    expect(await next.handlers.interruptSession({ handle: blocking?.handle ?? '' })).toEqual({ ok: true, value: null })
    expect(await next.handlers.startSession({ target: { kind: 'ticket', number: ticket } })).toEqual({
      ok: true,
      value: null,
    })
  })

  // @proves Bad input: Wrong secret, cluster missing
  it.each([
    ['a wrong secret', { clientSecret: 'wrong-secret' }, 'wrong-credentials'],
    ['no cluster', { clusterId: '' }, 'cluster-missing'],
  ])('reports a sign-in with %s and does not retry by itself', async (_name, change, code) => {
    const engine = await EngineProcess.start({ code: 'built' })
    engines.push(engine)
    const { host, port, clientId, clientSecret, clusterId } = engine.ready
    const bench = launch({ launch: { connection: { host, port, clientId, clientSecret, clusterId, ...change } } })
    const { endpoint } = await bench.until((state) => state.endpoint.status === 'failed')
    expect(endpoint.failure).toMatchObject({ code, nextAction: 'check-credentials' })
    expect(JSON.stringify(bench.events)).not.toContain('wrong-secret')
  })

  it('keeps voltage and ignition with their time when the server cannot be reached any more', async () => {
    const engine = await EngineProcess.start({ code: 'built' })
    engines.push(engine)
    const proxy = new FaultProxy({ port: engine.ready.port })
    const port = await proxy.listen()
    const { host, clientId, clientSecret, clusterId } = engine.ready
    const bench = launch({ launch: { connection: { host, port, clientId, clientSecret, clusterId } } })
    await activeSession(bench)
    const known = await bench.until(({ link }) => link?.followsCar && link.liveness === 'live' && link.plugged)
    await proxy.setMode('refuse')
    const { link, workshop } = await bench.until((state) => state.link?.followsCar === false)
    expect(link).toMatchObject({ voltage: known.link?.voltage, ignitionOn: true })
    expect(link?.carKnownAt).toBeGreaterThanOrEqual(known.link?.carKnownAt ?? Number.POSITIVE_INFINITY)
    expect(workshop.staleSince).toBeGreaterThanOrEqual(link?.carKnownAt ?? 0)
    await proxy.setMode('pass')
    await bench.until((state) => state.link?.followsCar && state.workshop.status === 'ready', 30_000)
    await proxy.close()
  })

  it('keeps trying to reach a missing server until another one is chosen', async () => {
    const bench = launch({
      launch: { connection: { host: '127.0.0.1', port: 1, clientId: 'c', clientSecret: 'secret-x', clusterId: '001' } },
    })
    const { endpoint } = await bench.until((state) => state.endpoint.status === 'reconnecting')
    expect(endpoint.failure?.code).toBe('connection-lost')
    expect(await bench.handlers.selectProfile({ profileId: 'embedded' })).toMatchObject({ ok: true })
    const state = await ready(bench)
    expect(state.endpoint.profileId).toBe('embedded')
  })
})

// @proves Faults: 27 stream dies before the receipt; what a person sees: “sending”, then confirmed or asked again
describe('an answer whose connection breaks', () => {
  // In this range the request is incomplete, complete, or its receipt is being sent.
  // @proves Sessions and links: P1 no answer is lost or given twice
  it('after any number of bytes is finally confirmed and given once', async () => {
    const engine = await EngineProcess.start({ code: 'built' })
    engines.push(engine)
    const proxy = new FaultProxy({ port: engine.ready.port })
    const port = await proxy.listen()
    const { host, clientId, clientSecret, clusterId } = engine.ready
    const bench = launch({ launch: { connection: { host, port, clientId, clientSecret, clusterId } } })
    const { handle } = await activeSession(bench)
    const { functions } = await bench.until((state) => state.functions.length > 0)
    for (const bytes of [1, 120, 240, 360, 480, 600]) {
      await bench.handlers.runFunction({ handle, functionId: functions[0]?.id ?? '' })
      const { prompts } = await bench.until(({ prompts }) => prompts.some(isOpenQuestion), 20_000)
      const prompt = prompts.find(isOpenQuestion)
      const answer = {
        promptId: prompt?.id ?? '',
        answerId: `a${bytes}`,
        choice: { kind: 'yesno', yes: true } as const,
      }
      proxy.loseRepliesAfter(bytes)
      expect(await bench.handlers.answerPrompt(answer), `${bytes} bytes`).toEqual({ ok: true, value: null })
      await bench.until((state) => state.endpoint.status === 'ready')
      expect(bench.publisher.state.endedPrompts.map(({ id }) => id)).not.toContain(answer.promptId)
      await bench.handlers.stopFunction({ handle })
      await bench.until(({ session, prompts }) => session?.functionRun?.endedAt !== undefined && prompts.length === 0)
    }
    await proxy.close()
  }, 90_000)
})

describe('a start whose connection breaks', () => {
  // @proves Faults: 24 reply of start or claim lost; what a person sees: “checking”, then the session or a reason
  it('after any number of bytes leads to our session or none, never to a second one', async () => {
    const engine = await EngineProcess.start({ code: 'built' })
    engines.push(engine)
    const proxy = new FaultProxy({ port: engine.ready.port })
    const port = await proxy.listen()
    const { host, clientId, clientSecret, clusterId, ticket } = engine.ready
    const bench = launch({ launch: { connection: { host, port, clientId, clientSecret, clusterId } } })
    for (const bytes of [1, 150, 300, 450, 600]) {
      await ready(bench)
      await bench.until(({ endpoint }) => endpoint.status === 'ready')
      proxy.loseRepliesAfter(bytes)
      const outcome = await bench.handlers.startSession({ target: { kind: 'ticket', number: ticket } })
      const open = await openSessions(bench)
      const { session } = bench.publisher.state
      if (outcome.ok) {
        expect(open.map(({ sessionId }) => sessionId)).toEqual([session?.sessionId])
        const handle = session?.handle ?? ''
        expect(await bench.handlers.finishSession({ handle, serviceResult: success })).toEqual({
          ok: true,
          value: null,
        })
        await bench.handlers.leaveSession({ handle })
      } else {
        expect(outcome.failure.code, `${bytes} bytes`).toMatch(/connection-lost|timed-out/)
        expect(session).toBeNull()
        expect(open, `${bytes} bytes`).toEqual([])
      }
    }
    await proxy.close()
  }, 120_000)
})

/** The open sessions of the server; retries until it is connected again. */
async function openSessions({ handlers }: RunningBackend) {
  const list = await vi.waitFor(async () => {
    const outcome = await handlers.listSessions(undefined)
    if (!outcome.ok) throw new Error(outcome.failure.code)
    return outcome.value
  }, 10_000)
  return list.filter(({ state }) => state === 'available' || state === 'active')
}

const isOpenQuestion = ({ control, answer }: AppState['prompts'][number]) =>
  control.kind === 'yesno' && answer.state === 'open'
