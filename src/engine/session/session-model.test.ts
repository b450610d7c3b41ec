import { setImmediate as nextTurn } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openObdV1, workbenchV1 } from '../../openobd/grpc/protos.ts'
import { type CallStatus, EngineUnderTest } from '../testing/engine-under-test.ts'

const { startSessionOnTicket, getSession, interruptSession } = openObdV1.sessionController.service
const { authenticate, assertAuthenticationPossible, finish } = openObdV1.session.service
const { getConnectorInformation } = openObdV1.connectionMonitor.service
const ticket = '7848095'

/** State of a client, and the documented state of the server. */
interface Model {
  state: 'none' | 'available' | 'active' | 'finished' | 'interrupted' | 'failed'
  finishes: number
}

/** The real engine, with the tokens of a client. */
interface Real {
  readonly test: EngineUnderTest
  controller: string
  id: string
  authenticationToken: string
  sessionToken: string
  /** The session token is older than five minutes. */
  hasTokenExpired: boolean
}

type Command = fc.AsyncCommand<Model, Real>

const isOpen = (model: Model) => model.state === 'available' || model.state === 'active'

/** Checks the engine's state of the session after a step, whatever happened before. */
async function expectAgreement(model: Model, real: Real): Promise<void> {
  const info = await real.test.call(getSession, { value: real.id }, real.controller)
  const record = await real.test.call(
    workbenchV1.viewer.service.getSessionRecord,
    { session_id: real.id },
    real.controller,
  )
  expect(info.state).toBe(model.state)
  expect(info.authentication_token !== '').toBe(model.state === 'available')
  expect(record.state).toBe(model.state)
  expect(record.accepted_finishes).toBe(model.finishes)
  expect(record.service_result !== undefined && record.service_result !== null).toBe(model.finishes === 1)
  expect(record.transitions.map(({ to }) => to).filter((to) => to !== 'available' && to !== 'active').length).toBe(
    isOpen(model) ? 0 : 1,
  )
}

const refusalWhenOver = ({ hasTokenExpired }: Real) =>
  hasTokenExpired ? status.UNAUTHENTICATED : status.FAILED_PRECONDITION

async function codeOf(attempt: Promise<unknown>): Promise<number> {
  return attempt.then(
    () => status.OK,
    (error: CallStatus) => error.code,
  )
}

class Start implements Command {
  check = (model: Readonly<Model>) => model.state === 'none'
  async run(model: Model, real: Real) {
    const info = await real.test.call(startSessionOnTicket, { value: ticket }, real.controller)
    Object.assign(real, {
      id: info.id,
      authenticationToken: info.authentication_token,
      sessionToken: '',
      hasTokenExpired: false,
    })
    model.state = 'available'
    await expectAgreement(model, real)
  }
  toString = () => 'start'
}

class StartAgain implements Command {
  check = (model: Readonly<Model>) => isOpen(model)
  async run(model: Model, real: Real) {
    const code = await codeOf(real.test.call(startSessionOnTicket, { value: ticket }, real.controller))
    expect(code).toBe(status.UNAVAILABLE)
    await expectAgreement(model, real)
  }
  toString = () => 'start again'
}

class Authenticate implements Command {
  check = (model: Readonly<Model>) => model.state !== 'none'
  async run(model: Model, real: Real) {
    const attempt = real.test.call(authenticate, {}, real.authenticationToken)
    if (model.state === 'available') {
      real.sessionToken = (await attempt).value
      model.state = 'active'
    } else
      expect(await codeOf(attempt)).toBe(
        model.state === 'active' ? status.PERMISSION_DENIED : status.FAILED_PRECONDITION,
      )
    await expectAgreement(model, real)
  }
  toString = () => 'authenticate'
}

class AskWhetherPossible implements Command {
  check = (model: Readonly<Model>) => model.state !== 'none'
  async run(model: Model, real: Real) {
    const code = await codeOf(real.test.call(assertAuthenticationPossible, {}, real.authenticationToken))
    const expected = { available: status.OK, active: status.PERMISSION_DENIED } as Record<Model['state'], status>
    expect(code).toBe(expected[model.state] ?? status.FAILED_PRECONDITION)
    await expectAgreement(model, real)
  }
  toString = () => 'assertAuthenticationPossible'
}

class UseService implements Command {
  check = (model: Readonly<Model>) => model.state !== 'none'
  async run(model: Model, real: Real) {
    const token = real.sessionToken === '' ? real.authenticationToken : real.sessionToken
    const code = await codeOf(real.test.call(getConnectorInformation, {}, token))
    const expected = { available: status.PERMISSION_DENIED, active: status.OK } as Record<Model['state'], status>
    expect(code).toBe(expected[model.state] ?? refusalWhenOver(real))
  }
  toString = () => 'use a service'
}

class Finish implements Command {
  readonly #isReplyLost: boolean
  constructor(isReplyLost: boolean) {
    this.#isReplyLost = isReplyLost
  }
  check = (model: Readonly<Model>) => model.state !== 'none'
  async run(model: Model, real: Real) {
    const token = real.sessionToken === '' ? real.authenticationToken : real.sessionToken
    const result = { result: ['RESULT_SUCCESS' as const] }
    if (this.#isReplyLost) await this.#withoutReply(model, real, token)
    else {
      const code = await codeOf(real.test.call(finish, result, token))
      expect(code).toBe(isOpen(model) ? status.OK : refusalWhenOver(real))
      if (isOpen(model)) this.#finished(model)
    }
    await expectAgreement(model, real)
  }
  /** The call is cancelled after its request; only a query shows whether the request arrived. */
  async #withoutReply(model: Model, real: Real, token: string) {
    const stream = real.test.open(finish, token)
    stream.send({ result: ['RESULT_SUCCESS'] })
    stream.halfClose()
    await nextTurn()
    stream.cancel()
    await stream.status
    const { state } = await real.test.call(getSession, { value: real.id }, real.controller)
    if (isOpen(model) && state === 'finished') this.#finished(model)
  }
  #finished(model: Model) {
    model.state = 'finished'
    model.finishes += 1
  }
  toString = () => (this.#isReplyLost ? 'finish, reply lost' : 'finish')
}

class Interrupt implements Command {
  check = (model: Readonly<Model>) => model.state !== 'none'
  async run(model: Model, real: Real) {
    const code = await codeOf(real.test.call(interruptSession, { value: real.id }, real.controller))
    expect(code).toBe(isOpen(model) ? status.OK : status.FAILED_PRECONDITION)
    if (isOpen(model)) model.state = 'interrupted'
    await expectAgreement(model, real)
  }
  toString = () => 'interrupt'
}

class LetTimePass implements Command {
  check = (model: Readonly<Model>) => isOpen(model)
  async run(model: Model, real: Real) {
    await real.test.advance(model.state === 'available' ? 60 : 300)
    real.hasTokenExpired = model.state === 'active'
    real.controller = await real.test.controllerToken()
    model.state = 'failed'
    await expectAgreement(model, real)
  }
  toString = () => 'let the limit pass'
}

describe('the life of a session', () => {
  let test: EngineUnderTest

  beforeAll(async () => {
    test = await EngineUnderTest.start()
  })

  afterAll(() => test.stop())

  // @proves Protocol and engine: The state table holds in any order of calls, also when a reply is lost
  it('follows the documented table whatever the order of calls, also when a reply is lost', async () => {
    const commands = [
      fc.constant(new Start()),
      fc.constant(new StartAgain()),
      fc.constant(new Authenticate()),
      fc.constant(new AskWhetherPossible()),
      fc.constant(new UseService()),
      fc.boolean().map((isReplyLost) => new Finish(isReplyLost)),
      fc.constant(new Interrupt()),
      fc.constant(new LetTimePass()),
    ]
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 20 }), async (sequence) => {
        const controller = await test.controllerToken()
        const real: Real = {
          test,
          controller,
          id: '',
          authenticationToken: '',
          sessionToken: '',
          hasTokenExpired: false,
        }
        try {
          await fc.asyncModelRun(() => ({ model: { state: 'none', finishes: 0 } as Model, real }), sequence)
        } finally {
          for (const session of test.engine.sessions.open) session.end('interrupted', 'the run is over')
        }
      }),
      { numRuns: 60 },
    )
  })

  // @proves Protocol and engine: Clients that vanish leave nothing behind
  it('leaves neither session nor stream, timer or token behind', async () => {
    await test.advance(24 * 3600)
    const { engine } = test
    expect(engine.sessions.retrievable).toEqual([])
    expect(engine.gauges.read('openStreams')).toBe(0)
    expect(engine.clocks.session.pendingTimers).toBe(0)
    expect(engine.vault.count(() => true)).toBe(0)
  })

  // @proves Faults: 23 two clients, one ticket; what a person sees: one owner, the other is told
  it('gives a ticket to exactly one of a hundred clients that race for it', async () => {
    const controller = await test.controllerToken()
    const attempts = Array.from({ length: 100 }, () =>
      codeOf(test.call(startSessionOnTicket, { value: ticket }, controller)),
    )
    const codes = await Promise.all(attempts)
    expect(codes.filter((code) => code === status.OK)).toHaveLength(1)
    expect(codes.filter((code) => code === status.UNAVAILABLE)).toHaveLength(99)
  })

  it('accepts exactly one of a hundred simultaneous finishes', async () => {
    const { id, token } = await test.claimed('7848112')
    const attempts = Array.from({ length: 100 }, (_, index) =>
      codeOf(test.call(finish, { result: ['RESULT_SUCCESS'], description: `number ${index}` }, token)),
    )
    const codes = await Promise.all(attempts)
    expect(codes.filter((code) => code === status.OK)).toHaveLength(1)
    expect(test.engine.sessions.get(id).acceptedFinishes).toBe(1)
  })
})
