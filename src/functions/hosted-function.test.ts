import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { agreeableMechanic, HostedWorkshop, outcomeValue } from '../../tests/support/hosted-workshop.ts'
import { workbenchV1 } from '../openobd/grpc/protos.ts'
import { getVehicleDetails } from '../openobd/session/vehicle-info.ts'
import { identifyTheCar } from './identify-the-car/identify-the-car.ts'
import { changedCar } from './testing/changed-car.ts'

const functionId = identifyTheCar.info.id
const control = workbenchV1.control.service
const slow = { timeout: 60_000 }

const counters = async (workshop: HostedWorkshop) =>
  outcomeValue(await workshop.controller.call(control.getCounters, {}))

const isIgnitionQuestion = (label: string) => label.includes('ignition')

describe('Identify the car in its own process against the engine', () => {
  it('reads the car, names the ECU that is silent, asks the mechanic and suggests success', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    const root = await workshop.claimSession()
    const { result } = await workshop.run(functionId, root)
    expect(result?.results).toEqual(['success'])
    expect(result?.description).toContain('VIN WFKZZZ8C9MA204417. 9 of 10 control units read.')
    const { findings } = workshop
    expect(findings).toContainEqual(
      expect.objectContaining({ subject: 'Engine control', name: 'Part number', value: '04L906056KQ' }),
    )
    expect(findings.filter(({ value }) => value === 'no answer')).toHaveLength(1)
    expect((await workshop.record(root.sessionId)).state).toBe('active')
  })

  it('configures both buses of a car that has two and waits for a detection that is still running', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    const { result } = await workshop.run(functionId, await workshop.claimSession(workshop.engine.ready.tickets[1]))
    expect(result?.description).toContain('VIN NRL2CBA5XH1088236.')
    const lines = workshop.events.flatMap((event) => (event.kind === 'script-log' ? [event.line.content] : []))
    expect(lines).toContain('Buses configured: can-6-14-500, can-3-11-125.')
    await workshop.event((event) =>
      event.kind === 'prompt-shown' && labelOf(event.prompt.screen.control).includes('still looking')
        ? true
        : undefined,
    )
  })

  // @proves Stories: *Identify the car* reads ECUs over ISO-TP, TP2.0, K-line and DoIP
  it('reads an old car with KWP2000 over TP2.0 and K-line, and initialises each ECU as it requires', slow, async () => {
    await using workshop = await HostedWorkshop.open(['--vehicle', 'vehicles/brinkmann-heide.yaml'])
    const { result } = await workshop.run(functionId, await workshop.claimSession())
    expect(result?.description).toBe(
      'VIN BRKZZZ1JZ3W047113. 9 of 10 control units read. No answer: Control unit K-line 69.',
    )
    const { findings } = workshop
    const identification = (subject: string) =>
      findings.find((finding) => finding.subject === subject && finding.name === 'Identification')?.value
    expect(identification('Control unit TP2.0 01')).toBe('038906019HJ 1.9l R4 EDC G000SG')
    expect(identification('Control unit K-line 08')).toBe('1J1907044P CLIMATRONIC C 2.0')
    expect(identification('Control unit K-line 77')).toBe('7D0035729 TELEFON H-F-A 0230')
  })

  // @proves Stories: *Identify the car* reads ECUs over ISO-TP, TP2.0, K-line and DoIP
  it('reads a car over DoIP that has no CAN on its OBD socket', slow, async () => {
    await using workshop = await HostedWorkshop.open(['--vehicle', 'vehicles/vinterberg-aurora.yaml'])
    const { result } = await workshop.run(functionId, await workshop.claimSession())
    const description = result?.description
    expect(description).toContain('VIN VBGAUR80XRN031174. 9 of 10 control units read.')
    expect(workshop.findings).toContainEqual(
      expect.objectContaining({ subject: 'Drive inverter rear', name: 'Part number', value: '32371120' }),
    )
  })

  it('delivers every log line and withdraws its prompt at the end', slow, async () => {
    using car = changedCar((changed) => {
      changed.ecus = changed.ecus.slice(0, 1)
    })
    await using workshop = await HostedWorkshop.open(['--lab', '--vehicle', car.file])
    await workshop.run(functionId, await workshop.claimSession())
    const last = await workshop.event((event) =>
      event.kind === 'script-log' && event.line.content.startsWith('Identify the car ended') ? event.line : undefined,
    )
    expect(last.level).toBe('info')
    await workshop.event((event) =>
      event.kind === 'prompt-ended' && event.end.reason === 'withdrawn' ? true : undefined,
    )
    expect((await counters(workshop)).prompts_on_display).toBe(0)
  })

  it('reads the values of the vehicle file as frames on the bus', slow, async () => {
    using car = changedCar((changed) => {
      changed.vin = 'WFKZZZ8C9MA999999'
      const [engine] = changed.ecus
      if (engine) engine.data.F187 = { label: 'Part number', text: 'X99Y' }
      changed.ecus = changed.ecus.slice(0, 3)
    })
    await using workshop = await HostedWorkshop.open(['--vehicle', car.file, '--bus-log', car.busLog])
    const { result } = await workshop.run(functionId, await workshop.claimSession())
    expect(result?.description).toContain('WFKZZZ8C9MA999999')
    expect(workshop.findings).toContainEqual(
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
    const { result } = await workshop.run(functionId, await workshop.claimSession())
    expect(result?.results).toEqual(['invalid-preconditions'])
  })

  it('stops during a question, withdraws it and keeps the session', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    workshop.mechanic = () => undefined
    const root = await workshop.claimSession()
    const running = workshop.run(functionId, root)
    await workshop.event((event) => (event.kind === 'prompt-shown' ? true : undefined))
    await workshop.stop(root.sessionId)
    expect((await running).result).toEqual({ results: ['failure'] })
    await workshop.event((event) => (event.kind === 'prompt-ended' ? true : undefined))
    expect((await workshop.record(root.sessionId)).state).toBe('active')
    expect(await getVehicleDetails(root.calls)).toMatchObject({ ok: true })
  })

  it('whose process is killed ends for its caller, and the session stays', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    workshop.mechanic = () => undefined
    const root = await workshop.claimSession()
    const running = workshop.run(functionId, root)
    await workshop.event((event) => (event.kind === 'prompt-shown' ? true : undefined))
    workshop.killHost()
    expect((await running).result).toEqual({ results: ['failure'] })
    expect((await workshop.record(root.sessionId)).state).toBe('active')
  })

  // @proves Security: Secrets and tokens are in no log, event, snapshot, file
  it('never writes a token to its outputs and exits with 0', slow, async () => {
    await using workshop = await HostedWorkshop.open()
    workshop.mechanic = () => undefined
    const root = await workshop.claimSession()
    void workshop.run(functionId, root)
    workshop.tell({ type: 'run', sessionToken: root.token.reveal() } as never)
    await workshop.event((event) =>
      event.kind === 'prompt-shown' && isIgnitionQuestion(labelOf(event.prompt.screen.control)) ? true : undefined,
    )
    expect(await workshop.closeHost()).toBe(0)
    expect(workshop.hostOutput).toContain('message-refused')
    expect(workshop.hostOutput).not.toContain(root.token.reveal())
  })
})

const labelOf = (shown: { kind: string; label?: string }) => shown.label ?? ''
