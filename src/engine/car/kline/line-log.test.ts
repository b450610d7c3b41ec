import { describe, expect, it } from 'vitest'
import { brakes, bytes, engine, gearbox, line } from './testing/kline-tester.ts'

describe('the bus log of a K-line', () => {
  it('shows the pulse of a fast initialisation and whole messages, whoever sent them', async () => {
    const { converse, logged } = line()
    await converse({ ...engine, address: 0x33 }).ask('0105', 1000)
    expect(logged()).toEqual([
      'low 25',
      '10400 C133F18166',
      '10400 83F110C1E98FBD',
      '10400 C233F10105EC',
      '10400 83F11041054913',
    ])
  })

  it('shows the address at 5 baud and every byte of a slow initialisation by itself', async () => {
    const { converse, logged } = line()
    await converse(gearbox).ask('2101', 2700)
    const initialisation = ['5 33', '9600 55', '9600 E9', '9600 8F', '9600 70', '9600 CC']
    expect(logged()).toEqual([...initialisation, '9600 C233F1210108', '9600 84F1186101112222'])
  })

  it('tells when the last byte or the pulse ended, on the bus clock', async () => {
    const { port, clock, log } = line()
    port.pull(25, () => undefined)
    await clock.advance(100)
    port.send(bytes('11 22'), { baud: 10_000, pauseMs: 5 }, () => undefined)
    await clock.advance(100)
    expect(log.lines()).toEqual(['(1767254400.025000) 1.k low 25', '(1767254400.107000) 1.k 10000 1122'])
  })

  it('marks bytes that two sent at once', async () => {
    const { port, car, clock, logged } = line()
    const other = car.socket.attachKlineTester(7, { byteReceived: () => undefined, pulseReceived: () => undefined })
    port.send(bytes('11 12'), { baud: 10_400, pauseMs: 5 }, () => undefined)
    other.send(bytes('22'), { baud: 10_400, pauseMs: 0 }, () => undefined)
    await clock.advance(100)
    expect(logged()).toEqual(['10400 ??', '10400 ??12'])
  })

  it('shows as much of a message as was sent when its sender leaves the line', async () => {
    const { port, clock, logged } = line()
    port.send(bytes('81 10 F1 81 03'), { baud: 10_400, pauseMs: 5 }, () => expect.unreachable())
    await clock.advance(8)
    port.detach()
    await clock.advance(100)
    expect(logged()).toEqual(['10400 8110'])
  })

  it('shows nothing while the plug is out, nor of a pin without a line', async () => {
    const { car, converse, setPlugged, clock, logged } = line()
    const nowhere = car.socket.attachKlineTester(8, { byteReceived: () => undefined, pulseReceived: () => undefined })
    nowhere.send(bytes('11'), { baud: 10_400, pauseMs: 0 }, () => undefined)
    setPlugged(false)
    await converse(engine).ask('1A9B', 3000)
    await clock.advance(100)
    expect(logged()).toEqual([])
  })

  it('is the same in every run', async () => {
    const play = async () => {
      const { converse, clock, log } = line()
      const [one, two] = [converse(engine), converse(brakes)]
      one.tester.send(bytes('1A9B'), () => undefined)
      two.tester.send(bytes('2102'), () => undefined)
      await clock.advance(20_000)
      return log.lines()
    }
    const first = await play()
    expect(first.length).toBeGreaterThan(20)
    expect(await play()).toEqual(first)
  })
})
