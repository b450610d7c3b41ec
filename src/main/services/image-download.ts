import { lookup as resolveName } from 'node:dns'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { get as httpsGet } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { disableTypes, imageSize, types } from 'image-size'
import { isLoopback } from '../../openobd/grpc/endpoint.ts'
import { isPublicAddress } from './address-policy.ts'

const shownTypes = { png: 'image/png', jpg: 'image/jpeg', webp: 'image/webp', gif: 'image/gif' } as const
disableTypes(types.filter((type) => !(type in shownTypes)))

/** A picture whose content was recognised. */
export interface DownloadedImage {
  readonly mimeType: (typeof shownTypes)[keyof typeof shownTypes]
  readonly bytes: Uint8Array
}

/** Why a picture cannot be shown; for the log. */
export class ImageRefused extends Error {}

/** Limits of one picture. */
export const imageLimits = { bytes: 2 * 1024 * 1024, timeMs: 5000, redirects: 3, pixels: 40_000_000 } as const

/** From where a picture may be fetched. */
export interface ImagePolicy {
  /** The endpoint is on this computer, so pictures may come from this computer too, also over http. */
  readonly allowLoopback: boolean
  /** Certificate authorities in addition to the system's (tests). */
  readonly ca?: string
}

/**
 * Fetches a picture of a prompt: https to public addresses, or anything on loopback when the policy allows it. Each redirect is
 * checked like the first address. Throws ImageRefused when the answer is not a picture, is too large or is too late.
 */
export async function downloadImage(url: string, policy: ImagePolicy): Promise<DownloadedImage> {
  const signal = AbortSignal.timeout(imageLimits.timeMs)
  let next = url
  for (let hop = 0; hop <= imageLimits.redirects; hop += 1) {
    const response = await request(checkedUrl(next, policy), policy, signal)
    const location = response.headers.location
    if (response.statusCode !== undefined && response.statusCode >= 300 && response.statusCode < 400 && location) {
      response.destroy()
      next = new URL(location, next).href
      continue
    }
    if (response.statusCode !== 200) {
      response.destroy()
      throw new ImageRefused('status')
    }
    return recognise(await readBody(response))
  }
  throw new ImageRefused('redirects')
}

/** The parsed URL. Throws ImageRefused when it must not be requested. */
export function checkedUrl(text: string, policy: ImagePolicy): URL {
  if (text.length > 2048 || !URL.canParse(text)) throw new ImageRefused('address')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw new ImageRefused('address')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isLoopback(host)) {
    if (policy.allowLoopback && (url.protocol === 'http:' || url.protocol === 'https:')) return url
    throw new ImageRefused('loopback')
  }
  if (url.protocol !== 'https:') throw new ImageRefused('scheme')
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new ImageRefused('private address')
  return url
}

/** Resolves names for the request and refuses one that points to an address that is not public. */
const publicLookup: LookupFunction = (name, options, callback) => {
  resolveName(name, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0)
    const [first] = addresses
    if (!first || !addresses.every(({ address }) => isPublicAddress(address))) {
      return callback(new ImageRefused('private address'), '', 0)
    }
    if (options.all) return callback(null, addresses)
    return callback(null, first.address, first.family)
  })
}

function request(url: URL, policy: ImagePolicy, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? httpsGet : httpGet
  const isLocal = isLoopback(url.hostname.replace(/^\[|\]$/g, ''))
  const settings = {
    signal,
    agent: false as const,
    headers: { accept: 'image/png, image/jpeg, image/webp, image/gif', 'accept-encoding': 'identity' },
    ...(isLocal ? {} : { lookup: publicLookup }),
    ...(policy.ca ? { ca: policy.ca } : {}),
  }
  // `localhost` is replaced by the address, so that no resolver is involved.
  const target = isLocal && isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 ? withHost(url, '127.0.0.1') : url
  return new Promise((resolve, reject) => {
    get(target, settings, resolve).on('error', () => reject(new ImageRefused('unreachable')))
  })
}

function withHost(url: URL, host: string): URL {
  const copy = new URL(url)
  copy.hostname = host
  return copy
}

async function readBody(response: IncomingMessage): Promise<Uint8Array> {
  const encoding = response.headers['content-encoding']
  const announced = Number(response.headers['content-length'] ?? 0)
  const chunks: Buffer[] = []
  let size = 0
  try {
    if ((encoding && encoding !== 'identity') || announced > imageLimits.bytes) throw new ImageRefused('size')
    for await (const chunk of response) {
      const bytes = chunk as Buffer
      size += bytes.byteLength
      if (size > imageLimits.bytes) throw new ImageRefused('size')
      chunks.push(bytes)
    }
    return new Uint8Array(Buffer.concat(chunks))
  } catch (error) {
    throw error instanceof ImageRefused ? error : new ImageRefused('incomplete')
  } finally {
    response.destroy()
  }
}

/** Decides by the content alone, not by the declared type. */
function recognise(bytes: Uint8Array): DownloadedImage {
  let size: { width: number; height: number; type?: string }
  try {
    size = imageSize(bytes)
  } catch {
    throw new ImageRefused('not a picture')
  }
  const mimeType = shownTypes[size.type as keyof typeof shownTypes]
  if (!mimeType) throw new ImageRefused('not a picture')
  const pixels = size.width * size.height
  if (!(pixels > 0 && pixels <= imageLimits.pixels)) throw new ImageRefused('dimensions')
  return { mimeType, bytes }
}
