import { afterEach, describe, expect, it } from 'vitest'
import type { AppState } from '../shared/app-state.ts'
import type { ServiceResult } from '../shared/service-result.ts'
import { type BackendBench, startBackend } from './testing/backend-bench.ts'

const running: BackendBench[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ backend }) => backend.stop()))
})

function launch(more: Parameters<typeof startBackend>[0] = {}): BackendBench {
  const bench = startBackend(more)
  running.push(bench)
  return bench
}

async function ready(bench: BackendBench): Promise<AppState> {
  return bench.until((state) => state.endpoint.status === 'ready' && state.workshop.status !== 'loading')
}

async function activeSession(bench: BackendBench) {
  const state = await ready(bench)
  const number = state.workshop.tickets[0]?.number ?? '7848095'
  expect(await bench.handlers.startSession({ kind: 'ticket', number })).toEqual({ ok: true, value: null })
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
    expect(state.workshop.tickets.length).toBeGreaterThan(3)
    expect(state.workshop.connectors.length).toBeGreaterThan(3)
  })

  it('starts, claims and finishes a session with exactly the chosen result', async () => {
    const bench = launch()
    const { handle, number } = await activeSession(bench)
    await bench.until(({ session }) => session?.vehicle.status === 'ready' && session.vehicle.vin)
    await bench.until(({ link }) => link?.liveness === 'live' && link.samples.length > 0)
    await bench.until(({ workshop }) => workshop.tickets.find((ticket) => ticket.number === number)?.inUse)
    expect(await bench.handlers.finishSession({ handle, serviceResult: success })).toEqual({ ok: true, value: null })
    const { session, link } = await bench.until(({ session }) => session?.phase === 'ended')
    expect(session?.end).toMatchObject({ kind: 'finished', serviceResult: success })
    expect(link).toBeNull()
    expect(bench.handlers.leaveSession({ handle })).toMatchObject({ ok: true })
    expect(bench.publisher.state.session).toBeNull()
  })

  it('refuses a second session while one is under way', async () => {
    const bench = launch()
    const { number } = await activeSession(bench)
    expect(await bench.handlers.startSession({ kind: 'ticket', number })).toMatchObject({
      failure: { code: 'not-allowed-now' },
    })
  })

  it('says that a ticket is unknown and shows no session', async () => {
    const bench = launch()
    await ready(bench)
    const outcome = await bench.handlers.startSession({ kind: 'ticket', number: '1' })
    expect(outcome).toMatchObject({ failure: { code: 'unknown-ticket', nextAction: 'correct-input' } })
    expect(bench.publisher.state.session).toBeNull()
  })

  it('identifies the car, shows its prompts and takes one answer for each', async () => {
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
      expect(prompt.sessionHandle).toBe(handle)
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

  it('interrupts the session in its way when the viewer proves which one it is', async () => {
    const bench = launch()
    const { number } = await activeSession(bench)
    const [port] = bench.ports
    const credentials = bench.clipboard
    expect(bench.handlers.copyConnection(undefined)).toMatchObject({ ok: true })
    const secret = /CLIENT_SECRET='([^']+)'/.exec(credentials[0] ?? '')?.[1] ?? ''
    const clientId = /CLIENT_ID='([^']+)'/.exec(credentials[0] ?? '')?.[1] ?? ''
    const other = launch({
      launch: { connection: { host: '127.0.0.1', port: port ?? 0, clusterId: '001', clientId, clientSecret: secret } },
    })
    await ready(other)
    expect(await other.handlers.startSession({ kind: 'ticket', number })).toMatchObject({
      failure: { code: 'resource-in-use', nextAction: 'interrupt-session' },
    })
    const blocking = other.publisher.state.blockingSessions
    expect(blocking).toMatchObject([{ proof: 'viewer', label: number }])
    expect(await other.handlers.interruptSession({ handle: blocking?.[0]?.handle ?? '' })).toMatchObject({ ok: true })
    expect(other.publisher.state.blockingSessions).toBeNull()
    const { session } = await bench.until(({ session }) => session?.phase === 'ended', 2_000)
    expect(session?.end?.kind).toBe('interrupted')
    expect(await other.handlers.startSession({ kind: 'ticket', number })).toMatchObject({ ok: true })
  })
})
