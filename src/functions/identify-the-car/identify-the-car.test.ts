import { describe, expect, it, vi } from 'vitest'
import { languages } from '../../shared/languages.ts'
import { SessionFailure } from '../function-session.ts'
import {
  doipEcu,
  ecuWith,
  isotpEcu,
  klineEcu,
  kwpEcuWith,
  ScriptedSession,
  tp20Ecu,
} from '../testing/scripted-session.ts'
import { identifyTheCar } from './identify-the-car.ts'

const vin = 'WVWZZZ1KZAW000001'
const otherVin = 'WVWZZZ1KZAW000002'
const engine = ecuWith({ F197: 'Engine', F190: vin, F187: '03L906018', F189: '0042' })

function sessionWith(ecus: Record<number, ReturnType<typeof ecuWith>>): ScriptedSession {
  const session = new ScriptedSession()
  session.ecuLists = [Object.keys(ecus).map((id) => isotpEcu(Number(id)))]
  for (const [id, ecu] of Object.entries(ecus)) session.cars.set(Number(id), ecu)
  return session
}

const wordsOf = ({ findings }: ScriptedSession) =>
  findings.map(({ subject, name, value }) => ({ subject, name, value }))

const run = (session: ScriptedSession, language: 'en' | 'de' | 'nl' | 'fr' = 'en') =>
  identifyTheCar.run(session.context(language))

describe('Identify the car', () => {
  it('configures pins 6 and 14 at 500 kbit/s before the first question', async () => {
    const session = sessionWith({ 2016: engine })
    session.answer = (control) => {
      expect(session.configured).toHaveLength(1)
      return control.kind === 'yesno' ? { kind: 'yesno', yes: true } : undefined
    }
    await run(session)
    expect(session.configured[0]).toMatchObject([
      { can: { pinPlus: 6, pinMin: 14, bitRate: 500, transceiver: 'high' } },
    ])
    expect(session.asked[0]?.control).toEqual({ kind: 'yesno', label: 'Is the ignition switched on?' })
  })

  it('reads VIN and numbers, asks with the VIN in the text and suggests success', async () => {
    const session = sessionWith({ 2016: engine })
    const result = await run(session)
    expect(result).toEqual({
      results: ['success'],
      description: `VIN ${vin}. 1 of 1 control units read.`,
    })
    expect(wordsOf(session)).toEqual([
      { subject: 'Engine control', name: 'System name', value: 'Engine' },
      { subject: 'Engine control', name: 'VIN', value: vin },
      { subject: 'Engine control', name: 'Part number', value: '03L906018' },
      { subject: 'Engine control', name: 'Software version', value: '0042' },
      { subject: 'Car', name: 'VIN', value: vin },
    ])
    expect(session.labels('yesno').at(-1)).toContain(vin)
  })

  it('ends with invalid preconditions and reads nothing when the ignition is off', async () => {
    const session = sessionWith({ 2016: engine })
    session.answer = (control) => (control.kind === 'yesno' ? { kind: 'yesno', yes: false } : { kind: 'continue' })
    expect((await run(session)).results).toEqual(['invalid-preconditions'])
    expect(session.requests).toEqual([])
    expect(session.labels('continue')).toHaveLength(1)
  })

  it('lists ECUs that do not answer and identifies the car by the others', async () => {
    const session = sessionWith({ 2016: engine, 2017: () => undefined })
    const result = await run(session)
    expect(result.results).toEqual(['success'])
    expect(result.description).toContain('No answer: Transmission control.')
    expect(wordsOf(session)).toContainEqual({ subject: 'Transmission control', name: 'State', value: 'no answer' })
  })

  it('requests the first value of a silent ECU twice, and no other value', async () => {
    const session = sessionWith({ 2016: engine, 1808: () => undefined })
    await run(session)
    expect(session.requests.filter((request) => request.startsWith('710'))).toEqual(['710 22F197', '710 22F197'])
  })

  it('suggests a communication error and explains it when no ECU answers', async () => {
    const session = sessionWith({ 2016: () => undefined, 2017: () => undefined })
    expect((await run(session)).results).toEqual(['communication-error'])
    expect(session.labels('continue')[0]).toContain('None of the 2')
  })

  it('suggests a communication error when the connector found no ECU', async () => {
    const session = sessionWith({})
    expect((await run(session)).results).toEqual(['communication-error'])
  })

  it('reports contradicting VINs and suggests validation even when the car is confirmed', async () => {
    const session = sessionWith({
      2016: engine,
      1808: ecuWith({ F197: 'Gateway', F190: otherVin }),
      1809: ecuWith({ F197: 'Brakes', F190: otherVin }),
    })
    const result = await run(session)
    expect(result.results).toEqual(['needs-validation'])
    const list = `${otherVin} (Gateway, Brakes), ${vin} (Engine control)`
    expect(session.labels('yesno').at(-1)).toBe(
      `The VINs contradict each other: ${list}. Does the car in front of you have the VIN ${otherVin}?`,
    )
    expect(wordsOf(session)).toContainEqual({ subject: 'Car', name: 'Contradicting VINs', value: list })
  })

  it('counts the VIN of the platform as a source', async () => {
    const session = sessionWith({ 2016: engine })
    session.vehicle = { vin: otherVin }
    expect((await run(session)).results).toEqual(['needs-validation'])
  })

  it('suggests validation when the mechanic does not recognise the car', async () => {
    const session = sessionWith({ 2016: engine })
    session.answer = (control) =>
      control.kind === 'yesno' ? { kind: 'yesno', yes: control.label.includes('ignition') } : undefined
    const result = await run(session)
    expect(result.results).toEqual(['needs-validation'])
    expect(result.description).toContain('did not confirm')
  })

  it('asks with the name of the car and suggests completion when no ECU has a VIN', async () => {
    const session = sessionWith({ 2016: ecuWith({ F187: 'X1' }) })
    session.vehicle = { name: 'Golf VI', vin }
    expect((await run(session)).results).toEqual(['needs-completion'])
    expect(session.labels('yesno').at(-1)).toContain('Golf VI')
  })

  it('does not accept 17 other bytes as a VIN', async () => {
    const session = sessionWith({ 2016: ecuWith({ F190: 'OOOOOOOOOOOOOOOOO' }) })
    expect((await run(session)).results).toEqual(['needs-completion'])
  })

  it('shows a negative answer with its code and continues reading', async () => {
    const session = sessionWith({
      2016: (payload) => (payload === '22F187' ? { kind: 'negative', code: 0x33 } : engine(payload)),
    })
    await run(session)
    expect(wordsOf(session)).toContainEqual({
      subject: 'Engine control',
      name: 'Part number',
      value: 'refused (code 33)',
    })
    expect(wordsOf(session)).toContainEqual({ subject: 'Engine control', name: 'Software version', value: '0042' })
  })

  it('does not use the late answer to another request as the value', async () => {
    let number = 0
    const session = sessionWith({
      2016: (payload) => {
        if (payload !== '22F187' || number++ > 0) return engine(payload)
        return { kind: 'positive', payload: '62F19031' }
      },
    })
    await run(session)
    expect(wordsOf(session)).toContainEqual({ subject: 'Engine control', name: 'Part number', value: '03L906018' })
  })

  it('polls every five seconds while the connector is still detecting', async () => {
    const session = sessionWith({ 2016: engine })
    session.ecuLists = ['detecting', 'detecting', ...session.ecuLists]
    expect((await run(session)).results).toEqual(['success'])
    expect(session.waits).toEqual([5000, 5000])
    expect(session.labels('label')[0]).toContain('still looking')
  })

  it('gives up when the detection never ends', async () => {
    const session = new ScriptedSession()
    session.ecuLists = ['detecting']
    await expect(run(session)).rejects.toMatchObject({ code: 'timed-out' })
    expect(session.closedInterfaces).toBe(1)
  })

  it('keeps at most four conversations open and reports in the order of the list', async () => {
    const ids = Array.from({ length: 9 }, (_, index) => 0x700 + index)
    const session = sessionWith(
      Object.fromEntries(
        ids.map((id) => [
          id,
          async (payload: string) => {
            for (let turn = 0; turn < (0x709 - id) * 3; turn++) await Promise.resolve()
            return ecuWith({ F197: `ECU ${id - 0x700}`, F190: vin })(payload) ?? { kind: 'silent' }
          },
        ]),
      ),
    )
    await run(session)
    expect(session.mostConversations).toBe(4)
    expect(session.openConversations).toBe(0)
    const order = session.findings.filter(({ name, subject }) => name === 'VIN' && subject !== 'Car')
    expect(order.map(({ subject }) => subject)).toEqual(ids.map((id) => `ECU ${id - 0x700}`))
  })

  it('distinguishes ECUs of the same name by their address', async () => {
    const session = sessionWith({ 1792: ecuWith({ F197: 'Door', F190: vin }), 1793: ecuWith({ F197: 'Door' }) })
    await run(session)
    expect(session.findings.map(({ subject }) => subject)).toContain('Door (701)')
  })

  it('uses KWP2000 on K-line and TP2.0, and UDS over DoIP', async () => {
    const session = sessionWith({})
    session.ecuLists = [[tp20Ecu(1), klineEcu(0x35), doipEcu(0x1630)]]
    session.cars.set(1, kwpEcuWith({ '9B': '038906019HJ EDC', '90': vin }))
    session.cars.set(0x35, kwpEcuWith({ '9B': '1C0959799', '97': 'Doors' }))
    session.cars.set(0x1630, ecuWith({ F197: 'Inverter', F190: vin }))
    const result = await run(session)
    expect(result).toEqual({ results: ['success'], description: `VIN ${vin}. 3 of 3 control units read.` })
    expect(wordsOf(session)).toEqual(
      expect.arrayContaining([
        { subject: 'Control unit TP2.0 01', name: 'VIN', value: vin },
        { subject: 'Control unit TP2.0 01', name: 'Identification', value: '038906019HJ EDC' },
        { subject: 'Doors', name: 'Identification', value: '1C0959799' },
        { subject: 'Inverter', name: 'VIN', value: vin },
      ]),
    )
    expect(session.requests.filter((request) => request.startsWith('1630') && !request.includes(' 22F1'))).toEqual([])
  })

  it('uses the other dialect when an ECU does not know the usual one of its transport', async () => {
    const session = sessionWith({ 2016: kwpEcuWith({ '97': 'Old engine', '90': vin }) })
    session.ecuLists = [[isotpEcu(0x7e0), klineEcu(0x11)]]
    session.cars.set(0x11, ecuWith({ F197: 'New lights', F187: '7N0' }))
    await run(session)
    expect(wordsOf(session)).toContainEqual({ subject: 'Engine control', name: 'System name', value: 'Old engine' })
    expect(wordsOf(session)).toContainEqual({ subject: 'New lights', name: 'Part number', value: '7N0' })
  })

  it('reports that an ECU which knows neither dialect gives no identification', async () => {
    const session = sessionWith({ 2016: engine, 2017: () => ({ kind: 'negative', code: 0x11 }) })
    await run(session)
    const subject = 'Transmission control'
    expect(wordsOf(session).filter((finding) => finding.subject === subject)).toEqual([
      { subject, name: 'State', value: 'answers, but gives no identification' },
    ])
    expect(session.requests.filter((request) => request.startsWith('7e1'))).toEqual(['7e1 22F197', '7e1 1A97'])
  })

  it('shows its progress with the name of the ECU', async () => {
    const session = sessionWith({ 2016: engine, 2017: ecuWith({}) })
    await run(session)
    expect(session.labels('label')).toContain('Reading 1 of 2: Engine control')
    expect(session.labels('label').at(-1)).toMatch(/^Reading \d of 2: /)
  })

  it('counts only upwards, in whatever order the ECUs finish', async () => {
    const ids = [0x700, 0x701, 0x702, 0x703, 0x704, 0x705]
    const turns = [50, 3, 20, 1, 9, 2]
    const session = sessionWith({})
    session.ecuLists = [ids.map((id) => isotpEcu(id))]
    for (const [index, id] of ids.entries()) {
      session.cars.set(id, async (payload) => {
        for (let turn = 0; turn < (turns[index] ?? 0); turn++) await Promise.resolve()
        return await engine(payload)
      })
    }
    await run(session)
    const numbers = session.labels('label').map((label) => Number(/^Reading (\d) of 6/.exec(label)?.[1]))
    expect(numbers).toEqual([...numbers].sort())
    expect(numbers.at(-1)).toBe(6)
  })

  it('shows only once that the connector is still searching', async () => {
    const session = sessionWith({ 2016: engine })
    session.ecuLists = ['detecting', 'detecting', 'detecting', ...session.ecuLists]
    await run(session)
    expect(session.labels('label').filter((label) => label.includes('still looking'))).toHaveLength(1)
  })

  it('shows the ECU that is still being read when all others are done', async () => {
    const session = sessionWith({ 1808: () => undefined, 1809: ecuWith({ F197: 'Brakes', F190: vin }) })
    const silence = Promise.withResolvers<undefined>()
    session.cars.set(0x710, () => silence.promise)
    const ended = run(session)
    await vi.waitUntil(() => session.labels('label').at(-1) === 'Reading 2 of 2: Control unit 710', { timeout: 10_000 })
    silence.resolve(undefined)
    expect((await ended).results).toEqual(['success'])
  })

  it('has every text in every language of the application', async () => {
    const session = sessionWith({ 2016: engine })
    await run(session)
    for (const { control, texts } of session.asked) {
      expect(texts.map((text) => text.en)).toContain('label' in control ? control.label : '')
      for (const text of texts) for (const language of languages) expect(text[language]).not.toMatch(/^$|\{/)
    }
  })

  it.each(languages)('gives every value the same key in every language (%s)', async (language) => {
    const session = sessionWith({
      2016: ecuWith({ F197: 'Engine', F190: vin, F187: 'P', F188: 'N', F189: 'V', F191: 'H', F18C: 'S' }),
      1808: () => undefined,
      1809: ecuWith({ F197: 'Brakes', F190: 'not a VIN' }),
    })
    await run(session, language)
    expect(session.extents).toEqual([3])
    const keys = session.findings.map(({ subjectKey, subjectKind, key, outcome }) =>
      [subjectKey, subjectKind, key, outcome].join(', '),
    )
    expect(keys.sort()).toEqual(
      [
        'can-6-14-500 710, control-unit, state, no-answer',
        'can-6-14-500 711, control-unit, vin, invalid',
        ...['system-name', 'vin', 'part-number', 'software-number', 'software-version'].map(
          (key) => `can-6-14-500 7E0, control-unit, ${key}, value`,
        ),
        'can-6-14-500 7E0, control-unit, hardware-number, value',
        'can-6-14-500 7E0, control-unit, serial-number, value',
        'car, car, vin, value',
      ].sort(),
    )
  })

  it('reports in the language of the mechanic', async () => {
    const session = sessionWith({ 2016: engine })
    const result = await run(session, 'de')
    expect(wordsOf(session)).toContainEqual({ subject: 'Fahrzeug', name: 'FIN', value: vin })
    expect(result.description).toBe(`FIN ${vin}. 1 von 1 Steuergeräten gelesen.`)
  })

  it('never reports a lost link as a silent ECU and closes its prompt and log', async () => {
    const session = sessionWith({
      2016: () => Promise.reject(new SessionFailure('connection-lost', 'The platform is not reached.')),
    })
    await expect(run(session)).rejects.toMatchObject({ code: 'connection-lost' })
    expect(session.findings).toEqual([])
    expect([session.closedInterfaces, session.closedLogs, session.openConversations]).toEqual([1, 1, 0])
    expect(session.lines.at(-1)).toContain('ended early')
  })

  it('ends when somebody else removes its label', async () => {
    const session = sessionWith({ 2016: engine })
    const answer = session.answer
    session.answer = (control, number) => {
      if (control.kind === 'label') throw new SessionFailure('prompt-withdrawn', 'The prompt was taken away.')
      return answer(control, number)
    }
    await expect(run(session)).rejects.toMatchObject({ code: 'prompt-withdrawn' })
  })

  it('reads no further ECU after it is stopped', async () => {
    const session = sessionWith({ 2016: engine, 2017: engine, 2018: engine, 2019: engine, 2020: engine })
    session.cars.set(0x7e0, (payload) => {
      session.abort.abort()
      return engine(payload)
    })
    await expect(run(session)).rejects.toThrow()
    expect(session.requests.some((request) => request.startsWith('7e4'))).toBe(false)
    expect(session.closedInterfaces).toBe(1)
  })
})
