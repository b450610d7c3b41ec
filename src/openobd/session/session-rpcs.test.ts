import { describe, expect, it } from 'vitest'
import { succeeded } from '../../shared/outcome.ts'
import { configureBuses, getConfiguration } from '../diagnostics/config.ts'
import { type CallOutcome, refused } from '../failure.ts'
import type { CallSettings, CallTransport, Method } from '../grpc/grpc-channel.ts'
import { FakeDuplex } from '../testing/fake-duplex.ts'
import { fixedToken } from '../testing/fixed-token.ts'
import { Token } from '../token.ts'
import {
  deleteVariable,
  getArguments,
  getVariable,
  getVariables,
  setResult,
  setVariable,
} from './function-variables.ts'
import { getProductList } from './product-info.ts'
import { SessionCalls, type SessionTokenSource } from './session-calls.ts'
import { assertAuthenticationPossible, authenticate, finish, openSessionTokenStream } from './session-service.ts'
import { getEcuList, getVehicleDetails } from './vehicle-info.ts'

const token = new Token('session', 'CANARY-1')
const newer = new Token('session', 'CANARY-2')
const claim = new Token('authentication', 'CANARY-claim')
const malformed = (rpc: string, detail: string) => ({
  failure: { code: 'not-an-openobd-service', rpc, certainty: 'unclear', detail },
})

interface Asked {
  readonly path: string
  readonly request?: unknown
  readonly settings: CallSettings & { readonly queueLimit?: number }
}

function setUp(source: SessionTokenSource = fixedToken(token)) {
  const asked: Asked[] = []
  const answers: CallOutcome<unknown>[] = []
  const stream = new FakeDuplex<unknown, unknown>()
  const link = { isUp: true, asked: 0 }
  const grpcChannel = {
    endpoint: { host: '127.0.0.1', port: 5, transport: 'plaintext' },
    unary: (method: Method<unknown, unknown>, request: unknown, settings: CallSettings) => {
      asked.push({ path: method.path, request, settings })
      return Promise.resolve(answers.shift() ?? succeeded({}))
    },
    serverStream: (method: Method<unknown, unknown>, request: unknown, settings: CallSettings) => {
      asked.push({ path: method.path, request, settings })
      return stream
    },
    duplex: (method: Method<unknown, unknown>, settings: CallSettings) => {
      asked.push({ path: method.path, settings })
      return stream
    },
    clientStream: (method: Method<unknown, unknown>, settings: CallSettings) => {
      asked.push({ path: method.path, settings })
      return { stream, reply: Promise.resolve(answers.shift() ?? succeeded({})) }
    },
  } as unknown as CallTransport
  const calls = new SessionCalls(grpcChannel, source, () => {
    link.asked += 1
    return link.isUp
  })
  return { asked, answers, stream, link, grpcChannel, calls }
}
type Bench = ReturnType<typeof setUp>

const variable = { key: 'axle', value: 'front' }
const wireVariable = { key: 'axle', value: 'front' }

describe('a call in a session', () => {
  it.each<[string, (bench: Bench) => Promise<CallOutcome<unknown>>, unknown, unknown, unknown, number?]>([
    [
      'function/setVariable',
      ({ calls }) => setVariable(calls, 'session', variable, 70),
      { type: 'GLOBAL_CONTEXT', ...wireVariable },
      {},
      null,
      70,
    ],
    [
      'function/getVariable',
      ({ calls }) => getVariable(calls, 'function', 'axle', 70),
      { type: 'FUNCTION_CONTEXT', key: 'axle' },
      wireVariable,
      'front',
      70,
    ],
    [
      'function/getVariableList',
      ({ calls }) => getVariables(calls, 'connection', 'a'),
      { type: 'CONNECTION_CONTEXT', prefix: 'a' },
      { variables: [wireVariable] },
      [variable],
    ],
    [
      'function/getVariableList',
      ({ calls }) => getVariables(calls, 'session'),
      { type: 'GLOBAL_CONTEXT', prefix: '' },
      { variables: [] },
      [],
    ],
    [
      'function/deleteVariable',
      ({ calls }) => deleteVariable(calls, 'session', 'axle'),
      { type: 'GLOBAL_CONTEXT', key: 'axle' },
      {},
      null,
    ],
    [
      'function/getFunctionArgumentList',
      ({ calls }) => getArguments(calls),
      {},
      { variables: [wireVariable] },
      [variable],
    ],
    ['function/setFunctionResult', ({ calls }) => setResult(calls, variable), wireVariable, {}, null],
    [
      'productInfo/getProductList',
      ({ calls }) => getProductList(calls),
      {},
      { products: [{ number: 7, name: 'D' }] },
      [{ number: 7, name: 'D' }],
    ],
    [
      'vehicleInfo/getVehicleDetails',
      ({ calls }) => getVehicleDetails(calls),
      {},
      { name: 'C', vin: 'V', tecdoc_id: 0 },
      { name: 'C', vin: 'V' },
    ],
    [
      'vehicleInfo/getEcuList',
      ({ calls }) => getEcuList(calls),
      {},
      { ecus: [] },
      { status: 'ready', ecus: [], unreadable: 0 },
    ],
    [
      'config/getConfiguration',
      ({ calls }) => getConfiguration(calls),
      {},
      { buses: [{ bus_name: 'b', terminal15_bus: { pin: 1 } }], channels: [{}] },
      { buses: [{ kind: 'terminal15', name: 'b', pin: 1 }], channels: [{ kind: 'unknown' }] },
    ],
  ])('%s is sent with the token, and its reply is read', async (name, call, request, reply, value, deadlineMs) => {
    const bench = setUp()
    bench.answers.push(succeeded(reply))
    expect(await call(bench)).toEqual({ ok: true, value })
    expect(bench.asked).toEqual([{ path: `/openOBD.v1.${name}`, request, settings: { token, deadlineMs } }])
    const failure = refused('x', 'internal')
    bench.answers.push(failure)
    expect(await call(bench)).toBe(failure)
  })

  it.each<[string, (bench: Bench) => Promise<CallOutcome<unknown>>, unknown, string]>([
    [
      'function/getVariable',
      ({ calls }) => getVariable(calls, 'function', 'axle'),
      { key: '', value: 'x' },
      'Variable.key is missing.',
    ],
    [
      'function/getVariableList',
      ({ calls }) => getVariables(calls, 'function'),
      { variables: [{ key: 'a' }] },
      'Variable.Val is missing.',
    ],
    [
      'function/getFunctionArgumentList',
      ({ calls }) => getArguments(calls),
      { variables: [{}] },
      'Variable.key is missing.',
    ],
    [
      'config/getConfiguration',
      ({ calls }) => getConfiguration(calls),
      { buses: [{}], channels: [] },
      'BusConfiguration.bus_name is missing.',
    ],
  ])('%s with an unreadable reply fails by its name', async (rpc, call, reply, detail) => {
    const bench = setUp()
    bench.answers.push(succeeded(reply))
    expect(await call(bench)).toMatchObject(malformed(rpc, detail))
  })

  it('about a variable that the server does not have finds none, unless the failure is ours', async () => {
    const { calls, answers } = setUp()
    answers.push(refused('x', 'not-found', { answered: true }))
    expect(await getVariable(calls, 'session', 'a')).toEqual({ ok: true, value: undefined })
    answers.push(refused('x', 'not-found'), refused('x', 'internal', { answered: true }))
    expect(await getVariable(calls, 'session', 'a')).toMatchObject({ failure: { code: 'not-found' } })
    expect(await getVariable(calls, 'session', 'a')).toMatchObject({ failure: { code: 'internal' } })
  })

  it('about the ECUs is news while they are detected, and leaves out what it cannot read', async () => {
    const { calls, answers } = setUp()
    answers.push(refused('x', 'connection-lost', { answered: true }))
    expect(await getEcuList(calls)).toEqual({ ok: true, value: { status: 'detecting' } })
    answers.push(refused('x', 'connection-lost'), refused('x', 'timed-out', { answered: true }))
    expect(await getEcuList(calls)).toMatchObject({ failure: { code: 'connection-lost' } })
    expect(await getEcuList(calls)).toMatchObject({ failure: { code: 'timed-out' } })
    const kline_bus = { pin: 7, kline_protocol: 'KLINE_PROTOCOL_ISO14230_FAST', kline_bit_rate: 'KLINE_BIT_RATE_9600' }
    const ecus = [
      {},
      { kline_ecu: { kline_bus, ecu_id: 1 } },
      { kline_ecu: { kline_bus: { ...kline_bus, kline_protocol: 'x' }, ecu_id: 1 } },
    ]
    answers.push(succeeded({ ecus }))
    const bus = { pin: 7, initialisation: 'fast', bitRate: 9600 }
    expect(await getEcuList(calls)).toEqual({
      ok: true,
      value: { status: 'ready', ecus: [{ kind: 'kline', bus, ecuId: 1 }], unreadable: 2 },
    })
  })

  it('that configures buses sends each in one stream and half-closes it before the reply', async () => {
    const { calls, asked, stream, answers } = setUp()
    const halfClosed: number[] = []
    Object.assign(stream, { halfClose: () => void halfClosed.push(stream.sent.length) })
    answers.push(succeeded({}))
    expect(
      await configureBuses(calls, [
        { kind: 'terminal15', name: 'a', pin: 1 },
        { kind: 'terminal15', name: 'b', pin: 2 },
      ]),
    ).toEqual({ ok: true, value: null })
    expect(asked).toEqual([{ path: '/openOBD.v1.config/configureBus', settings: { token, deadlineMs: 5_000 } }])
    expect([stream.sent, halfClosed]).toEqual([
      [
        { bus_name: 'a', terminal15_bus: { pin: 1 } },
        { bus_name: 'b', terminal15_bus: { pin: 2 } },
      ],
      [2],
    ])
    const expired = setUp({ current: () => undefined, replace: () => Promise.resolve(undefined) })
    expect(await configureBuses(expired.calls, [])).toMatchObject({ failure: { code: 'session-expired' } })
  })
})

describe('a call about a session', () => {
  it('carries its own token, and its reply is read', async () => {
    const { grpcChannel, asked, answers, stream } = setUp()
    answers.push(succeeded({ value: 'CANARY-1' }), succeeded({}), succeeded({}))
    const claimed = await authenticate(grpcChannel, claim, 70)
    expect(claimed.ok && claimed.value.equals(token)).toBe(true)
    expect(await assertAuthenticationPossible(grpcChannel, claim)).toEqual({ ok: true, value: null })
    expect(await finish(grpcChannel, token, { results: ['success'] }, 70)).toEqual({ ok: true, value: null })
    expect(openSessionTokenStream(grpcChannel, token)).toBe(stream)
    expect(asked).toEqual([
      { path: '/openOBD.v1.session/authenticate', request: {}, settings: { token: claim, deadlineMs: 70 } },
      { path: '/openOBD.v1.session/assertAuthenticationPossible', request: {}, settings: { token: claim } },
      {
        path: '/openOBD.v1.session/finish',
        request: { result: ['RESULT_SUCCESS'] },
        settings: { token, deadlineMs: 70 },
      },
      { path: '/openOBD.v1.session/openSessionTokenStream', request: {}, settings: { token } },
    ])
  })

  it('that brings no usable token fails by its name', async () => {
    const { grpcChannel, answers } = setUp()
    answers.push(succeeded({ value: '' }))
    expect(await authenticate(grpcChannel, claim)).toMatchObject(
      malformed('session/authenticate', 'SessionToken.value is empty or no header value.'),
    )
  })
})

describe('the token of the calls', () => {
  const method = { path: '/openOBD.v1.config/getConfiguration' } as Method<object, object>
  const denied = refused('x', 'unauthorised', { bearerRefused: true })

  it('that was refused is replaced once, and the second refusal counts', async () => {
    const given: Token<'session'>[] = []
    const other = { token: newer as Token<'session'> | undefined }
    const source: SessionTokenSource = {
      current: () => token,
      replace: (refusedToken) => {
        given.push(refusedToken)
        return Promise.resolve(other.token)
      },
    }
    const { calls, asked, answers } = setUp(source)
    answers.push(denied, succeeded({ a: 1 }))
    expect(await calls.unary(method, {}, 70)).toEqual({ ok: true, value: { a: 1 } })
    expect(asked.map(({ settings }) => settings)).toEqual([
      { token, deadlineMs: 70 },
      { token: newer, deadlineMs: 70 },
    ])
    answers.push(denied, denied)
    expect(await calls.unary(method, {})).toBe(denied)
    other.token = undefined
    answers.push(denied)
    expect(await calls.unary(method, {})).toBe(denied)
    expect([given.every((one) => one === token), asked.length]).toEqual([true, 5])
  })

  it('that is missing stops every call before it is sent', async () => {
    const { calls, asked } = setUp({ current: () => undefined, replace: () => Promise.resolve(undefined) })
    const failure = {
      ok: false,
      failure: { code: 'session-expired', certainty: 'not-sent', rpc: 'config/getConfiguration' },
    }
    expect(await calls.unary(method, {})).toMatchObject(failure)
    expect(calls.serverStream(method, {})).toMatchObject(failure)
    expect(calls.duplex(method)).toMatchObject(failure)
    expect(calls.clientStream(method)).toMatchObject(failure)
    expect(asked).toEqual([])
  })

  it('goes with every stream, with the settings of the stream', () => {
    const { calls, asked } = setUp()
    for (const opened of [
      calls.serverStream(method, { a: 1 }),
      calls.duplex(method, 9),
      calls.clientStream(method, { deadlineMs: 5, queueLimit: 6 }),
      calls.clientStream(method),
    ])
      expect(opened.ok).toBe(true)
    expect(asked.map(({ request, settings }) => [request, settings])).toEqual([
      [{ a: 1 }, { token }],
      [undefined, { token, queueLimit: 9 }],
      [undefined, { token, deadlineMs: 5, queueLimit: 6 }],
      [undefined, { token }],
    ])
  })
})

describe('a call without an answer', () => {
  const method = { path: '/openOBD.v1.config/getConfiguration' } as Method<object, object>
  const late = refused('a/b', 'timed-out', { certainty: 'unclear' })

  it('timed out when the platform is reached, else the connection is lost', async () => {
    const { calls, answers, link } = setUp()
    answers.push(late, late)
    expect(await calls.unary(method, {})).toBe(late)
    link.isUp = false
    expect(await calls.unary(method, {})).toMatchObject({
      ok: false,
      failure: { code: 'connection-lost', certainty: 'unclear', rpc: 'a/b' },
    })
    expect([link.asked, await calls.confirmLink()]).toEqual([2, false])
  })

  it('is no question about the link after another outcome', async () => {
    const { calls, answers, link } = setUp()
    link.isUp = false
    answers.push(refused('a/b', 'internal'), succeeded({}))
    expect(await calls.unary(method, {})).toMatchObject({ failure: { code: 'internal' } })
    expect(await calls.unary(method, {})).toEqual({ ok: true, value: {} })
    expect(link.asked).toBe(0)
  })

  it('believes the link when nobody can tell', async () => {
    const { grpcChannel } = setUp()
    expect(await new SessionCalls(grpcChannel, fixedToken(token)).confirmLink()).toBe(true)
  })
})
