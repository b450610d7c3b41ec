import fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { bytesOf, flagOf, MalformedMessage, numberOf, textOf, withEdits, withField } from './fields.ts'

/** A later version of SessionInfo: fields 7 to 9 are not known to this one. */
const later = protobuf
  .parse(`syntax = "proto3"; message Later {
  string id = 1; string state = 2; string created_at = 3; string grpc_endpoint = 4; string authentication_token = 5;
  optional uint32 grpc_port = 6; repeated double later_numbers = 7; Later later_message = 8; fixed64 later_fixed = 9;
  bytes later_bytes = 2047; }`)
  .root.lookupType('Later')
const encoded = (value: object): Buffer => Buffer.from(later.encode(later.fromObject(value)).finish())
const decoded = (message: Buffer) =>
  later.toObject(later.decode(message), { longs: String, bytes: Array, defaults: true })

const info = fc.record({
  id: fc.string(),
  grpcEndpoint: fc.string(),
  authenticationToken: fc.string(),
  grpcPort: fc.nat(65_535),
  laterNumbers: fc.array(fc.double({ noNaN: true })),
  laterMessage: fc.record({ id: fc.string(), laterFixed: fc.nat() }),
  laterBytes: fc.uint8Array(),
})

describe('fields of a message', () => {
  it('are read as protocol buffers read them', () => {
    fc.assert(
      fc.property(info, (value) => {
        const message = encoded(value)
        expect(textOf(message, 1)).toBe(value.id)
        expect(numberOf(message, 6)).toBe(value.grpcPort)
        expect(textOf(bytesOf(message, 8), 1)).toBe(value.laterMessage.id)
      }),
    )
  })

  // @proves Gateway: Edits on the wire keep every field that this version does not know
  it('are edited, and every other field stays, also those of later versions', () => {
    fc.assert(
      fc.property(info, fc.string(), fc.nat(65_535), (value, token, port) => {
        const message = encoded(value)
        const edited = withField(withField(message, 5, token), 6, port)
        expect(decoded(edited)).toEqual(decoded(encoded({ ...value, authenticationToken: token, grpcPort: port })))
        expect(withEdits(message, { 8: (inner) => withField(inner, 1, 'x') })).toEqual(
          withEdits(message, { 8: (inner) => withField(inner, 1, 'x') }),
        )
        const nested = decoded(withEdits(message, { 8: (inner) => withField(inner, 1, 'x') }))
        expect(nested.laterMessage).toMatchObject({ id: 'x' })
        expect({ ...nested, laterMessage: 0 }).toEqual({ ...decoded(message), laterMessage: 0 })
      }),
    )
  })

  it('that occur twice are edited twice, and the last one counts', () => {
    const twice = Buffer.concat([encoded({ authenticationToken: 'first' }), encoded({ authenticationToken: 'second' })])
    expect(textOf(twice, 5)).toBe('second')
    const edited = withEdits(twice, { 5: (value) => Buffer.from(`new ${value}`) })
    expect(edited.toString('latin1')).not.toMatch(/[^ ]first|[^ ]second/)
    expect(textOf(edited, 5)).toBe('new second')
    expect(withField(twice, 5, 'only').toString('latin1')).not.toMatch(/first|second/)
  })

  it('are left out when their text becomes empty, and a message without changes is the same one', () => {
    const message = encoded({ id: 'a', authenticationToken: 'b' })
    expect(withField(message, 5, '')).toEqual(encoded({ id: 'a' }))
    expect(withEdits(message, { 5: (value) => value, 9: (value) => value })).toBe(message)
  })

  it('are true for any number but zero', () => {
    expect([flagOf(Buffer.from([0x18, 0]), 3), flagOf(Buffer.from([0x18, 1]), 3), flagOf(Buffer.alloc(0), 3)]).toEqual([
      false,
      true,
      false,
    ])
  })

  it.each([
    ['a text that is longer than the message', [0x0a, 5, 0x61]],
    ['a number that is cut off', [0x30, 0x80]],
    ['a number of eleven bytes', [0x30, ...Array(10).fill(0x80), 1]],
    ['a group', [0x0b]],
    ['a field with the number 0', [0x02, 0]],
    ['four bytes that are three', [0x0d, 1, 2, 3]],
  ])('are refused in %s', (_what, bytes) => {
    expect(() => withField(Buffer.from(bytes), 5, 'x')).toThrow(MalformedMessage)
  })

  it('of any bytes are read or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const edited = withEdits(Buffer.from(bytes), { 5: () => Buffer.from('token') })
          expect(edited.length).toBeGreaterThanOrEqual(0)
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
