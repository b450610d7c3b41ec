import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../clock/manual-clock.ts'
import { ConnectionGate, type GateLimits, openingOf } from './connection-gate.ts'

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const frame = (type: number, payload = Buffer.alloc(0), stream = 0) => {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}
const settings = frame(4, Buffer.from('000300000064', 'hex'))
const opening = Buffer.concat([preface, settings])

describe('the gate of the server', () => {
  const sockets: Socket[] = []
  const gates: { gate: ConnectionGate; clock: ManualClock }[] = []

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    for (const { gate, clock } of gates.splice(0)) {
      const closing = gate.close(0)
      await clock.advance(0)
      await closing
    }
  })

  async function start(limits: Partial<GateLimits> = {}) {
    const clock = new ManualClock(0)
    const admitted: string[] = []
    const gate = new ConnectionGate({
      clock,
      limits: { openingMs: 5000, opening: 10, open: 20, ...limits },
      admit: (socket) => {
        admitted.push(String(socket.read()))
        socket.resume()
      },
    })
    gates.push({ gate, clock })
    return { clock, admitted, gate, port: await gate.listen(0) }
  }

  async function dial(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.resume()
    await once(socket, 'connect')
    return socket
  }

  const closed = (socket: Socket) =>
    new Promise<void>((resolve) => {
      if (socket.closed) resolve()
      else socket.once('close', () => resolve())
    })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a preface', preface.subarray(0, 10)],
    ['a whole preface', preface],
    ['a preface and half of its SETTINGS', opening.subarray(0, -2)],
  ])('cuts a connection that says %s and then nothing', async (_what, bytes) => {
    const { clock, gate, port, admitted } = await start()
    const socket = await dial(port)
    socket.write(bytes)
    await expect.poll(() => gate.size).toBe(1)
    await clock.advance(4999)
    expect(gate.size).toBe(1)
    await clock.advance(1)
    await closed(socket)
    expect(admitted).toEqual([])
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([
    ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')],
    ['TLS', Buffer.from('16030100a5010000a1', 'hex')],
    ['a preface and PING', Buffer.concat([preface, frame(6, Buffer.alloc(8))])],
    ['SETTINGS of a stream', Buffer.concat([preface, frame(4, Buffer.alloc(0), 1)])],
    ['SETTINGS longer than allowed', Buffer.concat([preface, Buffer.from('004001040000000000', 'hex')])],
  ])('cuts a connection that says %s at once', async (_what, bytes) => {
    const { clock, port, admitted } = await start()
    const socket = await dial(port)
    socket.write(bytes)
    await closed(socket)
    expect(admitted).toEqual([])
    expect(clock.pendingTimers).toBe(0)
  })

  it('lets in who opens HTTP/2 byte by byte, with all that was said, and keeps it as long as it likes', async () => {
    const { clock, port, admitted, gate } = await start()
    const socket = await dial(port)
    socket.setNoDelay()
    for (const byte of opening) {
      socket.write(Buffer.from([byte]))
      await nextTurn()
    }
    await expect.poll(() => admitted.length).toBe(1)
    expect(admitted).toEqual([String(opening)])
    await clock.advance(3_600_000)
    expect(gate.size).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('cuts the oldest of those that have not opened HTTP/2 when too many try', async () => {
    const { port, gate } = await start({ opening: 2 })
    const first = await dial(port)
    await expect.poll(() => gate.size).toBe(1)
    const second = await dial(port)
    await expect.poll(() => gate.size).toBe(2)
    const third = await dial(port)
    await closed(first)
    expect([second.closed, third.closed]).toEqual([false, false])
  })

  it('closes what comes beyond the number of connections, and takes one again when somebody has left', async () => {
    const { port, admitted } = await start({ open: 1 })
    const first = await dial(port)
    first.write(opening)
    await expect.poll(() => admitted.length).toBe(1)
    await closed(await dial(port))
    first.destroy()
    await expect
      .poll(async () => {
        const socket = await dial(port)
        socket.write(opening)
        await Promise.race([closed(socket), pause(20)])
        return admitted.length
      })
      .toBe(2)
  })

  it('that closes without connections is closed at once and leaves no timer', async () => {
    const { clock, gate } = await start()
    await gate.close(500)
    expect([clock.now(), clock.pendingTimers]).toEqual([0, 0])
  })

  it('cuts silent connections at once when it closes, and open ones after the grace time', async () => {
    const { clock, port, admitted, gate } = await start()
    const silent = await dial(port)
    const open = await dial(port)
    open.write(opening)
    await expect.poll(() => admitted.length).toBe(1)
    await expect.poll(() => gate.size).toBe(2)
    const closing = gate.close(500)
    await closed(silent)
    await expect.poll(() => gate.size).toBe(1)
    await clock.advance(500)
    await closing
    await closed(open)
    expect(clock.pendingTimers).toBe(0)
  })
})

it.each([
  ['nothing', Buffer.alloc(0), 'incomplete'],
  ['a preface alone', preface, 'incomplete'],
  ['a preface and empty SETTINGS', Buffer.concat([preface, frame(4)]), 'complete'],
  ['more than it takes', Buffer.concat([opening, frame(8, Buffer.alloc(4))]), 'complete'],
  ['a preface with one wrong byte', Buffer.from(String(opening).replace('SM', 'SN')), 'wrong'],
])('%s opens HTTP/2: %s', (_what, said, expected) => {
  expect(openingOf(said)).toBe(expected)
})
