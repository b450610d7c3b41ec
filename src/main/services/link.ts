import type { ConnectorInformation } from '../../openobd/wire/connector-information.ts'
import type { WorkshopConnector } from '../../openobd/wire/workshop-connector.ts'
import type { LinkView } from '../../shared/session.ts'

const keptSamples = 120

/** The link before its first message. */
export const waitingLink: LinkView = { liveness: 'waiting', connected: false, samples: [] }

/** The link after a message of the connector information stream. */
export function linkAfterTick(link: LinkView, information: ConnectorInformation, nowMs: number): LinkView {
  const { connected, connectedSince, latencyMs, healthy } = information
  const samples = [...link.samples, { at: nowMs, latencyMs }].slice(-keptSamples)
  return { ...link, connected, connectedSince, latencyMs, healthy, samples, lastSeenAt: nowMs }
}

/** The link with what the viewer says of the connector: battery voltage and ignition. */
export function linkWithConnector(link: LinkView, connector: WorkshopConnector | undefined): LinkView {
  return { ...link, voltage: connector?.voltage, ignitionOn: connector?.ignitionOn }
}
