import { describe, expect, it } from 'vitest'
import { type Profile, profileInputSchema } from '../../../shared/app-state.ts'
import { fieldProblems, fieldsOf, keepsSecret, profileInputOf, type ServerFields } from './server-input.ts'

const filled: ServerFields = {
  name: 'Test',
  host: 'grpc.example.test',
  port: '443',
  clusterId: '001',
  clientId: 'partner',
  clientSecret: 'hush',
  allowPlaintext: false,
}

describe('fieldProblems', () => {
  it.each([
    ['host', '', 'required'],
    ['host', 'https://grpc.example.test', 'host-invalid'],
    ['host', 'grpc.example.test:443', 'host-invalid'],
    ['host', 'grpc.example.test/path', 'host-invalid'],
    ['host', 'user@grpc.example.test', 'host-invalid'],
    ['host', 'two words', 'host-invalid'],
    ['port', '', 'port-invalid'],
    ['port', '0', 'port-invalid'],
    ['port', '65536', 'port-invalid'],
    ['port', '4.5', 'port-invalid'],
    ['port', '-1', 'port-invalid'],
    ['port', 'https', 'port-invalid'],
    ['clientId', '  ', 'required'],
    ['clientSecret', '', 'required'],
  ])('reports for %s %j: %s', (field, value, problem) => {
    expect(fieldProblems({ ...filled, [field]: value }, false)).toEqual({ [field]: problem })
  })

  it.each(['grpc.example.test', '127.0.0.1', '[::1]', '::1', 'localhost'])('accepts the host %s', (host) => {
    expect(fieldProblems({ ...filled, host }, false)).toEqual({})
  })

  it('accepts an empty secret, which keeps the present one', () => {
    expect(fieldProblems({ ...filled, clientSecret: '' }, true)).toEqual({})
  })
})

describe('keepsSecret', () => {
  const profile: Profile = { ...filled, id: 'a', kind: 'remote', port: 443, hasSecret: true, fromEnvironment: false }

  it('is kept while only name or cluster change', () => {
    expect(keepsSecret({ ...filled, name: 'Other', clusterId: '002', host: ' grpc.example.test ' }, profile)).toBe(true)
  })

  it.each([{ host: 'other.example.test' }, { port: '8443' }, { clientId: 'other' }, { allowPlaintext: true }])(
    'is dropped with %o',
    (change) => expect(keepsSecret({ ...filled, ...change }, profile)).toBe(false),
  )

  it('is kept only when there is one', () => {
    expect(keepsSecret(filled, { ...profile, hasSecret: false })).toBe(false)
    expect(keepsSecret(filled, undefined)).toBe(false)
  })
})

describe('profileInputOf', () => {
  it('fits the contract', () => {
    expect(profileInputSchema.parse(profileInputOf(filled, undefined))).toEqual({ ...filled, port: 443 })
  })

  it('leaves out a secret that was not typed', () => {
    expect(Object.hasOwn(profileInputOf({ ...filled, clientSecret: '' }, 'a'), 'clientSecret')).toBe(false)
  })
})

describe('invisible characters', () => {
  const odd = {
    ...filled,
    host: '\u200Bgrpc.example.test\u00A0',
    port: '４４３',
    clusterId: '001\u200E',
    clientId: 'part\u00ADner ',
  }

  it('are accepted and do not reach main', () => {
    expect(fieldProblems(odd, false)).toEqual({})
    expect(profileInputOf(odd, undefined)).toEqual(profileInputOf(filled, undefined))
  })

  it('stay in a secret', () => {
    expect(profileInputOf({ ...filled, clientSecret: 'hu\u200Bsh ' }, undefined).clientSecret).toBe('hu\u200Bsh ')
  })
})

describe('fieldsOf', () => {
  it('starts a new server with the port of TLS', () => expect(fieldsOf(undefined).port).toBe('443'))
})
