import { status } from '@grpc/grpc-js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { type CallStatus, EngineUnderTest, eventually, type OpenStream } from '../testing/engine-under-test.ts'

const { startSessionOnTicket } = openObdV1.sessionController.service
const { authenticate, finish } = openObdV1.session.service
const { openControlStream } = openObdV1.userInterface.service
const rpcs = openObdV1.function.service

const claimLimitSeconds = 60
const tokenSeconds = 300

type MonitorStream = OpenStream<object, { finished: boolean; authentication_token: string; service_result?: unknown }>

/** Expected state of one context by the protocol, and the tokens of its process. */
interface Expected {
  readonly id: string
  readonly isCommunicationOnly: boolean
  readonly monitorToken: string
  /** Left open from the start by some callers, opened only after the end by others, or when the token of the start is about to expire. */
  monitor: MonitorStream | undefined
  /** Seconds until the monitor token of the start expires. */
  monitorSeconds: number
  state: 'available' | 'active'
  authenticationToken: string
  sessionToken: string
  /** Seconds until the context is closed unless it is claimed; only applies at the top of the stack. */
  claimSeconds: number
  /** Seconds until the only session token expires. */
  tokenSeconds: number
  readonly arguments: Map<string, string>
  readonly results: Map<string, string>
  readonly variables: Map<string, string>
  resultsOfChild: Map<string, string>
}

/** The stack, root first; empty when the session is over. */
interface Model {
  stack: Expected[]
  globals: Map<string, string>
}

interface Real {
  readonly test: EngineUnderTest
  sessionId: string
}

const codeOf = (attempt: Promise<unknown>): Promise<number> =>
  attempt.then(
    () => status.OK,
    (error: CallStatus) => error.code,
  )

const tokenOf = (context: Expected) => (context.state === 'active' ? context.sessionToken : context.authenticationToken)

const mapOf = (variables: readonly { key: string; value?: string }[]) =>
  new Map(variables.map(({ key, value }) => [key, value]))

/** One call by the context that lies `index` below the top (modulo the height of the stack), in a new session if need be. */
class Step implements fc.AsyncCommand<Model, Real> {
  readonly #name: string
  readonly #index: number
  readonly #act: (context: Expected, model: Model, real: Real) => Promise<void>

  constructor(name: string, index: number, act: (context: Expected, model: Model, real: Real) => Promise<void>) {
    this.#name = name
    this.#index = index
    this.#act = act
  }

  check = () => true

  async run(model: Model, real: Real): Promise<void> {
    if (model.stack.length === 0) await startSession(model, real)
    const context = model.stack.at(-1 - (this.#index % model.stack.length))
    if (context === undefined) throw new Error('The stack is empty.')
    await this.#act(context, model, real)
    expectSameStack(model, real)
    for (const one of model.stack.slice(-2)) await expectSameContents(one, model, real)
  }

  toString = () => `${this.#name} by ${this.#index} below the top`
}

function expectSameStack(model: Model, { test, sessionId }: Real): void {
  const session = test.engine.sessions.get(sessionId)
  const open = session.contexts.filter(({ state }) => state !== 'ended').map(({ id, state }) => ({ id, state }))
  expect(open).toEqual(model.stack.map(({ id, state }) => ({ id, state })))
  expect(session.isOver).toBe(model.stack.length === 0)
  if (model.stack.length > 0)
    expect(session.state).toBe(model.stack.some(({ state }) => state === 'active') ? 'active' : 'available')
}

const isTop = (context: Expected, { stack }: Model) => stack.at(-1) === context

const expectedContext = (given: Pick<Expected, 'id' | 'authenticationToken'> & Partial<Expected>): Expected => ({
  isCommunicationOnly: false,
  monitorToken: '',
  monitor: undefined,
  monitorSeconds: tokenSeconds,
  state: 'available',
  sessionToken: '',
  claimSeconds: claimLimitSeconds,
  tokenSeconds,
  arguments: new Map(),
  results: new Map(),
  variables: new Map(),
  resultsOfChild: new Map(),
  ...given,
})

async function startSession(model: Model, real: Real): Promise<void> {
  const info = await real.test.call(startSessionOnTicket, { value: '7848095' }, await real.test.controllerToken())
  const { id } = real.test.engine.sessions.get(info.id).root
  real.sessionId = info.id
  model.stack = [expectedContext({ id, authenticationToken: info.authentication_token })]
  model.globals = new Map()
}

async function startChild(parent: Expected, model: Model, { test }: Real, isWatched: boolean): Promise<void> {
  const attempt = test.call(rpcs.startFunctionContext, {}, tokenOf(parent))
  if (!isTop(parent, model)) return expect(await codeOf(attempt)).toBe(status.FAILED_PRECONDITION)
  const started = await attempt
  const monitor = isWatched ? watch(test, started.monitor_token) : undefined
  parent.resultsOfChild = new Map()
  model.stack.push(
    expectedContext({
      id: started.id,
      isCommunicationOnly: parent.isCommunicationOnly || parent.state === 'active',
      monitorToken: started.monitor_token,
      monitor,
      authenticationToken: started.authentication_token,
    }),
  )
}

function watch(test: EngineUnderTest, monitorToken: string): MonitorStream {
  const stream = test.open(rpcs.monitorFunctionContext, monitorToken)
  stream.send({})
  stream.halfClose()
  return stream
}

async function claim(context: Expected, model: Model, { test }: Real): Promise<void> {
  const attempt = test.call(authenticate, {}, context.authenticationToken)
  if (context.state === 'active') return expect(await codeOf(attempt)).toBe(status.PERMISSION_DENIED)
  if (!isTop(context, model)) return expect(await codeOf(attempt)).toBe(status.FAILED_PRECONDITION)
  context.sessionToken = (await attempt).value
  context.state = 'active'
  context.tokenSeconds = tokenSeconds
}

async function finishBy(context: Expected, model: Model, real: Real): Promise<void> {
  await real.test.call(finish, { result: ['RESULT_SUCCESS'] }, tokenOf(context))
  await expectEnd(model, real)
}

/**
 * The top of the stack has ended: its monitor says so, with a token exactly for a parent that is available. A parent that ends at
 * the same moment needs no token; a late request gets none.
 */
async function expectEnd(model: Model, { test }: Real, doesParentEnd = false): Promise<void> {
  const ended = model.stack.pop()
  const parent = model.stack.at(-1)
  if (ended === undefined || parent === undefined) return
  parent.resultsOfChild = ended.results
  const monitor = ended.monitor ?? watch(test, ended.monitorToken)
  await eventually(() => monitor.messages.at(-1)?.finished === true, 'the final message has come')
  const final = monitor.messages.at(-1)
  monitor.cancel()
  expect(final?.service_result).toBeTruthy()
  const token = final?.authentication_token ?? ''
  if (!doesParentEnd || ended.monitor === undefined)
    expect(token !== '').toBe(parent.state === 'available' && !doesParentEnd)
  if (parent.state !== 'available') return
  parent.authenticationToken = token
  parent.claimSeconds = claimLimitSeconds
}

async function setArgument(context: Expected, model: Model, { test }: Real, value: string): Promise<void> {
  const code = await codeOf(test.call(rpcs.setFunctionArgument, { key: 'argument', value }, tokenOf(context)))
  const child = model.stack[model.stack.indexOf(context) + 1]
  expect(code).toBe(child?.state === 'available' ? status.OK : status.FAILED_PRECONDITION)
  if (child?.state === 'available') child.arguments.set('argument', value)
}

async function setResult(context: Expected, { test }: Real, value: string): Promise<void> {
  await test.call(rpcs.setFunctionResult, { key: 'result', value }, tokenOf(context))
  context.results.set('result', value)
}

async function setVariables(context: Expected, model: Model, { test }: Real, value: string): Promise<void> {
  await test.call(rpcs.setVariable, { type: 'FUNCTION_CONTEXT', key: 'own', value }, tokenOf(context))
  await test.call(rpcs.setVariable, { type: 'GLOBAL_CONTEXT', key: 'shared', value }, tokenOf(context))
  context.variables.set('own', value)
  model.globals.set('shared', value)
}

async function expectSameContents(context: Expected, model: Model, { test }: Real): Promise<void> {
  const token = tokenOf(context)
  const read = await Promise.all([
    test.call(rpcs.getFunctionArgumentList, {}, token),
    test.call(rpcs.getFunctionResultList, {}, token),
    test.call(rpcs.getVariableList, { type: 'FUNCTION_CONTEXT' }, token),
    test.call(rpcs.getVariableList, { type: 'GLOBAL_CONTEXT' }, token),
  ])
  expect(read.map(({ variables }) => mapOf(variables))).toEqual([
    context.arguments,
    context.resultsOfChild,
    context.variables,
    model.globals,
  ])
}

async function openDisplay(context: Expected, { test }: Real): Promise<void> {
  const stream = test.open(openControlStream, tokenOf(context))
  stream.send({ control_label: { label: 'Working' } })
  const mayShow = context.state === 'active' && !context.isCommunicationOnly
  if (mayShow) await eventually(() => stream.messages.length > 0, 'the label has been echoed')
  stream.halfClose()
  expect((await stream.status).code).toBe(mayShow ? status.OK : status.PERMISSION_DENIED)
}

/** Advances half a minute, of which only the end matters. */
async function passTime(model: Model, real: Real): Promise<void> {
  for (const context of model.stack.slice(1)) {
    context.monitorSeconds -= 30
    if (context.monitorSeconds <= 0) context.monitor ??= watch(real.test, context.monitorToken)
  }
  const isWatched = ({ monitor }: Expected) => monitor === undefined || monitor.messages.length > 0
  await eventually(() => model.stack.every(isWatched), 'the streams are open')
  await real.test.advance(30)
  for (const context of model.stack) context.tokenSeconds -= context.state === 'active' ? 30 : 0
  const top = model.stack.at(-1)
  if (top?.state === 'available') top.claimSeconds -= 30
  const abandoned = model.stack.findIndex(({ state, tokenSeconds: left }) => state === 'active' && left <= 0)
  const unclaimed = top?.state === 'available' && top.claimSeconds <= 0 ? model.stack.length - 1 : -1
  const height = abandoned >= 0 ? abandoned : unclaimed
  if (height < 0) return
  while (model.stack.length > height) await expectEnd(model, real, model.stack.length > height + 1)
}

const place = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(9) })

const step = (name: string, act: ConstructorParameters<typeof Step>[2]) =>
  place.map((index) => new Step(name, index, act))

const stepWithValue = (
  name: string,
  act: (context: Expected, model: Model, real: Real, value: string) => Promise<void>,
) =>
  fc
    .record({ index: place, value: fc.string() })
    .map(({ index, value }) => new Step(name, index, (context, model, real) => act(context, model, real, value)))

describe('the stack of function contexts', () => {
  let test: EngineUnderTest

  beforeAll(async () => {
    test = await EngineUnderTest.start()
  })

  afterAll(() => test.stop())

  // @proves The whole protocol: Function contexts: a stack, parent available or active, a child without user interface, finish by the parent
  it('hands the session down and back as the protocol says, whatever the order of calls', async () => {
    const commands = [
      step('start a watched child', (context, model, real) => startChild(context, model, real, true)),
      step('start a child that is watched late', (context, model, real) => startChild(context, model, real, false)),
      step('claim', claim),
      step('finish', finishBy),
      stepWithValue('set an argument', setArgument),
      stepWithValue('set a result', (context, _model, real, value) => setResult(context, real, value)),
      stepWithValue('set variables', setVariables),
      step('open a display', (context, _model, real) => openDisplay(context, real)),
      step('let time pass', (_context, model, real) => passTime(model, real)),
      step('let nearly five minutes pass', async (_context, model, real) => {
        for (let halves = 0; halves < 9 && model.stack.length > 0; halves += 1) await passTime(model, real)
      }),
    ]
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), async (sequence) => {
        const model: Model = { stack: [], globals: new Map() }
        try {
          await fc.asyncModelRun(() => ({ model, real: { test, sessionId: '' } }), sequence)
        } finally {
          for (const session of test.engine.sessions.open) session.end('interrupted', 'the run is over')
        }
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  it('leaves neither stream, timer nor token behind', async () => {
    await test.advance(24 * 3600)
    await eventually(() => test.engine.gauges.read('openStreams') === 0, 'every stream has ended')
    expect(test.engine.clocks.session.pendingTimers).toBe(0)
    expect(test.engine.vault.count(() => true)).toBe(0)
  })
})
