import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { promptToWire } from '../../server/prompts/prompt-to-wire.ts'
import { choices } from '../protocol-choices.ts'
import { EngineUnderTest, eventually } from '../testing/engine-under-test.ts'

const { openControlStream } = openObdV1.userInterface.service
const question = { control_yesno: { label: 'Is it?' } }

describe('the control stream of a session', () => {
  let test: EngineUnderTest
  let id: string
  let token: string

  beforeEach(async () => {
    test = await EngineUnderTest.start()
    const claimed = await test.claimed('7848095')
    id = claimed.id
    token = claimed.token
  })

  afterEach(() => test.stop())

  const session = () => test.engine.sessions.get(id)
  const prompts = () => test.engine.prompts.prompts

  async function ask() {
    const stream = test.open(openControlStream, token)
    stream.send(question)
    await eventually(() => prompts().length > 0, 'the question is on display')
    return stream
  }

  /** Lets time pass without the session being abandoned. */
  async function pass(seconds: number): Promise<void> {
    for (let left = seconds; left > 0; left -= 100) {
      token = session().issueSessionToken(session().root)
      await test.advance(Math.min(left, 100))
    }
  }

  it('ends the session after an hour without a control or an answer', async () => {
    const stream = await ask()
    await pass(3599)
    expect(session().state).toBe('active')
    await pass(1)
    const { state, transitions } = session()
    expect([state, transitions.at(-1)?.cause]).toEqual([
      choices.stateWhenIdle,
      'the control stream was idle for an hour',
    ])
    expect(prompts()).toEqual([])
    expect((await stream.status).code).toBe(0)
  })

  it('may be closed, and then the session is silent for longer than an hour', async () => {
    const stream = await ask()
    stream.halfClose()
    await stream.status
    await pass(7200)
    expect(session().state).toBe('active')
  })

  it('names its function to viewers, and ends its prompts with the session', async () => {
    const { startFunctionContext, registerFunctionDetails } = openObdV1.function.service
    const { startSessionOnTicket } = openObdV1.sessionController.service
    const root = await test.call(startSessionOnTicket, { value: '7848112' }, await test.controllerToken())
    const child = await test.call(startFunctionContext, {}, root.authentication_token)
    const details = { id: 'f', name: 'Check the brakes', version: '1' }
    await test.call(registerFunctionDetails, details, child.authentication_token)
    token = (await test.call(openObdV1.session.service.authenticate, {}, child.authentication_token)).value
    const ended: string[] = []
    test.engine.prompts.onEvent((event) => event.kind === 'ended' && ended.push(event.reason))
    await ask()
    expect(prompts().map(promptToWire)).toMatchObject([
      { session_id: root.id, context_id: child.id, function_name: 'Check the brakes' },
    ])
    test.engine.sessions.get(root.id).end('interrupted', 'the test is over')
    await eventually(() => prompts().length === 0, 'the prompt has gone')
    expect(ended).toEqual(['session-ended'])
  })
})
