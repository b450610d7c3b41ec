import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { assertCredentials } from '../../server/credentials.ts'
import type { Engine } from '../engine.ts'
import { type PartnerApiChoices, pageLimits, partnerApiChoices, tokenSeconds } from './choices.ts'
import { eventPage } from './events.ts'
import { serveLiveFeed } from './live-feed.ts'
import { numberIn, Problem } from './problem.ts'
import { Resources, type Row } from './resources.ts'
import { TicketStates } from './ticket-states.ts'
import { Troubles } from './troubles.ts'

/** A running Partner API. */
export interface PartnerApiServer {
  readonly port: number
  close(): Promise<void>
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
}
const manyTickets = 10_000
const longestForm = 10_000

/** Starts the imitated Partner API on loopback: `/oauth2/token`, `/v2/…` and the WebSocket at `/wssprd`. */
export async function startPartnerApi(
  engine: Engine,
  port: number,
  changed: Partial<PartnerApiChoices> = {},
): Promise<PartnerApiServer> {
  const api = new PartnerApi(engine, { ...partnerApiChoices, ...changed })
  const server = createServer((request, response) => void api.answer(request, response))
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const refusal = api.refusesUpgrade(request)
    if (refusal) return void socket.end(`HTTP/1.1 ${refusal} Refused\r\nContent-Length: 0\r\n\r\n`)
    sockets.handleUpgrade(request, socket, head, (webSocket) => api.opened(webSocket))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      api.close()
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

class PartnerApi {
  readonly #engine: Engine
  readonly #choices: PartnerApiChoices
  readonly #states: TicketStates
  readonly #resources: Resources
  readonly #troubles: Troubles

  constructor(engine: Engine, choices: PartnerApiChoices) {
    this.#engine = engine
    this.#choices = choices
    this.#states = new TicketStates(engine)
    this.#resources = new Resources(engine, this.#states)
    this.#troubles = new Troubles(engine)
  }

  close(): void {
    this.#states.stop()
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1')
      if (url.pathname === '/oauth2/token') return await this.#token(request, response)
      if (request.method !== 'GET') throw new Problem(405, 'only GET is imitated')
      const clientId = this.#clientOf(request)
      await this.#misbehave(response)
      if (response.headersSent || response.destroyed) return
      this.#send(response, this.#read(url, clientId))
    } catch (error) {
      const status = error instanceof Problem ? error.status : 500
      const detail = error instanceof Problem ? error.message : 'unexpected error of the imitated Partner API'
      if (!(error instanceof Problem)) this.#engine.log.error({ error: String(error) }, 'partner api')
      const retry = status === 429 && this.#troubles.has('rate-limited-retry-after') ? { 'retry-after': '1' } : {}
      response.writeHead(status, { 'content-type': 'application/problem+json', ...retry })
      response.end(JSON.stringify({ type: 'about:blank', status, title: titles[status] ?? '', detail }))
    }
  }

  /** Status with which an upgrade is refused; undefined when it is accepted. */
  refusesUpgrade(request: IncomingMessage): number | undefined {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (url.pathname !== '/wssprd') return 404
    if (this.#troubles.has('ws-refused')) return 503
    try {
      this.#clientOf(request, url.searchParams.get('access_token') ?? undefined)
      return undefined
    } catch {
      return 401
    }
  }

  opened(socket: WebSocket): void {
    if (this.#troubles.has('ws-dropped')) socket.terminate()
    else
      serveLiveFeed(socket, {
        engine: this.#engine,
        resources: this.#resources,
        states: this.#states,
        choices: this.#choices,
        troubles: this.#troubles,
      })
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (status: number, error: string): void => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error }))
    }
    if (request.method !== 'POST') throw new Problem(405, 'ask for a token with POST')
    const form = new URLSearchParams(await bodyOf(request))
    if (this.#troubles.has('token-refused')) return refuse(400, 'invalid_client')
    if (this.#troubles.has('token-500')) throw new Problem(500, 'no token at the moment')
    if (this.#troubles.has('token-html'))
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    if (form.get('grant_type') !== 'client_credentials') return refuse(400, 'unsupported_grant_type')
    const [id, secret] = this.#credentialsIn(request, form)
    if (!id || !secret) return refuse(400, 'invalid_request')
    const { credentials, otherPartners, vault } = this.#engine
    const asked = { client_id: id, client_secret: secret, cluster_id: credentials.clusterId }
    try {
      assertCredentials(asked, [credentials, ...otherPartners], credentials.clusterId)
    } catch {
      return refuse(400, 'invalid_client')
    }
    const seconds = this.#troubles.has('token-10s') ? 10 : tokenSeconds
    const token = vault.issue('controller', { kind: 'partner', clientId: id }, seconds * 1000)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ access_token: token, expires_in: seconds, token_type: 'Bearer' }))
  }

  #credentialsIn(request: IncomingMessage, form: URLSearchParams): (string | undefined)[] {
    const { credentialsIn } = this.#choices
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (basic && credentialsIn !== 'body') return Buffer.from(basic, 'base64').toString('utf8').split(':')
    if (credentialsIn === 'header') return []
    return [form.get('client_id') ?? undefined, form.get('client_secret') ?? undefined]
  }

  #clientOf(request: IncomingMessage, inQuery?: string): string {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? inQuery ?? ''
    const holder = this.#engine.vault.find(bearer)?.holder
    if (holder?.kind !== 'partner' || this.#troubles.has('unauthorised'))
      throw new Problem(401, 'the token is not valid')
    return holder.clientId
  }

  async #misbehave(response: ServerResponse): Promise<void> {
    const troubles = this.#troubles
    if (troubles.has('rate-limited')) throw new Problem(429, 'too many requests')
    if (troubles.has('html-500')) return void response.writeHead(500, { 'content-type': 'text/html' }).end('<html>')
    if (troubles.has('cut-body')) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"query":{},"result":[')
      response.destroy()
    }
    const slowMs = troubles.take('slow')
    if (slowMs !== undefined) await new Promise((resolve) => setTimeout(resolve, slowMs || 30_000))
  }

  #read(url: URL, clientId: string): unknown {
    const rows = this.#rows(url, clientId)
    const [, list, id] = /^(\/v2\/[\w-]+\/[\w-]+)(?:\/([^/]+))?$/.exec(url.pathname) ?? []
    if (url.pathname === '/v2/system/locales') return { query: {}, result: [{ id: 'en' }], total: 1 }
    if (url.pathname === '/v2/system/events') return eventPage(url, this.#states.events)
    const all = list === undefined ? undefined : rows[list]
    if (!all) throw new Problem(404, 'there is no such resource')
    if (id === undefined) return this.#page(url, all())
    const isJoin = !list?.startsWith('/v2/tickets')
    if (isJoin && this.#troubles.has('joins-403')) throw new Problem(403, 'not visible')
    if (isJoin && this.#troubles.has('joins-404')) throw new Problem(404, 'not visible')
    const row = all().find((one) => String(one.id) === decodeURIComponent(id))
    if (!row) throw new Problem(this.#choices.hiddenStatus, 'there is no such row')
    return this.#nulled(row)
  }

  #rows(url: URL, clientId: string): Readonly<Record<string, () => readonly Row[]>> {
    const resources = this.#resources
    const wanted = (name: string): string | undefined =>
      this.#choices.filters ? (url.searchParams.get(name) ?? undefined) : undefined
    const filtered = (rows: readonly Row[], ...names: string[]): readonly Row[] =>
      rows.filter((row) => names.every((name) => wanted(name) === undefined || String(row[name]) === wanted(name)))
    const inState = (state: string) => () =>
      this.#tickets()
        .filter((row) => row.state === state)
        .map(withoutState)
    return {
      ...(this.#choices.hasAllTickets && {
        '/v2/tickets/tickets': () => filtered(this.#tickets(), 'state', 'ticket_number'),
      }),
      '/v2/tickets/pending-tickets': inState('pending'),
      '/v2/tickets/in-progress-tickets': inState('in_progress'),
      '/v2/tickets/closed-tickets': inState('closed'),
      '/v2/tickets/product-lines': () => filtered(resources.productLines(), 'ticket_id'),
      '/v2/customers/connectors': () => filtered(resources.connectors(), 'customer_id', 'name'),
      '/v2/customers/customers': () => resources.customers(),
      '/v2/open-obd/sessions': () => resources.sessions(clientId),
      '/v2/open-obd/functions': () => resources.functions(clientId),
      '/v2/vehicles/models': () => resources.models(),
      '/v2/vehicles/makes': () => resources.makes(),
      '/v2/products/products': () => resources.products(),
    }
  }

  #tickets(): readonly Row[] {
    const rows = this.#resources.tickets.map((ticket) => this.#resources.ticket(ticket))
    const [first] = rows
    if (first && this.#troubles.has('many-tickets')) {
      for (let count = 0; rows.length < manyTickets; count += 1)
        rows.push({
          ...first,
          id: `${String(count).padStart(8, '0')}${String(first.id).slice(8)}`,
          ticket_number: 1_000_000 + count,
        })
    }
    return this.#choices.newestFirst ? rows.reverse() : rows
  }

  #page(url: URL, all: readonly Row[]): Row {
    const limit = numberIn(url, 'limit', pageLimits.usual, pageLimits.most)
    const offset = numberIn(url, 'offset', 0, Number.MAX_SAFE_INTEGER)
    const troubles = this.#troubles
    const shift = offset > 0 && troubles.has('row-between-pages') ? 1 : 0
    const result = all.slice(offset - shift, offset - shift + limit).map((row) => this.#nulled(row))
    const total = offset > 0 && troubles.has('shrinking-total') ? Math.min(offset, all.length) : all.length
    const query = { ...Object.fromEntries(url.searchParams), limit: troubles.has('wrong-limit') ? 7 : limit, offset }
    if (troubles.has('no-result')) return { query, data: result, total }
    return { query, result, total }
  }

  #nulled(row: Row): Row {
    if (!this.#troubles.has('nulls')) return row
    const kept = new Set(['id', 'ticket_number', 'state', 'name', 'product_id', 'ticket_id', 'created_at'])
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, kept.has(name) ? value : null]))
  }

  #send(response: ServerResponse, body: unknown): void {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
}

const withoutState = ({ state: _, ...row }: Row): Row => row

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) {
    text += String(part)
    if (text.length > longestForm) throw new Problem(400, 'the form is too long')
  }
  return text
}
