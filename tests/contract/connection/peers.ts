import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createSecureServer } from 'node:http2'
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as NetServer,
  type Socket,
} from 'node:net'
import { createServer as createTlsServer, type SecureVersion } from 'node:tls'
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import { onTestFinished } from 'vitest'
import { openObdV1, workbenchV1 } from '../../../src/openobd/grpc/protos.ts'
import type { Authority, Identity } from '../../support/certificates.ts'

/** Credentials that the servers of the tests accept. */
export const account = { clientId: 'partner', clientSecret: 'CANARY-of-the-account', clusterId: '001' } as const

async function listening(server: NetServer): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** The names under which requests arrived. */
export interface GrpcPeer {
  readonly port: number
  readonly authorities: readonly string[]
}

/** An openOBD server: sign-in and a viewer without changes; without an identity in plaintext. */
export async function openObdServer(identity?: Identity, clients?: Authority): Promise<GrpcPeer> {
  const authorities: string[] = []
  const server = new Server()
  const { getSessionControllerToken, getSessionList } = openObdV1.sessionController.service
  server.addService(
    { getSessionControllerToken, getSessionList },
    {
      getSessionList: (_call: object, reply: sendUnaryData<object>) => reply(null, { sessions: [] }),
      getSessionControllerToken: (
        call: ServerUnaryCall<{ client_secret: string }, object>,
        reply: sendUnaryData<object>,
      ) => {
        authorities.push(call.getHost())
        if (call.request.client_secret === account.clientSecret) reply(null, { value: 'controller-token-of-the-test' })
        else reply({ code: status.INVALID_ARGUMENT, details: 'invalid client' })
      },
    },
  )
  const { watchWorkshop } = workbenchV1.viewer.service
  server.addService(
    { watchWorkshop },
    {
      watchWorkshop: (call: ServerWritableStream<object, object>) => void call.write({ snapshot: {} }),
    },
  )
  return { port: await bound(server, credentialsOf(identity, clients)), authorities }
}

/** A gRPC server that knows nothing of openOBD. */
export const foreignGrpcServer = (identity: Identity): Promise<number> => bound(new Server(), credentialsOf(identity))

function credentialsOf(identity?: Identity, clients?: Authority): ServerCredentials {
  if (!identity) return ServerCredentials.createInsecure()
  const pair = { private_key: Buffer.from(identity.key), cert_chain: Buffer.from(identity.cert) }
  return ServerCredentials.createSsl(clients ? Buffer.from(clients.cert) : null, [pair], clients !== undefined)
}

function bound(server: Server, credentials: ServerCredentials): Promise<number> {
  onTestFinished(() => server.forceShutdown())
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error ? reject(error) : resolve(port)))
  })
}

/** An HTTP/2 server with one version of TLS, which may ask for a certificate of the client. */
export const http2Server = ({ cert, key }: Identity, version: SecureVersion, clients?: Authority): Promise<number> =>
  listening(
    createSecureServer({
      cert,
      key,
      minVersion: version,
      maxVersion: version,
      ...(clients && { requestCert: true, rejectUnauthorized: true, ca: clients.cert }),
    }),
  )

/** A server with TLS that is too old. */
export const oldTlsServer = ({ cert, key }: Identity): Promise<number> =>
  listening(createTlsServer({ cert, key, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }))

export const http1Server = (): Promise<number> =>
  listening(createHttpServer((_request, response) => response.end('hello')))

/** A server that accepts connections and says nothing. */
export const silentServer = (): Promise<number> => listening(createTcpServer((socket) => void socket.resume()))

/** A server that closes every connection. */
export const closingServer = (): Promise<number> => listening(createTcpServer((socket) => void socket.destroy()))

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createTcpServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/**
 * A port whose computer drops every attempt to connect: its process is stopped and its queue of two connections is full (Linux
 * and macOS).
 */
export async function blackHole(): Promise<number> {
  const program = `const s = require('net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))`
  const child: ChildProcess = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = await once(child.stdout ?? child, 'data')
  child.kill('SIGSTOP')
  const port = Number(String(line))
  for (let filler = 0; filler < 4; filler += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
  }
  return port
}
