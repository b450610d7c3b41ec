/** gRPC's interop cases on openOBD services, for our client: statuses, cancels, deadlines and peers that do not read. */
import { describe, expect, it, vi } from 'vitest'
import type { Certainty } from '../../src/openobd/failure.ts'
import type { StreamEnd } from '../../src/openobd/grpc/grpc-stream.ts'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import { openConnectorInformationStream } from '../../src/openobd/session/connection-monitor.ts'
import { getVariable } from '../../src/openobd/session/function-variables.ts'
import { ScriptLog } from '../../src/openobd/session/script-log.ts'
import { getVehicleDetails } from '../../src/openobd/session/vehicle-info.ts'
import type { FailureCode } from '../../src/shared/outcome.ts'
import { bad, good, openBench, openSession } from './client-bench.ts'

const details = '\t\nDruck prüfen: 2,4 bar\r\n胎压 ☺ und 🚗\u202e \\0 %25 {}\n\t'
const vehicle = 'vehicleInfo/getVehicleDetails'
const link = 'connectionMonitor/openConnectorInformationStream'
const isotp = 'can/openIsotpStream'
const log = 'logging/openLogStream'
const { openIsotpStream } = openObdV1.can.service
const { openLogStream } = openObdV1.logging.service
const first = { channel: { bus_name: 'bus' }, payload: '' }

/** Every status but OK: our code for it, what is certain then, and whether the text is shown. */
const statuses: [number, FailureCode, Certainty, boolean][] = [
  [1, 'connection-lost', 'unclear', false],
  [2, 'internal', 'unclear', true],
  [3, 'invalid-input', 'refused', true],
  [4, 'timed-out', 'unclear', false],
  [5, 'not-found', 'refused', true],
  [6, 'not-allowed-now', 'refused', true],
  [7, 'not-allowed-now', 'refused', true],
  [8, 'too-many-requests', 'refused', true],
  [9, 'not-allowed-now', 'refused', true],
  [10, 'internal', 'unclear', true],
  [11, 'invalid-input', 'refused', true],
  [12, 'not-supported-by-server', 'refused', true],
  [13, 'internal', 'unclear', true],
  [14, 'connection-lost', 'unclear', true],
  [15, 'internal', 'unclear', true],
  [16, 'unauthorised', 'refused', true],
]

describe('status_code_and_message and special_status_message', () => {
  it.each(statuses)('of %i become "%s" (%s), the text as it was written', async (status, code, certainty, isShown) => {
    const { judge, grpcChannel } = await openBench()
    const expected = { code, certainty, ...(isShown ? { detail: details } : {}) }
    await judge.fault({ rpc: vehicle, status, details })
    const unary = bad(await grpcChannel.unary(openObdV1.vehicleInfo.service.getVehicleDetails, {}))
    expect(unary).toMatchObject(expected)
    expect('detail' in unary).toBe(isShown)
    await judge.fault({ rpc: link, status, details })
    const stream = grpcChannel.serverStream(openObdV1.connectionMonitor.service.openConnectorInformationStream, {})
    const end = await stream.ended
    // A cancelled stream ends normally (protocol.md §3).
    if (status === 1) expect(end).toEqual({ kind: 'ended' })
    else expect(end).toMatchObject({ kind: 'failed', failure: expected })
  })

  it('come after everything that was sent before', async () => {
    const answers = [{ payload: '01' }, { payload: '02' }, { status: 9, details }]
    const { calls } = await openSession({ isotp: { '3E00': answers } })
    const stream = good(calls.duplex(openIsotpStream))
    const received: string[] = []
    stream.onMessage(({ payload }) => void received.push(payload))
    stream.send({ ...first, payload: '3E00' })
    expect(await stream.ended).toMatchObject({ kind: 'failed', failure: { detail: details } })
    expect(received).toEqual(['01', '02'])
  })
})

describe('unimplemented', () => {
  const fromTheFuture = (service: string) => ({
    ...openObdV1.vehicleInfo.service.getVehicleDetails,
    path: `/openOBD.v1.${service}/fromTheFuture`,
  })

  it('_method is told as such, and the session goes on', async () => {
    const { calls } = await openSession()
    const failure = bad(await calls.unary(fromTheFuture('session'), {}))
    expect(failure).toMatchObject({ code: 'not-supported-by-server', certainty: 'refused', nextAction: 'none' })
    const stream = good(calls.serverStream(fromTheFuture('session'), {}))
    expect(await stream.ended).toMatchObject({ kind: 'failed', failure: { code: 'not-supported-by-server' } })
    good(await getVehicleDetails(calls))
  })

  it('_service is told as such, and an older server without ticketInfo still tells everything else', async () => {
    const { calls } = await openSession({ without: ['function'] })
    expect(bad(await calls.unary(fromTheFuture('lin'), {})).code).toBe('not-supported-by-server')
    expect(bad(await getVariable(calls, 'function', 'speed')).code).toBe('not-supported-by-server')
    expect((await getVehicleDetails(calls)).ok).toBe(true)
  })
})

describe('cancel', () => {
  it('_after_begin ends a call of which nothing was sent, and the server is rid of it', async () => {
    const { calls, judge } = await openSession({ deaf: ['openLogStream'] })
    const { stream, reply } = good(calls.clientStream(openLogStream))
    await vi.waitFor(() => expect(judge.calls(log)).toHaveLength(1))
    stream.stop(0)
    expect(await stream.ended).toEqual({ kind: 'stopped' })
    expect(bad(await reply)).toMatchObject({ code: 'connection-lost', certainty: 'unclear' })
    await vi.waitFor(() => expect(judge.ends(log)).toBe(1))
    expect(stream.send({ content: 'late' })).toBe('over')
    good(await getVehicleDetails(calls))
  })

  it('_after_begin before the server has heard of it leaves nothing open', async () => {
    const { calls, judge } = await openSession()
    const streams = Array.from({ length: 20 }, () => good(calls.duplex(openIsotpStream)))
    for (const stream of streams) stream.stop(0)
    const ends = await Promise.all(streams.map((stream) => stream.ended))
    expect(ends).toEqual(streams.map((): StreamEnd => ({ kind: 'stopped' })))
    good(await getVehicleDetails(calls))
    await vi.waitFor(() => expect(judge.ends(isotp)).toBe(judge.calls(isotp).length))
  })

  it('_after_first_response of a stream of the server ends it there', async () => {
    const { calls, judge } = await openSession({ tickMs: 20 })
    for (let round = 1; round <= 10; round += 1) {
      const stream = good(openConnectorInformationStream(calls))
      for await (const message of stream.messages()) {
        expect(message.connected).toBe(true)
        break
      }
      expect(await stream.ended).toEqual({ kind: 'stopped' })
      await vi.waitFor(() => expect(judge.ends(link)).toBe(round))
    }
    good(await getVehicleDetails(calls))
  })

  it('_after_first_response of a conversation half-closes it, and nothing is heard of it any more', async () => {
    const answers = Array.from({ length: 50 }, (_none, index) => ({ payload: `7E${index}`, afterMs: 1 }))
    const { calls, judge } = await openSession({ isotp: { '3E00': answers } })
    const stream = good(calls.duplex(openIsotpStream))
    const received: string[] = []
    stream.onMessage(({ payload }) => {
      received.push(payload)
      stream.stop()
    })
    stream.send({ ...first, payload: '3E00' })
    expect(await stream.ended).toEqual({ kind: 'stopped' })
    await vi.waitFor(() => expect(judge.ends(isotp)).toBe(1))
    expect(received).toEqual(['7E0'])
    await vi.waitFor(() =>
      expect(judge.events.some((one) => one.event === 'halfClosed' && one.rpc === isotp)).toBe(true),
    )
  })
})

describe('timeout_on_sleeping_server', () => {
  it('ends a unary call, and the answer that comes later disturbs nothing', async () => {
    const { calls, judge } = await openSession()
    await judge.fault({ rpc: vehicle, apply: 'after', held: true })
    const failure = bad(await calls.unary(openObdV1.vehicleInfo.service.getVehicleDetails, {}, 200))
    expect(failure).toMatchObject({ code: 'timed-out', certainty: 'unclear', nextAction: 'retry' })
    await judge.do({ do: 'listen' })
    good(await getVehicleDetails(calls))
    await judge.settled()
    expect(judge.calls(vehicle)).toHaveLength(2)
  })

  it('ends a client stream, before and after its half-close', async () => {
    const { calls, judge } = await openSession({ deaf: ['openLogStream'] })
    for (const isClosed of [false, true]) {
      const { stream, reply } = good(calls.clientStream(openLogStream, { deadlineMs: 300 }))
      stream.send({ content: 'line' })
      if (isClosed) stream.halfClose()
      expect(bad(await reply).code).toBe('timed-out')
    }
    await vi.waitFor(() => expect(judge.ends(log)).toBe(2))
    good(await getVehicleDetails(calls))
  })
})

/** Waits until `count` stays the same during thirty answers to other calls. */
async function heldBack(count: () => number | Promise<number>, ask: () => Promise<unknown>): Promise<number> {
  let seen = await count()
  for (let unchanged = 0; unchanged < 30; ) {
    await ask()
    const now = await count()
    unchanged = now === seen ? unchanged + 1 : 0
    seen = now
  }
  return seen
}

describe('flow-control push-back', () => {
  it('holds back a server that floods a busy consumer, and loses nothing', async () => {
    const total = 4_000
    const { calls, judge } = await openSession({ flood: { count: total, bytes: 4_000 } })
    const stream = good(calls.duplex(openIsotpStream))
    const received: number[] = []
    let release: () => void = () => undefined
    const busy = new Promise<void>((resolve) => {
      release = resolve
    })
    stream.onMessage(({ payload }) => {
      received.push(Number.parseInt(payload.slice(0, 8), 16))
      return received.length === 1 ? busy : undefined
    })
    stream.send(first)
    await vi.waitFor(() => expect(received).toHaveLength(1))
    // 32 MB were requested; less than half is in transit, and other calls are answered meanwhile.
    expect(
      await heldBack(
        () => judge.progress(),
        async () => good(await getVehicleDetails(calls)),
      ),
    ).toBeLessThan(total / 2)
    expect(received).toHaveLength(1)
    release()
    expect(await stream.ended).toEqual({ kind: 'ended' })
    expect(received).toEqual(Array.from({ length: total }, (_none, index) => index))
  })

  it('waits for a server that does not read, and then delivers every line in order', async () => {
    // gRPC accepts a few MB for a server that does not read, more on a slow computer; 16 MB are to be sent.
    const total = 8_000
    const { calls, judge } = await openSession({ deaf: ['openLogStream'] })
    const { stream, reply } = good(calls.clientStream(openLogStream))
    let sent = 0
    const sending = (async () => {
      for (; sent < total; sent += 1) await stream.sendWhenWritable({ content: `${sent} ${'x'.repeat(2_000)}` })
      stream.halfClose()
    })()
    await vi.waitFor(() => expect(sent).toBeGreaterThan(0))
    expect(
      await heldBack(
        () => sent,
        async () => good(await getVehicleDetails(calls)),
      ),
    ).toBeLessThan(total / 2)
    await judge.do({ do: 'listen' })
    await sending
    good(await reply)
    await judge.settled()
    const lines = judge.events.find((one) => one.event === 'collected')?.messages ?? []
    expect(lines.map((line) => Number.parseInt(`${line.content}`, 10))).toEqual(
      Array.from({ length: total }, (_none, index) => index),
    )
  })

  it('caps what waits for a server that does not read, and counts what it drops', async () => {
    const { calls, judge } = await openSession({ deaf: ['openLogStream'] })
    const scriptLog = new ScriptLog(calls)
    const total = 5_000
    for (let line = 0; line < total; line += 1) scriptLog.write('info', `${line} ${'y'.repeat(1_000)}`)
    const { dropped } = scriptLog
    expect(dropped).toBeGreaterThan(total / 2)
    await judge.do({ do: 'listen' })
    good(await scriptLog.close())
    await judge.settled()
    const lines = judge.events.find((one) => one.event === 'collected')?.messages ?? []
    const numbers = lines.map((line) => Number.parseInt(`${line.content}`, 10))
    expect(numbers).toEqual(Array.from({ length: total - dropped }, (_none, index) => index))
  })
})
