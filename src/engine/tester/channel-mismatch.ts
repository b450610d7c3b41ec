import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { DoipChannel__Output } from '../../openobd/generated/types/openOBD/v1/DoipChannel.ts'
import type { IsotpChannel__Output } from '../../openobd/generated/types/openOBD/v1/IsotpChannel.ts'
import type { KlineChannel__Output } from '../../openobd/generated/types/openOBD/v1/KlineChannel.ts'
import type { Tp20Channel__Output } from '../../openobd/generated/types/openOBD/v1/Tp20Channel.ts'
import { highestStandardId } from '../car/can-frame.ts'
import { isTester } from '../car/file/doip-schema.ts'
import { type EcuDescription, isIsotpEcu, type VehicleDescription } from '../car/file/schema.ts'
import { functionalExtendedId, functionalStandardId } from '../car/isotp/isotp-transport.ts'
import { klineBitRates } from '../car/wire.ts'

/**
 * Why no ECU of this car can answer on a channel, in words for the log; undefined when one can, or when the bus itself reaches
 * nothing, which is said when it is configured.
 */
export type ChannelMismatch<Channel> = (
  channel: Channel,
  configuration: BusConfiguration__Output,
  car: VehicleDescription,
) => string | undefined

/** Requests to everybody on a K-line go here (ISO 14230-4). */
const everybodyOnKline = 0x33

/** What does not fit about a channel of ISO-TP: identifiers, their length, extended addresses. */
export const isotpMismatch: ChannelMismatch<IsotpChannel__Output> = (channel, configuration, car) => {
  const all = ecusOn(configuration, car)
  const ecus = all.filter(isIsotpEcu)
  if (ecus.length === 0) return all.length === 0 ? undefined : 'no ECU on this bus speaks ISO-TP'
  const { request_id, response_id } = channel
  const hears = ecus.filter(({ request, functional }) => {
    const everybody = functional ?? (request > highestStandardId ? functionalExtendedId : functionalStandardId)
    return request_id === request || request_id === everybody
  })
  const known = listed(ecus.map(({ request }) => withLength(request)))
  if (hears.length === 0) return `no ECU listens on ${withLength(request_id)}; those on this bus listen on ${known}`
  const answers = hears.filter(({ response }) => response === response_id)
  if (answers.length === 0)
    return `who listens on ${hex(request_id)} answers on ${listed(hears.map(({ response }) => hex(response)))}, not on ${hex(response_id)}`
  return answers.some((ecu) => hasAddresses(ecu, channel)) ? undefined : addressesOf(request_id, answers)
}

const hasAddresses = ({ extendedAddress }: EcuDescription, channel: IsotpChannel__Output): boolean =>
  extendedAddress?.request === channel.extended_request_address &&
  extendedAddress?.response === channel.extended_response_address

function addressesOf(request: number, ecus: readonly EcuDescription[]): string {
  const pairs = ecus.flatMap(({ extendedAddress }) =>
    extendedAddress ? [`${hex(extendedAddress.request)} and ${hex(extendedAddress.response)}`] : [],
  )
  return pairs.length === 0
    ? `the ECU on ${hex(request)} has no extended addresses`
    : `the ECU on ${hex(request)} has the extended addresses ${listed(pairs)}`
}

/** What does not fit about a channel of TP2.0: the logical address. */
export const tp20Mismatch: ChannelMismatch<Tp20Channel__Output> = ({ logical_address }, configuration, car) => {
  const ecus = ecusOn(configuration, car)
  if (ecus.length > 0 && ecus.every(({ tp20 }) => tp20 === undefined)) return 'no ECU on this bus speaks TP2.0'
  return addressMismatch('TP2.0 address', logical_address, ecus, ({ tp20 }) => tp20?.address)
}

/** What does not fit about a channel on a K-line: the address, or how the ECU is woken. */
export const klineMismatch: ChannelMismatch<KlineChannel__Output> = ({ ecu_id }, configuration, car) => {
  const ecus = ecusOn(configuration, car)
  if (ecu_id === everybodyOnKline && ecus.some(({ kline }) => kline?.functional)) return undefined
  const own = ecus.find(({ kline }) => kline?.address === ecu_id)?.kline
  if (own === undefined) return addressMismatch('K-line address', ecu_id, ecus, ({ kline }) => kline?.address)
  const { kline_bit_rate, kline_protocol } = configuration.kline_bus ?? {}
  const rate = klineBitRates[kline_bit_rate as keyof typeof klineBitRates]
  const init = kline_protocol === 'KLINE_PROTOCOL_ISO14230_SLOW' ? 'slow' : 'fast'
  if (own.baud === rate && own.init === init) return undefined
  return `the ECU ${hex(ecu_id)} is woken at ${own.baud} bit/s with ${own.init} initialisation, not at ${rate} bit/s with ${init}`
}

/** What does not fit about a channel of DoIP: one of its three addresses. */
export const doipMismatch: ChannelMismatch<DoipChannel__Output> = (channel, configuration, car) => {
  const { gateway_id, tester_id, ecu_id } = channel
  const { doip } = car
  if (doip === undefined) return undefined
  if (gateway_id !== doip.gateway)
    return `no gateway has the address ${hex(gateway_id)}; that of the car has ${hex(doip.gateway)}`
  if (!isTester(doip, tester_id))
    return `the gateway lets in testers with the addresses ${hex(doip.testers[0])} to ${hex(doip.testers[1])}, not ${hex(tester_id)}`
  if (ecu_id === doip.functional || ecu_id === doip.gateway) return undefined
  return addressMismatch('DoIP address', ecu_id, ecusOn(configuration, car), (ecu) => ecu.doip)
}

/** The ECUs on the bus that is configured, found by its pins. */
function ecusOn({ can_bus, kline_bus, doip_bus }: BusConfiguration__Output, car: VehicleDescription) {
  const lines = [
    ...Object.entries(car.buses).filter(([, { pins }]) => can_bus && pins?.[0] === can_bus.pin_plus),
    ...Object.entries(car.klines).filter(([, { pin }]) => pin === kline_bus?.pin),
  ].map(([name]) => name)
  return car.ecus.filter(({ bus, doip }) => (doip_bus ? doip !== undefined : lines.includes(bus)))
}

function addressMismatch(
  kind: string,
  wanted: number,
  ecus: readonly EcuDescription[],
  addressOf: (ecu: EcuDescription) => number | undefined,
): string | undefined {
  const known = ecus.flatMap((ecu) => addressOf(ecu) ?? [])
  return known.length === 0 || known.includes(wanted)
    ? undefined
    : `no ECU has the ${kind} ${hex(wanted)}; known are ${listed(known.map(hex))}`
}

const hex = (value: number): string => `0x${value.toString(16).toUpperCase()}`
const bitsOf = (id: number): number => (id > highestStandardId ? 29 : 11)
const withLength = (id: number): string => `${hex(id)} (${bitsOf(id)} bit)`
const listed = (items: readonly string[]): string => [...new Set(items)].join(', ') || 'none'
