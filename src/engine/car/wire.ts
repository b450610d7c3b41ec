import type { CanBitRate } from '../../openobd/generated/types/openOBD/v1/CanBitRate.ts'
import type { CanProtocol } from '../../openobd/generated/types/openOBD/v1/CanProtocol.ts'
import type { Ecu } from '../../openobd/generated/types/openOBD/v1/Ecu.ts'
import type { KlineBitRate } from '../../openobd/generated/types/openOBD/v1/KlineBitRate.ts'
import { type BusDescription, type EcuDescription, isIsotpEcu, type VehicleDescription } from './file/schema.ts'

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

function canToWire(
  { pins: [pinPlus, pinMin] = [0, 0], kbitPerSecond, transceiver }: BusDescription,
  protocol: CanProtocol,
) {
  return {
    pin_plus: pinPlus,
    pin_min: pinMin,
    can_protocol: protocol,
    can_bit_rate: bitRateToWire(kbitPerSecond),
    transceiver: transceiver === 'high' ? 'TRANSCEIVER_SPEED_HIGH' : 'TRANSCEIVER_SPEED_LOW',
  } as const
}

/** Bit rates of K-lines in bits per second. */
export const klineBitRates: Record<Exclude<Extract<KlineBitRate, string>, 'KLINE_BIT_RATE_UNDEFINED'>, number> = {
  KLINE_BIT_RATE_9600: 9600,
  KLINE_BIT_RATE_10400: 10_400,
  KLINE_BIT_RATE_15625: 15_625,
}

const klineRateNames = new Map(Object.entries(klineBitRates).map(([name, rate]) => [rate, name as KlineBitRate]))

/** An ECU of a vehicle file as `getEcuList` describes it. */
export function ecuToWire(ecu: EcuDescription, vehicle: VehicleDescription): Ecu {
  const { kline, tp20, extendedAddress } = ecu
  if (kline) {
    const kline_bus = {
      pin: vehicle.klines[ecu.bus]?.pin ?? 0,
      kline_protocol: kline.init === 'slow' ? 'KLINE_PROTOCOL_ISO14230_SLOW' : 'KLINE_PROTOCOL_ISO14230_FAST',
      kline_bit_rate: klineRateNames.get(kline.baud) ?? 'KLINE_BIT_RATE_UNDEFINED',
    } as const
    return { kline_ecu: { kline_bus, ecu_id: kline.address } }
  }
  const bus = vehicle.buses[ecu.bus]
  if (!bus) throw new Error(`The car has no bus "${ecu.bus}".`)
  if (tp20) return { tp20_ecu: { can_bus: canToWire(bus, 'CAN_PROTOCOL_TP20'), logical_address: tp20.address } }
  return {
    isotp_ecu: {
      can_bus: canToWire(bus, 'CAN_PROTOCOL_ISOTP'),
      ...(isIsotpEcu(ecu) && { request_id: ecu.request, response_id: ecu.response }),
      ...(extendedAddress && {
        extended_request_address: extendedAddress.request,
        extended_response_address: extendedAddress.response,
      }),
    },
  }
}
