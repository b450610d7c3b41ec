import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { encodeMessage } from './codec.ts'
import { type DoipEntity, type DoipServer, startDoipServer } from './server.ts'
import { doipCar } from './testing/gateway-tester.ts'

const servers: DoipServer[] = []
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function started(entity: DoipEntity, port = 0): Promise<DoipServer> {
  const server = await startDoipServer(port, entity)
  servers.push(server)
  return server
}

/** Starts a server on a port that was in use; another process may have it for a moment in between. */
async function startedAgain(entity: DoipEntity, port: number): Promise<void> {
  const server = await vi.waitFor(() => started(entity, port))
  expect(server.port).toBe(port)
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  sockets.push(socket)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

const ended = (socket: Socket) => (socket.closed ? Promise.resolve() : once(socket, 'close'))

/** Sends nothing, but counts the connections. */
function listeningEntity(greeting?: Uint8Array) {
  let present = 0
  let heard = 0
  const entity: DoipEntity = {
    accept: (peer) => {
      present += 1
      if (greeting) queueMicrotask(() => peer.send(greeting))
      return {
        received: (bytes) => {
          heard += bytes.length
        },
        closed: () => {
          present -= 1
        },
      }
    },
    datagramReceived: () => undefined,
  }
  return { entity, present: () => present, heard: () => heard }
}

it('speaks DoIP over TCP and UDP on one port number', async () => {
  const { gateway } = doipCar()
  const { port } = await started(gateway)
  const tester = await dial(port)
  tester.write(encodeMessage({ type: 'activationRequest', source: 0x0e80, activationType: 0 }, 2))
  const [activation] = await once(tester, 'data')
  expect(activation.toString('hex')).toBe('02fd0006000000090e8010011000000000')
  const datagrams = createSocket('udp4')
  datagrams.send(encodeMessage({ type: 'identificationRequest' }, 0xff), port, '127.0.0.1')
  const [announcement] = await once(datagrams, 'message')
  datagrams.close()
  expect(announcement.subarray(8, 25).toString()).toBe('WFKZZZ8C9MA204417')
})

it('rejects when the TCP port is in use', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const address = holder.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await expect(startDoipServer(port, listeningEntity().entity)).rejects.toThrow('EADDRINUSE')
  holder.close()
})

it('rejects when only the UDP port is in use, and frees the TCP port', async () => {
  const holder = createSocket('udp4').bind(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address()
  await expect(startDoipServer(port, listeningEntity().entity)).rejects.toThrow('EADDRINUSE')
  holder.close()
  await once(holder, 'close')
  await startedAgain(listeningEntity().entity, port)
})

it('closes the thirty-third connection and takes one again when somebody has left', async () => {
  const { entity, present } = listeningEntity()
  const { port } = await started(entity)
  const crowd = await Promise.all(Array.from({ length: 32 }, () => dial(port)))
  await expect.poll(present).toBe(32)
  await ended(await dial(port))
  expect(present()).toBe(32)
  crowd[0]?.destroy()
  await expect.poll(present).toBe(31)
  await dial(port)
  await expect.poll(present).toBe(32)
})

it('cuts off a peer that does not read', async () => {
  const { entity, present } = listeningEntity(new Uint8Array(32 * 1_048_576))
  const { port } = await started(entity)
  const socket = await dial(port)
  socket.pause()
  await expect.poll(present).toBe(0)
})

it('ends every connection when it is closed, and frees its port', async () => {
  const { entity, present } = listeningEntity()
  const server = await startDoipServer(0, entity)
  const socket = await dial(server.port)
  await expect.poll(present).toBe(1)
  await server.close()
  await ended(socket)
  expect(present()).toBe(0)
  await startedAgain(entity, server.port)
})
