import { once } from 'node:events'
import * as http2 from 'node:http2'
import { connect } from 'node:net'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { Metadata, status } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openObdV1, workbenchV1 } from '../../openobd/grpc/protos.ts'
import { ManualClock } from '../../server/clock/manual-clock.ts'
import { serverChoices } from '../../server/protocol-choices.ts'
import { unavailable } from '../../server/refusal.ts'
import { isLoopbackAuthority } from '../../server/rpc/local-caller.ts'
import { EngineUnderTest, eventually, refusal } from '../testing/engine-under-test.ts'

const { getSessionList } = openObdV1.sessionController.service

describe('the server', () => {
  let test: EngineUnderTest

  beforeEach(async () => {
    test = await EngineUnderTest.start()
  })

  afterEach(() => test.stop())

  // @proves Security: A68 the engine: loopback, random credentials, no HTTP/1, no Origin, no foreign authority
  it('refuses calls that carry the Origin of a web page', async () => {
    const metadata = new Metadata()
    metadata.set('authorization', `Bearer ${await test.controllerToken()}`)
    metadata.set('origin', 'https://evil.example')
    const { code, details } = await refusal(test.call(getSessionList, {}, metadata))
    expect([code, details]).toEqual([status.PERMISSION_DENIED, 'calls from web pages are refused'])
  })

  it('refuses calls under a name that was rebound to loopback', async () => {
    const rebound = test.connect({ 'grpc.default_authority': 'rebound.example:50051' })
    const { code } = await refusal(test.call(getSessionList, {}, await test.controllerToken(), rebound))
    expect(code).toBe(status.PERMISSION_DENIED)
  })

  it('is reached under the names of loopback', async () => {
    const local = test.connect({ 'grpc.default_authority': 'localhost:1' })
    expect(await test.call(getSessionList, {}, await test.controllerToken(), local)).toEqual({ sessions: [] })
  })

  // @proves Security: A68 the engine: loopback, random credentials, no HTTP/1, no Origin, no foreign authority
  it('closes a connection that speaks HTTP/1.1', async () => {
    const socket = connect(test.engine.endpoint.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    const text = await new Promise<string>((resolve) => {
      let received = ''
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1')
      })
      socket.on('error', () => resolve(received))
      socket.on('close', () => resolve(received))
    })
    expect(text).not.toContain('HTTP/1.1 200')
  })

  it('refuses one message above 4 MiB and serves the next', async () => {
    const { token } = await test.claimed('7848095')
    const big = { result: ['RESULT_SUCCESS' as const], description: 'x'.repeat(5_000_000) }
    const { code } = await refusal(test.call(openObdV1.session.service.finish, big, token))
    expect(code).toBe(status.RESOURCE_EXHAUSTED)
    await test.call(openObdV1.connectionMonitor.service.getConnectorInformation, {}, token)
  })

  it('answers what it does not offer with UNIMPLEMENTED', async () => {
    const { token } = await test.claimed('7848095')
    const newer = {
      ...openObdV1.session.service.assertAuthenticationPossible,
      path: '/openOBD.v1.session/fromTheFuture',
    }
    expect((await refusal(test.call(newer, {}, token))).code).toBe(status.UNIMPLEMENTED)
    const stream = test.open({ ...openObdV1.can.service.openRawStream, path: '/openOBD.v1.lin/openLinStream' }, token)
    expect((await stream.status).code).toBe(status.UNIMPLEMENTED)
  })

  // @proves Sessions and links: Half-close before cancel; streams opened and stopped at speed cost nothing
  // @proves Faults: 45 a thousand streams opened and aborted; what a person sees: nothing
  it('survives thousands of streams that are opened and cancelled', async () => {
    const { token } = await test.claimed('7848095')
    for (let round = 0; round < 20; round += 1) {
      const streams = Array.from({ length: 200 }, () =>
        test.open(openObdV1.userInterface.service.openControlStream, token),
      )
      await eventually(() => test.engine.gauges.read('openStreams') === 200, 'the engine has all streams')
      for (const stream of streams) stream.cancel()
      const codes = await Promise.all(streams.map((stream) => stream.status))
      expect(new Set(codes.map(({ code }) => code))).toEqual(new Set([status.CANCELLED]))
      await eventually(() => test.engine.gauges.read('openStreams') === 0, 'no stream is open')
    }
    await test.call(openObdV1.connectionMonitor.service.getConnectorInformation, {}, token)
  })

  it('counts no stream after half-closes and cancels in any order', async () => {
    const { token } = await test.claimed('7848095')
    const { openControlStream } = openObdV1.userInterface.service
    for (let index = 0; index < 300; index += 1) {
      const stream = test.open(openControlStream, token)
      if (index % 3 !== 0) stream.send({ control_continue: { label: 'Go on' } })
      await eventually(() => test.engine.gauges.read('openStreams') === 1, 'the engine has the stream')
      if (index % 2 === 0) stream.halfClose()
      else stream.cancel()
      await stream.status
      await eventually(() => test.engine.gauges.read('openStreams') === 0, 'no stream is open')
    }
    expect(test.engine.gauges.read('promptsOnDisplay')).toBe(0)
  })

  // @proves Sessions and links: Back-pressure on both sides
  it('stops reading from a client that does not read its answers', async () => {
    const { token } = await test.claimed('7848095')
    const stream = test.open(openObdV1.userInterface.service.openControlStream, token)
    stream.raw.pause()
    const label = { control_label: { label: 'x'.repeat(4000) } }
    let sent = 0
    while (sent < 20_000 && stream.raw.writableLength < 1000) {
      stream.send(label)
      sent += 1
      if (sent % 50 === 0) await nextTurn()
    }
    expect(stream.raw.writableLength).toBeGreaterThanOrEqual(1000)
    stream.cancel()
  })

  it('does not mind pings, however many and without any call', async () => {
    const connection = http2.connect(`http://127.0.0.1:${test.engine.endpoint.port}`)
    const goodbyes: number[] = []
    connection.on('goaway', (code) => goodbyes.push(code))
    await once(connection, 'remoteSettings')
    for (let index = 0; index < 300; index += 1)
      await new Promise<void>((resolve, reject) => {
        connection.ping((error) => (error === null ? resolve() : reject(error)))
      })
    expect(goodbyes).toEqual([])
    connection.close()
  })

  it('offers openOBD.v1 alone without the workbench, and the laboratory only when asked', async () => {
    const listClock = workbenchV1.control.service.getClock
    const viewer = workbenchV1.viewer.service.getSessionRecord
    const code = async (engine: EngineUnderTest) => {
      const token = await engine.controllerToken()
      const record = await refusal(engine.call(viewer, { session_id: 'x' }, token))
      const clock = await engine.call(listClock, {}, token).then(
        () => status.OK,
        (error) => error.code,
      )
      return [record.code, clock]
    }
    await using bare = await EngineUnderTest.start({ hasWorkbench: false, hasLab: false })
    await using lab = await EngineUnderTest.start({ hasWorkbench: false, hasLab: true })
    await using full = await EngineUnderTest.start({ hasWorkbench: true, hasLab: false })
    expect(await code(bare)).toEqual([status.UNIMPLEMENTED, status.UNIMPLEMENTED])
    expect(await code(lab)).toEqual([status.UNIMPLEMENTED, status.OK])
    expect(await code(full)).toEqual([status.NOT_FOUND, status.UNIMPLEMENTED])
    await lab.claimed('7848095')
  })

  it('ends open streams with OK when it stops', async () => {
    const { token } = await test.claimed('7848095')
    const controller = await test.controllerToken()
    const control = test.open(openObdV1.userInterface.service.openControlStream, token)
    control.send({ control_yesno: { label: 'Still there?' } })
    const watch = test.open(workbenchV1.viewer.service.watchWorkshop, controller)
    watch.send({})
    watch.halfClose()
    await eventually(() => watch.messages.length > 0, 'the viewer has its snapshot')
    await test.stop()
    expect([(await control.status).code, (await watch.status).code]).toEqual([status.OK, status.OK])
  })

  it.each([
    ['says nothing', ''],
    ['says half of the preface of HTTP/2', 'PRI * HTTP/2.0\r\n'],
    ['says the whole preface of HTTP/2 and no more', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('stops although a client that %s never reads and never leaves', async (_what, words) => {
    const socket = connect({ port: test.engine.endpoint.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    if (words !== '') socket.write(words)
    // The engine accepts connections in order, so it has accepted the silent one by now.
    await test.controllerToken()
    await test.stop()
    socket.destroy()
  })

  it('closes thousands of idle connections, and serves others meanwhile and afterwards', async () => {
    const networkClock = new ManualClock(0)
    await using crowded = await EngineUnderTest.start({ networkClock })
    let left = 0
    const dial = () => {
      const socket = connect(crowded.engine.endpoint.port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.on('close', () => {
        left += 1
      })
      return once(socket, 'connect')
    }
    for (let round = 0; round < 30; round += 1) {
      await Promise.all(Array.from({ length: 100 }, dial))
      expect((await crowded.controllerToken()).length).toBeGreaterThan(40)
    }
    await eventually(() => left >= 3000 - serverChoices.connections.opening, 'most have been cut')
    await networkClock.advance(serverChoices.connections.openingMs)
    await eventually(() => left === 3000, 'all have been cut')
    const fresh = crowded.connect()
    expect(await crowded.call(getSessionList, {}, await crowded.controllerToken(), fresh)).toEqual({ sessions: [] })
  }, 120_000)

  it('keeps a connection that was made while others are being broken off', async () => {
    const { token } = await test.claimed('7848095')
    const doomed = test.open(openObdV1.userInterface.service.openControlStream, token)
    await eventually(() => test.engine.gauges.read('openStreams') === 1, 'the stream is open')
    test.engine.connections.breakOff(unavailable('restarting'))
    const connection = http2.connect(`http://127.0.0.1:${test.engine.endpoint.port}`)
    let isClosed = false
    connection
      .on('error', () => undefined)
      .on('close', () => {
        isClosed = true
      })
    await once(connection, 'remoteSettings')
    expect((await doomed.status).code).toBe(status.UNAVAILABLE)
    await pause(400)
    expect(isClosed).toBe(false)
    connection.close()
  })

  it('stops although a client never finishes its request and never leaves', async () => {
    const connection = http2.connect(`http://127.0.0.1:${test.engine.endpoint.port}`)
    connection.on('error', () => undefined)
    await once(connection, 'connect')
    const call = connection.request({
      ':method': 'POST',
      ':path': getSessionList.path,
      'content-type': 'application/grpc',
      authorization: `Bearer ${await test.controllerToken()}`,
    })
    call.on('error', () => undefined)
    call.write(Buffer.from([0, 0, 0, 0, 9]))
    const closed = new Promise<void>((resolve) => connection.once('close', resolve))
    // The answer to a ping proves that the engine has read everything sent before it.
    await new Promise<void>((resolve) => connection.ping(() => resolve()))
    await test.stop()
    await closed
  })
})

describe('the authority of a call', () => {
  it.each([
    ['127.0.0.1:50051', true],
    ['127.3.2.1', true],
    ['localhost:1', true],
    ['[::1]:443', true],
    ['example.com:50051', false],
    ['localhost.example.com', false],
    ['127.0.0.1.example.com:1', false],
    ['10.0.0.1:50051', false],
    ['[fe80::1]:1', false],
    ['', false],
    [undefined, false],
  ])('%s is loopback: %s', (authority, expected) => {
    expect(isLoopbackAuthority(authority)).toBe(expected)
  })
})
