import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { PartnerApiTrouble } from '../../../src/engine/faults/partner-api-faults.ts'
import type { PartnerApiChoices } from '../../../src/engine/partner-api/choices.ts'
import { type LiveValues, LiveValuesFeed } from '../../../src/partner/live-values.ts'
import {
  connectorSchema,
  customerSchema,
  functionSchema,
  makeSchema,
  modelSchema,
  productLineSchema,
  productSchema,
  ticketSchema,
} from '../../../src/partner/wire.ts'
import { type Outcome, succeeded } from '../../../src/shared/outcome.ts'
import { fixtures } from './fixtures.ts'
import { account, partnerBench } from './partner-bench.ts'

const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.failure.code)
  return outcome.value
}
const code = (outcome: Outcome<unknown>) => (outcome.ok ? 'ok' : outcome.failure.code)

const schemas = {
  ticket: ticketSchema,
  connector: connectorSchema,
  customer: customerSchema,
  function: functionSchema,
  productLine: productLineSchema,
  product: productSchema,
  model: modelSchema,
  make: makeSchema,
} as const

describe('the rows of the reference', () => {
  it.each(Object.keys(schemas) as (keyof typeof schemas)[])('are read by the client: %s', (name) => {
    expect(schemas[name].safeParse(fixtures[name])).toMatchObject({ success: true })
  })

  // @proves Security: pin and authentication_token of the Partner API end at the HTTP boundary
  it('lose pin and authentication token at the boundary', () => {
    expect(connectorSchema.parse(fixtures.connector)).not.toHaveProperty('pin')
    expect(ticketSchema.parse({ ...fixtures.ticket, authentication_token: 'x' })).not.toHaveProperty(
      'authentication_token',
    )
  })

  it.each([
    ['ticket', '/v2/tickets/tickets'],
    ['connector', '/v2/customers/connectors'],
    ['customer', '/v2/customers/customers'],
    ['productLine', '/v2/tickets/product-lines'],
    ['product', '/v2/products/products'],
    ['model', '/v2/vehicles/models'],
    ['make', '/v2/vehicles/makes'],
  ] as const)('have the fields that the imitated API sends: %s', async (name, path) => {
    const { api, base } = await partnerBench()
    const token = value(await api.token.get())
    const answer = await fetch(`${base}${path}?limit=1`, { headers: { authorization: `Bearer ${token}` } })
    const { result, total, query } = (await answer.json()) as { result: object[]; total: number; query: object }
    const kinds = (row: object) =>
      Object.fromEntries(Object.entries(row).map(([key, one]) => [key, one === null ? 'null' : typeof one]))
    const nullable = (row: Record<string, string>, other: Record<string, string>) =>
      Object.fromEntries(Object.entries(row).map(([key, kind]) => [key, kind === 'null' ? other[key] : kind]))
    const sent = kinds(result[0] ?? {})
    const documented = kinds(fixtures[name])
    expect(nullable(sent, documented)).toEqual(nullable(documented, sent))
    expect([typeof total, query]).toEqual(['number', { limit: 1, offset: 0 }])
  })
})

const tickets = 8

describe('the tickets of the account', () => {
  it('come with customer, car, connector and products, newest first', async () => {
    const { list, asked } = await partnerBench()
    const read = value(await list.read())
    expect(read).toHaveLength(tickets)
    expect(read.find(({ number }) => number === '7848095')).toMatchObject({
      state: 'pending',
      customer: 'Fleet of the Weser Bakery',
      car: 'Falkenberg Corvo 2.0 TDI',
      connectorName: '900101060',
      reference: 'HB-FC 2108',
      products: ['Service reset', 'Gearbox adaptation'],
    })
    expect(asked.filter((line) => line.startsWith('POST'))).toEqual(['POST /oauth2/token'])
    expect(JSON.stringify(read)).not.toMatch(/"pin"|authentication/)
  })

  it('change their state with a session, as the engine has one truth', async () => {
    const { list, engine } = await partnerBench()
    engine.sessions.startOnTicket('7848095', account.clientId)
    const read = value(await list.read())
    expect(read.find(({ number }) => number === '7848095')?.state).toBe('in_progress')
  })

  // @proves Stories: Tickets of the Partner API are listed with either answer to every open point of its documentation
  it.each<[string, Partial<PartnerApiChoices>]>([
    ['no list of all tickets', { hasAllTickets: false }],
    ['no filters', { filters: false }],
    ['403 for hidden rows', { hiddenStatus: 403 }],
    ['oldest first', { newestFirst: false }],
    ['credentials in the body only', { credentialsIn: 'body' }],
  ])('are listed with %s', async (_name, choices) => {
    const { list } = await partnerBench(choices)
    const read = value(await list.read())
    expect(read).toHaveLength(tickets)
    expect(read.every(({ customer, car, connectorName }) => customer && car && connectorName)).toBe(true)
  })

  it.each<[PartnerApiTrouble, object]>([
    ['joins-403', { customer: undefined, car: undefined, connectorName: undefined }],
    ['joins-404', { customer: undefined, car: undefined }],
    ['nulls', { customer: undefined, car: undefined, vin: undefined, reference: undefined }],
    ['wrong-limit', { customer: expect.any(String) }],
    ['row-between-pages', { customer: expect.any(String) }],
  ])('stay in the list with %s', async (kind, expected) => {
    const { list, trouble } = await partnerBench()
    trouble(kind)
    const read = value(await list.read())
    expect(read).toHaveLength(tickets)
    for (const [key, wanted] of Object.entries(expected)) expect(read[0]?.[key as 'car']).toEqual(wanted)
  })

  it.each<[PartnerApiTrouble, string]>([
    ['token-refused', 'wrong-credentials'],
    ['token-500', 'partner-api-failed'],
    ['token-html', 'partner-api-unreadable'],
    ['html-500', 'partner-api-failed'],
    ['cut-body', 'connection-lost'],
    ['no-result', 'partner-api-unreadable'],
    ['unauthorised', 'unauthorised'],
  ])('fail with %s: %s', async (kind, expected) => {
    const { list, trouble } = await partnerBench()
    trouble(kind)
    expect(code(await list.read())).toBe(expected)
  })

  it('fail with wrong credentials, which are in no failure', async () => {
    const { list } = await partnerBench({}, { secret: 'CANARY-wrong' })
    const read = await list.read()
    expect(code(read)).toBe('wrong-credentials')
    expect(JSON.stringify(read)).not.toContain('CANARY')
  })

  it('get a new token once when the server refuses the old one in the middle', async () => {
    const { list, trouble, tokens } = await partnerBench()
    value(await list.read())
    trouble('unauthorised', { times: '1' })
    value(await list.read())
    expect(tokens).toHaveLength(2)
  })

  it('get a new token after 30 minutes, and in half of a short life', async () => {
    const { api, clock, trouble, tokens } = await partnerBench()
    value(await api.test())
    clock.advance(29 * 60_000)
    value(await api.test())
    expect(tokens).toHaveLength(1)
    clock.advance(60_000)
    trouble('token-10s')
    value(await api.test())
    clock.advance(4_900)
    value(await api.test())
    expect(tokens).toHaveLength(2)
    clock.advance(100)
    value(await api.test())
    expect(tokens).toHaveLength(3)
  })

  it.each<[PartnerApiTrouble[], number]>([
    [['rate-limited'], 1_000],
    [['rate-limited', 'rate-limited-retry-after'], 1_000],
  ])('wait as long as the server says with %s', async (kinds, waitMs) => {
    const { api, clock, trouble, asked } = await partnerBench()
    for (const kind of kinds) trouble(kind, { times: '1' })
    const test = api.test()
    const tests = () => asked.filter((line) => line.includes('locales')).length
    await expect.poll(tests).toBe(1)
    await expect.poll(() => clock.pendingTimers).toBe(1)
    clock.advance(waitMs - 1)
    expect(tests()).toBe(1)
    clock.advance(1)
    value(await test)
    expect(tests()).toBe(2)
  })

  it('are read in 10,000 within a second of the first page, each once, by pages of a thousand', {
    timeout: 60_000,
  }, async () => {
    const { api, trouble, asked } = await partnerBench()
    trouble('many-tickets')
    const began = performance.now()
    const { rows } = value(await api.list('/v2/tickets/tickets', { state: 'pending' }, ticketSchema, ({ id }) => id))
    const took = performance.now() - began
    expect(rows).toHaveLength(10_000)
    expect(asked.filter((line) => line.includes('tickets'))).toHaveLength(10)
    process.stderr.write(`10,000 tickets read in ${Math.round(took)} ms\n`)
  })

  it('end with a total that shrinks while pages are read', async () => {
    const { api, trouble } = await partnerBench()
    trouble('many-tickets')
    trouble('shrinking-total')
    const { rows } = value(await api.list('/v2/tickets/tickets', {}, ticketSchema, ({ id }) => id))
    expect(rows.length).toBeGreaterThanOrEqual(1_000)
  })

  // @proves Security: The Partner API is only read: every request is a GET, except the one for a token
  it('are only read', async () => {
    const { list, asked } = await partnerBench()
    await list.read()
    expect(asked.filter((line) => !line.startsWith('GET ') && line !== 'POST /oauth2/token')).toEqual([])
  })
})

describe('live values', () => {
  async function feedOn(choices: Partial<PartnerApiChoices> = {}) {
    const bench = await partnerBench({ statusEveryMs: 20, ...choices })
    const values: LiveValues[] = []
    let lists = 0
    const feed = new LiveValuesFeed({
      wsUrl: `${bench.base.replace('http', 'ws')}/wssprd`,
      token: () => bench.api.token.get(),
      routeTo: () => succeeded({}),
      clock: bench.systemClock,
      random: () => 0,
      eventsAfter: (id) => bench.api.eventsAfter(id),
      onValues: (one) => void values.push(one),
      onTickets: () => {
        lists += 1
      },
    })
    onTestFinished(() => feed.stop())
    const [bay] = bench.engine.workshop.bays
    return { ...bench, feed, values, id: bay?.id ?? '', lists: () => lists }
  }
  const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 10 })

  it('bring voltage, VIN and round trip of followed connectors', async () => {
    const { feed, values, id } = await feedOn()
    feed.follow([id])
    feed.start()
    await until(() => expect(values.length).toBeGreaterThan(2))
    expect(values[0]).toMatchObject({
      connectorId: id,
      voltage: expect.any(Number),
      vin: expect.any(String),
      age: 'fresh',
    })
  })

  it.each<[PartnerApiTrouble, Record<string, string>]>([
    ['ws-refused', { times: '2' }],
    ['ws-dropped', { times: '2' }],
    ['ws-dropped-after', { times: '1', after: '2' }],
    ['ws-idle-cut', { times: '1', after: '50' }],
  ])('come again after %s', async (kind, parameters) => {
    const { feed, values, id, trouble } = await feedOn()
    trouble(kind, parameters)
    feed.follow([id])
    feed.start()
    await until(() => expect(values.length).toBeGreaterThan(4))
    const { connections } = feed
    expect(connections).toBeGreaterThan(0)
  })

  it.each<[PartnerApiTrouble]>([['ws-voltage-null'], ['ws-voltage-text'], ['ws-voltage-nan'], ['ws-unknown-action']])(
    'with %s are no measurement and no error',
    async (kind) => {
      const { feed, values, id, trouble, engine } = await feedOn()
      trouble(kind, { times: '20' })
      feed.follow([id])
      feed.start()
      await until(() => expect(values.at(-1)?.voltage).toBeDefined())
      expect(values.every(({ voltage }) => voltage === undefined || voltage > 0)).toBe(true)
      expect(engine.workshop.bays).not.toHaveLength(0)
    },
  )

  it.each<[string, Partial<PartnerApiChoices>]>([
    ['acknowledgements', { acknowledges: true }],
    ['null for what is not known', { offlineValues: 'null' }],
    ['events without content', { eventMessage: 'empty' }],
  ])('work with %s, and an event has the tickets read again once', async (_name, choices) => {
    const { feed, values, id, lists, engine, trouble } = await feedOn(choices)
    trouble('ws-duplicates')
    feed.follow([id, engine.workshop.bays[4]?.id ?? ''])
    feed.start()
    await until(() => expect(values.length).toBeGreaterThan(3))
    const { token, id: sessionId } = claimed(engine)
    expect(lists()).toBe(0)
    finish(engine, sessionId, token)
    await until(() => expect(lists()).toBe(1))
  })

  it('are old after 10 s of silence, and unknown after 30 s', async () => {
    const { feed, values, id, trouble } = await feedOn()
    feed.follow([id])
    feed.start()
    await until(() => expect(values.at(-1)?.age).toBe('fresh'))
    trouble('ws-silent')
    await until(() => expect(values.at(-1)).toMatchObject({ age: 'stale', voltage: expect.any(Number) }))
    await vi.waitFor(() => expect(values.at(-1)).toEqual({ connectorId: id, age: 'unknown' }), {
      timeout: 39_000,
      interval: 50,
    })
  }, 70_000)
})

type Bench = Awaited<ReturnType<typeof partnerBench>>

function claimed(engine: Bench['engine']) {
  const session = engine.sessions.startOnTicket('7848095', account.clientId)
  return { id: session.id, token: session.root.authenticationToken ?? '' }
}

function finish(engine: Bench['engine'], sessionId: string, _token: string): void {
  const session = engine.sessions.get(sessionId)
  session.end('finished', 'finish', { result: ['RESULT_SUCCESS'] } as never)
}
