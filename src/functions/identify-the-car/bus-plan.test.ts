import { describe, expect, it } from 'vitest'
import type { CanBus } from '../../openobd/wire/can-bus.ts'
import type { Ecu } from '../../openobd/wire/ecu.ts'
import { doipEcu, isotpEcu, klineEcu, tp20Ecu } from '../testing/scripted-session.ts'
import { diagnosticCan, planBuses } from './bus-plan.ts'

const planOf = (...ecus: Ecu[]) => planBuses(ecus.map((ecu, index) => ({ index, ecu })))
const plan = (...buses: Partial<CanBus>[]) => planOf(...buses.map((bus, index) => isotpEcu(0x700 + index, bus)))
const busNames = (rounds: ReturnType<typeof planBuses>) => rounds.map(({ buses }) => buses.map(({ name }) => name))

describe('planBuses', () => {
  it('needs no other bus for ECUs on the diagnostic CAN', () => {
    const rounds = plan({ pinPlus: 6, pinMin: 14 }, { pinPlus: 6, pinMin: 14 })
    expect(rounds).toHaveLength(1)
    expect(rounds[0]?.buses).toEqual([diagnosticCan])
    expect(rounds[0]?.ecus.map(({ busName }) => busName)).toEqual([diagnosticCan.name, diagnosticCan.name])
  })

  it('adds a second bus to the first round', () => {
    const rounds = plan({ pinPlus: 6, pinMin: 14 }, { pinPlus: 3, pinMin: 11, bitRate: 125 })
    expect(busNames(rounds)).toEqual([['can-6-14-500', 'can-3-11-125']])
  })

  it('never configures more than four buses at a time', () => {
    const rounds = plan(...[1, 2, 3, 4, 5].map((pin) => ({ pinPlus: pin, pinMin: pin + 7 })))
    expect(rounds.map(({ buses }) => buses.length)).toEqual([4, 2])
  })

  it('never uses a pin twice in one round', () => {
    const rounds = plan({ pinPlus: 6, pinMin: 14 }, { pinPlus: 6, pinMin: 14, bitRate: 250 })
    expect(rounds).toHaveLength(2)
    expect(rounds[1]?.buses).toMatchObject([{ can: { bitRate: 250 } }])
  })

  it('plans different buses for a low-speed and a high-speed transceiver on the same pins', () => {
    expect(plan({ pinPlus: 6, pinMin: 14, transceiver: 'low' })).toHaveLength(2)
  })

  it('keeps the index of each ECU', () => {
    const rounds = plan({ pinPlus: 6, pinMin: 14 }, { pinPlus: 3, pinMin: 11 }, { pinPlus: 6, pinMin: 14 })
    expect(rounds[0]?.ecus.map(({ index }) => index)).toEqual([0, 1, 2])
  })

  it('treats a missing transceiver as high-speed', () => {
    expect(plan({ transceiver: 'high' }, {})).toHaveLength(1)
  })

  it('gives TP2.0 a round of its own on the pins that ISO-TP uses', () => {
    const rounds = planOf(isotpEcu(0x7e0), tp20Ecu(1), tp20Ecu(2))
    expect(busNames(rounds)).toEqual([['can-6-14-500'], ['tp20-6-14-500']])
    expect(rounds[1]?.buses).toMatchObject([{ can: { protocol: 'tp20' } }])
    expect(rounds[1]?.ecus).toHaveLength(2)
  })

  it('reads one K-line ECU per round, together with buses on other pins', () => {
    const rounds = planOf(tp20Ecu(1), klineEcu(8, 'slow'), klineEcu(0x35), klineEcu(0x69))
    expect(busNames(rounds)).toEqual([
      ['can-6-14-500', 'kline-7-slow-10400'],
      ['tp20-6-14-500', 'kline-7-fast-10400'],
      ['kline-7-fast-10400'],
    ])
  })

  it('plans one bus for all ECUs of a DoIP network, in another round than a CAN on the same pins', () => {
    const rounds = planOf(doipEcu(0x1001), doipEcu(0x1630), isotpEcu(0x700, { pinPlus: 3, pinMin: 11 }))
    expect(busNames(rounds)).toEqual([['can-6-14-500', 'doip-2-volvo'], ['can-3-11-500']])
    expect(rounds[0]?.ecus.map(({ busName }) => busName)).toEqual(['doip-2-volvo', 'doip-2-volvo'])
  })
})
