import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { isPublicAddress } from './address-policy.ts'
import { checkedUrl, downloadImage, ImageRefused, imageLimits } from './image-download.ts'

const resolved = vi.hoisted(() => ({ addresses: [] as string[], names: [] as string[] }))
vi.mock('node:dns', async (original) => {
  const lookup = (
    name: string,
    _options: unknown,
    callback: (error: null, addresses: { address: string; family: number }[]) => void,
  ) => {
    resolved.names.push(name)
    callback(
      null,
      resolved.addresses.map((address) => ({ address, family: 4 })),
    )
  }
  return { ...(await original<typeof import('node:dns')>()), lookup }
})

const servers: Server[] = []
afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    }),
  )
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/picture`
}

/** A PNG header that claims the given dimensions. */
function png(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(64)
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]).copy(bytes)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}

const onLoopback = { allowLoopback: true }
const twoMiB = 2_097_152
const body =
  (content: Buffer | string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(200, headers).end(content)

describe('downloadImage', () => {
  it('recognises a picture by its content, not by the declared type', async () => {
    const url = await serve(body(png(10, 20), { 'content-type': 'text/html' }))
    await expect(downloadImage(url, onLoopback)).resolves.toMatchObject({ mimeType: 'image/png' })
  })

  it('follows up to three redirects', async () => {
    const url = await serve((request, response) => {
      const hop = Number(new URL(request.url ?? '', 'http://x').searchParams.get('hop') ?? 0)
      if (hop < 3) response.writeHead(302, { location: `?hop=${hop + 1}` }).end()
      else response.end(png(1, 1))
    })
    await expect(downloadImage(url, onLoopback)).resolves.toMatchObject({ mimeType: 'image/png' })
  })

  it('ignores the location of an answer that is not a redirect', async () => {
    let asked = 0
    const url = await serve((_request, response) => {
      asked += 1
      response.writeHead(200, { location: '/other' }).end(png(1, 1))
    })
    await expect(downloadImage(url, onLoopback)).resolves.toMatchObject({ mimeType: 'image/png' })
    expect(asked).toBe(1)
  })

  it('asks localhost by its address, so that no resolver can answer with another one', async () => {
    let host: string | undefined
    const url = await serve((request, response) => {
      host = request.headers.host
      response.end(png(1, 1))
    })
    await downloadImage(url.replace('127.0.0.1', 'localhost'), onLoopback)
    expect(host).toBe(new URL(url).host)
  })

  it('fails at the fourth redirect', async () => {
    let requests = 0
    const url = await serve((_request, response) => {
      requests += 1
      response.writeHead(302, { location: '/again' }).end()
    })
    await expect(downloadImage(url, onLoopback)).rejects.toThrow(new ImageRefused('redirects'))
    expect(requests).toBe(4)
  })

  // @proves Bad input: Image missing, huge, none, `file://`
  // @proves Security: A23 pictures: https, size, time, redirects, addresses, content
  it.each<[string, string, RequestListener]>([
    [
      'a redirect to file:',
      'scheme',
      (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    ],
    [
      'a redirect to a private address',
      'private address',
      (_request, response) => response.writeHead(302, { location: 'https://10.0.0.1/a.png' }).end(),
    ],
    [
      'an SVG',
      'not a picture',
      body('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>', { 'content-type': 'image/svg+xml' }),
    ],
    ['text that is declared as PNG', 'not a picture', body('hello', { 'content-type': 'image/png' })],
    ['nothing', 'not a picture', body('')],
    ['an error page', 'status', (_request, response) => response.writeHead(404).end(png(1, 1))],
    ['a picture of 65535 × 65535 pixels', 'dimensions', body(png(65_535, 65_535))],
    ['a picture without pixels', 'dimensions', body(png(0, 10))],
    ['a compressed body', 'size', body(png(1, 1), { 'content-encoding': 'gzip' })],
    ['an announced size beyond 2 MiB', 'size', body(png(1, 1), { 'content-length': '2097153' })],
    ['a body one byte beyond 2 MiB', 'size', body(Buffer.concat([png(1, 1), Buffer.alloc(twoMiB - 63)]))],
    [
      'an endless body',
      'size',
      (_request, response) => {
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
          if (!response.destroyed) response.once('drain', more)
        }
        response.write(png(1, 1))
        more()
      },
    ],
    [
      'a body that is cut off',
      'incomplete',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write(png(1, 1))
        setImmediate(() => response.destroy())
      },
    ],
  ])('refuses %s: %s', async (_name, reason, listener) => {
    const url = await serve(listener)
    await expect(downloadImage(url, onLoopback)).rejects.toThrow(new ImageRefused(reason))
  })

  it('accepts a picture of exactly 2 MiB', async () => {
    const url = await serve(body(Buffer.concat([png(1, 1), Buffer.alloc(twoMiB - 64)])))
    await expect(downloadImage(url, onLoopback)).resolves.toMatchObject({ bytes: { byteLength: twoMiB } })
  })

  it.each([
    ['this computer', ['127.0.0.1']],
    ['a public address and this computer', ['93.184.216.34', '127.0.0.1']],
  ])('never connects to a public name that resolves to %s', async (_name, addresses) => {
    resolved.addresses = addresses
    let connections = 0
    const trap = createTcpServer((socket) => {
      connections += 1
      socket.destroy()
    })
    onTestFinished(() => void trap.close())
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
    const { port } = trap.address() as AddressInfo
    const url = `https://pictures.example.test:${port}/a.png`
    await expect(downloadImage(url, { allowLoopback: false })).rejects.toThrow(ImageRefused)
    expect(resolved.names).toContain('pictures.example.test')
    expect(connections).toBe(0)
  })

  it('fails when a server never finishes', async () => {
    const url = await serve((_request, response) => void response.writeHead(200).write(png(1, 1)))
    const startedAt = performance.now()
    await expect(downloadImage(url, onLoopback)).rejects.toThrow(new ImageRefused('incomplete'))
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(imageLimits.timeMs - 50)
  }, 15_000)

  // @proves Security: A23 pictures: https, size, time, redirects, addresses, content
  it('never connects to loopback for a remote endpoint', async () => {
    let asked = 0
    const url = await serve((_request, response) => {
      asked += 1
      response.end(png(1, 1))
    })
    await expect(downloadImage(url, { allowLoopback: false })).rejects.toThrow()
    await expect(downloadImage(url.replace('127.0.0.1', 'localhost'), { allowLoopback: false })).rejects.toThrow()
    expect(asked).toBe(0)
  })
})

describe('checkedUrl', () => {
  it.each([
    'file:///etc/passwd',
    'http://example.org/a.png',
    'data:image/png;base64,AAAA',
    'javascript:alert(1)',
    'blob:app://bundle/1',
    'ftp://example.org/a.png',
    'https://user:secret@example.org/a.png',
    'https://10.1.2.3/a.png',
    'https://192.168.0.1/a.png',
    'https://172.20.0.1/a.png',
    'https://169.254.169.254/latest',
    'https://100.64.0.1/a.png',
    'https://0.0.0.0/a.png',
    'https://0x7f000001/a.png',
    'https://2130706433/a.png',
    'https://[::1]/a.png',
    'https://[fe80::1]/a.png',
    'https://[fd00::1]/a.png',
    'https://[::ffff:10.0.0.1]/a.png',
    'https://[64:ff9b::a00:1]/a.png',
    'https://[2002:a00:1::]/a.png',
    'http://127.0.0.1/a.png',
    '//example.org/a.png',
    '',
  ])('refuses %s for a remote endpoint', (url) => {
    expect(() => checkedUrl(url, { allowLoopback: false })).toThrow()
  })

  it('refuses an address of 3,000 characters', () => {
    expect(() => checkedUrl(`https://example.org/${'a'.repeat(3000)}`, { allowLoopback: false })).toThrow()
  })

  it('accepts https on a public host', () => {
    expect(checkedUrl('https://example.org/a.png', { allowLoopback: false }).host).toBe('example.org')
  })

  it('accepts http only on loopback, when the endpoint is loopback', () => {
    expect(checkedUrl('http://localhost:8080/a.png', onLoopback).port).toBe('8080')
    expect(() => checkedUrl('http://example.org/a.png', onLoopback)).toThrow()
    expect(() => checkedUrl('http://192.168.1.1/a.png', onLoopback)).toThrow()
    expect(() => checkedUrl('file://localhost/etc/passwd', onLoopback)).toThrow()
  })
})

describe('isPublicAddress', () => {
  it.each(['93.184.216.34', '2606:2800:220:1::1', '::ffff:93.184.216.34'])('takes %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
  it.each([
    '127.0.0.1',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '224.0.0.1',
    '192.0.2.1',
    '4000::1',
    '::8.8.8.8',
    '10.1',
    '255.255.255.255',
    'example.org',
  ])('refuses %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('an address that must not be asked', () => {
  it.each([
    ['address', 'no address', false],
    ['address', `https://pictures.example.test/${'a'.repeat(2_048)}`, false],
    ['address', 'https://user@pictures.example.test/a.png', false],
    ['address', 'https://:password@pictures.example.test/a.png', false],
    ['loopback', 'http://127.0.0.1/a.png', false],
    ['loopback', 'ftp://127.0.0.1/a.png', true],
    ['scheme', 'http://pictures.example.test/a.png', true],
    ['private address', 'https://192.168.0.1/a.png', true],
    ['private address', 'https://[fd00::1]/a.png', true],
  ])('is refused: %s (%s)', (reason, address, allowLoopback) => {
    expect(() => checkedUrl(address, { allowLoopback })).toThrow(new ImageRefused(reason))
  })

  it('is none of up to 2,048 characters, of a public host or, where that is allowed, of this computer', () => {
    const longest = 'https://pictures.example.test/'.padEnd(2_048, 'a')
    for (const address of [longest, 'https://93.184.216.34/a.png', 'http://127.0.0.1/a', 'https://localhost/a'])
      expect(checkedUrl(address, { allowLoopback: true }).href).toBe(address)
  })
})
