import type { CanBitRate } from '../../openobd/generated/types/openOBD/v1/CanBitRate.ts'
import type { Ecu } from '../../openobd/generated/types/openOBD/v1/Ecu.ts'
import type { BusDescription, EcuDescription } from './file/schema.ts'

/** Bit rates of openOBD in bits per second; undefined for the value that means nothing. */
export const bitRates: Record<Exclude<CanBitRateName, 'CAN_BIT_RATE_UNDEFINED'>, number> = {
  CAN_BIT_RATE_1000: 1_000_000,
  CAN_BIT_RATE_500: 500_000,
  CAN_BIT_RATE_250: 250_000,
  CAN_BIT_RATE_125: 125_000,
  CAN_BIT_RATE_100: 100_000,
  CAN_BIT_RATE_94: 94_000,
  CAN_BIT_RATE_83_3: 83_300,
  CAN_BIT_RATE_50: 50_000,
  CAN_BIT_RATE_33_3: 33_300,
  CAN_BIT_RATE_20: 20_000,
  CAN_BIT_RATE_10: 10_000,
  CAN_BIT_RATE_5: 5_000,
}

/** The names of openOBD's bit rates on the wire. */
export type CanBitRateName = Extract<CanBitRate, string>

function bitRateToWire(kbitPerSecond: number): CanBitRateName {
  const entry = Object.entries(bitRates).find(([, rate]) => Math.abs(rate - kbitPerSecond * 1000) < 1)
  if (!entry) throw new Error(`${kbitPerSecond} kbit/s is not a bit rate of openOBD.`)
  return entry[0] as CanBitRateName
}

/** An ECU of a vehicle file as `getEcuList` describes it. */
export function ecuToWire(ecu: EcuDescription, bus: BusDescription): Ecu {
  const [pinPlus, pinMin] = bus.pins
  return {
    isotp_ecu: {
      can_bus: {
        pin_plus: pinPlus,
        pin_min: pinMin,
        can_protocol: 'CAN_PROTOCOL_ISOTP',
        can_bit_rate: bitRateToWire(bus.kbitPerSecond),
        transceiver: bus.transceiver === 'high' ? 'TRANSCEIVER_SPEED_HIGH' : 'TRANSCEIVER_SPEED_LOW',
      },
      request_id: ecu.request,
      response_id: ecu.response,
      ...(ecu.extendedAddress && {
        extended_request_address: ecu.extendedAddress.request,
        extended_response_address: ecu.extendedAddress.response,
      }),
    },
  }
}
