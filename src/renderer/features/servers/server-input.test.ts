import { describe, expect, it } from 'vitest'
import { type Profile, profileInputSchema } from '../../../shared/app-state.ts'
import { usualWay } from '../../../shared/usual-way.ts'
import {
  fieldProblems,
  fieldsOf,
  keepsProxyPassword,
  keepsSecret,
  profileInputOf,
  type ServerFields,
  withCluster,
  withKind,
  withPartnerApi,
} from './server-input.ts'

const filled: ServerFields = {
  ...fieldsOf(undefined),
  kind: 'other',
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
    ['host', 'grpc.example.test?x', 'host-invalid'],
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

describe('the kind of a server', () => {
  const profile: Profile = {
    ...{ id: 'a', kind: 'remote', name: 'Service', host: 'grpc.openobd.com', port: 443, clusterId: '002' },
    ...{ clientId: 'partner', hasSecret: true, allowPlaintext: false, fromEnvironment: false },
  }
  it.each<[string, Partial<Profile>, ServerFields['kind']]>([
    ['its address', {}, 'service'],
    ['another host', { host: 'grpc.example.test' }, 'other'],
    ['another port', { port: 8443 }, 'other'],
    ['plaintext', { allowPlaintext: true }, 'other'],
    ['an unknown cluster', { clusterId: '003' }, 'other'],
  ])('with %s is read from the stored one', (_what, change, kind) => {
    const fields = fieldsOf({ ...profile, ...change })
    expect(fields.kind).toBe(kind)
    // Opened and saved it stays what it was.
    expect(profileInputOf(fields, 'a')).toMatchObject({
      host: change.host ?? profile.host,
      port: change.port ?? 443,
      clusterId: change.clusterId ?? '002',
      allowPlaintext: change.allowPlaintext ?? false,
    })
  })

  it('of a new one is the service, whose address nobody has to type', () => {
    expect(fieldProblems({ ...fieldsOf(undefined), clientId: 'partner', clientSecret: 'hush' }, false)).toEqual({})
  })

  it('has only clusters that the service has', () => {
    expect(withKind({ ...filled, clusterId: '007' }, 'service').clusterId).toBe('001')
    expect(withKind({ ...filled, clusterId: '002' }, 'service').clusterId).toBe('002')
    expect(withKind({ ...filled, clusterId: '007' }, 'other').clusterId).toBe('007')
  })

  it('keeps addresses of the Partner API with the cluster that they are published for', () => {
    const european = withPartnerApi({ ...filled, kind: 'service' }, true)
    expect(european.restBaseUrl).toBe('https://partner-api-001.prd.jifeline.cloud')
    const american = withCluster(european, '002')
    expect([american.restBaseUrl, american.tokenUrl, american.wsUrl]).toEqual(['', '', ''])
    expect(withCluster(american, '001')).toEqual(european)
    const typed = { ...european, restBaseUrl: 'https://partner.example.test' }
    expect(withCluster(typed, '002').restBaseUrl).toBe('https://partner.example.test')
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
    const { name, host, clusterId, clientId, clientSecret, allowPlaintext } = filled
    expect(profileInputSchema.parse(profileInputOf(filled, undefined))).toEqual({
      ...{ name, host, clusterId, clientId, clientSecret, allowPlaintext },
      port: 443,
      remember: false,
      way: usualWay,
    })
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

describe('the way to a server', () => {
  const typed: ServerFields = { ...filled, proxyKind: 'typed', proxyHost: 'proxy.test', proxyPort: '8080' }

  it.each([
    ['proxyHost', '', 'required'],
    ['proxyHost', 'http://proxy.test', 'host-invalid'],
    ['proxyPort', '0', 'port-invalid'],
  ] as const)('reports for %s %j of a typed proxy: %s', (field, value, problem) => {
    expect(fieldProblems({ ...typed, [field]: value }, false)).toEqual({ [field]: problem })
    expect(fieldProblems({ ...typed, proxyKind: 'system', [field]: value }, false)).toEqual({})
  })

  it.each([
    ['restBaseUrl', '', 'required'],
    ['restBaseUrl', 'http://api.example.test', 'url-invalid'],
    ['tokenUrl', 'api.example.test', 'url-invalid'],
    ['wsUrl', 'https://api.example.test', 'url-invalid'],
    ['wsUrl', '', undefined],
    ['restBaseUrl', 'http://127.0.0.1:8000', undefined],
  ] as const)('reports for %s %j of the Partner API: %s', (field, value, problem) => {
    const urls = { restBaseUrl: 'https://a.test', tokenUrl: 'https://a.test/t', wsUrl: 'wss://a.test' }
    const fields = { ...filled, partnerApi: true, ...urls, [field]: value }
    expect(fieldProblems(fields, false)).toEqual(problem === undefined ? {} : { [field]: problem })
  })

  it('fills the addresses of the Partner API where they are published, and never those of another cluster', () => {
    const service: ServerFields = { ...filled, kind: 'service' }
    expect(withPartnerApi(service, true).restBaseUrl).toMatch(/^https:\/\/partner-api-001/)
    expect(withPartnerApi({ ...service, clusterId: '002' }, true).restBaseUrl).toBe('')
    expect(withPartnerApi(filled, true).restBaseUrl).toBe('')
  })

  it('sends a password only for a typed proxy, and keeps the present one while the proxy stays the same', () => {
    const withPassword = { ...typed, proxyUser: 'u', proxyPassword: 'hush' }
    expect(profileInputOf(withPassword, undefined).way).toMatchObject({ proxyPassword: 'hush' })
    expect(profileInputOf({ ...withPassword, proxyKind: 'none' }, undefined).way).not.toHaveProperty('proxyPassword')
    const proxy = { kind: 'typed' as const, host: 'proxy.test', port: 8080, user: 'u' }
    const way = { ...usualWay, proxy, hasProxyPassword: true, authorities: [], hasKey: false }
    const profile = { way } as unknown as Profile
    expect(keepsProxyPassword(withPassword, profile)).toBe(true)
    expect(keepsProxyPassword({ ...withPassword, proxyUser: 'other' }, profile)).toBe(false)
  })
})
