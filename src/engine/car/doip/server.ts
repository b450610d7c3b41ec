import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import type { DoipGateway } from './gateway.ts'

/** Inputs of a server: the gateway of a car. */
export type DoipEntity = Pick<DoipGateway, 'accept' | 'datagramReceived'>

/** A running DoIP server. */
export interface DoipServer {
  /** Number of the TCP port and of the UDP port. */
  readonly port: number
  close(): Promise<void>
}

/** Error: no car in the workshop has a gateway. */
export class NoGatewayError extends Error {}

const host = '127.0.0.1'
/** Connections at once, active or not; more are closed at once. */
const mostConnections = 32
/** Most bytes queued for a client that does not read; beyond that it is disconnected. */
const mostWaitingBytes = 1_048_576
/** Time for a disconnected peer to read the reason, in milliseconds. */
const farewellMs = 1000
/** Port numbers tried for port 0 when the UDP port is in use. */
const mostAttempts = 10

/**
 * Opens the gateway of a car on loopback for other testers: DoIP over TCP, and identification, entity status and power mode
 * over UDP on the same port number. Port 0 takes a free one. Rejects when the port is in use.
 */
export async function startDoipServer(port: number, gateway: DoipEntity): Promise<DoipServer> {
  for (let attempt = 1; ; attempt += 1) {
    const sockets = new Set<Socket>()
    const server = createServer({ noDelay: true }, (socket) => serve(socket, gateway, sockets))
    const taken = await listen(server, port)
    const datagrams = createSocket('udp4')
    try {
      await bind(datagrams, taken)
    } catch (error) {
      await close(server, sockets)
      if (port === 0 && attempt < mostAttempts) continue
      throw error
    }
    answerDatagrams(datagrams, gateway)
    return {
      port: taken,
      close: async () => {
        await new Promise<void>((resolve) => datagrams.close(resolve))
        await close(server, sockets)
      },
    }
  }
}

function serve(socket: Socket, gateway: DoipEntity, sockets: Set<Socket>) {
  socket.on('error', () => socket.destroy())
  if (sockets.size >= mostConnections) {
    socket.destroy()
    return
  }
  sockets.add(socket)
  const connection = gateway.accept({
    send: (bytes) => {
      if (socket.destroyed) return
      socket.write(bytes)
      if (socket.writableLength > mostWaitingBytes) socket.destroy()
    },
    close: () => {
      socket.setTimeout(farewellMs, () => socket.destroy())
      socket.destroySoon()
    },
  })
  socket.on('data', (bytes) => connection.received(bytes))
  socket.on('end', () => socket.end())
  socket.on('close', () => {
    sockets.delete(socket)
    connection.closed()
  })
}

function answerDatagrams(socket: DatagramSocket, gateway: DoipEntity) {
  socket.on('error', () => undefined)
  socket.on('message', (bytes, from) => {
    const answer = gateway.datagramReceived(bytes)
    if (answer) socket.send(answer, from.port, from.address, () => undefined)
  })
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      server.on('error', () => undefined)
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}

function bind(socket: DatagramSocket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}

function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
}
