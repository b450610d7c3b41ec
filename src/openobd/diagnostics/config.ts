import { type CallOutcome, mapOutcome, withoutValue } from '../failure.ts'
import { defaultDeadlineMs } from '../grpc/grpc-channel.ts'
import { openObdV1 } from '../grpc/protos.ts'
import type { SessionCalls } from '../session/session-calls.ts'
import { type Bus, busFromWire, busToWire } from '../wire/bus-configuration.ts'
import { type ConfiguredChannel, configuredChannelFromWire } from '../wire/configured-channel.ts'

const rpcs = openObdV1.config.service

/** All buses and channels of the session, whichever context configured them. */
export interface Configuration {
  readonly buses: readonly Bus[]
  readonly channels: readonly ConfiguredChannel[]
}

/** Configures the buses of the session anew, replacing those that are there (protocol.md §7). */
export async function configureBuses(calls: SessionCalls, buses: readonly Bus[]): Promise<CallOutcome<null>> {
  const opened = calls.clientStream(rpcs.configureBus, { deadlineMs: defaultDeadlineMs })
  if (!opened.ok) return opened
  const { stream, reply } = opened.value
  for (const bus of buses) stream.send(busToWire(bus))
  stream.halfClose()
  return withoutValue(await reply)
}

/** What is configured in the session. */
export async function getConfiguration(calls: SessionCalls): Promise<CallOutcome<Configuration>> {
  const outcome = await calls.unary(rpcs.getConfiguration, {})
  return mapOutcome(rpcs.getConfiguration, outcome, (wire) => ({
    buses: wire.buses.map(busFromWire),
    channels: wire.channels.map(configuredChannelFromWire),
  }))
}
