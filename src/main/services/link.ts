import type { ConnectorInformation } from '../../openobd/wire/connector-information.ts'
import type { WorkshopConnector } from '../../openobd/wire/workshop-connector.ts'
import type { LinkView } from '../../shared/session.ts'
import type { ConnectionValues } from './connection-values.ts'

const keptSamples = 120

/** The link before its first message. */
export const waitingLink: LinkView = { liveness: 'waiting', connected: false, samples: [], followsCar: false }

/**
 * The link after a message of the connector information stream. Without internet nothing is measured: the last values and their
 * times stay.
 */
export function linkAfterTick(link: LinkView, information: ConnectorInformation, nowMs: number): LinkView {
  const { connected, connectedSince, latencyMs, healthy } = information
  const heard = { ...link, connected, connectedSince, lastSeenAt: nowMs }
  if (!connected) return { ...heard, healthy: undefined }
  const carKnownAt = link.followsCar && link.plugged === true ? nowMs : link.carKnownAt
  if (latencyMs === undefined) return { ...heard, healthy, carKnownAt }
  const samples = [...link.samples, { at: nowMs, latencyMs }].slice(-keptSamples)
  return { ...heard, latencyMs, latencyAt: nowMs, healthy, samples, carKnownAt }
}

/** The link with the viewer's values of the connector; values that the server cannot know now keep their last state. */
export function linkWithConnector(link: LinkView, connector: WorkshopConnector, nowMs: number): LinkView {
  const { online, plugged, voltage, ignitionOn } = connector
  if (!online) return { ...link, followsCar: true }
  if (!plugged) return { ...link, followsCar: true, plugged }
  return { ...link, followsCar: true, plugged, voltage, ignitionOn, carKnownAt: nowMs }
}

/**
 * The link with the values of the connection's variables. They say nothing of plug and ignition; a voltage that is no longer there leaves
 * the last one, as an old value.
 */
export function linkWithConnection(link: LinkView, { voltage }: ConnectionValues, nowMs: number): LinkView {
  if (voltage === undefined) return linkWithoutViewer(link)
  return { ...link, followsCar: true, plugged: undefined, ignitionOn: undefined, voltage, carKnownAt: nowMs }
}

/** The link while there are no values of the car. */
export const linkWithoutViewer = (link: LinkView): LinkView => ({ ...link, followsCar: false })
