import { describe, expect, it } from 'vitest'
import { toHex } from '../can-frame.ts'
import { brakes, bytes, engine, line } from './testing/kline-tester.ts'
import { klineTiming } from './timing.ts'

const startRequest = '10400 8110F18103'
const stopRequest = '10400 8110F18204'
const stopAnswer = '10400 81F110C244'
const fast = { baud: 10_400, pauseMs: 5 }

describe('an ECU on a K-line', () => {
  const startAnswerBytes = 7

  /** A foreign tester that asks again this many milliseconds after the answer to StartCommunication; returns what is sent after that. */
  async function askedAfter(...pausesMs: readonly number[]) {
    const { car, clock } = line()
    const heard: number[] = []
    const ask = () => port.send(bytes('8210F13E01C2'), fast, () => undefined)
    const port = car.socket.attachKlineTester(7, {
      byteReceived: ({ value }) => {
        heard.push(value)
        if (heard.length === startAnswerBytes) for (const pauseMs of pausesMs) clock.after(pauseMs, ask)
      },
      pulseReceived: () => undefined,
    })
    port.pull(25, () => clock.after(25, () => port.send(bytes('8110F18103'), fast, () => undefined)))
    await clock.advance(2000)
    return toHex(Uint8Array.from(heard.slice(startAnswerBytes)))
  }

  const served = '81F1107E00'

  it.each([
    ['ignores', klineTiming.p3Min - 0.5, ''],
    ['serves', klineTiming.p3Min, served],
    ['serves', klineTiming.p3Min + 100, served],
  ])('%s a request that begins %d ms after its last answer', async (_what, pauseMs, answer) => {
    expect(await askedAfter(pauseMs)).toBe(answer)
  })

  it('serves a tester that is patient again after it was hasty', async () => {
    expect(await askedAfter(10, 200)).toBe(served)
  })
})

describe('a conversation that is closed', () => {
  // @proves The whole protocol: K-line, slow and fast, three bit rates, with bytes on which independent public sources agree
  it('says StopCommunication, and the ECU sleeps at once', async () => {
    const { converse, clock, logged, port, heard } = line()
    const { ask, tester } = converse(engine)
    await ask('1089', 1000)
    tester.close()
    await clock.advance(200)
    expect(logged().slice(-2)).toEqual([stopRequest, stopAnswer])
    heard.length = 0
    port.send(bytes('8210F13E01C2'), fast, () => undefined)
    await clock.advance(500)
    expect(heard).toEqual([])
  })

  it('is over for whoever asked without waiting for the line, and leaves no timer behind', async () => {
    const { car, converse, clock } = line()
    const { ask, tester, answers } = converse(engine)
    await ask('1089', 1000)
    answers.length = 0
    let events: string[] = []
    tester.send(bytes('1A9B'), () => events.push('request let go'))
    tester.close(() => events.push('line left'))
    expect(events).toEqual(['request let go'])
    await clock.advance(2000)
    expect(events).toEqual(['request let go', 'line left'])
    expect(answers).toEqual([])
    events = []
    tester.close(() => events.push('left again'))
    tester.send(bytes('1A9B'), () => events.push('let go'))
    expect(events).toEqual(['let go'])
    car.dispose()
    expect(clock.pendingTimers).toBe(0)
  })

  it('says it after the answer that the ECU still owes', async () => {
    const { converse, clock, logged } = line()
    const { ask, tester, answers } = converse(brakes)
    await ask('2101', 1000)
    tester.send(bytes('2102'), () => undefined)
    await clock.advance(200)
    expect(answers).toEqual(['61011122', '7F2178'])
    tester.close()
    await clock.advance(1500)
    expect(logged().slice(-3)).toEqual(['15625 83F12861023332', '15625 8128F1821C', '15625 81F128C25C'])
    expect(answers).toHaveLength(2)
  })

  it.each([
    ['was never woken', async (_ask: unknown) => undefined],
    ['does not answer at all', async (ask: (hex: string) => Promise<string[]>) => void (await ask('1A9B'))],
  ])('says nothing to an ECU that %s', async (what, prepare) => {
    const { converse, clock, logged } = line()
    const target = what.startsWith('does') ? { ...engine, address: 0x11 } : engine
    const { ask, tester } = converse(target)
    await prepare(ask)
    const before = logged().length
    let hasLeft = false
    tester.close(() => {
      hasLeft = true
    })
    expect(hasLeft).toBe(true)
    await clock.advance(5000)
    expect(logged()).toHaveLength(before)
  })

  it('gives a wake-up up that is on its way', async () => {
    const { car, converse, clock, logged } = line()
    const { tester } = converse({ ...engine, init: 'slow' })
    tester.send(bytes('1A9B'), () => undefined)
    await clock.advance(500)
    tester.close()
    await clock.advance(10_000)
    expect(logged()).toEqual(['5 10'])
    car.dispose()
    expect(clock.pendingTimers).toBe(0)
  })

  it('says nothing while the plug is out, and the ECU falls asleep by itself', async () => {
    const { converse, clock, logged, setPlugged } = line()
    const { ask, tester } = converse(engine)
    await ask('1089', 1000)
    setPlugged(false)
    const before = logged().length
    tester.close()
    await clock.advance(6000)
    setPlugged(true)
    expect(logged()).toHaveLength(before)
  })

  it('leaves the line in the end even if the ECU promises its answer for ever', async () => {
    const { car, converse, clock } = line()
    const { ask, tester } = converse(engine)
    await ask('1089', 1000)
    const end = car.findEcus('Engine')[0]?.disturb({ pendingStormEveryMs: 40 })
    tester.send(bytes('1A9B'), () => undefined)
    await clock.advance(100)
    let hasLeft = false
    tester.close(() => {
      hasLeft = true
    })
    await clock.advance(5000)
    expect(hasLeft).toBe(true)
    end?.()
  })

  it('lets the next conversation with the same ECU wait for the line and wake it again', async () => {
    const { converse, clock, logged } = line()
    const first = converse(engine)
    await first.ask('1089', 1000)
    first.tester.close()
    const second = converse(engine)
    const before = logged().length
    expect(await second.ask('1A9B', 2000)).toHaveLength(1)
    expect(logged().slice(before, before + 4)).toEqual([stopRequest, stopAnswer, 'low 25', startRequest])
    second.tester.close()
    await clock.advance(1000)
    expect(second.answers).toHaveLength(1)
    expect(logged().slice(-2)).toEqual([stopRequest, stopAnswer])
  })

  it('does not disturb another one on the same line', async () => {
    const { converse, clock } = line()
    const [one, two] = [converse(brakes), converse(engine)]
    await Promise.all([one.ask('2101', 1000), two.ask('1A9B', 1000)])
    two.answers.length = 0
    one.tester.close()
    for (let round = 0; round < 3; round += 1) two.tester.send(bytes('1A9B'), () => undefined)
    await clock.advance(3000)
    expect(two.answers).toHaveLength(3)
  })
})

describe('a StopCommunication of the function itself', () => {
  it('is answered, and the next request wakes the ECU again', async () => {
    const { converse, logged } = line()
    const { ask } = converse(engine)
    await ask('1089', 1000)
    expect(await ask('82', 10_000)).toEqual(['C2'])
    expect(logged().slice(-2)).toEqual([stopRequest, stopAnswer])
    const before = logged().length
    expect(await ask('1A9B', 1000)).toHaveLength(1)
    expect(logged().slice(before, before + 2)).toEqual(['low 25', startRequest])
  })

  it('is not said again when the conversation is closed', async () => {
    const { converse, clock, logged } = line()
    const { ask, tester } = converse(engine)
    await ask('82', 1000)
    tester.close()
    await clock.advance(5000)
    expect(logged().filter((entry) => entry === stopRequest)).toHaveLength(1)
  })
})
