import type { DoipChannel__Output } from '../../openobd/generated/types/openOBD/v1/DoipChannel.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import type { Engine } from '../engine.ts'
import { bidi, defineService } from '../server/rpc.ts'
import { activeAccess } from '../session/access.ts'
import { type DoipFailed, doipChannelKey } from '../tester/doip-channel.ts'
import { type ChannelKind, StreamChannels } from './channel-streams.ts'
import { busesOf } from './config.ts'

/** `openOBD.v1.doip` (protocol.md §8): bare UDS; the engine finds the gateway and activates routing by itself. */
export const doipService = (engine: Engine) =>
  defineService(openObdV1.doip.service, {
    openDoipStream: bidi(activeAccess, (stream, { session }) => {
      const buses = busesOf(engine, session)
      const failed: DoipFailed = (channel, reason) =>
        engine.log.warn({ session: session.id, ...channel, reason }, 'DoIP failed')
      const open: ChannelKind<DoipChannel__Output>['open'] = (subscriber) => buses.openDoip(subscriber, failed)
      return new StreamChannels(stream, { keyOf: doipChannelKey, open }).serve()
    }),
  })
