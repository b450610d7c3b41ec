import { describe, expect, it } from 'vitest'
import { createLogger } from '../logging.ts'
import { type DownloadedImage, ImageRefused } from './image-download.ts'
import { PromptImages } from './prompt-images.ts'

function setUp() {
  const asked: string[] = []
  const log: string[] = []
  const results: (DownloadedImage | Error)[] = []
  const urls = new Map([['p', 'https://example.org/CANARY.png']])
  let allowLoopback = false
  const images = new PromptImages({
    urlOf: (id) => urls.get(id),
    policy: () => ({ allowLoopback }),
    logger: createLogger({ write: (line) => void log.push(line) }),
    download: (url) => {
      asked.push(url)
      const result = results.shift() ?? { mimeType: 'image/png', bytes: Uint8Array.of(1, 2) }
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result)
    },
  })
  const onLoopback = () => {
    allowLoopback = true
  }
  return { images, asked, log, results, urls, onLoopback }
}

describe('the picture of a prompt', () => {
  it('is fetched once, also for calls at the same time', async () => {
    const { images, asked } = setUp()
    const both = await Promise.all([images.get('p'), images.get('p')])
    expect(both).toEqual([
      { ok: true, value: { mimeType: 'image/png', bytes: Uint8Array.of(1, 2) } },
      { ok: true, value: { mimeType: 'image/png', bytes: Uint8Array.of(1, 2) } },
    ])
    expect(asked).toHaveLength(1)
  })

  it('is tried again after a failure, whose cause is logged without the address', async () => {
    const { images, results, log } = setUp()
    results.push(new ImageRefused('not a picture'), new TypeError('CANARY'))
    for (let n = 0; n < 2; n += 1)
      expect(await images.get('p')).toMatchObject({ failure: { code: 'image-unavailable' } })
    expect(await images.get('p')).toMatchObject({ ok: true })
    expect(log.join('')).toContain('not a picture')
    expect(log.join('')).not.toContain('CANARY')
  })

  it('that was allowed on one server is not used for another', async () => {
    const { images, asked, onLoopback } = setUp()
    await images.get('p')
    onLoopback()
    await images.get('p')
    expect(asked).toHaveLength(2)
  })

  it('is not found for a prompt without a picture', async () => {
    expect(await setUp().images.get('other')).toMatchObject({ failure: { code: 'not-found' } })
  })

  it('is kept for the last eight addresses', async () => {
    const { images, asked, urls } = setUp()
    for (let n = 0; n < 9; n += 1) {
      urls.set(`p${n}`, `https://example.org/${n}.png`)
      await images.get(`p${n}`)
    }
    await images.get('p8')
    await images.get('p0')
    expect(asked).toHaveLength(10)
  })
})

it('a picture of the last eight is not fetched again, and a failure is logged with its reason', async () => {
  const { images, asked, urls, results, log } = setUp()
  for (let n = 0; n < 9; n += 1) {
    urls.set(`p${n}`, `https://example.org/${n}.png`)
    await images.get(`p${n}`)
  }
  for (let n = 1; n < 9; n += 1) await images.get(`p${n}`)
  expect(asked).toHaveLength(9)
  results.push(new TypeError('CANARY'))
  await images.get('p')
  expect(log.join('')).toContain('"reason":"unexpected"')
})
