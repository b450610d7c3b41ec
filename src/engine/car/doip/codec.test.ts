import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../can-frame.ts'
import { decodeHeader, decodePayload, encodeMessage, headerBytes, isLengthPossible, typeOf } from './codec.ts'
import { DoipMessageReader, type Reading } from './message-reader.ts'
import type { DoipMessage, DoipMessageType } from './messages.ts'
import { doipCar, testerAt } from './testing/gateway-tester.ts'

const address = fc.integer({ min: 0, max: 0xffff })
const code = fc.integer({ min: 0, max: 0xff })
const id = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(toHex)
const vin = fc.string({ unit: fc.constantFrom(...'ABCDEFGHJKLMNPRSTUVWXYZ0123456789'), minLength: 17, maxLength: 17 })
const of = <Type extends DoipMessageType, Fields>(
  type: Type,
  fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> },
) => fc.record({ type: fc.constant(type), ...fields })

const message = fc.oneof(
  of('headerNack', { code }),
  of('identificationRequest', {}),
  of('identificationRequestByEid', { eid: id }),
  of('identificationRequestByVin', { vin }),
  of('vehicleAnnouncement', { vin, logicalAddress: address, eid: id, gid: id }),
  of('activationRequest', { source: address, activationType: code }),
  of('activationResponse', { tester: address, entity: address, code }),
  of('aliveCheckRequest', {}),
  of('aliveCheckResponse', { source: address }),
  of('entityStatusRequest', {}),
  of('entityStatusResponse', { mostSockets: code, openSockets: code, longestMessage: fc.nat() }),
  of('powerModeRequest', {}),
  of('powerModeResponse', { isReady: fc.boolean() }),
  of('diagnosticMessage', { source: address, target: address, data: fc.uint8Array({ minLength: 1, maxLength: 300 }) }),
  of('diagnosticAck', { source: address, target: address }),
  of('diagnosticNack', { source: address, target: address, code }),
) as fc.Arbitrary<DoipMessage>

const limits = { versions: [2, 3], longestPayload: 4096 }

function readIn(bytes: Uint8Array, sizes: readonly number[]): Reading[] {
  const reader = new DoipMessageReader(limits)
  const readings: Reading[] = []
  let at = 0
  for (const size of [...sizes, bytes.length]) {
    readings.push(...reader.read(bytes.subarray(at, at + size)))
    at += size
  }
  return readings
}

describe('a message', () => {
  it.each<[string, DoipMessage, string]>([
    ['vehicle identification', { type: 'identificationRequest' }, '02FD000100000000'],
    [
      'routing activation',
      { type: 'activationRequest', source: 0x0e80, activationType: 0 },
      '02FD0005000000070E800000000000',
    ],
    [
      'its answer',
      { type: 'activationResponse', tester: 0x0e80, entity: 0x1001, code: 0x10 },
      '02FD0006000000090E8010011000000000',
    ],
    ['an alive check', { type: 'aliveCheckRequest' }, '02FD000700000000'],
    ['its answer', { type: 'aliveCheckResponse', source: 0x0e80 }, '02FD0008000000020E80'],
    [
      'a diagnostic message',
      { type: 'diagnosticMessage', source: 0x0e80, target: 0x1010, data: Uint8Array.of(0x3e, 0) },
      '02FD8001000000060E8010103E00',
    ],
    ['its acknowledgement', { type: 'diagnosticAck', source: 0x1010, target: 0x0e80 }, '02FD80020000000510100E8000'],
    ['its refusal', { type: 'diagnosticNack', source: 0x1010, target: 0x0e80, code: 3 }, '02FD80030000000510100E8003'],
    ['a header NACK', { type: 'headerNack', code: 4 }, '02FD00000000000104'],
  ])('for %s has the bytes of ISO 13400-2', (_, one, hex) => {
    expect(toHex(encodeMessage(one, 2))).toBe(hex)
  })

  it('is read as it was written, in every version', () => {
    fc.assert(
      fc.property(message, fc.constantFrom(1, 2, 3, 4, 0xff), (one, version) => {
        const bytes = encodeMessage(one, version)
        const header = decodeHeader(bytes)
        const type = typeOf(header.payloadType)
        expect(header).toMatchObject({ version, isSound: true, length: bytes.length - headerBytes })
        expect(type).toBe(one.type)
        if (type) expect(decodePayload(type, bytes.subarray(headerBytes))).toEqual(one)
        expect(isLengthPossible(one.type, header.length)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('is found in a stream however the bytes are cut', () => {
    const stream = fc.array(message, { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 40 })), (messages, sizes) => {
        const bytes = Buffer.concat(messages.map((one) => encodeMessage(one, 3)))
        expect(readIn(bytes, sizes)).toEqual(messages.map((one) => ({ kind: 'message', message: one, version: 3 })))
      }),
      { numRuns: 500 },
    )
  })
})

describe('random bytes', () => {
  const noise = fc.uint8Array({ maxLength: 200 })
  const almost = fc
    .tuple(message, fc.nat({ max: 30 }), fc.integer({ min: 0, max: 255 }))
    .map(([one, at, value]) => Uint8Array.from(encodeMessage(one, 2), (byte, index) => (index === at ? value : byte)))

  it('read the same however they are cut, and nothing follows a fatal mistake', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(noise, almost), { maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (parts, sizes) => {
          const readings = readIn(Buffer.concat(parts), sizes)
          expect(readings).toEqual(readIn(Buffer.concat(parts), []))
          const fatal = readings.findIndex((reading) => reading.kind === 'refused' && reading.isFatal)
          if (fatal >= 0) expect(fatal).toBe(readings.length - 1)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('break no gateway: it still serves others, and comes to rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(noise, almost), { maxLength: 8 }), async (parts) => {
        const { gateway, clock, car } = doipCar()
        const peer = testerAt(gateway)
        for (const part of parts) {
          peer.raw(part)
          gateway.datagramReceived(part)
        }
        const tester = testerAt(gateway)
        tester.activate(0x0eff)
        await clock.advance(10_000)
        tester.activate(0x0eff)
        tester.heard()
        tester.ask(0x0eff, 0x1011, '3E00')
        await clock.advance(10_000)
        if (!tester.isClosed()) expect(tester.heard()).toContain('1011: 7E00')
        peer.leave()
        tester.leave()
        car.dispose()
        await clock.advance(600_000)
        expect([gateway.openConnections, clock.pendingTimers]).toEqual([0, 0])
      }),
      { numRuns: 150 },
    )
  })
})
