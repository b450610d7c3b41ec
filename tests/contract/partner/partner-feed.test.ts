import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { PartnerFeed } from '../../../src/main/services/partner-feed.ts'
import { Workshop } from '../../../src/main/services/workshop.ts'
import { systemClock } from '../../../src/openobd/clock.ts'
import { succeeded } from '../../../src/shared/outcome.ts'
import { account, partnerBench } from './partner-bench.ts'

/** The feed of one server on the imitated API, without waiting for its 15 s. */
async function feedOn(settings: { wsUrl?: 'live' } = {}) {
  const bench = await partnerBench({ statusEveryMs: 20 })
  const workshop = new Workshop(
    () => undefined,
    () => 0,
  )
  const feed = new PartnerFeed({
    settings: {
      isOn: true,
      restBaseUrl: bench.base,
      tokenUrl: `${bench.base}/oauth2/token`,
      wsUrl: settings.wsUrl ? `${bench.base.replace('http', 'ws')}/wssprd` : '',
    },
    account: () => account,
    routeTo: () => succeeded({}),
    clock: systemClock,
    random: () => 0,
    language: () => 'en',
    onToken: () => undefined,
    workshop,
  })
  onTestFinished(() => feed.stop())
  const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 })
  return { ...bench, workshop, feed, until }
}

describe('the Partner API of a server without a viewer', () => {
  it('fills the tickets with customer, car, products and adapter', async () => {
    const { feed, workshop, until } = await feedOn()
    workshop.setAbsent()
    feed.start()
    await until(() => expect(workshop.slices().tickets[0]?.customer).toBeDefined())
    const { workshop: view, tickets, connectors } = workshop.slices()
    expect(view).toMatchObject({ status: 'ready', source: 'partner-api' })
    expect(tickets.find(({ number }) => number === '7848095')).toMatchObject({
      licensePlate: 'HB-FC 2108',
      vehicleName: 'Falkenberg Corvo 2.0 TDI',
      customer: 'Fleet of the Weser Bakery',
      subject: 'Service reset, Gearbox adaptation',
      connectorNumber: '900101060',
      isInProgress: false,
    })
    expect(connectors).toEqual([])
    workshop.setAbsent()
    expect(workshop.slices().workshop.status).toBe('ready')
    expect(workshop.placeOfTarget({ kind: 'ticket', number: '7848095' })).toMatchObject({ licensePlate: 'HB-FC 2108' })
  })

  it('brings voltage and VIN of the adapters of these tickets', async () => {
    const { feed, workshop, until } = await feedOn({ wsUrl: 'live' })
    feed.start()
    await until(() =>
      expect(workshop.slices().connectors.find(({ number }) => number === '900101060')).toMatchObject({
        online: true,
        plugged: true,
        voltage: expect.any(Number),
      }),
    )
  })

  it('keeps the tickets as old ones when it fails, and says why', async () => {
    const { feed, workshop, until, trouble } = await feedOn({ wsUrl: 'live' })
    feed.start()
    await until(() => expect(workshop.slices().tickets.length).toBeGreaterThan(0))
    workshop.setListFailure({ code: 'partner-api-failed', nextAction: 'none', correlationId: '' })
    expect(workshop.slices().workshop).toMatchObject({ status: 'stale', failure: { code: 'partner-api-failed' } })
    expect(workshop.slices().tickets.length).toBeGreaterThan(0)
    trouble('ws-silent')
  })

  it('says why nothing can be listed', async () => {
    const { feed, workshop, until, trouble } = await feedOn()
    trouble('token-refused')
    workshop.setAbsent()
    feed.start()
    await until(() => expect(workshop.slices().workshop.failure?.code).toBe('wrong-credentials'))
    expect(workshop.slices().workshop.status).toBe('absent')
  })

  it('passes and fails the test of a connection', async () => {
    const { feed } = await feedOn()
    expect(await feed.test()).toMatchObject({ ok: true })
    const other = await feedOn()
    other.trouble('token-html')
    expect(await other.feed.test()).toMatchObject({ failure: { code: 'partner-api-unreadable' } })
  })
})
