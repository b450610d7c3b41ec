import { describe, expect, it } from 'vitest'
import { FaultProxy } from '../../tests/contract/fault-proxy.ts'
import { workbenchV1 } from '../openobd/grpc/protos.ts'
import { ReceivedTokens, SessionCalls } from '../openobd/session/session-calls.ts'
import { openSessionTokenStream } from '../openobd/session/session-service.ts'
import { getVehicleDetails } from '../openobd/session/vehicle-info.ts'
import { identifyTheCar } from './identify-the-car/identify-the-car.ts'
import { changedCar } from './testing/changed-car.ts'
import { agreeableMechanic, HostedWorkshop, outcomeValue } from './testing/hosted-workshop.ts'

const functionId = identifyTheCar.info.id
const control = workbenchV1.control.service
const slow = { timeout: 60_000 }

/** A proxy in front of the engine, for the host only. */
async function proxyTo(workshop: HostedWorkshop) {
  const proxy = new FaultProxy({ port: workshop.engine.ready.port })
  await proxy.listen()
  return Object.assign(proxy, { [Symbol.asyncDispose]: () => proxy.close() })
}

describe('Identify the car when the connection fails', () => {
  // @proves Protocol and engine: The function host gets each new session token and outlives the first
  it('uses each newer token and keeps running after the first one expires', slow, async () => {
    using car = changedCar((changed) => {
      changed.ecus = changed.ecus.slice(0, 2)
    })
    await using workshop = await HostedWorkshop.open(['--lab', '--clock', 'manual', '--vehicle', car.file])
    const advance = async (session_ms: number, bus_ms: number) =>
      outcomeValue(await workshop.controller.call(control.advanceClock, { session_ms, bus_ms }))
    workshop.mechanic = () => undefined
    const { token } = await workshop.claimSession()
    const tokens = openSessionTokenStream(workshop.controller.grpcChannel, token)
    let rotations = 0
    tokens.onMessage(({ value }) => {
      rotations++
      workshop.tell({ type: 'sessionToken', runId: 'run', token: value })
    })
    workshop.run(functionId, token)
    const question = await workshop.event((event) => (event.kind === 'prompt-shown' ? event.prompt : undefined))
    for (let minute = 1; minute <= 6; minute++) await advance(60_000, 0)
    await expect.poll(() => rotations, { timeout: 10_000 }).toBeGreaterThanOrEqual(3)
    const first = new SessionCalls(workshop.controller.grpcChannel, new ReceivedTokens(token))
    expect(await getVehicleDetails(first)).toMatchObject({ ok: false, failure: { bearerRefused: true } })
    workshop.mechanic = agreeableMechanic
    await workshop.viewer.answerPrompt(question.id, 'late', { kind: 'yesno', yes: true })
    while (!workshop.messages.some(({ type }) => type === 'ended')) await advance(100, 20)
    expect(await workshop.message('ended')).toMatchObject({ outcome: 'succeeded' })
    tokens.stop()
  })

  it('reports a lost connection, not silent ECUs, when the engine dies', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    const { token } = await workshop.claimSession()
    workshop.mechanic = (prompt) => {
      if (prompt.screen.control.kind !== 'label') return agreeableMechanic(prompt)
      void workshop.engine.kill()
      return undefined
    }
    workshop.run(functionId, token)
    expect(await workshop.message('ended')).toMatchObject({ outcome: 'failed', failureCode: 'connection-lost' })
    expect(JSON.stringify(workshop.messages)).not.toContain('no answer')
  })

  it('reports a lost connection, not silent ECUs, when no data arrives any more', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    await using proxy = await proxyTo(workshop)
    const { token } = await workshop.claimSession()
    workshop.mechanic = (prompt) => {
      if (prompt.screen.control.kind === 'label') void proxy.setMode('black-hole')
      return agreeableMechanic(prompt)
    }
    workshop.run(functionId, token, proxy.port)
    expect(await workshop.message('ended')).toMatchObject({ outcome: 'failed', failureCode: 'connection-lost' })
    expect(JSON.stringify(workshop.messages)).not.toContain('no answer')
  })

  it('is not affected by a connection loss of 200 ms', slow, async () => {
    using car = changedCar((changed) => {
      changed.ecus = changed.ecus.slice(0, 2)
    })
    await using workshop = await HostedWorkshop.open(['--vehicle', car.file])
    await using proxy = await proxyTo(workshop)
    const { token } = await workshop.claimSession()
    let flaps = 0
    workshop.mechanic = (prompt) => {
      if (prompt.screen.control.kind === 'label' && flaps++ === 0) {
        void proxy.setMode('black-hole')
        setTimeout(() => void proxy.setMode('pass'), 200)
      }
      return agreeableMechanic(prompt)
    }
    workshop.run(functionId, token, proxy.port)
    expect(await workshop.message('ended')).toMatchObject({ outcome: 'succeeded' })
    expect(proxy.counts.held).toBeGreaterThan(0)
    expect(JSON.stringify(workshop.messages)).not.toContain('no answer')
  })

  it('reports a lost connection when it is reset while a question waits', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    await using proxy = await proxyTo(workshop)
    workshop.mechanic = () => undefined
    const { token } = await workshop.claimSession()
    workshop.run(functionId, token, proxy.port)
    await workshop.event((event) => (event.kind === 'prompt-shown' ? true : undefined))
    proxy.resetAll()
    expect(await workshop.message('ended')).toMatchObject({ outcome: 'failed', failureCode: 'connection-lost' })
  })

  it('ends when the operator interrupts the session', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    workshop.mechanic = () => undefined
    const { sessionId, token } = await workshop.claimSession()
    workshop.run(functionId, token)
    await workshop.event((event) => (event.kind === 'prompt-shown' ? true : undefined))
    outcomeValue(await workshop.controller.interruptSession(sessionId))
    expect(await workshop.message('ended')).toMatchObject({ outcome: 'failed', failureCode: 'prompt-withdrawn' })
  })

  it('fails as unauthorised with a foreign token', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    await workshop.claimSession()
    const bearer = outcomeValue(await workshop.controller.token())
    workshop.tell({
      type: 'run',
      runId: 'run',
      functionId,
      endpoint: { host: '127.0.0.1', port: workshop.engine.ready.port, secure: false },
      sessionToken: bearer.reveal(),
      language: 'en',
    })
    expect(await workshop.message('ended')).toMatchObject({ outcome: 'failed', failureCode: 'unauthorised' })
  })
})
