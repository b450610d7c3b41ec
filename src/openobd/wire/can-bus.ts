import { MalformedMessage } from '../failure.ts'
import type { CanBitRate__Output } from '../generated/types/openOBD/v1/CanBitRate.ts'
import type { CanBus__Output, CanBus as CanBusWire } from '../generated/types/openOBD/v1/CanBus.ts'
import type { CanProtocol__Output } from '../generated/types/openOBD/v1/CanProtocol.ts'
import type { TransceiverSpeed__Output } from '../generated/types/openOBD/v1/TransceiverSpeed.ts'
import { neededNumber, obdPin } from './plausible.ts'

/** Protocol on a CAN bus. */
export type CanProtocol = 'isotp' | 'tp20' | 'frames'
/** Bit rate of a CAN bus in kbit/s. */
export type CanBitRate = 1000 | 500 | 250 | 125 | 100 | 94 | 83.3 | 50 | 33.3 | 20 | 10 | 5

/** A CAN bus on two pins. An absent transceiver means high speed (protocol.md §7). */
export interface CanBus {
  readonly pinPlus: number
  readonly pinMin: number
  readonly protocol: CanProtocol
  readonly bitRate: CanBitRate
  readonly transceiver?: 'low' | 'high'
}

const protocolToWire: Record<CanProtocol, CanProtocol__Output> = {
  isotp: 'CAN_PROTOCOL_ISOTP',
  tp20: 'CAN_PROTOCOL_TP20',
  frames: 'CAN_PROTOCOL_FRAMES',
}
const protocolFromWire: Record<CanProtocol__Output, CanProtocol | undefined> = {
  CAN_PROTOCOL_UNDEFINED: undefined,
  CAN_PROTOCOL_ISOTP: 'isotp',
  CAN_PROTOCOL_TP20: 'tp20',
  CAN_PROTOCOL_FRAMES: 'frames',
}
const bitRateToWire: Record<CanBitRate, CanBitRate__Output> = {
  1000: 'CAN_BIT_RATE_1000',
  500: 'CAN_BIT_RATE_500',
  250: 'CAN_BIT_RATE_250',
  125: 'CAN_BIT_RATE_125',
  100: 'CAN_BIT_RATE_100',
  94: 'CAN_BIT_RATE_94',
  83.3: 'CAN_BIT_RATE_83_3',
  50: 'CAN_BIT_RATE_50',
  33.3: 'CAN_BIT_RATE_33_3',
  20: 'CAN_BIT_RATE_20',
  10: 'CAN_BIT_RATE_10',
  5: 'CAN_BIT_RATE_5',
}
const bitRateFromWire: Record<CanBitRate__Output, CanBitRate | undefined> = {
  CAN_BIT_RATE_UNDEFINED: undefined,
  CAN_BIT_RATE_1000: 1000,
  CAN_BIT_RATE_500: 500,
  CAN_BIT_RATE_250: 250,
  CAN_BIT_RATE_125: 125,
  CAN_BIT_RATE_100: 100,
  CAN_BIT_RATE_94: 94,
  CAN_BIT_RATE_83_3: 83.3,
  CAN_BIT_RATE_50: 50,
  CAN_BIT_RATE_33_3: 33.3,
  CAN_BIT_RATE_20: 20,
  CAN_BIT_RATE_10: 10,
  CAN_BIT_RATE_5: 5,
}
const transceiverToWire: Record<'low' | 'high', TransceiverSpeed__Output> = {
  low: 'TRANSCEIVER_SPEED_LOW',
  high: 'TRANSCEIVER_SPEED_HIGH',
}
const transceiverFromWire: Record<TransceiverSpeed__Output, 'low' | 'high'> = {
  TRANSCEIVER_SPEED_LOW: 'low',
  TRANSCEIVER_SPEED_HIGH: 'high',
}

/** openOBD.v1.CanBus as it is sent; an absent transceiver stays absent. */
export const canBusToWire = (bus: CanBus): CanBusWire => ({
  pin_plus: bus.pinPlus,
  pin_min: bus.pinMin,
  can_protocol: protocolToWire[bus.protocol],
  can_bit_rate: bitRateToWire[bus.bitRate],
  ...(bus.transceiver === undefined ? {} : { transceiver: transceiverToWire[bus.transceiver] }),
})

/** A received CanBus; an undefined protocol or bit rate is a named error. */
export function canBusFromWire(wire: CanBus__Output): CanBus {
  const protocol = protocolFromWire[wire.can_protocol]
  const bitRate = bitRateFromWire[wire.can_bit_rate]
  if (!protocol) throw new MalformedMessage('CanBus', 'can_protocol', 'is undefined or unknown')
  if (!bitRate) throw new MalformedMessage('CanBus', 'can_bit_rate', 'is undefined or unknown')
  const transceiver = wire.transceiver === undefined ? undefined : transceiverFromWire[wire.transceiver]
  const pinPlus = neededNumber('CanBus.pin_plus', wire.pin_plus, obdPin)
  const pinMin = neededNumber('CanBus.pin_min', wire.pin_min, obdPin)
  return { pinPlus, pinMin, protocol, bitRate, ...(transceiver ? { transceiver } : {}) }
}
