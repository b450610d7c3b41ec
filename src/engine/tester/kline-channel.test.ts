import { describe, expect, it } from 'vitest'
import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import { Gauges } from '../../server/gauges.ts'
import { toHex } from '../car/can-frame.ts'
import { quietCar } from '../car/testing/tested-car.ts'
import { payloadBytes } from './channel-rules.ts'
import { klineKind } from './kline-channel.ts'
import { SessionBuses } from './session-buses.ts'

const yaml = `name: Older car
tecdocId: 7
vin: WFKZZZ8C9MA204417
buses: {}
klines:
  k: { pin: 7 }
ecus:
  - name: Heating
    bus: k
    kline: { address: 0x08, init: fast }
    kwp: { local: { "01": { hex: "22" } } }
  - name: Seats
    bus: k
    kline: { address: 0x09, init: fast }
    kwp: { local: { "01": { hex: "33" } } }
`

type KlineRate = 'KLINE_BIT_RATE_10400' | 'KLINE_BIT_RATE_9600'

const kline = (kline_bit_rate: KlineRate = 'KLINE_BIT_RATE_10400'): BusConfiguration__Output => ({
  bus_name: 'k',
  BusDefinition: 'kline_bus',
  kline_bus: { pin: 7, kline_protocol: 'KLINE_PROTOCOL_ISO14230_FAST', kline_bit_rate },
})

const pulse = 'low 25'
const stop = '10400 8108F182FC'
const stopped = '10400 81F108C23C'

/** Sessions at a car with a K-line; the session has asked the heating once. */
async function warmSession() {
  const { car, clock, log } = quietCar(yaml)
  let isReachable = true
  const setReachable = (value: boolean) => {
    isReachable = value
  }
  const start = () => {
    const gauges = new Gauges()
    const buses = new SessionBuses(car, () => isReachable, gauges)
    buses.configure([kline()])
    const open = (ecu_id = 8) => {
      const answers: string[] = []
      const lease = buses.open(klineKind, {
        channel: { bus_name: 'k', ecu_id },
        payloadReceived: (payload) => answers.push(toHex(payload)),
        channelLost: () => undefined,
      })
      const ask = async (withinMs = 1000) => {
        answers.length = 0
        const done = lease.send(payloadBytes('2101'))
        await clock.advance(withinMs)
        await done
        return [...answers]
      }
      return { lease, ask, answers }
    }
    return { buses, open, gauges }
  }
  const session = start()
  const heating = session.open()
  const first = await heating.ask()
  const seen = log.lines().length
  const logged = () =>
    log
      .lines()
      .slice(seen)
      .map((entry) => entry.split(' ').slice(2).join(' '))
  return { ...session, heating, first, start, car, clock, logged, setReachable }
}

describe('a conversation on a K-line says StopCommunication', () => {
  it('when its stream is closed', async () => {
    const { heating, first, clock, logged, gauges } = await warmSession()
    expect(first).toEqual(['610122'])
    heating.lease.release()
    expect(gauges.read('openChannels')).toBe(0)
    await clock.advance(500)
    expect(logged()).toEqual([stop, stopped])
  })

  it('when its bus is configured in another way, and the other bus works at once', async () => {
    const { buses, clock, logged, heating } = await warmSession()
    buses.configure([kline('KLINE_BIT_RATE_9600')])
    expect(await heating.ask(3000)).toEqual([])
    expect(logged().slice(0, 4)).toEqual([stop, stopped, pulse, '9600 8108F181FB'])
    buses.configure([kline()])
    expect(await heating.ask(3000)).toEqual(['610122'])
    await clock.advance(100)
  })

  it('when its bus is no longer configured', async () => {
    const { buses, clock, logged } = await warmSession()
    buses.configure([])
    await clock.advance(500)
    expect(logged()).toEqual([stop, stopped])
  })

  it('when it makes room for newer ones', async () => {
    const { open, clock, logged } = await warmSession()
    for (let ecu = 0x40; ecu < 0x60; ecu += 1) open(ecu)
    await clock.advance(500)
    expect(logged()).toEqual([stop, stopped])
  })

  it('when the session is finished, to every ECU, and leaves nothing behind', async () => {
    const { buses, open, clock, logged, gauges, car } = await warmSession()
    expect(await open(9).ask()).toEqual(['610133'])
    const before = logged().length
    buses.dispose()
    expect(gauges.read('configuredBuses') + gauges.read('openChannels')).toBe(0)
    await clock.advance(2000)
    expect(logged().slice(before)).toEqual([stop, stopped, '10400 8109F182FD', '10400 81F109C23D'])
    car.dispose()
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a conversation on a K-line just falls silent', () => {
  it('when the session was cut off', async () => {
    const { buses, clock, logged, car } = await warmSession()
    buses.dispose('cut')
    await clock.advance(6000)
    expect(logged()).toEqual([])
    car.dispose()
    expect(clock.pendingTimers).toBe(0)
  })

  it('when the connector cannot be reached', async () => {
    const { heating, clock, logged, setReachable } = await warmSession()
    setReachable(false)
    heating.lease.release()
    await clock.advance(1000)
    setReachable(true)
    await clock.advance(1000)
    expect(logged()).toEqual([])
  })
})

describe('the next conversation with the same ECU', () => {
  it('of the same session waits for the line, wakes the ECU and hears nothing of the one before', async () => {
    const { heating, open, logged } = await warmSession()
    heating.lease.release()
    const again = open()
    expect(await again.ask(2000)).toEqual(['610122'])
    expect(logged().slice(0, 3)).toEqual([stop, stopped, pulse])
  })

  it('of the next session waits for the line, too', async () => {
    const { buses, start, logged } = await warmSession()
    buses.dispose()
    expect(await start().open().ask(2000)).toEqual(['610122'])
    expect(logged().slice(0, 3)).toEqual([stop, stopped, pulse])
  })

  it('works while several streams come and go', async () => {
    const { heating, open } = await warmSession()
    heating.lease.release()
    for (let round = 0; round < 5; round += 1) {
      const [one, two] = [open(8), open(9)]
      expect(await Promise.all([one.ask(1500), two.ask(1500)])).toEqual([['610122'], ['610133']])
      one.lease.release()
      two.lease.release()
    }
  })
})
