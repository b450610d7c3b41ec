import { describe, expect, it } from 'vitest'
import { type CallOutcome, refused } from '../../openobd/failure.ts'
import type { TrustedEndpoint } from '../../openobd/grpc/endpoint.ts'
import type { Channel, Method } from '../../openobd/grpc/grpc-channel.ts'
import type { Network } from '../../openobd/grpc/network.ts'
import type { Route } from '../../openobd/grpc/route.ts'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { FakeServerStream, settle } from '../../openobd/testing/fake-stream.ts'
import type { ConnectionCause } from '../../shared/connection-cause.ts'
import { succeeded } from '../../shared/outcome.ts'
import { type ConnectionStatus, ServerConnection } from './server-connection.ts'

const endpoint: TrustedEndpoint = { host: 'depot.example', port: 443, transport: 'tls' }
const route: Route = { authorities: ['pem'] }
const away = refused('x', 'connection-lost', { certainty: 'not-sent' })
const denied = refused('x', 'wrong-credentials', { answered: true })
const signedIn = succeeded({ value: 'controller-token' })
const snapshot = {
  sequence: 0,
  snapshot: { workshop_name: 'W', tickets: [], connectors: [], sessions: [], prompts: [] },
}

function setUp(more: { hasSecret?: boolean } = {}) {
  const clock = new ManualClock()
  const statuses: ConnectionStatus[] = []
  const events: string[] = []
  const opened: { endpoint: TrustedEndpoint; route: Route | undefined; calls: string[] }[] = []
  const probes: unknown[][] = []
  const viewers: FakeServerStream<object>[] = []
  const answers: (CallOutcome<unknown> | Promise<CallOutcome<unknown>>)[] = []
  const server: { cause: ConnectionCause | undefined } = { cause: undefined }
  const network: Network = {
    open: (to, over) => {
      const calls: string[] = []
      opened.push({ endpoint: to, route: over, calls })
      const channel: Partial<Channel> = {
        endpoint: to,
        unary: (<Q, S>(method: Method<Q, S>) => {
          calls.push(method.path.split('/').at(-1) ?? '')
          return Promise.resolve(answers.shift() ?? signedIn) as Promise<CallOutcome<S>>
        }) as Channel['unary'],
        serverStream: (() => {
          const viewer = new FakeServerStream<object>('viewer/watchWorkshop')
          viewers.push(viewer)
          return viewer.stream
        }) as unknown as Channel['serverStream'],
        rest: () => void calls.push('rest'),
        close: () => void calls.push('close'),
      }
      return channel as Channel
    },
    probe: (...args) => {
      probes.push(args)
      return Promise.resolve(server.cause && { passed: [], cause: server.cause })
    },
  }
  const connection = new ServerConnection({
    endpoint,
    credentials: () =>
      more.hasSecret === false ? undefined : { clientId: 'c', clientSecret: 'CANARY', clusterId: '001' },
    clock,
    random: () => 0.5,
    route,
    network,
    onStatus: (status) => statuses.push(status),
    onEvent: ({ kind }) => events.push(kind),
  })
  /** Lets what is under way come to its end, without any back-off. */
  const pass = async (ms = 0) => {
    await settle()
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(Math.min(100, left))
      await settle()
    }
  }
  const last = () => statuses.at(-1)
  const seen = () => statuses.map(({ status, viewer }) => `${status} ${viewer}`)
  return { clock, connection, statuses, seen, events, opened, probes, viewers, answers, server, pass, last }
}

describe('a connection', () => {
  it('signs in, connects the viewer and passes its events', async () => {
    const { connection, seen, opened, viewers, events, pass } = setUp()
    expect(opened).toMatchObject([{ endpoint, route }])
    expect([connection.liveViewer, seen()]).toEqual([undefined, []])
    connection.start()
    expect(seen()).toEqual(['connecting unknown'])
    await pass()
    expect(opened[0]?.calls).toEqual(['getSessionControllerToken'])
    viewers[0]?.push(snapshot)
    await pass()
    expect(seen()).toEqual(['connecting unknown', 'ready available'])
    expect(events).toEqual(['snapshot'])
    expect(connection.liveViewer).toBe(connection.viewer)
  })

  it('to a server without a viewer is ready, and its viewer is not asked for again', async () => {
    const { connection, seen, viewers, pass } = setUp()
    connection.start()
    await pass()
    viewers[0]?.end(12, 'unimplemented')
    await pass(60_000)
    expect(seen()).toEqual(['connecting unknown', 'ready absent'])
    connection.retryNow()
    await pass(60_000)
    expect([viewers.length, connection.liveViewer]).toEqual([1, undefined])
  })

  it('that breaks says so, knows that there was a viewer, and can still send answers', async () => {
    const { connection, seen, viewers, last, pass } = setUp()
    connection.start()
    await pass()
    viewers[0]?.push(snapshot)
    await pass()
    viewers[0]?.end(14, 'Connection dropped')
    await pass()
    expect(last()).toMatchObject({ status: 'reconnecting', viewer: 'available', failure: { code: 'connection-lost' } })
    expect(connection.liveViewer).toBe(connection.viewer)
    await pass(5_000)
    viewers.at(-1)?.push(snapshot)
    await pass()
    expect(seen().at(-1)).toBe('ready available')
  })

  it('that breaks before the viewer answered does not know whether there is one', async () => {
    const { connection, viewers, last, pass } = setUp()
    connection.start()
    await pass()
    viewers[0]?.end(14, 'Connection dropped')
    await pass()
    expect(last()).toMatchObject({ status: 'reconnecting', viewer: 'unknown' })
  })

  it('is tried again by itself with growing pauses, and at once when somebody asks', async () => {
    const { connection, answers, opened, last, clock, pass } = setUp()
    const tries = () => opened[0]?.calls.filter((name) => name === 'getSessionControllerToken').length ?? 0
    answers.push(...Array(200).fill(away))
    connection.start()
    await pass()
    expect([tries(), last()]).toMatchObject([
      1,
      { status: 'reconnecting', viewer: 'unknown', failure: { code: 'connection-lost' } },
    ])
    await pass(200)
    const soon = tries()
    await pass(20_000)
    expect(soon).toBeLessThanOrEqual(2)
    expect(tries()).toBeGreaterThan(3)
    const before = tries()
    answers.length = 0
    connection.retryNow()
    expect(last()?.status).toBe('connecting')
    await pass()
    expect(tries()).toBe(before + 1)
    await pass(60_000)
    expect([tries(), clock.pendingTimers]).toEqual([before + 1, 0])
  })

  it('with a lasting failure stops, rests only when nobody answered, and is tried again when somebody asks', async () => {
    const { connection, answers, opened, last, pass } = setUp()
    answers.push(denied)
    connection.start()
    await pass(60_000)
    expect(last()).toMatchObject({ status: 'failed', viewer: 'unknown', failure: { code: 'wrong-credentials' } })
    expect(opened[0]?.calls).toEqual(['getSessionControllerToken'])
    answers.push(refused('x', 'tls-failed', { certainty: 'not-sent' }))
    connection.retryNow()
    await pass(60_000)
    expect(opened[0]?.calls).toEqual(['getSessionControllerToken', 'getSessionControllerToken', 'rest'])
    connection.retryNow()
    await pass()
    expect(opened[0]?.calls).toHaveLength(4)
  })

  it('without a secret says so, and the connection does not rest', async () => {
    const { connection, opened, last, pass } = setUp({ hasSecret: false })
    connection.start()
    await pass(60_000)
    expect(last()).toMatchObject({ status: 'failed', failure: { code: 'secret-missing' } })
    expect(opened[0]?.calls).toEqual([])
  })

  it('whose viewer was refused starts it again when somebody asks', async () => {
    const { connection, viewers, last, answers, pass } = setUp()
    connection.start()
    await pass()
    answers.push(denied)
    viewers[0]?.end(16, 'unknown token')
    await pass(5_000)
    expect(last()).toMatchObject({ status: 'failed', viewer: 'unknown', failure: { code: 'wrong-credentials' } })
    const before = viewers.length
    connection.retryNow()
    await pass(100)
    expect(viewers).toHaveLength(before + 1)
  })

  it('takes the result of the newest attempt only', async () => {
    const { connection, viewers, answers, seen, pass } = setUp()
    const slow = Promise.withResolvers<CallOutcome<unknown>>()
    answers.push(slow.promise)
    connection.start()
    await pass()
    connection.start()
    await pass()
    slow.resolve(away)
    await pass()
    expect(seen()).toEqual(['connecting unknown', 'connecting unknown', 'reconnecting unknown'])
    expect(viewers).toHaveLength(0)
  })

  it('that was stopped says and does nothing more', async () => {
    const { connection, viewers, opened, statuses, answers, clock, pass } = setUp()
    answers.push(away)
    connection.start()
    await pass()
    connection.channelTo({ ...endpoint, port: 8443 })
    connection.stop()
    const count = statuses.length
    connection.retryNow()
    await pass(60_000)
    expect([statuses.length, viewers.length, clock.pendingTimers]).toEqual([count, 0, 0])
    expect(opened.map(({ calls }) => calls.at(-1))).toEqual(['close', 'close'])
    const late = setUp()
    late.connection.start()
    late.connection.stop()
    await late.pass()
    expect([late.seen(), late.viewers.length]).toEqual([['connecting unknown'], 0])
  })
})

describe('the cause of a failure', () => {
  it.each<[ConnectionCause, string]>([
    ['http-1', 'not-an-openobd-service'],
    ['server-is-tls', 'not-an-openobd-service'],
    ['expired', 'tls-failed'],
  ])('%s is found by a probe and read as %s', async (cause, code) => {
    const { connection, server, answers, probes, last, pass } = setUp()
    server.cause = cause
    answers.push(away)
    connection.start()
    await pass()
    expect(probes).toEqual([[endpoint, route]])
    expect(last()).toMatchObject({
      status: 'failed',
      failure: { code, certainty: 'not-sent', parameters: { cause }, answered: false },
    })
  })

  it.each([
    ['the server answered', refused('x', 'timed-out', { answered: true, certainty: 'unclear' })],
    ['it is known already', refused('x', 'connection-lost', { parameters: { cause: 'expired' } })],
    ['the failure is clear', refused('x', 'too-many-requests', { certainty: 'unclear' })],
  ])('is not looked for when %s', async (_title, failure) => {
    const { connection, answers, probes, pass } = setUp()
    answers.push(failure)
    connection.start()
    await pass()
    expect(probes).toEqual([])
  })

  it.each(['connection-lost', 'timed-out', 'not-an-openobd-service'] as const)(
    'is looked for at most every five seconds, and after each start, when it says %s',
    async (code) => {
      const { connection, answers, probes, last, pass } = setUp()
      answers.push(...Array(200).fill(refused('x', code, { certainty: 'unclear' })))
      connection.start()
      await pass(4_900)
      expect(probes).toHaveLength(1)
      expect(last()?.failure?.code).toBe(code)
      connection.retryNow()
      await pass()
      expect(probes).toHaveLength(2)
      await pass(6_100)
      // A foreign service is not tried again by itself.
      expect(probes).toHaveLength(code === 'not-an-openobd-service' ? 2 : 3)
    },
  )
})

describe('the channels of sessions', () => {
  it('are one per endpoint, and that of the controller for its own', () => {
    const { connection, opened } = setUp()
    const { grpcChannel } = connection.controller
    expect(connection.channelTo({ ...endpoint })).toBe(grpcChannel)
    const others: TrustedEndpoint[] = [
      { ...endpoint, host: 'other.example' },
      { ...endpoint, port: 8443 },
      { ...endpoint, transport: 'plaintext' },
    ]
    const channels = others.map((one) => connection.channelTo(one))
    expect(new Set([grpcChannel, ...channels]).size).toBe(4)
    expect(others.map((one) => connection.channelTo({ ...one }))).toEqual(channels)
    expect(opened.slice(1).map((one) => [one.endpoint, one.route])).toEqual(others.map((one) => [one, route]))
  })
})
