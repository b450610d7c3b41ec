import { MalformedMessage } from '../failure.ts'
import type { DoipBus__Output, DoipBus as DoipBusWire } from '../generated/types/openOBD/v1/DoipBus.ts'
import type { DoipNetworkConfiguration__Output } from '../generated/types/openOBD/v1/DoipNetworkConfiguration.ts'
import type { DoipOption__Output } from '../generated/types/openOBD/v1/DoipOption.ts'

/** Addressing scheme of a make (protocol.md §7). */
export type DoipNetwork = 'jlr' | 'volvo' | 'bmw' | 'daimler' | 'vag' | 'chrysler' | 'psa' | 'gm' | 'renault'

/** A DoIP network: option 1 is pins 1 and 9, option 2 pins 3 and 11. */
export interface DoipBus {
  readonly option: 1 | 2
  readonly network: DoipNetwork
}

const optionToWire: Record<DoipBus['option'], DoipOption__Output> = { 1: 'DOIP_OPTION_1', 2: 'DOIP_OPTION_2' }
const optionFromWire: Record<DoipOption__Output, DoipBus['option'] | undefined> = {
  DOIP_OPTION_UNDEFINED: undefined,
  DOIP_OPTION_1: 1,
  DOIP_OPTION_2: 2,
}
const networkToWire: Record<DoipNetwork, DoipNetworkConfiguration__Output> = {
  jlr: 'DOIP_NETWORK_CONFIGURATION_1',
  volvo: 'DOIP_NETWORK_CONFIGURATION_2',
  bmw: 'DOIP_NETWORK_CONFIGURATION_3',
  daimler: 'DOIP_NETWORK_CONFIGURATION_4',
  vag: 'DOIP_NETWORK_CONFIGURATION_5',
  chrysler: 'DOIP_NETWORK_CONFIGURATION_6',
  psa: 'DOIP_NETWORK_CONFIGURATION_7',
  gm: 'DOIP_NETWORK_CONFIGURATION_8',
  renault: 'DOIP_NETWORK_CONFIGURATION_9',
}
const networkFromWire: Record<DoipNetworkConfiguration__Output, DoipNetwork | undefined> = {
  DOIP_NETWORK_CONFIGURATION_UNDEFINED: undefined,
  DOIP_NETWORK_CONFIGURATION_1: 'jlr',
  DOIP_NETWORK_CONFIGURATION_2: 'volvo',
  DOIP_NETWORK_CONFIGURATION_3: 'bmw',
  DOIP_NETWORK_CONFIGURATION_4: 'daimler',
  DOIP_NETWORK_CONFIGURATION_5: 'vag',
  DOIP_NETWORK_CONFIGURATION_6: 'chrysler',
  DOIP_NETWORK_CONFIGURATION_7: 'psa',
  DOIP_NETWORK_CONFIGURATION_8: 'gm',
  DOIP_NETWORK_CONFIGURATION_9: 'renault',
}

/** openOBD.v1.DoipBus as it is sent. */
export const doipBusToWire = (bus: DoipBus): DoipBusWire => ({
  doip_option: optionToWire[bus.option],
  doip_network_configuration: networkToWire[bus.network],
})

/** A received DoipBus; an undefined option or network is a named error. */
export function doipBusFromWire(wire: DoipBus__Output): DoipBus {
  const option = optionFromWire[wire.doip_option]
  const network = networkFromWire[wire.doip_network_configuration]
  if (!option) throw new MalformedMessage('DoipBus', 'doip_option', 'is undefined or unknown')
  if (!network) throw new MalformedMessage('DoipBus', 'doip_network_configuration', 'is undefined or unknown')
  return { option, network }
}
