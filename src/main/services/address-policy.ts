import { addressRange } from '../../openobd/grpc/address-range.ts'

/** Whether an IP address is reachable from the public internet: not loopback, link-local, private, shared, reserved or multicast. */
export const isPublicAddress = (address: string): boolean => addressRange(address) === 'unicast'
