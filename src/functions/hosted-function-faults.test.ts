import { describe, expect, it } from 'vitest'
import { agreeableMechanic, HostedWorkshop, outcomeValue } from '../../tests/support/hosted-workshop.ts'
import { workbenchV1 } from '../openobd/grpc/protos.ts'
import { identifyTheCar } from './identify-the-car/identify-the-car.ts'
import { changedCar } from './testing/changed-car.ts'

const functionId = identifyTheCar.info.id
const control = workbenchV1.control.service
const slow = { timeout: 60_000 }

/** A car with two control units, so that a run is short. */
const smallCar = () =>
  changedCar((changed) => {
    changed.ecus = changed.ecus.slice(0, 2)
  })

describe('Identify the car when the connection fails', () => {
  // @proves Protocol and engine: A hosted function gets each new session token and outlives the first
  it('keeps running after the first session token of its context has expired', slow, async () => {
    using car = smallCar()
    await using workshop = await HostedWorkshop.open(['--lab', '--clock', 'manual', '--vehicle', car.file])
    const advance = async (session_ms: number, bus_ms: number) =>
      outcomeValue(await workshop.controller.call(control.advanceClock, { session_ms, bus_ms }))
    workshop.mechanic = () => undefined
    const root = await workshop.claimSession()
    let isOver = false
    const running = workshop.run(functionId, root).finally(() => {
      isOver = true
    })
    const question = await workshop.event((event) => (event.kind === 'prompt-shown' ? event.prompt : undefined))
    for (let minute = 1; minute <= 6; minute++) await advance(60_000, 0)
    workshop.mechanic = agreeableMechanic
    workshop.answer(question.id, { kind: 'yesno', yes: true })
    while (!isOver) await advance(100, 20)
    expect((await running).result?.results).toEqual(['success'])
  })

  it('reports a lost connection, not silent ECUs, when the link becomes a black hole', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    const root = await workshop.claimSession()
    workshop.mechanic = (prompt) => {
      if (prompt.screen.control.kind === 'label') void workshop.proxy.setMode('black-hole')
      return agreeableMechanic(prompt)
    }
    const running = workshop.run(functionId, root)
    await workshop.event((event) =>
      event.kind === 'prompt-ended' && event.end.reason === 'withdrawn' ? true : undefined,
    )
    await workshop.proxy.setMode('pass')
    expect((await running).result?.results).not.toContain('success')
    expect(JSON.stringify(workshop.findings)).not.toContain('no answer')
  })

  it('is not affected by a connection loss of 200 ms', slow, async () => {
    using car = smallCar()
    await using workshop = await HostedWorkshop.open(['--vehicle', car.file])
    const root = await workshop.claimSession()
    let flaps = 0
    workshop.mechanic = (prompt) => {
      if (prompt.screen.control.kind === 'label' && flaps++ === 0) {
        void workshop.proxy.setMode('black-hole')
        setTimeout(() => void workshop.proxy.setMode('pass'), 200)
      }
      return agreeableMechanic(prompt)
    }
    expect((await workshop.run(functionId, root)).result?.results).toEqual(['success'])
    expect(workshop.proxy.counts.held).toBeGreaterThan(0)
    expect(JSON.stringify(workshop.findings)).not.toContain('no answer')
  })

  // @proves Gateway: A question that waits survives a reset of the connection to the server
  it('goes on when the connection is reset while a question waits', slow, async () => {
    using car = smallCar()
    await using workshop = await HostedWorkshop.open(['--vehicle', car.file])
    workshop.mechanic = () => undefined
    const running = workshop.run(functionId, await workshop.claimSession())
    const question = await workshop.event((event) => (event.kind === 'prompt-shown' ? event.prompt : undefined))
    workshop.proxy.resetAll()
    workshop.mechanic = agreeableMechanic
    workshop.answer(question.id, { kind: 'yesno', yes: true })
    expect((await running).result?.results).toEqual(['success'])
    expect(workshop.events.filter(({ kind }) => kind === 'prompt-ended').length).toBeGreaterThan(0)
  })

  it('ends when the operator interrupts the session', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    workshop.mechanic = () => undefined
    const root = await workshop.claimSession()
    const running = workshop.run(functionId, root)
    await workshop.event((event) => (event.kind === 'prompt-shown' ? true : undefined))
    outcomeValue(await workshop.controller.interruptSession(root.sessionId))
    expect((await running).result?.results).not.toContain('success')
    await workshop.event((event) => (event.kind === 'prompt-ended' ? true : undefined))
  })
})
