import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { ChannelLease, SessionBuses } from '../vehicle/tester/session-buses.ts'
import type { ScriptedChannel, ScriptFile } from './script-file.ts'

const canBitRates = { 500: 'CAN_BIT_RATE_500', 250: 'CAN_BIT_RATE_250', 125: 'CAN_BIT_RATE_125' } as const
const klineBitRates = {
  9600: 'KLINE_BIT_RATE_9600',
  10400: 'KLINE_BIT_RATE_10400',
  15625: 'KLINE_BIT_RATE_15625',
} as const
const klineProtocols = { slow: 'KLINE_PROTOCOL_ISO14230_SLOW', fast: 'KLINE_PROTOCOL_ISO14230_FAST' } as const

/** The buses that a script's channels need, each once. */
export function configurationOf({ channels }: ScriptFile): BusConfiguration__Output[] {
  const first = new Map(channels.map((channel) => [busName(channel), channel]))
  return [...first].map(([bus_name, channel]) => ({ bus_name, ...definitionOf(channel) }))
}

/** Opens a channel of a script; `answered` is called for every message that comes. */
export function openScripted(buses: SessionBuses, channel: ScriptedChannel, answered: () => void): ChannelLease {
  const hears = { payloadReceived: answered, channelLost: () => undefined }
  const bus_name = busName(channel)
  if ('kline' in channel) return buses.openKline({ ...hears, channel: { bus_name, ecu_id: channel.kline } })
  if ('tp20' in channel) return buses.openTp20({ ...hears, channel: { bus_name, logical_address: channel.tp20 } })
  return buses.openIsotp({
    ...hears,
    channel: { bus_name, request_id: channel.request, response_id: channel.response },
  })
}

function busName(channel: ScriptedChannel): string {
  if ('kline' in channel) return `${channel.pin} ${channel.init} at ${channel.baud}`
  return `${channel.pins.join('-')} at ${channel.kbitPerSecond}`
}

function definitionOf(channel: ScriptedChannel): Omit<BusConfiguration__Output, 'bus_name'> {
  if ('kline' in channel) {
    const { pin, baud, init } = channel
    const kline_bus = { pin, kline_protocol: klineProtocols[init], kline_bit_rate: klineBitRates[baud] }
    return { BusDefinition: 'kline_bus', kline_bus }
  }
  return {
    BusDefinition: 'can_bus',
    can_bus: {
      pin_plus: channel.pins[0],
      pin_min: channel.pins[1],
      can_protocol: 'tp20' in channel ? 'CAN_PROTOCOL_TP20' : 'CAN_PROTOCOL_ISOTP',
      can_bit_rate: canBitRates[channel.kbitPerSecond],
    },
  }
}
