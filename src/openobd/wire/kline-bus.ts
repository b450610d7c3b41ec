import { MalformedMessage } from '../failure.ts'
import type { KlineBitRate__Output } from '../generated/types/openOBD/v1/KlineBitRate.ts'
import type { KlineBus__Output, KlineBus as KlineBusWire } from '../generated/types/openOBD/v1/KlineBus.ts'
import type { KlineProtocol__Output } from '../generated/types/openOBD/v1/KlineProtocol.ts'
import { neededNumber, obdPin } from './plausible.ts'

/** A K-line bus on one pin: initialisation of ISO 14230 and bit rate in bit/s. */
export interface KlineBus {
  readonly pin: number
  readonly initialisation: 'slow' | 'fast'
  readonly bitRate: 9600 | 10400 | 15625
}

const protocolToWire: Record<KlineBus['initialisation'], KlineProtocol__Output> = {
  slow: 'KLINE_PROTOCOL_ISO14230_SLOW',
  fast: 'KLINE_PROTOCOL_ISO14230_FAST',
}
const protocolFromWire: Record<KlineProtocol__Output, KlineBus['initialisation'] | undefined> = {
  KLINE_PROTOCOL_UNDEFINED: undefined,
  KLINE_PROTOCOL_ISO14230_SLOW: 'slow',
  KLINE_PROTOCOL_ISO14230_FAST: 'fast',
}
const bitRateToWire: Record<KlineBus['bitRate'], KlineBitRate__Output> = {
  9600: 'KLINE_BIT_RATE_9600',
  10400: 'KLINE_BIT_RATE_10400',
  15625: 'KLINE_BIT_RATE_15625',
}
const bitRateFromWire: Record<KlineBitRate__Output, KlineBus['bitRate'] | undefined> = {
  KLINE_BIT_RATE_UNDEFINED: undefined,
  KLINE_BIT_RATE_9600: 9600,
  KLINE_BIT_RATE_10400: 10400,
  KLINE_BIT_RATE_15625: 15625,
}

/** openOBD.v1.KlineBus as it is sent. */
export const klineBusToWire = (bus: KlineBus): KlineBusWire => ({
  pin: bus.pin,
  kline_protocol: protocolToWire[bus.initialisation],
  kline_bit_rate: bitRateToWire[bus.bitRate],
})

/** A received KlineBus; an undefined protocol or bit rate is a named error. */
export function klineBusFromWire(wire: KlineBus__Output): KlineBus {
  const initialisation = protocolFromWire[wire.kline_protocol]
  const bitRate = bitRateFromWire[wire.kline_bit_rate]
  if (!initialisation) throw new MalformedMessage('KlineBus', 'kline_protocol', 'is undefined or unknown')
  if (!bitRate) throw new MalformedMessage('KlineBus', 'kline_bit_rate', 'is undefined or unknown')
  return { pin: neededNumber('KlineBus.pin', wire.pin, obdPin), initialisation, bitRate }
}
