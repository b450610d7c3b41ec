import { succeeded } from '../../shared/outcome.ts'
import type { CallOutcome } from '../failure.ts'
import type { Method } from '../grpc/grpc-channel.ts'
import type { GrpcStream, SendOutcome } from '../grpc/grpc-stream.ts'
import { openObdV1 } from '../grpc/protos.ts'
import type { SessionCalls } from '../session/session-calls.ts'
import type { ConfiguredChannel } from '../wire/configured-channel.ts'
import { isotpChannelToWire } from '../wire/isotp-channel.ts'

/** The ECU that requests go to, on a configured bus of the session (protocol.md §8). */
export type DiagnosticChannel = Exclude<ConfiguredChannel, { readonly kind: 'raw' | 'unknown' }>

/** An open stream of one channel; payloads are hex as openOBD sends them. */
export interface ChannelStream {
  readonly stream: Pick<GrpcStream<unknown, { readonly payload: string }>, 'isOver' | 'onMessage' | 'ended' | 'stop'>
  send(payload: string): SendOutcome
}

/** The rpc that reaches a channel, and how it is opened. */
export interface ChannelRoute {
  readonly rpc: string
  open(calls: SessionCalls): CallOutcome<ChannelStream>
}

/** Opens channels. The stream is open before anything is sent on it. */
export function routeTo(channel: DiagnosticChannel): ChannelRoute {
  const { can, kline, doip } = openObdV1
  switch (channel.kind) {
    case 'isotp':
      return route('can/openIsotpStream', can.service.openIsotpStream, isotpChannelToWire(channel.channel))
    case 'tp20': {
      const { busName: bus_name, logicalAddress: logical_address } = channel
      return route('can/openTp20Stream', can.service.openTp20Stream, { bus_name, logical_address })
    }
    case 'kline': {
      const { busName: bus_name, ecuId: ecu_id } = channel
      return route('kline/openKlineStream', kline.service.openKlineStream, { bus_name, ecu_id })
    }
    case 'doip': {
      const { busName: bus_name, gatewayId: gateway_id, testerId: tester_id, ecuId: ecu_id } = channel
      return route('doip/openDoipStream', doip.service.openDoipStream, { bus_name, gateway_id, tester_id, ecu_id })
    }
  }
}

type ChannelMethod<Channel> = Method<{ channel?: Channel | null; payload?: string }, { readonly payload: string }>

function route<Channel>(rpc: string, method: ChannelMethod<Channel>, channel: Channel): ChannelRoute {
  return {
    rpc,
    open(calls) {
      const opened = calls.duplex(method)
      if (!opened.ok) return opened
      const stream = opened.value
      return succeeded({ stream, send: (payload) => stream.send({ channel, payload }) })
    },
  }
}
