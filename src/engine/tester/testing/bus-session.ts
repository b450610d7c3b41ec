import type { BusConfiguration__Output } from '../../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { CanBus__Output } from '../../../openobd/generated/types/openOBD/v1/CanBus.ts'
import type { IsotpChannel__Output } from '../../../openobd/generated/types/openOBD/v1/IsotpChannel.ts'
import { Gauges } from '../../../server/gauges.ts'
import { Refusal } from '../../../server/refusal.ts'
import { toHex } from '../../car/can-frame.ts'
import { carYaml, engineData, quietCar } from '../../car/testing/tested-car.ts'
import { payloadBytes } from '../channel-rules.ts'
import { isotpKind } from '../isotp-channel.ts'
import { SessionBuses } from '../session-buses.ts'

/** A CAN bus on pins 6 and 14, unless the fields say otherwise. */
export const can = (name: string, fields: Partial<CanBus__Output> = {}): BusConfiguration__Output => ({
  bus_name: name,
  BusDefinition: 'can_bus',
  can_bus: {
    pin_plus: 6,
    pin_min: 14,
    can_protocol: 'CAN_PROTOCOL_ISOTP',
    can_bit_rate: 'CAN_BIT_RATE_500',
    ...fields,
  },
})

/** A K-line on a pin. */
export const kline = (name: string, pin: number): BusConfiguration__Output => ({
  bus_name: name,
  BusDefinition: 'kline_bus',
  kline_bus: { pin, kline_protocol: 'KLINE_PROTOCOL_ISO14230_FAST', kline_bit_rate: 'KLINE_BIT_RATE_10400' },
})

/** Channel to the engine ECU on bus "b". */
export const engineChannel: IsotpChannel__Output = { bus_name: 'b', request_id: 0x7e0, response_id: 0x7e8 }

/** The buses of a session at a quiet car, with ISO-TP channels that collect what they hear. */
export function session(yaml = carYaml(engineData)) {
  const { car, clock, log } = quietCar(yaml)
  const gauges = new Gauges()
  const failures: string[] = []
  const buses = new SessionBuses(
    car,
    () => true,
    gauges,
    (_, direction, failure) => failures.push(`${direction}: ${failure}`),
  )
  const open = (channel: IsotpChannel__Output = engineChannel) => {
    const answers: string[] = []
    const losses: Error[] = []
    const lease = buses.open(isotpKind, {
      channel,
      payloadReceived: (payload) => answers.push(toHex(payload)),
      channelLost: (error) => losses.push(error),
    })
    const ask = async (hex: string, withinMs = 0) => {
      answers.length = 0
      lease.send(payloadBytes(hex))
      await clock.advance(withinMs)
      return [...answers]
    }
    return { ...lease, answers, losses, ask }
  }
  return { car, clock, log, gauges, buses, open, failures }
}

/** Code and text with which an action is refused; OK when it succeeds. */
export function refusal(action: () => unknown): { kind: string; details: string } {
  try {
    action()
  } catch (error) {
    if (error instanceof Refusal) return { kind: error.kind, details: error.message }
    throw error
  }
  return { kind: 'OK', details: '' }
}
