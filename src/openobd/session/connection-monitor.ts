import type { CallOutcome } from '../failure.ts'
import type { ConnectorInformation__Output } from '../generated/types/openOBD/v1/ConnectorInformation.ts'
import type { GrpcStream } from '../grpc/grpc-stream.ts'
import { openObdV1 } from '../grpc/protos.ts'
import type { SessionCalls } from './session-calls.ts'

const rpcs = openObdV1.connectionMonitor.service

/** One message per second about the link. `Heartbeat` keeps it open; use that rather than this. */
export const openConnectorInformationStream = (
  calls: Pick<SessionCalls, 'serverStream'>,
): CallOutcome<GrpcStream<never, ConnectorInformation__Output>> =>
  calls.serverStream(rpcs.openConnectorInformationStream, {})
