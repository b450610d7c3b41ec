import ipaddr from 'ipaddr.js'

/** Whether an IP address is reachable from the public internet: not loopback, link-local, private, shared, multicast or a tunnel. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || (ipaddr.IPv4.isIPv4(address) && !ipaddr.IPv4.isValidFourPartDecimal(address)))
    return false
  // An IPv4 address in IPv6 form is judged as what it is.
  return ipaddr.process(address).range() === 'unicast'
}
