import { Agent, type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { dial } from '../openobd/grpc/dial.ts'
import { type TrustedEndpoint, trustProfileEndpoint } from '../openobd/grpc/endpoint.ts'
import { connectionFailure } from '../openobd/grpc/explain-failure.ts'
import type { Route } from '../openobd/grpc/route.ts'
import { type Failure, failed, newFailure, type Outcome, succeeded } from '../shared/outcome.ts'
import { choices } from './choices.ts'

/** One answer; the body is parsed JSON, or undefined when it is none. */
export interface HttpAnswer {
  readonly status: number
  readonly body: unknown
  readonly retryAfter: string | undefined
}

/** What is sent. Only the request for a token has a body. */
export interface HttpQuestion {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly form?: URLSearchParams
}

/** Finds the route to a host. */
export type RouteTo = (endpoint: TrustedEndpoint) => Outcome<Route> | Promise<Outcome<Route>>

/** Fails with the cause of a failed connection, or `connection-lost` for an answer that was cut. */
export type Ask = (question: HttpQuestion) => Promise<Outcome<HttpAnswer>>

/** The endpoint of an address; plaintext only to this computer. */
export function endpointOf(url: URL): Outcome<TrustedEndpoint> {
  const isPlain = url.protocol === 'http:' || url.protocol === 'ws:'
  const endpoint = trustProfileEndpoint({ host: url.hostname, port: Number(url.port) || (isPlain ? 80 : 443) })
  if (!endpoint.ok) return endpoint
  if (isPlain !== (endpoint.value.transport === 'plaintext') && isPlain) return failed(newFailure('endpoint-refused'))
  // TLS to this computer is possible too.
  return succeeded({ ...endpoint.value, transport: isPlain ? 'plaintext' : 'tls' })
}

/** Connects to an endpoint on its route. Fails with the cause. */
export async function connectTo(endpoint: TrustedEndpoint, routeTo: RouteTo): Promise<Outcome<Duplex>> {
  const route = await routeTo(endpoint)
  if (!route.ok) return route
  const dialed = await dial(endpoint, route.value, { limitMs: 10_000, protocols: ['http/1.1'] })
  if (dialed.ok) return succeeded(dialed.socket)
  return failed(
    dialed.cause ? connectionFailure('partner api', dialed.cause, route.value) : newFailure('connection-lost'),
  )
}

/** Requests over connections that are kept; proxy and certificates are those of the route. */
export function httpOver(routeTo: RouteTo): { ask: Ask; close(): void } {
  const agents = new Map<string, Agent>()
  const causes = new WeakMap<Error, Failure>()
  const agentOf = (endpoint: TrustedEndpoint): Agent => {
    const name = `${endpoint.transport} ${endpoint.host} ${endpoint.port}`
    const known = agents.get(name)
    if (known) return known
    const agent = new Agent({ keepAlive: true, maxSockets: choices.atOnce })
    agent.createConnection = (_options, created) => {
      void connectTo(endpoint, routeTo).then((connected) => {
        if (connected.ok) return created?.(null, connected.value)
        const error = new Error('no connection')
        causes.set(error, connected.failure)
        created?.(error, undefined as never)
      })
      return undefined as never
    }
    agents.set(name, agent)
    return agent
  }
  const ask: Ask = async ({ url, headers, form }) => {
    const endpoint = endpointOf(url)
    if (!endpoint.ok) return endpoint
    const body = form?.toString()
    return new Promise((resolve) => {
      const lost = (error: Error): void =>
        resolve(
          failed(causes.get(error) ?? newFailure(error.name === 'TimeoutError' ? 'timed-out' : 'connection-lost')),
        )
      const asked = request(
        {
          method: form ? 'POST' : 'GET',
          host: endpoint.value.host,
          port: endpoint.value.port,
          path: `${url.pathname}${url.search}`,
          headers: { host: url.host, accept: 'application/json', ...(form && formHeaders), ...headers },
          agent: agentOf(endpoint.value),
          signal: AbortSignal.timeout(choices.answerLimitMs),
        },
        (message) => void read(message).then(resolve, lost),
      )
      asked.on('error', lost)
      asked.end(body)
    })
  }
  return {
    ask,
    close: () => {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' }

async function read(message: IncomingMessage): Promise<Outcome<HttpAnswer>> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of message as AsyncIterable<Buffer>) {
    length += part.length
    if (length > choices.longestBody) return failed(newFailure('partner-api-unreadable'))
    parts.push(part)
  }
  // A body that is shorter than announced ends without an error on a connection that is closed.
  if (!message.complete) return failed(newFailure('connection-lost'))
  const { statusCode: status = 0, headers } = message
  return succeeded({ status, body: parsed(Buffer.concat(parts).toString('utf8')), retryAfter: headers['retry-after'] })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
