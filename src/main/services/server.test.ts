import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { refused } from '../../openobd/failure.ts'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { WorkshopEvent } from '../../openobd/wire/workshop-event.ts'
import { type EndpointView, endpointViewSchema, type Profile } from '../../shared/app-state.ts'
import { fail, newFailure, type Outcome, succeeded } from '../../shared/outcome.ts'
import { connectionLines, ticketToCopy } from './connection-lines.ts'
import { Profiles } from './profiles.ts'
import { SecretRegistry } from './secret-registry.ts'
import { type Connection, Server, type ServerOptions } from './server.ts'
import type { ServerGateway } from './server-gateway.ts'
import { Servers } from './servers.ts'

type ConnectOptions = Parameters<ServerOptions['connect']>[0]
type Started = Awaited<ReturnType<ServerOptions['engine']['start']>>

const engineAt = (port: number) =>
  succeeded({ host: '127.0.0.1', port, clusterId: '001', clientId: 'id', clientSecret: 'CANARY-secret' })

function setUp() {
  const views: EndpointView[] = []
  const events: WorkshopEvent[] = []
  const connections: { options: ConnectOptions; calls: string[] }[] = []
  const starts: PromiseWithResolvers<Started>[] = []
  let stops = 0
  const profiles = new Profiles({
    store: { list: () => [], save: () => undefined, remove: () => undefined },
    environment: { host: 'openobd.example.org', port: 443, clusterId: '001', clientId: 'c', clientSecret: 'CANARY-2' },
    nowMs: () => 0,
    onSecret: () => undefined,
  })
  const nothing = () => undefined
  const create = (profile: Profile) =>
    new Server({
      profile,
      credentialsOf: (of) => profiles.credentialsOf(of),
      promptPrefix: '',
      onWorkshop: nothing,
      onPrompts: nothing,
      recorder: () => ({
        shown: nothing,
        ended: nothing,
        answering: () => ({ sendable: Promise.resolve(true), durable: Promise.resolve() }),
        settled: nothing,
      }),
      describeSession: () => ({ session: { key: 'k' } }),
      records: () => ({ ownRecord: nothing, unfinished: () => [] }),
      clock: new ManualClock(),
      random: () => 0,
      engine: {
        start: () => {
          const start = Promise.withResolvers<Started>()
          starts.push(start)
          return start.promise
        },
        stop: () => {
          stops += 1
          return Promise.resolve()
        },
      },
      connect: (options) => {
        const calls: string[] = []
        connections.push({ options, calls })
        const note = (name: string) => () => void calls.push(name)
        return { start: note('start'), stop: note('stop'), retryNow: note('retry') } as unknown as Connection
      },
      createGateway: () => ({ end: () => Promise.resolve(), keeps: () => false }) as unknown as ServerGateway,
      onFunctions: nothing,
      onView: ({ view }) => void views.push(view),
      onEvent: (_server, event) => void events.push(event),
    })
  const servers = new Servers({ create, onChosen: nothing, onGone: nothing })
  /** Chooses a server; resolves after what needs no answer of the engine. */
  const choose = async (id: string): Promise<Server> => {
    servers.choose(profile(id))
    await nextTurn()
    if (!servers.chosen) throw new Error('no server is chosen')
    return servers.chosen
  }
  const profile = (id: string) => {
    const found = profiles.find(id)
    if (!found) throw new Error(id)
    return found
  }
  return { servers, choose, views, events, connections, starts, stops: () => stops, profile, last: () => views.at(-1) }
}

async function onEngine() {
  const bench = setUp()
  const engine = await bench.choose('embedded')
  bench.starts[0]?.resolve(engineAt(5))
  await nextTurn()
  return { ...bench, engine }
}

describe('choosing a server', () => {
  it('starts the own engine and connects to it in plaintext', async () => {
    const { connections, views } = await onEngine()
    expect(views[0]).toMatchObject({ profileId: 'embedded', status: 'starting', viewer: 'unknown' })
    expect(connections[0]?.options.endpoint).toMatchObject({ host: '127.0.0.1', port: 5, transport: 'plaintext' })
    expect(connections[0]?.calls).toEqual(['start'])
  })

  it('uses TLS for another host and says so', async () => {
    const { choose, connections, last } = setUp()
    await choose('environment')
    connections[0]?.options.onStatus({ status: 'ready', viewer: 'absent' })
    expect(connections[0]?.options.endpoint.transport).toBe('tls')
    expect(last()).toEqual({ profileId: 'environment', status: 'ready', viewer: 'absent', secure: true })
  })

  it('ignores a connection that was replaced', async () => {
    const { choose, connections, events, last, views } = await onEngine()
    await choose('environment')
    expect(connections[0]?.calls).toEqual(['start', 'stop'])
    const count = views.length
    connections[0]?.options.onStatus({ status: 'failed', viewer: 'unknown' })
    connections[0]?.options.onEvent({ kind: 'unknown' })
    expect([views.length, events.length]).toEqual([count, 0])
    expect(last()?.profileId).toBe('environment')
  })

  it('ignores an engine that becomes ready after another server was chosen', async () => {
    const { choose, starts, connections } = setUp()
    await choose('embedded')
    const chosen = await choose('environment')
    starts[0]?.resolve(engineAt(5))
    await nextTurn()
    expect(connections).toHaveLength(1)
    expect(chosen.profile.id).toBe('environment')
  })

  it('shows why the engine did not start', async () => {
    const { choose, starts, last, connections } = setUp()
    await choose('embedded')
    starts[0]?.resolve(fail('engine-failed') as Outcome<never>)
    await nextTurn()
    expect(last()).toMatchObject({ status: 'failed', failure: { code: 'engine-failed' } })
    expect(connections).toEqual([])
  })

  it('gives the page no address and no secret', async () => {
    const { connections, views } = await onEngine()
    const failure = refused('x', 'connection-lost', {
      detail: 'connect 10.0.0.1:443 for openobd.example.org:443',
    }).failure
    connections[0]?.options.onStatus({ status: 'reconnecting', viewer: 'unknown', failure })
    const secrets = new SecretRegistry()
    const left = views.map((view) => endpointViewSchema.parse(secrets.clean(view)))
    expect(left.at(-1)?.failure?.code).toBe('connection-lost')
    expect(JSON.stringify(left)).not.toMatch(/CANARY|10\.0\.0\.1|example\.org|rpc/)
  })
})

describe('trying again', () => {
  it('uses the same connection', async () => {
    const { engine, connections } = await onEngine()
    await engine.reconnect()
    expect(connections[0]?.calls).toEqual(['start', 'retry'])
  })

  it('is not tried after a lasting failure, also not after the computer slept', async () => {
    const { engine, connections } = await onEngine()
    engine.wake()
    expect(connections[0]?.calls).toEqual(['start', 'retry'])
    connections[0]?.options.onStatus({ status: 'failed', viewer: 'unknown', failure: newFailure('tls-failed') })
    engine.wake()
    expect(connections[0]?.calls).toEqual(['start', 'retry'])
    await engine.reconnect()
    expect(connections[0]?.calls).toEqual(['start', 'retry', 'retry'])
  })

  it('starts the engine when its start had failed', async () => {
    const { engine, starts, connections } = await onEngine()
    expect(engine.engineDied().code).toBe('engine-failed')
    const again = engine.reconnect()
    starts[1]?.resolve(engineAt(6))
    await again
    expect(connections[1]?.options.endpoint.port).toBe(6)
  })
})

describe('the death of the engine', () => {
  it('is the failure of the chosen server', async () => {
    const { engine, last, connections } = await onEngine()
    engine.engineDied()
    expect(last()).toMatchObject({ status: 'failed', failure: { nextAction: 'restart-engine' } })
    expect(connections[0]?.calls).toEqual(['start', 'stop'])
    expect(engine.resolved).toBeUndefined()
  })

  it('has no effect while another server is chosen', async () => {
    const { choose, servers, last } = await onEngine()
    await choose('environment')
    expect(servers.byKey('embedded')).toBeUndefined()
    expect(last()?.status).toBe('connecting')
  })

  it('can be repaired by a restart, which other servers do not offer', async () => {
    const { engine, choose, starts, stops, last } = await onEngine()
    const restarting = engine.restartEngine()
    await nextTurn()
    starts[1]?.resolve(engineAt(6))
    expect(await restarting).toEqual({ ok: true, value: null })
    expect(stops()).toBe(1)
    const other = await choose('environment')
    expect(await other.restartEngine()).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(last()?.profileId).toBe('environment')
  })
})

describe('ticketToCopy', () => {
  const free = (number: string) => ({ number, inUse: false })
  const taken = (number: string) => ({ number, inUse: true })
  const onTicket = { target: { kind: 'ticket' as const, number: '3' } }
  const onConnector = { target: { kind: 'connector' as const, number: '900' } }
  const ended = { ...onTicket, end: { kind: 'finished' as const, at: 1 } }

  // @proves Sessions and links: A copied connection names the ticket of the open session, and never one that nobody chose
  it.each([
    ['the ticket of the open session, not the first free one', onTicket, [free('1'), free('2'), taken('3')], '3'],
    ['no ticket in a session on a connector', onConnector, [free('1')], undefined],
    ['the only free ticket without a session', null, [taken('1'), free('2')], '2'],
    ['no ticket when several are free', null, [free('1'), free('2')], undefined],
    ['no ticket when none is free', undefined, [taken('1')], undefined],
    ['the only free ticket after the session ended', ended, [free('1')], '1'],
  ] as const)('names %s', (_title, session, tickets, expected) => {
    expect(ticketToCopy(session, tickets)).toBe(expected)
  })
})

describe('connectionLines', () => {
  const server = {
    endpoint: { host: '127.0.0.1', port: 5, transport: 'plaintext' },
    credentials: { clientId: 'id', clientSecret: `it's $HOME \`x\``, clusterId: '001' },
  } as const

  it('sets the variables of the official client, quoted for a shell', () => {
    expect(connectionLines(server, '7848095')).toBe(
      [
        "export OPENOBD_PARTNER_CLIENT_ID='id'",
        "export OPENOBD_PARTNER_CLIENT_SECRET='it'\\''s $HOME `x`'",
        "export OPENOBD_CLUSTER_ID='001'",
        "export OPENOBD_GRPC_HOST='127.0.0.1'",
        "export OPENOBD_GRPC_PORT='5'",
        "export OPENOBD_TICKET_ID='7848095'",
        '',
      ].join('\n'),
    )
  })

  it('names a ticket only when there is one', () => {
    expect(connectionLines(server, undefined)).not.toContain('TICKET')
  })
})
