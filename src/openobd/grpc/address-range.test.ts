import { describe, expect, it } from 'vitest'
import { addressRange } from './address-range.ts'

describe('the range of an address', () => {
  it.each([
    ['93.184.216.34', 'unicast'],
    ['::ffff:93.184.216.34', 'unicast'],
    ['2606:2800:220:1::1', 'unicast'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['172.31.255.255', 'private'],
    ['169.254.169.254', 'linkLocal'],
    ['fe80::1%eth0', 'linkLocal'],
    ['100.127.255.255', 'carrierGradeNat'],
    ['192.0.2.1', 'reserved'],
    ['198.51.100.1', 'reserved'],
    ['203.0.113.1', 'reserved'],
    ['fd00::1', 'uniqueLocal'],
    ['64:ff9b:1::a00:1', 'rfc6052'],
    ['2001:0:1::1', 'teredo'],
    ['4000::1', 'reserved'],
    ['e000::1', 'reserved'],
    ['::8.8.8.8', 'reserved'],
    ['::127.0.0.1', 'reserved'],
    ['::7f00:1', 'reserved'],
  ])('of %s is %s', (address, range) => {
    expect(addressRange(address)).toBe(range)
  })

  it.each(['127.1', '0x7f000001', '2130706433', '127.0.0.01', '127.0.0.256', 'localhost', '', '[::1]'])(
    'is none for %j, which is no address',
    (text) => {
      expect(addressRange(text)).toBeUndefined()
    },
  )
})
