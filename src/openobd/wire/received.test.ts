import type { MessageTypeDefinition } from '@grpc/proto-loader'
import { describe, expect, it } from 'vitest'
import { succeeded } from '../../shared/outcome.ts'
import { MalformedMessage, mapOutcome } from '../failure.ts'
import { openObdV1, workbenchV1 } from '../grpc/protos.ts'
import { configuredChannelFromWire } from './configured-channel.ts'
import { connectorInformationFromWire } from './connector-information.ts'
import { ecuFromWire } from './ecu.ts'
import { sessionInfoFromWire, sessionStateFromWire, timestampFromWire } from './session-info.ts'
import { sessionRecordFromWire } from './session-record.ts'
import { workshopEventFromWire } from './workshop-event.ts'

const through = <In, Out>(type: MessageTypeDefinition<In, Out>, value: In): Out =>
  type.deserialize(type.serialize(value))
const can = { pin_plus: 6, pin_min: 14, can_protocol: 1, can_bit_rate: 2 } as const

describe('a received SessionInfo', () => {
  const wire = {
    id: 'a',
    state: 'available',
    created_at: '2019-08-24T14:15:22.651+0000',
    grpc_endpoint: '127.0.0.1',
    grpc_port: 50051,
    authentication_token: 'known-secret',
  }
  it('is read completely, its token out of sight', () => {
    const info = sessionInfoFromWire(through(openObdV1.SessionInfo, wire))
    expect(info).toMatchObject({
      id: 'a',
      state: 'available',
      grpcEndpoint: '127.0.0.1',
      grpcPort: 50051,
      createdAt: 1_566_656_122_651,
    })
    expect(info.authenticationToken?.reveal()).toBe('known-secret')
    expect(JSON.stringify(info)).not.toContain('known-secret')
  })
  it.each([{ grpc_port: 0 }, { grpc_port: undefined }])('without a port (%j) has none', (change) => {
    expect(sessionInfoFromWire(through(openObdV1.SessionInfo, { ...wire, ...change })).grpcPort).toBeUndefined()
  })
  it('without an id is a named error and a failure, not an exception, of the call', () => {
    const received = through(openObdV1.SessionInfo, { ...wire, id: '' })
    expect(() => sessionInfoFromWire(received)).toThrow(new MalformedMessage('SessionInfo', 'id'))
    const outcome = mapOutcome({ path: '/x.a/b' }, succeeded(received), sessionInfoFromWire)
    expect(outcome).toMatchObject({
      ok: false,
      failure: { code: 'not-an-openobd-service', detail: 'SessionInfo.id is missing.' },
    })
  })
  it.each([
    ['Active', 'active'],
    ['finished', 'finished'],
    ['paused', 'unknown'],
    ['', 'unknown'],
    ['constructor', 'unknown'],
  ])('has the state %j read as %s', (text, state) => expect(sessionStateFromWire(text)).toBe(state))
  it.each([
    ['2019-08-24T14:15:22.651+0000', 1_566_656_122_651],
    ['2019-08-24T14:15:22Z', 1_566_656_122_000],
    ['2019-08-24:14:15:22', 1_566_656_122_000],
    ['2019-08-24 16:15:22+02:00', 1_566_656_122_000],
    ['yesterday', undefined],
    ['', undefined],
    ['2019-13-45T99:99:99Z', undefined],
  ])('has the time %j read as %s', (text, at) => expect(timestampFromWire(text)).toBe(at))
})

describe('received ECUs and channels', () => {
  it.each([
    [
      { isotp_ecu: { can_bus: can, request_id: 0x7e0, response_id: 0x7e8, extended_request_address: 0 } },
      { kind: 'isotp', requestId: 0x7e0, extendedRequestAddress: 0 },
    ],
    [
      { kline_ecu: { kline_bus: { pin: 7, kline_protocol: 1003, kline_bit_rate: 11 }, ecu_id: 17 } },
      { kind: 'kline', ecuId: 17, bus: { initialisation: 'slow' } },
    ],
    [
      {
        doip_ecu: {
          doip_bus: { doip_option: 1, doip_network_configuration: 3003 },
          gateway_id: 1,
          tester_id: 2,
          ecu_id: 3,
        },
      },
      { kind: 'doip', gatewayId: 1, testerId: 2, ecuId: 3 },
    ],
    [{ tp20_ecu: { can_bus: can, logical_address: 1 } }, { kind: 'tp20', logicalAddress: 1 }],
  ] as const)('read %j', (wire, expected) => expect(ecuFromWire(through(openObdV1.Ecu, wire))).toMatchObject(expected))
  it('skip what has no bus or is of a later version', () => {
    expect(ecuFromWire(through(openObdV1.Ecu, { isotp_ecu: { request_id: 1 } }))).toBeUndefined()
    expect(ecuFromWire(openObdV1.Ecu.deserialize(Buffer.from([0x7a, 0])))).toBeUndefined()
  })
  it.each([
    [{ isotp_channel: { bus_name: 'b', request_id: 1, response_id: 2 } }, { kind: 'isotp', channel: { busName: 'b' } }],
    [
      { raw_channel: { bus_name: 'b', response_id: 0 } },
      { kind: 'raw', busName: 'b', requestId: undefined, responseId: 0 },
    ],
    [{ kline_channel: { bus_name: 'b', ecu_id: 1 } }, { kind: 'kline', ecuId: 1 }],
    [{ tp20_channel: { bus_name: 'b', logical_address: 1 } }, { kind: 'tp20', logicalAddress: 1 }],
    [{ doip_channel: { bus_name: 'b', gateway_id: 1, tester_id: 2, ecu_id: 3 } }, { kind: 'doip', ecuId: 3 }],
    [{}, { kind: 'unknown' }],
  ] as const)('read the channel %j', (wire, expected) => {
    expect(configuredChannelFromWire(through(openObdV1.ConfiguredChannel, wire))).toMatchObject(expected)
  })
  it('read milliseconds beyond 32 bits, and zero as "not known"', () => {
    const wire = { connected: true, connected_since: 1_700_000_000_123, latency: 5, healthy: true }
    expect(connectorInformationFromWire(through(openObdV1.ConnectorInformation, wire)).connectedSince).toBe(
      1_700_000_000_123,
    )
    expect(connectorInformationFromWire(through(openObdV1.ConnectorInformation, {}))).toEqual({
      connected: false,
      latencyMs: 0,
      healthy: false,
    })
  })
})

describe('received events of the workshop', () => {
  const event = (wire: Parameters<typeof workbenchV1.WorkshopEvent.serialize>[0]) =>
    workshopEventFromWire(through(workbenchV1.WorkshopEvent, wire))
  const control = { control_yesno: { label: 'On?' } }

  it('read a whole snapshot', () => {
    const received = event({
      snapshot: {
        workshop_name: 'Garage',
        tickets: [{ number: '1', session_id: 's' }],
        connectors: [{ number: '9', voltage: 0, link: { latency: 3 } }],
        sessions: [{ session_id: 's', state: 'active' }],
        prompts: [{ id: 'p', control }],
      },
    })
    expect(received).toMatchObject({
      kind: 'snapshot',
      snapshot: {
        workshopName: 'Garage',
        tickets: [{ number: '1', sessionId: 's' }],
        connectors: [{ number: '9', voltage: 0, link: { latencyMs: 3 } }],
        sessions: [{ sessionId: 's', state: 'active' }],
        prompts: [{ id: 'p', screen: { control: { kind: 'yesno', label: 'On?' } } }],
      },
    })
  })
  it.each([
    [{ ticket_changed: { number: '1' } }, { kind: 'ticket-changed', ticket: { number: '1' } }],
    [{ connector_changed: { number: '9' } }, { kind: 'connector-changed', connector: { number: '9' } }],
    [{ prompt_shown: { id: 'p', control, answered_at: 0 } }, { kind: 'prompt-shown', prompt: { answeredAt: 0 } }],
    [
      { prompt_ended: { prompt_id: 'p', reason: 4 } },
      { kind: 'prompt-ended', end: { promptId: 'p', reason: 'taken-over' } },
    ],
    [{ prompt_ended: { prompt_id: 'p', reason: 1 } }, { kind: 'prompt-ended', end: { reason: 'replaced' } }],
    [{ prompt_ended: { prompt_id: 'p', reason: 3 } }, { kind: 'prompt-ended', end: { reason: 'session-ended' } }],
    [{ prompt_ended: { prompt_id: 'p' } }, { kind: 'prompt-ended', end: { reason: 'withdrawn' } }],
    [{ script_log: { content: 'x', level: 4 } }, { kind: 'script-log', line: { level: 'error' } }],
    [{ script_log: { content: 'x' } }, { kind: 'script-log', line: { level: 'info' } }],
    [{}, { kind: 'unknown' }],
  ] as const)('read %j', (wire, expected) => expect(event(wire)).toMatchObject(expected))
  it.each([
    [{ ticket_changed: {} }, 'Ticket.number is missing.'],
    [{ connector_changed: {} }, 'Connector.number is missing.'],
    [{ session_changed: {} }, 'SessionRecord.session_id is missing.'],
    [{ prompt_shown: { control } }, 'Prompt.id is missing.'],
    [{ prompt_shown: { id: 'p' } }, 'Prompt.control is missing.'],
  ])('refuse %j with a named error', (wire, problem) => expect(() => event(wire)).toThrow(problem))

  it('read the record of a session with its transitions and contexts', () => {
    const record = sessionRecordFromWire(
      through(workbenchV1.SessionRecord, {
        session_id: 's',
        state: 'finished',
        created_at: 1_700_000_000_123,
        ticket_number: '1',
        transitions: [{ from: 'available', to: 'active', at: 5, cause: 'authenticate' }],
        contexts: [
          {
            id: 'c',
            state: 'finished',
            details: { name: 'Identify' },
            service_result: { result: [1] },
            finished_at: 7,
          },
        ],
        service_result: { result: [1], user_feedback: 0 },
        accepted_finishes: 1,
      }),
    )
    expect(record).toMatchObject({
      sessionId: 's',
      ticketNumber: '1',
      createdAt: 1_700_000_000_123,
      transitions: [{ from: 'available', to: 'active', cause: 'authenticate' }],
      contexts: [{ functionName: 'Identify', serviceResult: { results: ['success'] }, finishedAt: 7 }],
      serviceResult: { results: ['success'], userFeedback: 'nothing' },
      acceptedFinishes: 1,
    })
  })
})
