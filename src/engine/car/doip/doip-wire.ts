import type { DoipNetworkConfiguration } from '../../../openobd/generated/types/openOBD/v1/DoipNetworkConfiguration.ts'
import type { Ecu } from '../../../openobd/generated/types/openOBD/v1/Ecu.ts'
import { type DoipDescription, doipNetworks } from '../file/doip-schema.ts'

type NetworkName = Exclude<Extract<DoipNetworkConfiguration, string>, 'DOIP_NETWORK_CONFIGURATION_UNDEFINED'>

const networkNames: Record<(typeof doipNetworks)[number], NetworkName> = {
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

/** The make of a network configuration; undefined for an unknown value. */
export function doipNetworkOf(name: DoipNetworkConfiguration | number): DoipDescription['network'] | undefined {
  return doipNetworks.find((network) => networkNames[network] === name)
}

/** An ECU behind the gateway as `getEcuList` describes it. */
export function doipEcuToWire(address: number, { pins, network, gateway, tester }: DoipDescription): Ecu {
  return {
    doip_ecu: {
      doip_bus: {
        doip_option: pins[0] === 1 ? 'DOIP_OPTION_1' : 'DOIP_OPTION_2',
        doip_network_configuration: networkNames[network],
      },
      gateway_id: gateway,
      tester_id: tester,
      ecu_id: address,
    },
  }
}
