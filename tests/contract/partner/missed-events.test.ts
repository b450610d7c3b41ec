import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { systemClock } from '../../../src/openobd/clock.ts'
import { LiveValuesFeed, type LiveValuesOptions } from '../../../src/partner/live-values.ts'
import { fail, type Outcome, succeeded } from '../../../src/shared/outcome.ts'
import { account, partnerBench } from './partner-bench.ts'

const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 10 })

type Bench = Awaited<ReturnType<typeof partnerBench>>

/** A ticket is worked on and closed, which is an event. */
function close({ engine }: Bench, ticket: string): void {
  const { id } = engine.sessions.startOnTicket(ticket, account.clientId)
  engine.sessions.get(id).end('finished', 'finish', { result: ['RESULT_SUCCESS'] } as never)
}

async function ask({ api, base }: Bench, query: string) {
  const token = await api.token.get()
  const headers = { authorization: `Bearer ${token.ok ? token.value : ''}` }
  const answer = await fetch(`${base}/v2/system/events${query}`, { headers })
  return { status: answer.status, body: (await answer.json()) as { result: { id: string; type: string }[] } }
}

describe('events of the Partner API', () => {
  it('come oldest first, after an id, without a total', async () => {
    const bench = await partnerBench()
    const [first, second] = bench.engine.workshop.tickets
    close(bench, first?.number ?? '')
    close(bench, second?.number ?? '')
    const { body } = await ask(bench, '')
    const ids = body.result.map(({ id }) => id)
    expect(ids).toHaveLength(4)
    expect(ids).toEqual([...ids].sort())
    expect(body).not.toHaveProperty('total')
    expect(await bench.api.eventsAfter(ids[1] ?? '')).toEqual({ ok: true, value: ids.slice(2) })
    expect(await bench.api.eventsAfter(ids[3] ?? '')).toEqual({ ok: true, value: [] })
    const closed = await ask(bench, '?type=tickets.ticket.closed&limit=1')
    expect(closed.body.result).toMatchObject([{ id: ids[1] }])
  })

  it.each(['?type=a&after_id=b', '?occurred_after=yesterday', '?limit=1001'])('are refused for %s', async (query) => {
    expect((await ask(await partnerBench(), query)).status).toBe(400)
  })

  it('are asked for after a connection that was lost, and the tickets are read again', async () => {
    const bench = await partnerBench({ statusEveryMs: 20 })
    bench.trouble('ws-idle-cut', { times: '1', after: '500' })
    const wsUrl = `${bench.base.replace('http', 'ws')}/wssprd`
    const { feed, lists } = feedOn(
      wsUrl,
      (id) => bench.api.eventsAfter(id),
      () => bench.api.token.get(),
    )
    const [ticket] = bench.engine.workshop.tickets
    await until(() => expect(feed.connections).toBe(1))
    // The subscription is on its way: the event may come by the WebSocket or by the list that is read after the cut.
    close(bench, ticket?.number ?? '')
    await until(() => expect(feed.connections).toBe(2))
    await until(() => expect(lists()).toBeGreaterThan(0))
    close(bench, bench.engine.workshop.tickets[1]?.number ?? '')
    await until(() => expect(lists()).toBeGreaterThan(1))
  })
})

/** A feed that runs, with what it asked for and how often it had the tickets read. */
function feedOn(
  wsUrl: string,
  eventsAfter: LiveValuesOptions['eventsAfter'],
  token: LiveValuesOptions['token'] = async () => succeeded('token'),
) {
  let lists = 0
  const feed = new LiveValuesFeed({
    wsUrl,
    token,
    routeTo: () => succeeded({}),
    clock: systemClock,
    random: () => 0,
    eventsAfter,
    onValues: () => undefined,
    onTickets: () => {
      lists += 1
    },
  })
  onTestFinished(() => feed.stop())
  feed.start()
  return { feed, lists: () => lists }
}

/** A WebSocket server of the test. */
async function scriptedServer() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const sockets: WebSocket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  const send = (connection: number, id: string): void =>
    sockets[connection]?.send(
      JSON.stringify({ action: 'event-received', event_id: id, event_type: 'tickets.ticket.created', message: {} }),
    )
  return { wsUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/wssprd`, sockets, send }
}

describe('a connection for live values that was lost', () => {
  it('asks for what came after the latest event, and takes none of it twice', async () => {
    const { wsUrl, sockets, send } = await scriptedServer()
    const asked: string[] = []
    const { lists } = feedOn(wsUrl, async (id) => {
      asked.push(id)
      return succeeded(['01EVENT3', '01EVENT4'])
    })
    await until(() => expect(sockets).toHaveLength(1))
    // Out of order, and one of them twice.
    for (const id of ['01EVENT2', '01EVENT1', '01EVENT2']) send(0, id)
    await until(() => expect(lists()).toBe(2))
    sockets[0]?.terminate()
    await until(() => expect(lists()).toBe(3))
    expect(asked).toEqual(['01EVENT2'])
    // What was asked for comes late by the WebSocket too; then something new.
    for (const id of ['01EVENT4', '01EVENT3', '01EVENT5']) send(1, id)
    await until(() => expect(lists()).toBe(4))
    sockets[1]?.terminate()
    await until(() => expect(asked).toEqual(['01EVENT2', '01EVENT5']))
    await until(() => expect(lists()).toBe(5))
  })

  it.each<[string, () => Promise<Outcome<readonly string[]>>]>([
    ['refuses', async () => fail('not-found')],
    ['has none', async () => succeeded([])],
  ])('reads the tickets again also when the server %s', async (_name, eventsAfter) => {
    const { wsUrl, sockets, send } = await scriptedServer()
    const { lists } = feedOn(wsUrl, eventsAfter)
    await until(() => expect(sockets).toHaveLength(1))
    send(0, '01EVENT1')
    await until(() => expect(lists()).toBe(1))
    sockets[0]?.terminate()
    await until(() => expect(lists()).toBe(2))
  })

  it('asks for no events before it has seen one', async () => {
    const { wsUrl, sockets } = await scriptedServer()
    const asked: string[] = []
    const { lists } = feedOn(wsUrl, async (id) => {
      asked.push(id)
      return succeeded([])
    })
    await until(() => expect(sockets).toHaveLength(1))
    sockets[0]?.terminate()
    await until(() => expect(lists()).toBe(1))
    expect(asked).toEqual([])
  })
})
