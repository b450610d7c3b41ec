import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { FaultProxy } from './fault-proxy.ts'

let echo: Server
let proxy: FaultProxy
const sockets: Socket[] = []

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const address = echo.address()
  if (!address || typeof address !== 'object') throw new Error('The echo server has no port.')
  proxy = new FaultProxy({ port: address.port })
  await proxy.listen()
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await proxy.close()
  echo.close()
})

async function open(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })

/** Runs the event loop until a condition holds, without a timer. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

async function echoOf(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  return bytes.toString()
}

describe('the fault proxy', () => {
  it('passes bytes both ways and counts them', async () => {
    const socket = await open()
    expect(await echoOf(socket, 'hello')).toBe('hello')
    expect(proxy.counts).toMatchObject({ connections: 1, bytesToServer: 5, bytesToClient: 5, held: 0 })
  })

  it('delays each direction', async () => {
    const socket = await open()
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    proxy.delayMs = 30
    let heard = ''
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString()
    })
    socket.write('slow')
    await until(() => proxy.counts.bytesToServer === 4)
    vi.advanceTimersByTime(29)
    expect(proxy.counts.bytesToClient).toBe(0)
    vi.advanceTimersByTime(1)
    await until(() => proxy.counts.bytesToClient === 4)
    vi.advanceTimersByTime(29)
    expect(heard).toBe('')
    vi.advanceTimersByTime(1)
    await until(() => heard === 'slow')
  })

  it('delivers nothing in a black hole and everything in order when it heals', async () => {
    const socket = await open()
    let received = ''
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString()
    })
    await proxy.setMode('black-hole')
    socket.write('one ')
    await vi.waitFor(() => expect(proxy.counts.held).toBe(4))
    expect(received).toBe('')
    await proxy.setMode('pass')
    socket.write('two')
    await vi.waitFor(() => expect(received).toBe('one two'))
  })

  it('resets open connections and accepts new ones', async () => {
    const socket = await open()
    await echoOf(socket, 'a')
    proxy.resetAll()
    await closed(socket)
    expect(await echoOf(await open(), 'b')).toBe('b')
  })

  it('refuses connections and listens on the same port afterwards', async () => {
    const port = proxy.port
    await proxy.setMode('refuse')
    const socket = connect(port, '127.0.0.1')
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
    await proxy.setMode('pass')
    expect(proxy.port).toBe(port)
    expect(await echoOf(await open(), 'again')).toBe('again')
  })

  it('delivers a request and loses its reply', async () => {
    const socket = await open()
    proxy.loseRepliesAfter(4)
    const replies: Buffer[] = []
    socket.on('data', (bytes) => replies.push(bytes))
    socket.write('gone')
    await closed(socket)
    expect(proxy.counts.bytesToServer).toBe(4)
    expect(replies).toEqual([])
  })
})
