import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { defineService } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { isotpKind } from '../tester/isotp-channel.ts'
import { rawKind } from '../tester/raw-channel.ts'
import { tp20Kind } from '../tester/tp20-channel.ts'
import { channelStream } from './channel-streams.ts'

/** `openOBD.v1.can` (protocol.md §8). When an ECU does not answer nothing is sent; a stream stays open until the client closes it. */
export const canService = (engine: Engine) =>
  defineService(openObdV1.can.service, {
    openIsotpStream: channelStream(engine, isotpKind),
    openRawStream: channelStream(engine, rawKind),
    openTp20Stream: channelStream(engine, tp20Kind),
  })
