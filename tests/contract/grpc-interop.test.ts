/** gRPC's interop cases on openOBD services, for our client: calls of every shape. `docs/grpc-interop.md` has the table. */
import { randomBytes } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/openobd/clock.ts'
import { configureBuses } from '../../src/openobd/diagnostics/config.ts'
import { UdsChannel } from '../../src/openobd/diagnostics/uds-channel.ts'
import type { CallOutcome } from '../../src/openobd/failure.ts'
import type { GrpcStream } from '../../src/openobd/grpc/grpc-stream.ts'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import { openConnectorInformationStream } from '../../src/openobd/session/connection-monitor.ts'
import { ControlAsker } from '../../src/openobd/session/control-asker.ts'
import {
  deleteVariable,
  getArguments,
  getVariable,
  getVariables,
  setResult,
  setVariable,
} from '../../src/openobd/session/function-variables.ts'
import { ScriptLog } from '../../src/openobd/session/script-log.ts'
import type { SessionCalls } from '../../src/openobd/session/session-calls.ts'
import { assertAuthenticationPossible } from '../../src/openobd/session/session-service.ts'
import { getVehicleDetails } from '../../src/openobd/session/vehicle-info.ts'
import type { Bus } from '../../src/openobd/wire/bus-configuration.ts'
import { bad, good, openBench, openSession } from './client-bench.ts'

const typeUrl = 'type.googleapis.com/somebody.Recording'
/** Long enough on a busy machine. */
const unhurriedMs = 30_000
const packed = (content: Uint8Array) => ({ typeUrl, content })
const isotp = { kind: 'isotp', channel: { busName: 'bus', requestId: 0x7e0, responseId: 0x7e8 } } as const

describe('empty_unary', () => {
  it('asks whether a claim is possible, and gets the reason when it is not', async () => {
    const { controller, grpcChannel, judge, custody: create } = await openBench()
    const { authenticationToken } = good(await controller.startSession({ kind: 'ticket', number: '900101060' }))
    if (!authenticationToken) throw new Error('There is no token to claim with.')
    expect(good(await assertAuthenticationPossible(grpcChannel, authenticationToken))).toBeNull()
    await judge.settled()
    expect(judge.calls('session/assertAuthenticationPossible')[0]?.request).toEqual({})
    await judge.do({ do: 'forget' })
    expect(bad(await assertAuthenticationPossible(grpcChannel, authenticationToken)).code).toBe('unauthorised')
    good(await create().custody.start())
  })
})

describe('large_unary', () => {
  it('brings 300 KiB both ways byte for byte', async () => {
    const { calls } = await openSession()
    const content = randomBytes(300 * 1024)
    good(await setVariable(calls, 'function', { key: 'recording', value: packed(content) }))
    expect(good(await getVariable(calls, 'function', 'recording'))).toEqual(packed(content))
  })

  it('above 4 MiB is not sent and costs no other call anything', async () => {
    const { calls } = await openSession()
    const value = packed(Buffer.alloc(4 * 1024 * 1024))
    const failure = bad(await setVariable(calls, 'function', { key: 'large', value }))
    expect(failure).toMatchObject({ code: 'invalid-input', certainty: 'not-sent', answered: false })
    expect(good(await getVariable(calls, 'function', 'large'))).toBeUndefined()
  })

  it('keeps scopes, texts and packed messages apart, and lists and deletes them by key', async () => {
    const { calls } = await openSession()
    good(await setVariable(calls, 'session', { key: 'axle:side', value: 'left' }))
    good(await setVariable(calls, 'session', { key: 'axle:data', value: packed(Buffer.alloc(0)) }))
    good(await setVariable(calls, 'function', { key: 'axle:side', value: '' }))
    const inSession = [
      { key: 'axle:side', value: 'left' },
      { key: 'axle:data', value: packed(Buffer.alloc(0)) },
    ]
    expect(good(await getVariables(calls, 'session', 'axle:'))).toEqual(inSession)
    expect(good(await getVariables(calls, 'session', 'door:'))).toEqual([])
    expect(good(await getVariable(calls, 'function', 'axle:side'))).toBe('')
    good(await deleteVariable(calls, 'function', 'axle:side'))
    expect(good(await getVariable(calls, 'function', 'axle:side'))).toBeUndefined()
    expect(bad(await deleteVariable(calls, 'function', 'axle:side')).code).toBe('not-found')
    expect(good(await getVariables(calls, 'session'))).toEqual(inSession)
  })

  it('reads arguments and sets results without a scope', async () => {
    const { calls, judge } = await openSession()
    expect(good(await getArguments(calls))).toEqual([{ key: 'axle', value: 'rear' }])
    good(await setResult(calls, { key: 'depth', value: '3 mm' }))
    await judge.settled()
    const told = judge.events.find((one) => one.event === 'message' && one.rpc === 'function/setFunctionResult')
    expect(told?.payload).toEqual({ key: 'depth', value: '3 mm' })
  })
})

describe.each(['gzip', 'deflate'] as const)('server_compressed with %s', (compression) => {
  it('_unary is understood, and really is compressed', async () => {
    const { calls, proxy } = await openSession({ compression })
    const content = Buffer.alloc(300 * 1024, 'tyre pressure 2.4 bar; ')
    good(await setVariable(calls, 'function', { key: 'recording', value: packed(content) }))
    const before = proxy.counts.bytesToClient
    expect(good(await getVariable(calls, 'function', 'recording'))).toEqual(packed(content))
    expect(proxy.counts.bytesToClient - before).toBeLessThan(content.length / 5)
  })

  it('_streaming keeps every answer in order', async () => {
    const { calls } = await openSession({ compression, flood: { count: 200, bytes: 2_000 } })
    const stream = good(calls.duplex(openObdV1.can.service.openIsotpStream))
    const received: number[] = []
    stream.onMessage(({ payload }) => void received.push(Number.parseInt(payload.slice(0, 8), 16)))
    stream.send({ channel: { bus_name: 'bus' }, payload: '' })
    expect(await stream.ended).toEqual({ kind: 'ended' })
    expect(received).toEqual(Array.from({ length: 200 }, (_none, index) => index))
  })

  it('_unary that grows above 4 MiB fails alone', async () => {
    const { calls } = await openSession({ compression, isotp: { '22F190': [{ payload: 'AB'.repeat(2_200_000) }] } })
    const ecu = new UdsChannel(calls, systemClock, isotp)
    const failure = bad(await ecu.request(Uint8Array.of(0x22, 0xf1, 0x90), { timeoutMs: unhurriedMs }))
    expect(failure.code).toBe('not-an-openobd-service')
    good(await getVehicleDetails(calls))
    ecu.close()
  })
})

describe('client_streaming', () => {
  it('configures every bus in order and takes the one reply', async () => {
    const { calls, judge } = await openSession()
    const buses = Array.from({ length: 100 }, (_none, pin): Bus => ({ kind: 'terminal15', name: `bus ${pin}`, pin }))
    good(await configureBuses(calls, buses))
    await judge.settled()
    const sent = judge.events.find((one) => one.event === 'collected')?.messages ?? []
    expect(sent.map((bus) => bus.bus_name)).toEqual(buses.map((bus) => bus.name))
  })
})

describe('server_streaming', () => {
  it('brings every message in order and then the end', async () => {
    const { calls } = await openSession({ links: 500 })
    const stream = good(openConnectorInformationStream(calls))
    const received: number[] = []
    stream.onMessage(({ latency }) => void received.push(latency))
    expect(await stream.ended).toEqual({ kind: 'ended' })
    expect(received).toEqual(Array.from({ length: 500 }, (_none, index) => index))
  })
})

describe('ping_pong', () => {
  it('of ISO-TP keeps every turn in order', async () => {
    const answers = Object.fromEntries(
      Array.from({ length: 100 }, (_none, index) => {
        const identifier = index.toString(16).toUpperCase().padStart(4, '0')
        return [`22${identifier}`, [{ payload: `62${identifier}${identifier}` }]]
      }),
    )
    const { calls, judge } = await openSession({ isotp: answers })
    const ecu = new UdsChannel(calls, systemClock, isotp)
    for (let turn = 0; turn < 100; turn += 1) {
      const answer = good(await ecu.request(Uint8Array.of(0x22, 0, turn)))
      expect(answer).toMatchObject({ kind: 'positive', payload: Buffer.of(0x62, 0, turn, 0, turn) })
    }
    expect(ecu.skipped).toBe(0)
    await judge.settled()
    expect(judge.calls('can/openIsotpStream')).toHaveLength(1)
    ecu.close()
  })

  it('of controls keeps every turn in order', async () => {
    const { calls, judge } = await openSession({
      answers: { control_label: [{}], control_freetext: [{ answer: 'so' }] },
    })
    const asker = new ControlAsker(calls)
    for (let turn = 0; turn < 50; turn += 1) {
      good(await asker.showLabel(`step ${turn}`))
      expect(good(await asker.askFreeText(`What of step ${turn}?`))).toBe('so')
    }
    await judge.settled()
    expect(judge.calls('userInterface/openControlStream')).toHaveLength(1)
    asker.close()
  })
})

describe('empty_stream', () => {
  it('of log lines gets its one empty reply', async () => {
    const { calls, judge } = await openSession()
    const { stream, reply } = good(calls.clientStream(openObdV1.logging.service.openLogStream))
    stream.halfClose()
    expect(good(await reply)).toEqual({})
    await judge.settled()
    expect(judge.events.find((one) => one.event === 'collected')?.messages).toEqual([])
    good(await configureBuses(calls, []))
    good(await new ScriptLog(calls).close())
    await judge.settled()
    expect(judge.calls('logging/openLogStream')).toHaveLength(1)
  })

  it.each<
    [string, (calls: SessionCalls) => CallOutcome<Pick<GrpcStream<never, never>, 'halfClose' | 'ended' | 'received'>>]
  >([
    ['a conversation', (calls) => calls.duplex(openObdV1.can.service.openIsotpStream)],
    ['questions', (calls) => calls.duplex(openObdV1.userInterface.service.openControlStream)],
  ])('of %s ends well without a message', async (_title, open) => {
    const { calls, judge } = await openSession()
    const stream = good(open(calls))
    stream.halfClose()
    expect(await stream.ended).toEqual({ kind: 'stopped' })
    expect(stream.received).toBe(0)
    await vi.waitFor(() => expect(judge.events.filter((one) => one.event === 'halfClosed')).toHaveLength(1))
  })
})

describe('custom_metadata', () => {
  it('that the server sends before and after its answers disturbs no shape of call', async () => {
    const { calls, judge } = await openSession({
      metadata: true,
      links: 3,
      isotp: { '3E00': [{ payload: '7E00' }] },
    })
    expect(good(await getVehicleDetails(calls)).vin).toBe('WVWZZZ1KZAW000001')
    good(await configureBuses(calls, []))
    const link = good(openConnectorInformationStream(calls))
    link.onMessage(() => undefined)
    expect(await link.ended).toEqual({ kind: 'ended' })
    const ecu = new UdsChannel(calls, systemClock, isotp)
    expect(good(await ecu.request(Uint8Array.of(0x3e, 0))).kind).toBe('positive')
    ecu.close()
    await judge.fault({ rpc: 'vehicleInfo/getVehicleDetails', status: 9, details: 'not today' })
    expect(bad(await getVehicleDetails(calls))).toMatchObject({ code: 'not-allowed-now', detail: 'not today' })
  })
})

describe('concurrent_large_unary', () => {
  it('gives each of 50 calls its own bytes', async () => {
    const { calls, proxy } = await openSession()
    const contents = Array.from({ length: 50 }, () => randomBytes(300 * 1024))
    const received = await Promise.all(
      contents.map(async (content, index) => {
        good(await setVariable(calls, 'function', { key: `${index}`, value: packed(content) }, unhurriedMs))
        return good(await getVariable(calls, 'function', `${index}`, unhurriedMs))
      }),
    )
    expect(received).toEqual(contents.map(packed))
    expect(proxy.counts.connections).toBe(1)
  })
})
