import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What a proxy of a test does with a request for a tunnel. */
export type ProxyManner =
  | 'good'
  | 'wants-sign-in'
  | 'forbids'
  | 'cuts'
  | 'shows-page'
  | 'redirects'
  | 'silent'
  | 'bad-gateway'
  | 'no-proxy'
  | 'cuts-idle'

/** A proxy that is running. */
export interface RunningProxy {
  readonly port: number
  /** What was asked for, in order: `host:port` and the value of Proxy-Authorization. */
  readonly asked: readonly { readonly target: string; readonly signIn: string | undefined }[]
}

/** User and password that the proxies of the tests accept. */
export const proxyUser = { user: 'workshop', password: 'a:password with ü' } as const
const accepted = `Basic ${Buffer.from(`${proxyUser.user}:${proxyUser.password}`).toString('base64')}`

const answers: Partial<Record<ProxyManner, string>> = {
  forbids: 'HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>',
  'shows-page':
    'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<!doctype html><title>Sign in to the network</title>',
  redirects: 'HTTP/1.1 302 Found\r\nLocation: http://portal.test/\r\nContent-Length: 0\r\n\r\n',
  'bad-gateway': 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n',
  'no-proxy': 'HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n',
}

/** A proxy on loopback. It knows every name as this computer, as an inner name server does. */
export async function startProxy(manner: ProxyManner, idleMs = 6_000): Promise<RunningProxy> {
  const asked: { target: string; signIn: string | undefined }[] = []
  const sockets = new Set<Socket>()
  const server = createServer((_request, response) => response.writeHead(400).end())
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    client.on('error', () => undefined)
    const signIn = request.headers['proxy-authorization']
    asked.push({ target: request.url ?? '', signIn })
    if (manner === 'silent') return
    if (manner === 'cuts') return void client.destroy()
    if (manner === 'wants-sign-in' && signIn !== accepted)
      return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n')
    const answer = answers[manner]
    if (answer !== undefined) return void client.end(answer)
    openTunnel(client, request.url ?? '', manner === 'cuts-idle' ? idleMs : undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, asked }
}

function openTunnel(client: Socket, target: string, idleMs: number | undefined): void {
  const upstream = connect(Number(/\d+$/.exec(target)?.[0]), '127.0.0.1')
  upstream.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'))
  upstream.once('connect', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    client.pipe(upstream).pipe(client)
    if (idleMs === undefined) return
    client.setTimeout(idleMs, () => {
      client.destroy()
      upstream.destroy()
    })
  })
  client.on('close', () => upstream.destroy())
}
