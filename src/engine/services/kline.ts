import type { KlineChannel__Output } from '../../openobd/generated/types/openOBD/v1/KlineChannel.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import type { Engine } from '../engine.ts'
import { bidi, defineService } from '../server/rpc.ts'
import { activeAccess } from '../session/access.ts'
import { klineChannelKey } from '../tester/kline-channel.ts'
import { type ChannelKind, StreamChannels } from './channel-streams.ts'
import { busesOf } from './config.ts'

/** `openOBD.v1.kline` (protocol.md §8): initialisation, headers, checksums and keep-alive are the engine's business. */
export const klineService = (engine: Engine) =>
  defineService(openObdV1.kline.service, {
    openKlineStream: bidi(activeAccess, (stream, { session }) => {
      const buses = busesOf(engine, session)
      const open: ChannelKind<KlineChannel__Output>['open'] = (subscriber) => buses.openKline(subscriber)
      return new StreamChannels(stream, { keyOf: klineChannelKey, open }).serve()
    }),
  })
