import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { Ecu } from '../../openobd/generated/types/openOBD/v1/Ecu.ts'
import type { SimulatedCar } from '../car/car.ts'
import { doipKind } from '../tester/doip-channel.ts'
import { isotpKind } from '../tester/isotp-channel.ts'
import { klineKind } from '../tester/kline-channel.ts'
import type { ChannelLease, SessionBuses } from '../tester/session-buses.ts'
import { tp20Kind } from '../tester/tp20-channel.ts'
import type { ScriptFile } from './script-file.ts'

type ScriptedChannel = ScriptFile['channels'][number]

/** How a scripted tester reaches an ECU: its bus, and how to open the channel. */
export interface ScriptedRoute {
  readonly bus: BusConfiguration__Output
  open(buses: SessionBuses, payloadReceived: () => void): ChannelLease
}

const bitRates = { 500: 'CAN_BIT_RATE_500', 250: 'CAN_BIT_RATE_250', 125: 'CAN_BIT_RATE_125' } as const

/** The route of a channel; undefined when the car has no ECU of that name. */
export function routeOf(channel: ScriptedChannel, car: SimulatedCar): ScriptedRoute | undefined {
  const { ecu, pins, kbitPerSecond, request = 0, response = 0 } = channel
  if (ecu !== undefined) {
    const described = car.describeEcu(ecu)
    return described && routeTo(described)
  }
  return routeTo({
    isotp_ecu: {
      can_bus: {
        pin_plus: pins[0],
        pin_min: pins[1],
        can_protocol: 'CAN_PROTOCOL_ISOTP',
        can_bit_rate: bitRates[kbitPerSecond],
      },
      request_id: request,
      response_id: response,
    },
  })
}

/** The ECU list contains the bus and the channel of each ECU. */
function routeTo({
  isotp_ecu: isotp,
  tp20_ecu: tp20,
  kline_ecu: kline,
  doip_ecu: doip,
}: Ecu): ScriptedRoute | undefined {
  if (isotp)
    return route('can_bus', isotp.can_bus, (buses, common, bus_name) => {
      const { can_bus: _, request_id = 0, response_id = 0, ...addresses } = isotp
      return buses.open(isotpKind, { channel: { bus_name, request_id, response_id, ...addresses }, ...common })
    })
  if (tp20)
    return route('can_bus', tp20.can_bus, (buses, common, bus_name) =>
      buses.open(tp20Kind, { channel: { bus_name, logical_address: tp20.logical_address ?? 0 }, ...common }),
    )
  if (kline)
    return route('kline_bus', kline.kline_bus, (buses, common, bus_name) =>
      buses.open(klineKind, { channel: { bus_name, ecu_id: kline.ecu_id ?? 0 }, ...common }),
    )
  if (doip)
    return route('doip_bus', doip.doip_bus, (buses, common, bus_name) => {
      const { gateway_id = 0, tester_id = 0, ecu_id = 0 } = doip
      return buses.open(doipKind, { channel: { bus_name, gateway_id, tester_id, ecu_id }, ...common })
    })
  return undefined
}

type Open = (
  buses: SessionBuses,
  common: { payloadReceived: () => void; channelLost: () => void },
  busName: string,
) => ChannelLease

/** ECUs on the same bus share its configuration; the name is derived from it. */
function route(kind: 'can_bus' | 'kline_bus' | 'doip_bus', definition: object | null | undefined, open: Open) {
  const name = Object.values(definition ?? {}).join(' ')
  const bus = { bus_name: name, BusDefinition: kind, [kind]: definition } as BusConfiguration__Output
  return {
    bus,
    open: (buses: SessionBuses, payloadReceived: () => void) =>
      open(buses, { payloadReceived, channelLost: () => undefined }, name),
  }
}
