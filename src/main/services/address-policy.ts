import { BlockList, isIP } from 'node:net'

// Two lists: one list would compare IPv4 addresses in their IPv6 form with the IPv6 networks too.
const special4 = new BlockList()
const special6 = new BlockList()
const networks4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
]
// Global unicast is 2000::/3; everything else is special, and so are the tunnels that wrap an IPv4 address.
const networks6: readonly [string, number][] = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
]
for (const [net, prefix] of networks4) special4.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of networks6) special6.addSubnet(net, prefix, 'ipv6')

/** Whether an IP address is reachable from the public internet: not loopback, link-local, private, shared or multicast. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return !special4.check(mapped, 'ipv4')
  return family === 4 ? !special4.check(address, 'ipv4') : !special6.check(address, 'ipv6')
}
