import { describe, expect, it } from 'vitest'
import { canFrame } from './can-frame.ts'
import { carYaml, engineData, quietCar, testedCar } from './testing/tested-car.ts'

const vin = Buffer.from('WFKZZZ8C9MA204417').toString('hex').toUpperCase()

describe('a diagnostic server', () => {
  it.each([
    ['reads the VIN', '22F190', `62F190${vin}`],
    ['reads a text', '22F187', '62F18741423132'],
    ['reads several identifiers in one request', '22F187F189', '62F18741423132F18930383135'],
    ['leaves unknown identifiers out when one is known', '22AAAAF189', '62F18930383135'],
    ['answers TesterPresent', '3E00', '7E00'],
    ['switches to the extended session and tells its limits', '1003', '5003003201F4'],
    ['switches to the default session', '1001', '5001003201F4'],
    ['reads 300 bytes', '22D003', `62D003${'AA55'.repeat(150)}`],
  ])('%s', async (_, request, answer) => {
    expect(await testedCar().ask(request)).toEqual([answer])
  })

  it.each([
    ['an unknown service', '8500', '7F8511'],
    ['an unknown sub-function of 3E', '3E01', '7F3E12'],
    ['an unknown session', '1060', '7F1012'],
    ['a 22 without identifier', '22', '7F2213'],
    ['half an identifier', '22F1', '7F2213'],
    ['one and a half identifiers', '22F190F1', '7F2213'],
    ['more identifiers than it takes', `22${'F190'.repeat(9)}`, '7F2213'],
    ['a 10 that is too long', '100301', '7F1013'],
    ['a 3E without sub-function', '3E', '7F3E13'],
    ['an unknown identifier', '22ABCD', '7F2231'],
    ['an identifier of another session', '22D001', '7F2231'],
  ])('refuses %s', async (_, request, answer) => {
    expect(await testedCar().ask(request)).toEqual([answer])
  })

  it.each(['3E80', '1083', '1081'])('keeps quiet on %s, whose suppress bit is set', async (request) => {
    expect(await testedCar().ask(request, 10_000)).toEqual([])
  })

  it('refuses loudly even when the suppress bit is set', async () => {
    expect(await testedCar().ask('3E81')).toEqual(['7F3E12'])
  })

  it('opens identifiers by session and closes them after S3', async () => {
    const { ask, clock } = testedCar()
    await ask('1003')
    expect(await ask('22D001')).toEqual(['62D0010102'])
    await clock.advance(4999)
    expect(await ask('3E80')).toEqual([])
    await clock.advance(4999)
    expect(await ask('22D001')).toEqual(['62D0010102'])
    await clock.advance(5000)
    expect(await ask('22D001')).toEqual(['7F2231'])
  })

  // @proves Protocol and engine: ECUs with sessions, timing, 0x78, 0x21, negative answers, from a file
  it('promises an answer before it gives a slow one', async () => {
    const { ask, answers, clock } = testedCar(
      carYaml(`${engineData}    slow: [{ request: "22 F1 87", takesMs: 9000 }]\n`),
    )
    expect(await ask('22F187', 39)).toEqual([])
    await clock.advance(1)
    expect(answers).toEqual(['7F2278'])
    await clock.advance(8000)
    expect(answers).toEqual(['7F2278', '7F2278', '7F2278'])
    await clock.advance(960)
    expect(answers.at(-1)).toBe('62F18741423132')
  })

  it('is busy while it works on a slow answer, but lets signs of life pass', async () => {
    const { ask, clock, answers } = testedCar(
      carYaml(`${engineData}    slow: [{ request: "22 F1 87", takesMs: 300 }]\n`),
    )
    await ask('22F187', 10)
    expect(await ask('22F189')).toEqual(['7F2221'])
    expect(await ask('3E80')).toEqual([])
    await clock.advance(400)
    expect(answers).toEqual(['7F2278', '62F18741423132'])
  })

  it('answers a suppressed request after all when it had to ask for time', async () => {
    const { ask } = testedCar(carYaml('    slow: [{ request: "10 03", takesMs: 100 }]\n'))
    expect(await ask('1083', 200)).toEqual(['7F1078', '5003003201F4'])
  })

  it('is busy as often as its file says', async () => {
    const { ask } = testedCar(carYaml(`${engineData}    busy: [{ request: "22 F1 87", times: 2 }]\n`))
    expect(await ask('22F187')).toEqual(['7F2221'])
    expect(await ask('22F189')).toEqual(['62F18930383135'])
    expect(await ask('22F187')).toEqual(['7F2221'])
    expect(await ask('22F187')).toEqual(['62F18741423132'])
  })

  it('refuses what its file refuses, in the sessions it names', async () => {
    const { ask } = testedCar(
      carYaml('    refusals: [{ request: "2E", nrc: 0x7F, sessions: [1] }, { request: "10 02", nrc: 0x7E }]\n'),
    )
    expect(await ask('2EF19000')).toEqual(['7F2E7F'])
    expect(await ask('1082')).toEqual(['7F107E'])
    await ask('1003')
    expect(await ask('2EF19000')).toEqual(['7F2E11'])
  })

  it('refuses an answer that is longer than it can send', async () => {
    const { ask } = testedCar(carYaml(`${engineData}    isotp: { longestResponse: 100 }\n`))
    expect(await ask('22D003')).toEqual(['7F2214'])
  })

  it('refuses a reading that needs the ignition', async () => {
    const { ask, car } = testedCar(carYaml(`${engineData}    power: battery\n`))
    expect(await ask('22D002')).toEqual(['62D00201'])
    car.disturb({ isIgnitionOff: true })
    expect(await ask('22D002')).toEqual(['7F2222'])
  })

  it('answers requests to everybody, without the refusals that only say "not me"', async () => {
    const { ask } = testedCar(undefined, { request: 0x7df, response: 0x7e8 })
    expect(await ask('3E00')).toEqual(['7E00'])
    expect(await ask('22ABCD')).toEqual([])
    expect(await ask('8500')).toEqual([])
    expect(await ask('22')).toEqual(['7F2213'])
  })

  it('does not take segmented requests to everybody', async () => {
    const { ask } = testedCar(undefined, { request: 0x7df, response: 0x7e8 })
    expect(await ask('22F187F189F190F187', 2000)).toEqual([])
  })

  it('never answers when its file says so', async () => {
    const { ask } = testedCar(carYaml(`${engineData}    answers: never\n`))
    expect(await ask('22F190', 60_000)).toEqual([])
  })
})

describe('a simulated car', () => {
  it.each([
    ['the wrong bit rate', { bitRate: 250_000 }],
    ['swapped pins', { pinPlus: 14, pinMin: 6 }],
    ['pins without a bus', { pinPlus: 1, pinMin: 9 }],
    ['a low-speed transceiver', { transceiver: 'low' as const }],
  ])('does not hear a tester with %s', async (_, difference) => {
    const { car, clock, log } = testedCar()
    const wiring = { pinPlus: 6, pinMin: 14, bitRate: 500_000, transceiver: 'high' as const, ...difference }
    const port = car.socket.attachTester(wiring, { name: 'x', frameReceived: () => expect.unreachable() })
    port.send(canFrame(0x7e0, Uint8Array.of(2, 0x3e, 0)), () => expect.unreachable())
    await clock.advance(5000)
    expect(log.lines()).toEqual([])
  })

  it('falls silent when the connector is pulled and speaks again when it is back', async () => {
    const { ask, setPlugged } = testedCar()
    setPlugged(false)
    expect(await ask('3E00', 2000)).toEqual([])
    setPlugged(true)
    expect(await ask('3E00')).toEqual(['7E00'])
  })

  it('loses sessions of switched ECUs with the ignition and keeps the others awake', async () => {
    const { car, ask } = testedCar()
    const changes: boolean[] = []
    car.onChange(() => changes.push(car.ignitionOn))
    await ask('1003')
    const switchOn = car.disturb({ isIgnitionOff: true })
    expect(await ask('3E00', 2000)).toEqual([])
    switchOn()
    expect(await ask('22D001')).toEqual(['7F2231'])
    expect(changes).toEqual([false, true])
    const brakes = testedCar(undefined, { request: 0x7e1, response: 0x7e9 })
    brakes.car.disturb({ isIgnitionOff: true })
    expect(await brakes.ask('3E00')).toEqual(['7E00'])
  })

  it('breaks off in the middle of an answer when an ECU loses its power', async () => {
    const { car, ask, clock, log } = testedCar(carYaml(`${engineData}    isotp: { separationTimeMs: 0 }\n`))
    const [ecu] = car.findEcus('Engine')
    const remove = car.disturb({ frames: { kind: 'late', id: 0x7e0, frames: 'flow-control', delayMs: 100 } })
    expect(await ask('22D003', 50)).toEqual([])
    ecu?.powerOff()
    await clock.advance(5000)
    expect(log.lines().filter((line) => line.includes('7E8#2'))).toEqual([])
    remove()
  })

  it('stays disturbed until the last of several disturbances ends', async () => {
    const { car, ask } = testedCar()
    const [ecu] = car.findEcus('Engine')
    if (!ecu) throw new Error('no engine')
    const ends = [
      car.disturb({ isIgnitionOff: true }),
      car.disturb({ isIgnitionOff: true }),
      car.disturb({ volts: 5 }),
      car.disturb({ volts: 11 }),
      car.disturb({ isBusOff: true }),
      car.disturb({ isBusOff: true }),
      ecu.disturb({ isAsleep: true }),
      ecu.disturb({ isAsleep: true }),
    ]
    expect(car.voltage).toBe(11)
    for (const end of ends) {
      expect(await ask('3E00', 2000)).toEqual([])
      end()
    }
    expect(await ask('3E00')).toEqual(['7E00'])
    expect([car.ignitionOn, car.voltage]).toEqual([true, 12.6])
  })

  it('is out of reach of a tester that is plugged in during bus-off, until that ends', async () => {
    const { car, clock } = quietCar()
    const end = car.disturb({ isBusOff: true })
    const heard: number[] = []
    const wiring = { pinPlus: 6, pinMin: 14, bitRate: 500_000, transceiver: 'high' } as const
    const port = car.socket.attachTester(wiring, { name: 'late', frameReceived: ({ id }) => heard.push(id) })
    const ask = () => {
      port.send(canFrame(0x7e0, Uint8Array.of(2, 0x3e, 0)))
      return clock.advance(100)
    }
    await ask()
    expect(heard).toEqual([])
    end()
    await ask()
    expect(heard).toEqual([0x7e8])
  })

  it('says nothing with an empty battery', async () => {
    const { car, ask } = testedCar()
    const charge = car.disturb({ volts: 6 })
    expect(await ask('3E00', 2000)).toEqual([])
    charge()
    expect(await ask('3E00')).toEqual(['7E00'])
  })

  it('finds ECUs by name, by identifier, or all of them', () => {
    const { car } = testedCar()
    expect(car.findEcus('engine')).toHaveLength(1)
    expect(car.findEcus('0x7E1').map(({ description }) => description.name)).toEqual(['Brakes'])
    expect(car.findEcus('*')).toHaveLength(2)
    expect(car.findEcus('nobody')).toHaveLength(0)
  })

  it('describes its ECUs as openOBD does', () => {
    const [first] = testedCar().car.detectedEcus()
    expect(first).toEqual({
      isotp_ecu: {
        can_bus: {
          pin_plus: 6,
          pin_min: 14,
          can_protocol: 'CAN_PROTOCOL_ISOTP',
          can_bit_rate: 'CAN_BIT_RATE_500',
          transceiver: 'TRANSCEIVER_SPEED_HIGH',
        },
        request_id: 0x7e0,
        response_id: 0x7e8,
      },
    })
  })

  it('storms with 0x78 until the fault ends', async () => {
    const { car, ask, answers, clock } = testedCar()
    const [ecu] = car.findEcus('Engine')
    if (!ecu) throw new Error('no engine')
    const calm = ecu.disturb({ pendingStormEveryMs: 10 })
    await ask('22F187', 1000)
    expect(answers.length).toBe(101)
    expect(new Set(answers)).toEqual(new Set(['7F2278']))
    calm()
    await clock.advance(100)
    expect(await ask('3E00')).toEqual(['7E00'])
  })

  it.each(['lost', 'late', 'duplicated', 'reordered'] as const)('gives no answer when frames are %s', async (kind) => {
    const { car, ask } = testedCar()
    const remove = car.disturb({ frames: { kind, id: 0x7e8, frames: 'consecutive', count: 1 } })
    expect(await ask('22D003', 10_000)).toEqual([])
    remove()
    expect(await ask('22D003')).toHaveLength(1)
  })

  it('leaves no timer behind', async () => {
    const { car, ask, clock } = testedCar()
    await ask('1003')
    await ask('22D003')
    car.dispose()
    await clock.advance(10_000)
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('the bus log of a scripted tester', () => {
  const run = async (timing: string) => {
    const yaml = `${carYaml(`${engineData}    isotp: { blockSize: 3, separationTimeMs: 2 }\n    timing: { responseMs: 7 }\n`)}timing: ${timing}\n`
    const { car, ask, log } = testedCar(yaml)
    car.disturb({ frames: { kind: 'lost', probability: 0.02 } })
    car.disturb({ frames: { kind: 'late', probability: 0.02, delayMs: 30 } })
    for (const request of ['22F190', '22D003', '1003', '22D001', '3E80', '22D003']) await ask(request, 3000)
    return log.lines()
  }

  it.each(['realistic', 'as-fast-as-possible'])('is the same to the byte, run after run (%s)', async (timing) => {
    const first = await run(timing)
    expect(first.length).toBeGreaterThan(30)
    expect(await run(timing)).toEqual(first)
  })
})

describe('terminal 15', () => {
  const onPins = (yaml: string) => {
    const { car } = testedCar(yaml)
    return Array.from({ length: 16 }, (_none, index) => index + 1).filter((pin) => car.isTerminal15On(pin))
  }
  const yaml = carYaml(engineData)

  it.each([
    ['pin 1 when the file says nothing', yaml, [1]],
    ['the pin that the file says', `${yaml}ignitionPin: 8\n`, [8]],
    ['no pin when a bus is on pin 1', yaml.replace('[3, 11]', '[1, 11]'), []],
    ['no pin when a K-line is on pin 1', `${yaml}klines: { k: { pin: 1 } }\n`, []],
    [
      'no pin when DoIP is on pin 1',
      `${yaml}doip: { pins: [1, 9], network: bmw, gateway: 0x10, tester: 0x0E80 }\n`,
      [],
    ],
    ['its pin when a bus is on pin 1', `${yaml.replace('[3, 11]', '[1, 11]')}ignitionPin: 8\n`, [8]],
  ])('is on %s', (_what, text, pins) => expect(onPins(text)).toEqual(pins))

  it('is off there with the ignition', () => {
    const { car } = testedCar()
    const end = car.disturb({ isIgnitionOff: true })
    expect(car.isTerminal15On(1)).toBe(false)
    end()
    expect(car.isTerminal15On(1)).toBe(true)
  })
})
