import { expect, it } from 'vitest'
import { WaitingTimes } from './waiting-times.ts'

it('a phase has the time of its first look, and a link that fell silent that of its last message', () => {
  const times = new WaitingTimes()
  const active = { phase: 'active', lastSeenAt: 90 } as const
  expect(times.at(50, { phase: 'claiming', link: 'waiting', lastSeenAt: undefined })).toEqual({ phaseSince: 50 })
  expect(times.at(100, { ...active, link: 'good' })).toEqual({ phaseSince: 100 })
  expect(times.at(200, { ...active, link: 'reconnecting' })).toEqual({ phaseSince: 100, linkSince: 90 })
  expect(times.at(300, { ...active, lastSeenAt: 95, link: 'lost' })).toEqual({ phaseSince: 100, linkSince: 90 })
  expect(times.at(400, { ...active, lastSeenAt: 400, link: 'good' })).toEqual({ phaseSince: 100 })
  expect(times.at(500, { ...active, lastSeenAt: 499, link: 'unplugged' })).toEqual({ phaseSince: 100, linkSince: 500 })
})
