import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { FaultProxy } from '../../tests/contract/fault-proxy.ts'
import { workbenchV1 } from '../openobd/protos.ts'
import { ReceivedTokens, SessionCalls } from '../openobd/session-calls.ts'
import { openSessionTokenStream } from '../openobd/session-service.ts'
import { getVehicleDetails } from '../openobd/vehicle-info.ts'
import { identifyTheCar } from './identify-the-car/identify-the-car.ts'
import { agreeableMechanic, HostedWorkshop, outcomeValue } from './testing/hosted-workshop.ts'

const functionId = identifyTheCar.info.id
const control = workbenchV1.control.service
const vehicleFile = join(import.meta.dirname, '../../vehicles/falkenberg-corvo.yaml')
const slow = { timeout: 60_000 }

/** The shipped car, changed by the test, in a folder of its own. */
function changedCar(change: (car: { vin: string; ecus: { name: string; data: Record<string, unknown> }[] }) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'identify-'))
  const car = parse(readFileSync(vehicleFile, 'utf8'))
  change(car)
  const file = join(folder, 'car.yaml')
  writeFileSync(file, stringify(car))
  return { file, busLog: join(folder, 'bus.log'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

/** A proxy in front of the engine, for the host only. */
async function proxyTo(workshop: HostedWorkshop) {
  const proxy = new FaultProxy({ port: workshop.engine.ready.port })
  await proxy.listen()
  return Object.assign(proxy, { [Symbol.asyncDispose]: () => proxy.close() })
}

const counters = async (workshop: HostedWorkshop) =>
  outcomeValue(await workshop.controller.call(control.getCounters, {}))

const isIgnitionQuestion = (label: string) => label.includes('ignition')

describe('Identify the car in its own process against the engine', () => {
  it('reads the car, names the ECU that is silent, asks the mechanic and suggests success', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    const { sessionId, token } = await workshop.claimSession()
    workshop.run(functionId, token)
    const ended = await workshop.message('ended')
    expect(ended).toMatchObject({ outcome: 'succeeded', suggestedResult: { results: ['success'] } })
    expect(ended.suggestedResult?.description).toContain('VIN WFKZZZ8C9MA204417. 9 of 10 control units read.')
    const findings = workshop.messages.filter((message) => message.type === 'finding')
    expect(findings).toContainEqual(
      expect.objectContaining({ subject: 'Engine control', name: 'Part number', value: '04L906056KQ' }),
    )
    expect(findings.filter(({ value }) => value === 'no answer')).toHaveLength(1)
    expect((await workshop.record(sessionId)).state).toBe('active')
  })

  it('configures both buses of a car that has two and waits for a detection that is still running', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    const { token } = await workshop.claimSession(workshop.engine.ready.tickets[1])
    workshop.run(functionId, token)
    expect((await workshop.message('ended')).suggestedResult?.description).toContain('VIN NRL2CBA5XH1088236.')
    const lines = workshop.events.flatMap((event) => (event.kind === 'script-log' ? [event.line.content] : []))
    expect(lines).toContain('Buses configured: can-6-14-500, can-3-11-125.')
    expect(workshop.messages).toContainEqual(
      expect.objectContaining({
        type: 'prompt',
        control: expect.objectContaining({ label: expect.stringContaining('still looking') }),
      }),
    )
  })

  it('gives every line of its log and withdraws its prompt at the end', slow, async () => {
    using car = changedCar((changed) => {
      changed.ecus = changed.ecus.slice(0, 1)
    })
    await using workshop = await HostedWorkshop.open(['--lab', '--vehicle', car.file])
    const { token } = await workshop.claimSession()
    workshop.run(functionId, token)
    await workshop.message('ended')
    const last = await workshop.event((event) =>
      event.kind === 'script-log' && event.line.content.startsWith('Identify the car ended') ? event.line : undefined,
    )
    expect(last.level).toBe('info')
    await workshop.event((event) =>
      event.kind === 'prompt-ended' && event.end.reason === 'withdrawn' ? true : undefined,
    )
    expect((await counters(workshop)).prompts_on_display).toBe(0)
  })

  it('reads what the vehicle file says, as frames on the bus', slow, async () => {
    using car = changedCar((changed) => {
      changed.vin = 'WFKZZZ8C9MA999999'
      const [engine] = changed.ecus
      if (engine) engine.data.F187 = { label: 'Part number', text: 'X99Y' }
      changed.ecus = changed.ecus.slice(0, 3)
    })
    await using workshop = await HostedWorkshop.open(['--vehicle', car.file, '--bus-log', car.busLog])
    const { token } = await workshop.claimSession()
    workshop.run(functionId, token)
    expect((await workshop.message('ended')).suggestedResult?.description).toContain('WFKZZZ8C9MA999999')
    expect(workshop.messages).toContainEqual(
      expect.objectContaining({ subject: 'Engine control', name: 'Part number', value: 'X99Y' }),
    )
    const question = await workshop.event((event) =>
      event.kind === 'prompt-shown' && JSON.stringify(event.prompt.screen).includes('WFKZZZ8C9MA999999')
        ? event.prompt.screen
        : undefined,
    )
    expect(Object.keys(Object.values(question.translations)[0] ?? {}).sort()).toEqual(['de', 'fr', 'nl'])
    await workshop.closeHost()
    await workshop.engine.stop()
    const frames = readFileSync(car.busLog, 'utf8')
    expect(frames).toMatch(/7E0#0322F187/i)
    expect(frames).toMatch(new RegExp(`7E8#0762F187${Buffer.from('X99Y').toString('hex')}`, 'i'))
  })

  it('ends with invalid preconditions when the mechanic says that the ignition is off', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    workshop.mechanic = (prompt) =>
      prompt.screen.control.kind === 'yesno' ? { kind: 'yesno', yes: false } : agreeableMechanic(prompt)
    const { token } = await workshop.claimSession()
    workshop.run(functionId, token)
    expect((await workshop.message('ended')).suggestedResult?.results).toEqual(['invalid-preconditions'])
  })

  it('stops while a question waits, withdraws it and leaves the session alone', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    workshop.mechanic = () => undefined
    const { sessionId, token } = await workshop.claimSession()
    workshop.run(functionId, token)
    await workshop.event((event) => (event.kind === 'prompt-shown' ? true : undefined))
    workshop.tell({ type: 'stop', runId: 'run' })
    expect(await workshop.message('ended')).toMatchObject({ outcome: 'stopped' })
    await workshop.event((event) => (event.kind === 'prompt-ended' ? true : undefined))
    await workshop.event((event) =>
      event.kind === 'script-log' && event.line.content === 'Identify the car was stopped.' ? true : undefined,
    )
    expect((await workshop.record(sessionId)).state).toBe('active')
  })

  it('works with each newer token and outlives the expiry of the first', slow, async () => {
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

  it('says that the connection is lost, not that ECUs are silent, when the engine dies', slow, async () => {
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

  it('says that the connection is lost, not that ECUs are silent, when nothing arrives any more', slow, async () => {
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

  it('does not even notice a flap of a fifth of a second', slow, async () => {
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

  it('says that the connection is lost when it is reset under a question', slow, async () => {
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

  it('never writes a token to its outputs and exits with 0', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    const { token } = await workshop.claimSession()
    workshop.run(functionId, token)
    workshop.tell({ type: 'sessionToken', runId: 'another', token: token.reveal() })
    await workshop.event((event) =>
      event.kind === 'prompt-shown' && isIgnitionQuestion(labelOf(event.prompt.screen.control)) ? true : undefined,
    )
    expect(await workshop.closeHost()).toBe(0)
    expect(workshop.hostOutput).toContain('run-unknown')
    expect(workshop.hostOutput).not.toContain(token.reveal())
  })
})

const labelOf = (shown: { kind: string; label?: string }) => shown.label ?? ''
