import { describe, expect, it } from 'vitest'
import { isotpEcu } from '../testing/scripted-session.ts'
import { diagnosticCan, type IsotpEcu, planBuses } from './bus-plan.ts'

const plan = (
  ...buses: { pinPlus: number; pinMinus: number; bitRate?: 125 | 250 | 500; transceiver?: 'high' | 'low' }[]
) => planBuses(buses.map((bus, index) => ({ index, ecu: isotpEcu(0x700 + index, bus) as IsotpEcu })))

describe('planBuses', () => {
  it('needs no other bus for ECUs on the diagnostic CAN', () => {
    const rounds = plan({ pinPlus: 6, pinMinus: 14 }, { pinPlus: 6, pinMinus: 14 })
    expect(rounds).toHaveLength(1)
    expect(rounds[0]?.buses).toEqual([diagnosticCan])
    expect(rounds[0]?.ecus.map(({ busName }) => busName)).toEqual([diagnosticCan.name, diagnosticCan.name])
  })

  it('adds a second bus to the first round', () => {
    const rounds = plan({ pinPlus: 6, pinMinus: 14 }, { pinPlus: 3, pinMinus: 11, bitRate: 125 })
    expect(rounds.map(({ buses }) => buses.map(({ name }) => name))).toEqual([['can-6-14-500', 'can-3-11-125']])
  })

  it('never configures more than four buses at a time', () => {
    const rounds = plan(...[1, 2, 3, 4, 5].map((pin) => ({ pinPlus: pin, pinMinus: pin + 7 })))
    expect(rounds.map(({ buses }) => buses.length)).toEqual([4, 2])
  })

  it('never uses a pin twice in one round', () => {
    const rounds = plan({ pinPlus: 6, pinMinus: 14 }, { pinPlus: 6, pinMinus: 14, bitRate: 250 })
    expect(rounds).toHaveLength(2)
    expect(rounds[1]?.buses).toMatchObject([{ bitRate: 250 }])
  })

  it('tells a low-speed transceiver from a high-speed one on the same pins', () => {
    expect(plan({ pinPlus: 6, pinMinus: 14, transceiver: 'low' })).toHaveLength(2)
  })

  it('keeps the place of each ECU in the list', () => {
    const rounds = plan({ pinPlus: 6, pinMinus: 14 }, { pinPlus: 3, pinMinus: 11 }, { pinPlus: 6, pinMinus: 14 })
    expect(rounds[0]?.ecus.map(({ index }) => index)).toEqual([0, 1, 2])
  })
})
