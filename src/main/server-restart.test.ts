import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { EngineProcess } from '../../tests/support/engine-process.ts'
import { ManyLifts } from '../../tests/support/many-lifts.ts'
import { systemClock } from '../openobd/clock.ts'
import { trustProfileEndpoint } from '../openobd/grpc/endpoint.ts'
import { GrpcChannel } from '../openobd/grpc/grpc-channel.ts'
import { SessionController } from '../openobd/session/session-controller.ts'
import { WorkshopViewer } from '../openobd/session/workshop-viewer.ts'
import type { AppState } from '../shared/app-state.ts'
import type { Fact } from '../shared/facts.ts'
import { type RunningBackend, startBackend } from './testing/running-backend.ts'

const cars = 8

/** The application with eight open jobs on a server; functions run and ask in two of them. */
async function eightOpenJobs() {
  const lifts = await ManyLifts.write(cars)
  const credentials = join(lifts.file, '../credentials.json')
  writeFileSync(credentials, JSON.stringify({ clientId: 'eight', clientSecret: 'secret-of-eight-jobs' }), {
    mode: 0o600,
  })
  const args = ['--workshop', lifts.file, '--credentials-file', credentials]
  const engine = await EngineProcess.start({ args, code: 'built' })
  const startAgain = () => EngineProcess.start({ args: [...args, '--port', String(engine.ready.port)], code: 'built' })
  const { clientId, clientSecret, clusterId, tickets } = engine.ready
  const connection = { host: '127.0.0.1', port: engine.ready.port, clientId, clientSecret, clusterId }
  const bench = startBackend({ launch: { connection } })
  const ends: (() => Promise<unknown>)[] = [() => bench.backend.stop(), () => engine.kill()]
  onTestFinished(async () => {
    for (const end of ends) await end()
    await lifts[Symbol.asyncDispose]()
  })
  await bench.until(({ endpoint, workshop }) => endpoint.status === 'ready' && workshop.status === 'ready')
  for (const number of tickets) {
    expect(await bench.handlers.startSession({ target: { kind: 'ticket', number } })).toMatchObject({ ok: true })
  }
  const { functions, jobs } = await bench.until(
    (state) => state.functions.length > 0 && state.jobs.every(({ link }) => link === 'good'),
  )
  const asking = [jobs[2], jobs[5]].map((job) => job?.handle ?? '')
  for (const handle of asking)
    expect(await bench.handlers.runFunction({ handle, functionId: functions[0]?.id ?? '' })).toMatchObject({ ok: true })
  await bench.until((state) => asking.every((handle) => questionOf(state, handle)), 30_000)
  return {
    bench,
    engine,
    jobs,
    asking,
    startAgain,
    connection,
    later: (end: () => Promise<unknown>) => ends.push(end),
  }
}

const questionOf = ({ prompts }: AppState, handle: string) =>
  prompts.find(
    ({ session, control, answer }) => session.key === handle && control.kind === 'yesno' && answer.state === 'open',
  )

async function factsOf({ handlers }: RunningBackend, job: string): Promise<Fact[]> {
  const read = await handlers.readJob({ job })
  return read.ok ? read.value.facts : []
}

/** What the server says about its sessions. */
function viewerOf(port: number, credentials: { clientId: string; clientSecret: string; clusterId: string }) {
  const endpoint = trustProfileEndpoint({ host: '127.0.0.1', port })
  if (!endpoint.ok) throw new Error(endpoint.failure.code)
  const channel = new GrpcChannel(endpoint.value)
  onTestFinished(() => channel.close())
  const controller = new SessionController(channel, credentials, systemClock)
  return new WorkshopViewer({ controller, clock: systemClock, random: Math.random, onEvent: () => undefined })
}

// @proves Jobs: A server that does not respond for a while with eight jobs open: each goes on with its own session, prompt and result
it('eight jobs whose server does not respond for a while go on, each with its own session, question and result', async () => {
  const { bench, jobs, asking, engine, connection } = await eightOpenJobs()
  const sessionsOf = async () =>
    Promise.all(
      jobs.map(async ({ id }) => {
        const started = (await factsOf(bench, id)).find((fact) => fact.kind === 'session-started')
        return started?.kind === 'session-started' ? started.sessionId : undefined
      }),
    )
  const before = await sessionsOf()
  expect(new Set(before).size).toBe(cars)
  process.kill(engine.pid, 'SIGSTOP')
  bench.clock.advance(4_000)
  await bench.until(
    (state) => state.jobs.every(({ link, phase }) => link === 'reconnecting' && phase === 'active'),
    30_000,
  )
  process.kill(engine.pid, 'SIGCONT')
  await bench.until(
    (state) => state.endpoint.status === 'ready' && state.jobs.every(({ link }) => link === 'good'),
    60_000,
  )
  expect(await sessionsOf()).toEqual(before)

  const [third = '', sixth = ''] = asking
  const back = await bench.until((state) => questionOf(state, third) && questionOf(state, sixth), 30_000)
  const question = questionOf(back, third)
  const answer = { promptId: question?.id ?? '', answerId: 'a', choice: { kind: 'yesno', yes: true } as const }
  expect(await bench.handlers.answerPrompt(answer)).toEqual({ ok: true, value: null })
  expect(questionOf(bench.publisher.state, sixth)).toBeDefined()

  const records = viewerOf(engine.ready.port, connection)
  for (const index of [5, 0, 7, 2, 1, 6, 3, 4]) {
    const handle = jobs[index]?.handle ?? ''
    const serviceResult = { results: ['success'] as ['success'], description: `job ${index}` }
    expect(await bench.handlers.finishSession({ handle, serviceResult }), `job ${index}`).toMatchObject({ ok: true })
  }
  for (const [index, { id, target }] of jobs.entries()) {
    const facts = await factsOf(bench, id)
    expect(new Set(facts.map((fact) => fact.job))).toEqual(new Set([id]))
    expect(facts.filter(({ kind }) => kind === 'finish-confirmed')).toHaveLength(1)
    expect(facts.filter(({ kind }) => kind === 'prompt-answered')).toHaveLength(index === 2 ? 1 : 0)
    expect(await records.getSessionRecord(before[index] ?? '')).toMatchObject({
      value: {
        ticketNumber: target.number,
        acceptedFinishes: 1,
        serviceResult: { description: `job ${index}` },
      },
    })
  }
}, 120_000)

// @proves Jobs: A server that restarts while eight jobs are open has lost their sessions: each job says so once and can start again
it('eight jobs whose server was killed and started again say that their session is lost, and each can start again', async () => {
  const { bench, engine, jobs, startAgain, later } = await eightOpenJobs()
  await engine.kill()
  const next = await startAgain()
  later(() => next.kill())
  const lost = await bench.until((state) => state.jobs.every(({ phase }) => phase === 'ended'), 60_000)
  expect(lost.jobs.map(({ id, end, questions }) => [id, end, questions])).toEqual(jobs.map(({ id }) => [id, 'lost', 0]))
  expect(lost.prompts).toEqual([])
  for (const [index, { id }] of jobs.entries()) {
    const facts = await factsOf(bench, id)
    expect(facts.filter(({ kind }) => kind === 'session-ended')).toMatchObject([{ end: 'lost' }])
    expect(facts.filter(({ kind }) => kind === 'function-ended')).toHaveLength([2, 5].includes(index) ? 1 : 0)
  }
  await bench.until(({ endpoint }) => endpoint.status === 'ready', 30_000)
  for (const { target } of jobs.slice(0, 2))
    expect(await bench.handlers.startSession({ target })).toEqual({ ok: true, value: null })
  const { jobs: again } = bench.publisher.state
  expect(again.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id))
  expect(again.map(({ phase }) => phase)).toEqual(['active', 'active', ...Array(cars - 2).fill('ended')])
  expect(bench.handlers.leaveSession({ handle: again[7]?.handle ?? '' })).toEqual({ ok: true, value: null })
  expect(bench.publisher.state.jobs).toHaveLength(cars - 1)
}, 120_000)
