import { Metadata, type StatusObject, status } from '@grpc/grpc-js'
import type { Channel } from '../../openobd/grpc/grpc-channel.ts'
import { workbenchV1 } from '../../openobd/grpc/protos.ts'
import type { AnyToken } from '../../openobd/token.ts'
import { RemoteFeed } from '../../server/viewer/remote-feed.ts'
import { FarStatus } from '../far-status.ts'

const { path, requestSerialize, responseDeserialize } = workbenchV1.viewer.service.watchWorkshop

/** What the viewer of the server tells one viewer of the gateway. */
export interface FarFeed {
  readonly feed: RemoteFeed
  /** Resolves when the server has ended the stream; undefined for OK. */
  readonly ended: Promise<FarStatus | undefined>
}

/** Follows the viewer of the server until `left`; resolves with its first event, rejects with the status of the server. */
export async function openFarFeed(channel: Channel, token: AnyToken | undefined, left: AbortSignal): Promise<FarFeed> {
  const feed = new RemoteFeed()
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<FarStatus | undefined>()
  const call = channel.pass(path, {
    metadata: new Metadata(),
    deadline: Number.POSITIVE_INFINITY,
    ...(token && { token }),
  })
  const cancel = () => call.cancel()
  left.addEventListener('abort', cancel, { once: true })
  call.on('data', (bytes: Buffer) => {
    feed.take(responseDeserialize(bytes))
    begun.resolve()
  })
  call.on('error', () => undefined)
  call.on('status', ({ code, details, metadata }: StatusObject) => {
    left.removeEventListener('abort', cancel)
    const failure = code === status.OK ? undefined : new FarStatus(code, details, metadata)
    if (failure === undefined) begun.resolve()
    else begun.reject(failure)
    ended.resolve(failure)
  })
  call.write(requestSerialize({ session_updates: true }))
  call.end()
  await begun.promise
  return { feed, ended: ended.promise }
}
