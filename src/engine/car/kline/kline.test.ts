import { describe, expect, it } from 'vitest'
import { toHex } from '../can-frame.ts'
import type { KlineDescription } from '../file/transport-schema.ts'
import { checksum, encodeMessage, headerForms, MessageReader } from './message.ts'
import { brakes, bytes, engine, gearbox, line } from './testing/kline-tester.ts'

describe('messages of ISO 14230-2', () => {
  const read = (hex: string, pauseMs = 0) => {
    const reader = new MessageReader()
    let at = 1000
    const messages = [...bytes(hex)].map((value) => {
      const startedAt = at + pauseMs
      at = startedAt + 1
      return reader.push({ value, baud: 10400, startedAt, endedAt: at })
    })
    return messages.filter((message) => message !== undefined)
  }

  it.each([
    ['a wrong checksum', '83F110C1E98FBE', 0],
    ['a message that stops', '83F110C1E98F', 0],
    ['a pause of more than 20 ms', '83F110C1E98FBD', 21],
    ['no payload', '80F11000811', 0],
  ])('are not read with %s', (_what, hex, pauseMs) => {
    expect(read(hex, pauseMs)).toEqual([])
  })

  it('are read with every form of header', () => {
    for (const [keyByte, length] of [
      [0xe9, 60],
      [0x6b, 200],
      [0xc1, 10],
      [0xc2, 90],
    ] as const) {
      const payload = new Uint8Array(length).fill(0x11)
      const encoded = encodeMessage({ payload, target: 0x10, source: 0xf1, isFunctional: false }, headerForms(keyByte))
      expect(read(toHex(encoded ?? new Uint8Array()))).toMatchObject([{ payload }])
    }
  })

  it('cannot be longer than the header can tell', () => {
    const message = { payload: new Uint8Array(64), target: 0x10, source: 0xf1, isFunctional: false }
    expect(encodeMessage(message, headerForms(0xe9))).toBeUndefined()
    expect(encodeMessage({ ...message, payload: new Uint8Array(256) }, headerForms(0x6b))).toBeUndefined()
    expect(checksum(Uint8Array.of(0xff, 0x02))).toBe(0x01)
  })
})

describe('fast initialisation', () => {
  it('addresses one ECU physically and waits for the pauses of the standard', async () => {
    const { converse, spied, clock, heard } = line()
    const { ask } = converse(engine)
    const start = clock.now()
    expect(await ask('1A9B')).toEqual([`5A9B${Buffer.from('038906018').toString('hex').toUpperCase()}`])
    expect(spied.slice(0, 5)).toEqual(['81', '10', 'F1', '81', '03'])
    const firstAnswer = heard[0]
    expect((firstAnswer?.startedAt ?? 0) - start).toBeGreaterThanOrEqual(25 + 25 + 4 * 5 + 25)
  })

  it.each([
    ['another bit rate', { ...engine, baud: 9600 }],
    ['another address', { ...engine, address: 0x11 }],
    ['slow initialisation', { ...engine, init: 'slow' }],
  ] as const)('gets no answer with %s', async (_what, target) => {
    const { ask, failures } = line().converse(target)
    expect(await ask('1A9B', 20_000)).toEqual([])
    expect(failures).toEqual(['no-wake-up'])
  })

  it('needs the pulse of 25 ms', async () => {
    for (const [lowMs, isAnswered] of [
      [25, true],
      [10, false],
      [70, false],
    ] as const) {
      const { port, heard, clock } = line()
      port.pull(lowMs, () =>
        clock.after(25, () => port.send(bytes('8110F18103'), { baud: 10400, pauseMs: 5 }, () => undefined)),
      )
      await clock.advance(1000)
      expect(heard.length > 0).toBe(isAnswered)
    }
  })
})

describe('slow initialisation', () => {
  it('takes two seconds for the address', async () => {
    const { clock, converse, heard } = line()
    const start = clock.now()
    await converse(gearbox).ask('2101')
    expect((heard[0]?.startedAt ?? 0) - start).toBeCloseTo(2000 + 60, 0)
  })

  it('is not answered at another bit rate', async () => {
    const { ask, failures } = line().converse({ ...gearbox, baud: 10400 })
    expect(await ask('2101', 20_000)).toEqual([])
    expect(failures).toEqual(['no-wake-up'])
  })

  it('ends when the complement is wrong', async () => {
    const { port, heard, clock } = line()
    port.send(bytes('33'), { baud: 5, pauseMs: 0 }, () => undefined)
    await clock.advance(2110)
    expect(heard.map(({ value }) => value)).toEqual([0x55, 0xe9, 0x8f])
    port.send(bytes('71'), { baud: 9600, pauseMs: 0 }, () => undefined)
    await clock.advance(1000)
    expect(heard).toHaveLength(3)
  })
})

describe('a conversation on a K-line', () => {
  it('has longer messages only when the key bytes allow them', async () => {
    const { converse } = line()
    const first = converse(engine)
    expect(await first.ask(`22${'D001'.repeat(40)}`)).toEqual([])
    expect(first.failures).toEqual(['too-long-for-the-header'])
  })

  it('follows a keyword instead of the key bytes, at its own risk', async () => {
    const { converse } = line()
    const { ask } = converse({ ...engine, forms: headerForms(0xc1) })
    expect(await ask('1A9B')).toEqual([])
  })

  it.each(['8300', '8301', '8302', '83030002001400'])('cannot change the times of the line (%s)', async (hex) => {
    expect(await line().converse(engine).ask(hex, 1000)).toEqual(['7F8311'])
  })

  it('waits on when the answer is promised', async () => {
    const { converse } = line()
    const { ask } = converse(brakes)
    expect(await ask('2102')).toEqual(['7F2178', '610233'])
  })

  it('stays awake by TesterPresent that nobody sees', async () => {
    const { converse, spied } = line()
    const { ask, answers, failures } = converse(engine)
    await ask('1089')
    spied.length = 0
    answers.length = 0
    expect(await ask('1A9B', 20_000)).toHaveLength(1)
    expect(spied.join('').split('8210F13E01').length).toBeGreaterThan(5)
    expect(spied.join('')).not.toContain('8110F181')
    expect(answers).toHaveLength(1)
    expect(failures).toEqual([])
  })

  it('shows the answer to a TesterPresent that was asked for', async () => {
    expect(await line().converse(engine).ask('3E01', 1000)).toEqual(['7E'])
  })

  it('wakes the ECU again when it has slept in the meantime', async () => {
    const { converse, setPlugged, clock, spied } = line()
    const { ask } = converse(engine)
    await ask('1089', 1000)
    setPlugged(false)
    await clock.advance(12_000)
    setPlugged(true)
    spied.length = 0
    expect(await ask('1A9B')).toHaveLength(1)
    expect(spied.slice(0, 5)).toEqual(['81', '10', 'F1', '81', '03'])
  })

  it('lets go of a request that is on its way when it closes', async () => {
    const { converse, clock } = line()
    const { tester, answers } = converse(engine)
    let ended = 0
    tester.send(bytes('1A9B'), () => (ended += 1))
    tester.send(bytes('1A9B'), () => (ended += 1))
    await clock.advance(150)
    tester.close()
    expect(ended).toBe(2)
    await clock.advance(5000)
    expect(answers).toEqual([])
  })

  it('hides the answer to its own TesterPresent even when that is promised first', async () => {
    const { converse, clock } = line()
    const { ask, answers } = converse({ ...engine, address: 0x40 })
    expect(await ask('2101', 1000)).toEqual(['61011122'])
    answers.length = 0
    await clock.advance(10_000)
    expect(answers).toEqual([])
  })

  it('shares the line with another one in turns', async () => {
    const { converse, clock } = line()
    const one = converse(brakes)
    const two = converse(engine)
    for (let round = 0; round < 3; round += 1) {
      one.tester.send(bytes('2101'), () => undefined)
      two.tester.send(bytes('1A9B'), () => undefined)
    }
    await clock.advance(5000)
    expect(one.answers).toEqual(Array(3).fill('61011122'))
    expect(two.answers).toHaveLength(3)
  })

  it('is silent with the ignition off, and its ECU has forgotten the session afterwards', async () => {
    const { car, converse } = line()
    const { ask } = converse(engine)
    await ask('1089')
    const end = car.disturb({ isIgnitionOff: true })
    expect(await ask('1A9B')).toEqual([])
    end()
    expect(await ask('1A9B')).toHaveLength(1)
  })

  it('leaves no timer behind', async () => {
    const { car, clock, converse } = line()
    const { ask, tester } = converse(engine)
    await ask('1089', 1000)
    tester.close()
    await clock.advance(6000)
    car.dispose()
    expect(clock.pendingTimers).toBe(0)
  })

  it('garbles bytes that two send at once', async () => {
    const { port, car, heard, clock } = line()
    const other = car.socket.attachKlineTester(7, { byteReceived: () => undefined, pulseReceived: () => undefined })
    port.send(bytes('11'), { baud: 10400, pauseMs: 0 }, () => undefined)
    other.send(bytes('22'), { baud: 10400, pauseMs: 0 }, () => undefined)
    await clock.advance(10)
    expect(heard).toEqual([])
  })
})

describe('the description of an ECU on a K-line', () => {
  it('has the key bytes of ISO 14230-4 unless it says otherwise', () => {
    const { car } = line()
    const described = car.findEcus('Gearbox')[0]?.description.kline as KlineDescription
    expect(described.keyBytes).toEqual([0xe9, 0x8f])
    expect(car.findEcus('0x28')).toHaveLength(1)
  })
})
