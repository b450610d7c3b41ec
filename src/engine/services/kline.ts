import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { defineService } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { klineKind } from '../tester/kline-channel.ts'
import { channelStream } from './channel-streams.ts'

/** `openOBD.v1.kline` (protocol.md §8): the engine does initialisation, headers, checksums and keep-alive. */
export const klineService = (engine: Engine) =>
  defineService(openObdV1.kline.service, {
    openKlineStream: channelStream(engine, klineKind),
  })
