import { describe, expect, it } from 'vitest'
import { channelOptions } from './grpc-channel.ts'
import { nameOfProxy, routeTo, systemProxyFrom } from './route.ts'

const proxy = { host: 'proxy.test', port: 8080, user: 'u', password: 'p:ü' }

describe('the proxy settings of the system', () => {
  it.each([
    ['DIRECT', { kind: 'direct' }],
    [' direct ; PROXY a:1', { kind: 'direct' }],
    ['PROXY proxy.test:8080; DIRECT', { kind: 'proxy', proxy: { host: 'proxy.test', port: 8080 } }],
    ['proxy Proxy.Test:80', { kind: 'proxy', proxy: { host: 'proxy.test', port: 80 } }],
    ['PROXY [2001:db8::1]:3128', { kind: 'proxy', proxy: { host: '2001:db8::1', port: 3128 } }],
    ['SOCKS5 s:1080; PROXY p:3128', { kind: 'proxy', proxy: { host: 'p', port: 3128 } }],
    ['SOCKS5 s:1080', { kind: 'failed', cause: 'proxy-kind-unsupported', entry: 'SOCKS5 s:1080' }],
    ['HTTPS secure.test:443', { kind: 'failed', cause: 'proxy-kind-unsupported', entry: 'HTTPS secure.test:443' }],
    ['', { kind: 'failed', cause: 'proxy-settings-unreadable', entry: '' }],
    ['PROXY proxy.test', { kind: 'failed', cause: 'proxy-settings-unreadable', entry: 'PROXY proxy.test' }],
    ['PROXY proxy.test:99999', { kind: 'failed', cause: 'proxy-settings-unreadable', entry: 'PROXY proxy.test:99999' }],
    ['PROXY a:1 b', { kind: 'failed', cause: 'proxy-settings-unreadable', entry: 'PROXY a:1 b' }],
    ['my PROXY a:1', { kind: 'failed', cause: 'proxy-settings-unreadable', entry: 'my PROXY a:1' }],
    ['PROXY a:0', { kind: 'failed', cause: 'proxy-settings-unreadable', entry: 'PROXY a:0' }],
    ['PROXY a:65535', { kind: 'proxy', proxy: { host: 'a', port: 65_535 } }],
    ['INDIRECT; DIRECTLY', { kind: 'failed', cause: 'proxy-settings-unreadable', entry: 'INDIRECT' }],
    ['; ; QUIC q:1', { kind: 'failed', cause: 'proxy-kind-unsupported', entry: 'QUIC q:1' }],
    ['SOCKS4 s:1', { kind: 'failed', cause: 'proxy-kind-unsupported', entry: 'SOCKS4 s:1' }],
    ['SOCKS s:1', { kind: 'failed', cause: 'proxy-kind-unsupported', entry: 'SOCKS s:1' }],
    ['SOCKS9 s:1', { kind: 'failed', cause: 'proxy-settings-unreadable', entry: 'SOCKS9 s:1' }],
    [`X ${'y'.repeat(200)}`, { kind: 'failed', cause: 'proxy-settings-unreadable', entry: `X ${'y'.repeat(98)}` }],
    ['PROXY user:pw@host:1', { kind: 'failed', cause: 'proxy-settings-unreadable', entry: 'PROXY user:pw@host:1' }],
  ])('%j are read as %j', (answer, expected) => {
    expect(systemProxyFrom(answer)).toEqual(expected)
  })
})

describe('a route', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]', '127.8.0.1'])('to %s has no proxy', (host) => {
    expect(routeTo(host, { proxy, authorities: ['a'] })).toEqual({ authorities: ['a'] })
  })

  it('to another host keeps its proxy, whose name has no user and no password', () => {
    expect(routeTo('grpc.test', { proxy }).proxy).toEqual(proxy)
    expect(nameOfProxy(proxy)).toBe('proxy.test:8080')
  })

  it('with a proxy sends a sign of life more often than proxies cut idle connections', () => {
    const options = channelOptions({ host: 'grpc.test', port: 443, transport: 'tls' }, proxy)
    expect(options['grpc.keepalive_time_ms']).toBeLessThanOrEqual(30_000)
    expect(options['grpc.keepalive_permit_without_calls']).toBe(1)
    expect(options['grpc.http_connect_creds']).toBe('u:p:ü')
    expect(options['grpc.enable_http_proxy']).toBe(0)
  })
})
