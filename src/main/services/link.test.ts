import { expect, it } from 'vitest'
import type { WorkshopConnector } from '../../openobd/wire/workshop-connector.ts'
import type { LinkView } from '../../shared/session.ts'
import { linkAfterTick, linkWithConnector, linkWithoutViewer, waitingLink } from './link.ts'

const heard: LinkView = {
  liveness: 'waiting',
  connected: true,
  connectedSince: 5,
  latencyMs: 20,
  latencyAt: 100,
  healthy: true,
  lastSeenAt: 100,
  samples: [{ at: 100, latencyMs: 20 }],
  followsCar: false,
  carKnownAt: undefined,
}
const connector = { online: true, plugged: true, voltage: 12.4, ignitionOn: true } as WorkshopConnector

it('the link knows nothing before its first message', () => {
  expect(waitingLink).toStrictEqual({ liveness: 'waiting', connected: false, samples: [], followsCar: false })
})

it('a message of the connector says everything about the link', () => {
  const information = { connected: true, connectedSince: 5, latencyMs: 20, healthy: true }
  expect(linkAfterTick(waitingLink, information, 100)).toEqual(heard)
})

it('a message without a round trip keeps the last one, and says whether the link is healthy', () => {
  const after = linkAfterTick(heard, { connected: true, connectedSince: 5, healthy: false }, 200)
  expect(after).toEqual({ ...heard, healthy: false, lastSeenAt: 200 })
})

it('a message while the connector has no internet leaves the last round trip and no verdict', () => {
  const after = linkAfterTick(heard, { connected: false, latencyMs: 9, healthy: false }, 200)
  expect(after).toEqual({ ...heard, connected: false, connectedSince: undefined, healthy: undefined, lastSeenAt: 200 })
})

it.each([
  ['follows the car that is plugged in', { followsCar: true, plugged: true, carKnownAt: 50 }, 200],
  ['is not plugged in', { followsCar: true, plugged: false, carKnownAt: 50 }, 50],
  ['does not know the plug', { followsCar: true, carKnownAt: 50 }, 50],
  ['does not follow the car', { followsCar: false, plugged: true, carKnownAt: 50 }, 50],
])('a message of a link that %s says when the values of the car were last true', (_title, more, carKnownAt) => {
  for (const latencyMs of [undefined, 20]) {
    const after = linkAfterTick({ ...heard, ...more }, { connected: true, latencyMs, healthy: true }, 200)
    expect(after.carKnownAt).toBe(carKnownAt)
  }
})

it('the viewer adds the values of the car', () => {
  const car = { followsCar: true, plugged: true, voltage: 12.4, ignitionOn: true, carKnownAt: 300 }
  expect(linkWithConnector(heard, connector, 300)).toEqual({ ...heard, ...car })
})

it('the viewer keeps the last values of a car that it cannot know', () => {
  const known = linkWithConnector(heard, connector, 300)
  const none = { ...connector, voltage: undefined, ignitionOn: false }
  expect(linkWithConnector(known, { ...none, online: false, plugged: false }, 400)).toEqual(known)
  expect(linkWithConnector(known, { ...none, plugged: false }, 400)).toEqual({ ...known, plugged: false })
  expect(linkWithConnector(heard, { ...none, online: false }, 400)).toEqual({ ...heard, followsCar: true })
})

it('a link without a viewer keeps its values and no longer follows the car', () => {
  const known = linkWithConnector(heard, connector, 300)
  expect(linkWithoutViewer(known)).toEqual({ ...known, followsCar: false })
})
