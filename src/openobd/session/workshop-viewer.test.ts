import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Clock, systemClock } from '../clock.ts'
import type { CallFailure } from '../failure.ts'
import type { PromptAnswer__Output } from '../generated/types/workbench/v1/PromptAnswer.ts'
import type { WorkshopEvent as WorkshopEventWire } from '../generated/types/workbench/v1/WorkshopEvent.ts'
import { GrpcChannel } from '../grpc/grpc-channel.ts'
import { openObdV1, workbenchV1 } from '../grpc/protos.ts'
import { ManualClock } from '../manual-clock.ts'
import type { WorkshopEvent } from '../wire/workshop-event.ts'
import { SessionController } from './session-controller.ts'
import { type ViewerStatus, WorkshopViewer } from './workshop-viewer.ts'

type Watch = ServerWritableStream<object, WorkshopEventWire>
type Answer = ServerUnaryCall<PromptAnswer__Output, object>
type Reply = sendUnaryData<object>

let server: Server
let grpcChannel: GrpcChannel
let viewer: WorkshopViewer
let watches: Watch[]
let answers: PromptAnswer__Output[]
let onAnswer: (reply: Reply) => void
let onToken: (reply: Reply) => void
let tokens: number
let seen: WorkshopEvent[]
let statuses: ViewerStatus[]
let failures: CallFailure[]

const control = { control_yesno: { label: 'On?' } }
const snapshot: WorkshopEventWire = {
  sequence: 1,
  snapshot: { workshop_name: 'Garage', prompts: [{ id: 'p', control }] },
}
const viewerService = workbenchV1.viewer.service

async function open(withViewer = true, clock: Clock = systemClock): Promise<void> {
  server = new Server()
  const { getSessionControllerToken } = openObdV1.sessionController.service
  server.addService(
    { getSessionControllerToken },
    {
      getSessionControllerToken: (_call: object, reply: Reply) => {
        tokens += 1
        onToken(reply)
      },
    },
  )
  if (withViewer) {
    server.addService(viewerService, {
      watchWorkshop: (call: Watch) => {
        call.on('error', () => undefined)
        watches.push(call)
      },
      answerPrompt: (call: Answer, reply: Reply) => {
        answers.push(call.request)
        onAnswer(reply)
      },
      getSessionRecord: (_call: object, reply: Reply) => reply({ code: status.NOT_FOUND, details: 'no such session' }),
    })
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  grpcChannel = new GrpcChannel({ host: '127.0.0.1', port, transport: 'plaintext' })
  const controller = new SessionController(grpcChannel, { clientId: 'a', clientSecret: 'b', clusterId: '001' }, clock)
  viewer = new WorkshopViewer({
    controller,
    clock,
    random: () => 0,
    onEvent: (event) => seen.push(event),
    onStatus: (now, failure) => {
      if (statuses.at(-1) !== now) statuses.push(now)
      if (failure) failures.push(failure)
    },
  })
}

beforeEach(() => {
  watches = []
  answers = []
  seen = []
  statuses = []
  failures = []
  tokens = 0
  onAnswer = (reply) => reply(null, { outcome: 'ANSWER_ACCEPTED' })
  onToken = (reply) => reply(null, { value: `controller-${tokens}` })
})

afterEach(() => {
  viewer.stop()
  grpcChannel.close()
  server.forceShutdown()
})

const watchesToBe = (count: number) =>
  vi.waitFor(() => expect(watches).toHaveLength(count), { timeout: 3_000, interval: 5 })

describe('WorkshopViewer', () => {
  it('gets a snapshot and then the changes, with the controller token', async () => {
    await open()
    viewer.start()
    await watchesToBe(1)
    watches[0]?.write(snapshot)
    watches[0]?.write({ sequence: 2, prompt_ended: { prompt_id: 'p', reason: 'PROMPT_END_REPLACED' } })
    await vi.waitFor(() => expect(seen.map((event) => event.kind)).toEqual(['snapshot', 'prompt-ended']))
    expect(watches[0]?.metadata.get('authorization')).toEqual(['Bearer controller-1'])
    expect(statuses).toEqual(['live'])
  })

  it.each([status.OK, status.UNAVAILABLE, status.INTERNAL])(
    'opens again at once after an end with status %i and gets a new snapshot',
    async (code) => {
      await open()
      viewer.start()
      await watchesToBe(1)
      watches[0]?.write(snapshot)
      await vi.waitFor(() => expect(seen).toHaveLength(1))
      if (code === status.OK) watches[0]?.end()
      else watches[0]?.emit('error', { code, details: 'restart' })
      await watchesToBe(2)
      watches[1]?.write(snapshot)
      await vi.waitFor(() => expect(seen).toHaveLength(2))
      expect(statuses).toEqual(['live', 'reconnecting', 'live'])
    },
  )

  it('signs in again when the server has forgotten the controller token', async () => {
    await open()
    viewer.start()
    await watchesToBe(1)
    watches[0]?.emit('error', { code: status.UNAUTHENTICATED, details: 'unknown token' })
    await watchesToBe(2)
    expect(watches[1]?.metadata.get('authorization')).toEqual(['Bearer controller-2'])
  })

  it('says that a server has no viewer side, and leaves it alone', async () => {
    await open(false)
    viewer.start()
    await vi.waitFor(() => expect(statuses).toEqual(['absent']))
    expect(failures[0]?.code).toBe('not-supported-by-server')
  })

  it('is refused with wrong credentials, once, and can be started again', async () => {
    await open()
    onToken = (reply) => reply({ code: status.INVALID_ARGUMENT, details: 'invalid client' })
    viewer.start()
    await vi.waitFor(() => expect(statuses).toEqual(['refused']))
    expect([failures[0]?.code, tokens]).toEqual(['wrong-credentials', 1])
    viewer.reopenNow()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(tokens).toBe(1)
    onToken = (reply) => reply(null, { value: 'controller' })
    viewer.start()
    await watchesToBe(1)
  })

  it('skips and counts events that lack what they need', async () => {
    await open()
    viewer.start()
    await watchesToBe(1)
    watches[0]?.write(snapshot)
    watches[0]?.write({ sequence: 2, prompt_shown: { id: 'p' } })
    watches[0]?.write({ sequence: 3, prompt_ended: { prompt_id: 'p' } })
    await vi.waitFor(() => expect(seen.map((event) => event.kind)).toEqual(['snapshot', 'prompt-ended']))
    expect([viewer.unreadable, watches.length]).toEqual([1, 1])
  })

  it('asks for updates of sessions, and tells whole records', async () => {
    await open()
    viewer.start()
    await watchesToBe(1)
    const contexts = [
      { id: 'r', state: 'active' },
      { id: 'c', parent_id: 'r', state: 'active' },
    ]
    watches[0]?.write({
      sequence: 5,
      snapshot: { sessions: [{ session_id: 's', state: 'available', started_by: 'a' }] },
    })
    watches[0]?.write({
      sequence: 6,
      session_updated: { session_id: 's', state: 'active', changed_contexts: contexts },
    })
    watches[0]?.write({ sequence: 7, session_updated: { session_id: 's', forgotten_contexts: ['r'] } })
    await vi.waitFor(() => expect(seen).toHaveLength(3))
    expect(watches[0]?.request).toMatchObject({ session_updates: true })
    expect(seen.map(({ kind }) => kind)).toEqual(['snapshot', 'session-changed', 'session-changed'])
    expect(seen[1]).toMatchObject({ session: { state: 'active', contexts: [{ id: 'r' }, { id: 'c' }] } })
    expect(seen[2]).toMatchObject({ session: { state: 'active', startedBy: 'a', contexts: [{ id: 'c' }] } })
  })

  it('still follows an engine that sends whole records only', async () => {
    await open()
    viewer.start()
    await watchesToBe(1)
    watches[0]?.write(snapshot)
    watches[0]?.write({ sequence: 2, session_changed: { session_id: 's', state: 'available' } })
    watches[0]?.write({ sequence: 3, session_changed: { session_id: 's', state: 'active' } })
    await vi.waitFor(() => expect(seen).toHaveLength(3))
    expect(seen[2]).toMatchObject({ kind: 'session-changed', session: { sessionId: 's', state: 'active' } })
  })

  it.each<[string, WorkshopEventWire]>([
    ['an event is missing', { sequence: 3, prompt_ended: { prompt_id: 'p' } }],
    ['an event comes twice', { sequence: 1, prompt_ended: { prompt_id: 'p' } }],
    ['a session changes that it was never told of', { sequence: 2, session_updated: { session_id: 'other' } }],
    ['a change does not say of which session', { sequence: 2, session_updated: { state: 'active' } }],
  ])('asks anew when %s, and tells nothing of it', async (_what, wire) => {
    await open()
    viewer.start()
    await watchesToBe(1)
    watches[0]?.write(snapshot)
    watches[0]?.write(wire)
    await watchesToBe(2)
    watches[1]?.write(snapshot)
    await vi.waitFor(() => expect(statuses).toEqual(['live', 'reconnecting', 'live']))
    expect(seen.map(({ kind }) => kind)).toEqual(['snapshot', 'snapshot'])
  })

  it('asks an engine that it never understands ever more slowly', async () => {
    const clock = new ManualClock()
    await open(true, clock)
    viewer.start()
    const misunderstand = async () => {
      const count = watches.length
      watches[count - 1]?.write(snapshot)
      watches[count - 1]?.write({ sequence: 9, prompt_ended: { prompt_id: 'p' } })
      await vi.waitFor(() => expect(clock.pendingTimers).toBe(1))
    }
    await watchesToBe(1)
    await misunderstand()
    clock.advance(0)
    for (const [index, waitMs] of [100, 200, 400, 800].entries()) {
      await watchesToBe(index + 2)
      await misunderstand()
      clock.advance(waitMs - 1)
      expect(clock.pendingTimers).toBe(1)
      clock.advance(1)
    }
    await watchesToBe(6)
    clock.advance(2_000)
    await misunderstand()
    clock.advance(0)
    await watchesToBe(7)
  })

  it('gives an answer in one call and leaves it to the caller to call again, with the same id, when the reply is lost', async () => {
    await open()
    onAnswer = (reply) => {
      if (answers.length < 2) reply({ code: status.UNAVAILABLE, details: 'Connection dropped' })
      else reply(null, { outcome: 'ANSWER_ACCEPTED' })
    }
    const give = () => viewer.answerPrompt('p', 'tap-1', { kind: 'yesno', yes: false })
    expect(await give()).toMatchObject({ ok: false, failure: { code: 'connection-lost' } })
    expect(answers).toHaveLength(1)
    expect(await give()).toMatchObject({ ok: true, value: { outcome: 'accepted' } })
    expect(answers).toHaveLength(2)
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ prompt_id: 'p', answer_id: 'tap-1', yesno: false, choice: 'yesno' })
  })

  it('does not repeat an answer that the server refuses', async () => {
    await open()
    onAnswer = (reply) => reply({ code: status.INVALID_ARGUMENT, details: 'no such prompt' })
    expect(await viewer.answerPrompt('p', 'tap-1', { kind: 'continue' })).toMatchObject({
      ok: false,
      failure: { code: 'invalid-input' },
    })
    expect(answers).toHaveLength(1)
  })

  it('says that a session record is not there', async () => {
    await open()
    expect(await viewer.getSessionRecord('x')).toMatchObject({ ok: false, failure: { code: 'not-found' } })
  })

  it('opens nothing more after it was stopped', async () => {
    await open()
    viewer.start()
    await watchesToBe(1)
    viewer.stop()
    watches[0]?.write(snapshot)
    await nextTurn()
    watches[0]?.end()
    await viewer.getSessionRecord('x')
    expect([watches.length, seen.length]).toEqual([1, 0])
  })
})
