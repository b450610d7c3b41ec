import { once } from 'node:events'
import { type AddressInfo, createServer, type LookupFunction } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dial } from './dial.ts'

const server = { host: 'server.test', port: 1, transport: 'plaintext' } as const
const proxy = { host: 'proxy.test', port: 1 }
const failing =
  (code: string): LookupFunction =>
  (_host, _options, callback) =>
    callback(Object.assign(new Error(`connect ${code}`), { code }), '', 0)

describe('an error of the connection', () => {
  it.each([
    ['ENOTFOUND', 'name-unknown', 'proxy-name-unknown'],
    ['ENODATA', 'name-unknown', 'proxy-name-unknown'],
    ['EAI_NONAME', 'name-unknown', 'proxy-name-unknown'],
    ['EAI_AGAIN', 'name-service-silent', 'name-service-silent'],
    ['EAI_FAIL', 'name-service-silent', 'name-service-silent'],
    ['ESERVFAIL', 'name-service-silent', 'name-service-silent'],
    ['ETIMEOUT', 'name-service-silent', 'name-service-silent'],
    ['ECONNREFUSED', 'nothing-listens', 'proxy-not-listening'],
    ['EHOSTUNREACH', 'network-unreachable', 'network-unreachable'],
    ['ENETUNREACH', 'network-unreachable', 'network-unreachable'],
    ['ENETDOWN', 'network-unreachable', 'network-unreachable'],
    ['EHOSTDOWN', 'network-unreachable', 'network-unreachable'],
    ['EADDRNOTAVAIL', 'network-unreachable', 'network-unreachable'],
    ['ETIMEDOUT', 'host-silent', 'proxy-silent'],
    ['ECONNRESET', 'server-closes', 'proxy-cuts'],
    ['EPIPE', 'server-closes', 'proxy-cuts'],
    ['ESOMETHING', undefined, undefined],
  ])('%s means %s, and %s when it is one of the proxy', async (code, direct, atProxy) => {
    const lookup = failing(code)
    expect(await dial(server, {}, { lookup })).toEqual({ ok: false, cause: direct, passed: [] })
    expect(await dial(server, { proxy }, { lookup })).toEqual({ ok: false, cause: atProxy, passed: [] })
  })

  it('is a silent name service when nobody answers for a name in time', async () => {
    const lookup: LookupFunction = () => undefined
    const silent = { ok: false, cause: 'name-service-silent', passed: [] }
    expect(await dial(server, {}, { lookup, limitMs: 30 })).toEqual(silent)
    expect(await dial({ ...server, transport: 'tls' }, { proxy }, { lookup, limitMs: 30 })).toEqual(silent)
  })

  it('of a name asks nobody for an address', async () => {
    const asked: string[] = []
    const lookup: LookupFunction = (host, _options, callback) => {
      asked.push(host)
      callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), '', 0)
    }
    await dial(server, { proxy: { host: '127.0.0.1', port: 9 } }, { lookup, limitMs: 2_000 })
    expect(asked).toEqual([])
    await dial(server, { proxy }, { lookup })
    expect(asked).toEqual(['proxy.test'])
  })
})

describe('a proxy', () => {
  /** A proxy that answers every request with these bytes, or with its end. */
  async function answering(answer: string | 'end' | 'nothing') {
    const asked: string[] = []
    const listener = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => {
        asked.push(String(bytes))
        if (answer === 'end') socket.destroy()
        else if (answer !== 'nothing') socket.write(answer)
      })
    })
    onTestFinished(() => void listener.close())
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    return { host: '127.0.0.1', port: (listener.address() as AddressInfo).port, asked }
  }
  const answerOf = (status: string, headers = '', body = '') => `HTTP/1.1 ${status}\r\n${headers}\r\n${body}`
  const user = { user: 'workshop', password: 'p:ü' }

  it.each<[string, string, string, object?]>([
    ['wants a sign-in', answerOf('407 No'), 'proxy-needs-sign-in'],
    ['refuses the sign-in', answerOf('407 No'), 'proxy-refuses-sign-in', user],
    ['forbids it', answerOf('403 No'), 'proxy-refuses'],
    ['does not know the person', answerOf('401 No'), 'proxy-refuses'],
    ['redirects', answerOf('302 Found', 'Location: http://portal.test\r\n'), 'proxy-shows-page'],
    ['shows a page', answerOf('200 OK', 'Content-Type: text/HTML\r\n'), 'proxy-shows-page'],
    ['shows a page without saying so', answerOf('200 OK', '', '\r\n <!DOCTYPE html>'), 'proxy-shows-page'],
    ['shows a page with another status', answerOf('203 OK', '', '<html>'), 'proxy-shows-page'],
    ['does not reach the server', answerOf('502 No'), 'proxy-cannot-reach'],
    ['is too busy', answerOf('503 No'), 'proxy-cannot-reach'],
    ['waits in vain', answerOf('504 No'), 'proxy-cannot-reach'],
    ['has broken', answerOf('500 No'), 'proxy-is-none'],
    ['knows no such page', answerOf('404 No'), 'proxy-is-none'],
    ['changes the protocol', answerOf('101 Go', 'Connection: upgrade\r\nUpgrade: x\r\n'), 'proxy-is-none'],
    ['speaks another protocol', 'SSH-2.0-server\r\n', 'proxy-is-none'],
    ['cuts', 'end', 'proxy-cuts'],
  ])('that %s is named so', async (_what, answer, cause, signIn = {}) => {
    const { host, port } = await answering(answer)
    const dialed = await dial(server, { proxy: { host, port, ...signIn } }, { limitMs: 15_000 })
    const passed = cause === 'proxy-cannot-reach' ? ['name', 'proxy'] : ['name']
    expect(dialed).toEqual({ ok: false, cause, passed })
  })

  it('that says nothing is silent', async () => {
    const { host, port } = await answering('nothing')
    const dialed = await dial(server, { proxy: { host, port } }, { limitMs: 50 })
    expect(dialed).toEqual({ ok: false, cause: 'proxy-silent', passed: ['name'] })
  })

  it.each(['200 OK', '204 No content'])(
    'that answers %s opens a tunnel, and loses nothing of what follows',
    async (status) => {
      const { host, port, asked } = await answering(answerOf(status, '', 'first words'))
      const dialed = await dial(server, { proxy: { host, port, ...user } }, { limitMs: 15_000 })
      expect(dialed).toMatchObject({ ok: true, passed: ['name', 'proxy', 'tcp'] })
      if (!dialed.ok) throw new Error(dialed.cause)
      dialed.socket.resume()
      const [bytes] = await once(dialed.socket, 'data')
      expect(String(bytes)).toBe('first words')
      dialed.socket.destroy()
      const basic = Buffer.from('workshop:p:ü').toString('base64')
      expect(asked[0]).toMatch(/^CONNECT server\.test:1 HTTP\/1\.1\r\n/)
      expect(asked[0]).toContain('Host: server.test:1\r\n')
      expect(asked[0]).toContain(`Proxy-Authorization: Basic ${basic}\r\n`)
    },
  )

  it('without a user gets no sign-in, and one without a password an empty one', async () => {
    const first = await answering('end')
    await dial(server, { proxy: { host: first.host, port: first.port } }, { limitMs: 15_000 })
    expect(first.asked[0]).not.toContain('Proxy-Authorization')
    const second = await answering('end')
    await dial(server, { proxy: { host: second.host, port: second.port, user: 'w' } }, { limitMs: 15_000 })
    expect(second.asked[0]).toContain(`Basic ${Buffer.from('w:').toString('base64')}\r\n`)
  })
})
