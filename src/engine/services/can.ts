import type { IsotpChannel__Output } from '../../openobd/generated/types/openOBD/v1/IsotpChannel.ts'
import type { RawChannel__Output } from '../../openobd/generated/types/openOBD/v1/RawChannel.ts'
import type { Tp20Channel__Output } from '../../openobd/generated/types/openOBD/v1/Tp20Channel.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import type { Engine } from '../engine.ts'
import { bidi, defineService } from '../server/rpc.ts'
import { activeAccess } from '../session/access.ts'
import { channelKey, rawChannelKey } from '../tester/channel-rules.ts'
import { tp20ChannelKey } from '../tester/tp20-channel.ts'
import { type ChannelKind, StreamChannels } from './channel-streams.ts'
import { busesOf } from './config.ts'

/** `openOBD.v1.can` (protocol.md §8). A silent ECU is silence; a stream stays open until the client closes it. */
export const canService = (engine: Engine) =>
  defineService(openObdV1.can.service, {
    openIsotpStream: bidi(activeAccess, (stream, { session }) => {
      const buses = busesOf(engine, session)
      const open: ChannelKind<IsotpChannel__Output>['open'] = (subscriber) => buses.openIsotp(subscriber)
      return new StreamChannels(stream, { keyOf: channelKey, open }).serve()
    }),
    openRawStream: bidi(activeAccess, (stream, { session }) => {
      const buses = busesOf(engine, session)
      const open: ChannelKind<RawChannel__Output>['open'] = (subscriber) => buses.openRaw(subscriber)
      return new StreamChannels(stream, { keyOf: rawChannelKey, open }).serve()
    }),
    openTp20Stream: bidi(activeAccess, (stream, { session }) => {
      const buses = busesOf(engine, session)
      const open: ChannelKind<Tp20Channel__Output>['open'] = (subscriber) => buses.openTp20(subscriber)
      return new StreamChannels(stream, { keyOf: tp20ChannelKey, open }).serve()
    }),
  })
