import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchAnswer, payloadFromWire, payloadToWire } from './uds.ts'

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

describe('the match rule', () => {
  it.each([
    ['22F190', '62F19041', 'positive'],
    ['22F190', '62F187', 'late'],
    ['22F190', '62', 'late'],
    ['22F190', '5003', 'foreign'],
    ['22F190', '', 'foreign'],
    ['22F190', '7F', 'foreign'],
    ['22F190', '7F3131', 'foreign'],
    ['22F190', '7F22', 'malformed'],
    ['22F190', '7F223100', 'malformed'],
    ['22F190', '7F2231', 'negative'],
    ['1003', '5003003201F4', 'positive'],
    ['1003', '5001', 'late'],
    ['1083', '5003', 'positive'],
    ['3E00', '7E00', 'positive'],
    ['3E80', '7E00', 'positive'],
    ['3101FF00', '7101FF00', 'positive'],
    ['3101FF00', '7101FF01', 'late'],
    ['3601AA', '7601', 'positive'],
    ['3601AA', '7602', 'late'],
    ['14FFFFFF', '54', 'positive'],
    ['23140000000010', '63AABB', 'positive'],
    ['', '62F190', 'foreign'],
  ])('for %s takes %s as %s', (request, answer, kind) => {
    expect(matchAnswer(bytes(request), bytes(answer)).kind).toBe(kind)
  })

  // @proves Faults: 32 late, doubled, foreign or malformed ISO-TP answer; what a person sees: nothing, no answer is given to another request
  it('never takes an answer of another service, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.uint8Array({ maxLength: 8 }), (request, answer) => {
        const service = request[0] ?? 0
        const isOfService = answer[0] === service + 0x40 || (answer[0] === 0x7f && answer[1] === service)
        return matchAnswer(request, answer).kind === 'foreign' || isOfService
      }),
    )
  })
})

describe('a payload on the wire', () => {
  it('is upper-case hex and comes back the same', () => {
    expect(payloadToWire(bytes('0a1bff'))).toBe('0A1BFF')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4_095 }), (payload) => {
        expect(payloadFromWire(payloadToWire(payload))).toEqual(Buffer.from(payload))
      }),
      { numRuns: 50 },
    )
  })

  it('is a part of a larger buffer without the rest', () => {
    expect(payloadToWire(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))).toBe('0203')
  })

  it.each(['0', 'abc', 'zz', '0x12', '12 34', '１２'])('is nothing when it reads %j', (text) => {
    expect(payloadFromWire(text)).toBeUndefined()
  })
})
