import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The IPv6 addresses allocated to internet hosts so far (RFC 4291, 2.4); ipaddr.js calls unallocated addresses unicast too. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * The range of an IP address by its name in ipaddr.js, such as `unicast`, `loopback` or `private`; undefined for a text that is
 * not an address in its usual notation. An IPv4 address in IPv6 form has the range of the IPv4 address.
 */
export function addressRange(address: string): string | undefined {
  // ipaddr.js also takes 127.1, 0x7f000001 and 2130706433.
  if (isIP(address) === 0) return undefined
  // ipaddr.js takes ::8.8.8.8 for ::ffff:8.8.8.8, but no network carries it any more (RFC 4291, 2.5.5.1).
  if (/^::\d+\./.test(address)) return 'reserved'
  const parsed = ipaddr.process(address)
  const range = parsed.range()
  const isGivenOut = parsed.kind() === 'ipv4' || parsed.match(globalUnicast)
  return range === 'unicast' && !isGivenOut ? 'reserved' : range
}
