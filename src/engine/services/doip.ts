import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { defineService } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { doipKind } from '../tester/doip-channel.ts'
import { channelStream } from './channel-streams.ts'

/** `openOBD.v1.doip` (protocol.md §8): bare UDS; the engine finds the gateway and activates routing by itself. */
export const doipService = (engine: Engine) =>
  defineService(openObdV1.doip.service, {
    openDoipStream: channelStream(engine, doipKind),
  })
