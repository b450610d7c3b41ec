import { describe, expect, it } from 'vitest'
import { newFailure } from '../../shared/outcome.ts'
import { withoutHosts } from './failures.ts'
import { SecretRegistry } from './secret-registry.ts'

function registry() {
  const secrets = new SecretRegistry()
  secrets.add('CANARY-secret')
  secrets.add('CANARY-token', 'token')
  secrets.setHosts(['depot', 'depot.example'])
  return secrets
}
const cleaned = (detail: string) => registry().clean(newFailure('internal', { detail })).detail

it('keeps a client secret, however many tokens follow, and cleans only failures as failures', () => {
  const secrets = registry()
  for (let count = 0; count < 300; count += 1) secrets.add(`token number ${count}`, 'token')
  expect(secrets.scrub('CANARY-secret')).toBe('[secret]')
  expect(secrets.scrub('token number 0')).toBe('token number 0')
  const noFailure = { code: 'P0171', detail: 'lean mixture, see 127.0.0.1' }
  expect(secrets.clean(noFailure)).toEqual(noFailure)
})

describe('whether data holds a secret', () => {
  it.each([
    [true, 'CANARY-secret'],
    [true, ' CANARY-token\n'],
    [true, { a: [{ b: 'so: CANARY-secret.' }] }],
    [false, 'CANARY'],
    [false, { a: [1, null, undefined, true] }],
  ])('%s for %j', (holds, value) => expect(registry().holdsSecret(value)).toBe(holds))

  it('does not match a short secret inside an ordinary word', () => {
    const secrets = new SecretRegistry()
    secrets.add('engine')
    expect(secrets.holdsSecret('The engine is hot')).toBe(false)
    expect(secrets.holdsSecret('engine')).toBe(true)
  })
})

it('removes a client secret also in the encodings in which others repeat it', () => {
  const basic = Buffer.from('partner:CANARY-secret').toString('base64')
  for (const text of [`Basic ${basic}`, Buffer.from('CANARY-secret').toString('hex')]) {
    expect(registry().scrub(text)).toContain('[secret]')
    expect(registry().clean({ text }).text).not.toBe(text)
  }
})

// @proves Security: What leaves main is cleaned in one place on each way out: replies, published state, log
describe('details of failures', () => {
  // @proves Security: A14 failures hold no stack, path, endpoint, token
  it.each([
    ['connect ECONNREFUSED 127.0.0.1:50051', /127|50051/],
    ['no answer from grpc.openobd.com:443', /openobd\.com|443/],
    ['cannot open /home/mechanic/.config/app/x.sqlite', /home|mechanic/],
    ['cannot open C:\\Users\\mechanic\\AppData\\x', /Users|mechanic/],
    ['token CANARY-secret is unknown', /CANARY/],
    ['Depot refused the call', /depot/i],
    ['connect ECONNREFUSED 2001:db8::17:443', /2001|db8/],
    ['no answer from [fe80::1%eth0]:443', /fe80|eth0/],
    ['connect ECONNREFUSED ::1:50051', /::1/],
    ['getaddrinfo ENOTFOUND depot', /depot/],
    ['getaddrinfo EAI_AGAIN werkstatt.local', /werkstatt/],
    ['certificate is for grpc.openobd.com only', /openobd\.com/],
    ['cannot open /home/jörg/Müller & Söhne/Fahrzeuge/x.sqlite', /jörg|Müller|Söhne|Fahrzeuge/],
    ['cannot open C:\\Users\\Łukasz\\Pulpit\\x', /Łukasz|Pulpit/],
    ['no route to fe80::1%eth0. Try later', /fe80|eth0/],
  ])('take what identifies out of "%s"', (detail, forbidden) => {
    expect(cleaned(detail)).not.toMatch(forbidden)
  })

  it('keep a file name, its line and the field', () => {
    expect(cleaned('/home/mechanic/cars/volt.yaml:7:3: ecus.0.request: is no hexadecimal number')).toBe(
      'volt.yaml:7:3: ecus.0.request: is no hexadecimal number',
    )
  })

  it.each([
    '12:30:45 no answer from openOBD.v1.Session',
    'car.body.yaml:7: request: use 0x760',
    'car.body.yml:7: request: use 0x760',
    'car.body.json:7: request: use 0x760',
    'a frame of 08:1F:00 was refused',
    'no ticket found with that number',
  ])('keep "%s"', (detail) => expect(cleaned(detail)).toBe(detail))

  it('lose the names of known servers, but no part of another word', () => {
    expect(withoutHosts('Depot refused (DEPOT.example), depots did not', ['depot', 'depot.example'])).toBe(
      '… refused (…), depots did not',
    )
  })

  it('are cut', () => expect(cleaned('x'.repeat(2_000))).toHaveLength(500))
})

describe('everything that leaves main', () => {
  it('is scrubbed of secrets in every text and otherwise unchanged', () => {
    const bytes = new Uint8Array([1, 2])
    const value = {
      prompts: [{ label: 'type CANARY-secret', translations: { 'CANARY-token': { de: 'x CANARY-token x' } } }],
      session: { end: { failure: newFailure('internal', { detail: 'at 192.0.2.7 CANARY-secret' }) } },
      host: 'depot.example',
      folder: '/home/someone/x',
      none: null,
      absent: undefined,
      count: 7,
      bytes,
    }
    const clean = registry().clean(value)
    expect(JSON.stringify(clean.prompts[0]?.label)).not.toContain('CANARY')
    expect(clean.session.end.failure.detail).toBe('at … [secret]')
    expect(clean).toMatchObject({ host: 'depot.example', folder: '/home/someone/x', none: null, count: 7 })
    expect(clean.bytes).toBe(bytes)
    expect(Object.keys(clean)).toEqual(Object.keys(value))
    expect(JSON.stringify(clean)).not.toContain('CANARY')
  })

  it('loses likely bearers in details, but not in questions', () => {
    expect(cleaned('authorization: Bearer abc.def')).toBe('authorization: Bearer [secret]')
    expect(registry().clean({ label: 'Is the bearer arm bent?' })).toEqual({ label: 'Is the bearer arm bent?' })
  })
})

describe('the tokens of a run', () => {
  const known = (secrets: SecretRegistry, token: string) => secrets.scrub(token) === '[secret]'

  it('are the last 200, and one that is seen again counts as new', () => {
    const secrets = new SecretRegistry()
    for (let n = 0; n < 200; n += 1) secrets.add(`token number ${n}`, 'token')
    expect(known(secrets, 'token number 0')).toBe(true)
    secrets.add('token number 0', 'token')
    secrets.add('token number 200', 'token')
    expect(known(secrets, 'token number 0')).toBe(true)
    expect(known(secrets, 'token number 1')).toBe(false)
    expect(known(secrets, 'token number 2')).toBe(true)
  })

  it('are no words of less than six letters', () => {
    const secrets = new SecretRegistry()
    secrets.add('short')
    secrets.add('longer')
    expect(secrets.scrub('short longer')).toBe('short [secret]')
    expect(secrets.holdsSecret('short')).toBe(false)
  })

  it('are held by a longer text from twelve letters on', () => {
    const secrets = new SecretRegistry()
    secrets.add('eleven-char')
    secrets.add('twelve-chars')
    expect(secrets.holdsSecret('so: eleven-char.')).toBe(false)
    expect(secrets.holdsSecret('so: twelve-chars.')).toBe(true)
  })

  it('leave data without a prototype as plainly cleaned as others, and other objects as they are', () => {
    const secrets = registry()
    const bare = Object.assign(Object.create(null), { text: 'CANARY-secret' })
    expect(secrets.clean(bare)).toEqual({ text: '[secret]' })
    const date = new Date(0)
    expect(secrets.clean(date)).toBe(date)
  })

  it.each(['code', 'nextAction', 'correlationId'])(
    'are cleaned as details only in a failure, not without its %s',
    (name) => {
      const { [name as 'code']: _left, ...rest } = { ...newFailure('internal'), detail: 'at 192.0.2.7' }
      expect(registry().clean({ ...newFailure('internal'), detail: 'at 192.0.2.7' }).detail).toBe('at …')
      expect(registry().clean(rest)).toMatchObject({ detail: 'at 192.0.2.7' })
    },
  )
})
