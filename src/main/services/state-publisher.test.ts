import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { AppState } from '../../shared/app-state.ts'
import { contract, type EventName } from '../../shared/ipc/contract.ts'
import { newFailure } from '../../shared/outcome.ts'
import { initialState } from '../initial-state.ts'
import { tileIn } from '../testing/job-tile.ts'
import { SecretRegistry } from './secret-registry.ts'
import { StatePublisher, type UnusableSlice } from './state-publisher.ts'

function setUp() {
  const clock = new ManualClock()
  const sent: { name: EventName; payload: unknown }[] = []
  const unusable: UnusableSlice[] = []
  const publisher = new StatePublisher(
    initialState({ version: '0', platform: 'test', host: 'electron' }),
    clock,
    (name, payload) => void sent.push({ name, payload }),
    (slice) => void unusable.push(slice),
  )
  return { unusable, clock, sent, publisher, names: () => sent.map(({ name }) => name) }
}

const link = (latencyMs: number): NonNullable<AppState['link']> => ({
  liveness: 'live',
  followsCar: false,
  connected: true,
  samples: [],
  latencyMs,
})
const line = (content: string) => ({
  at: 0,
  level: 'info' as const,
  source: 'function' as const,
  sessionLabel: '',
  content,
})
const question: AppState['prompts'][number] = {
  id: 'p',
  session: { key: 'ours' },
  functionName: '',
  target: 'customer',
  control: { kind: 'yesno', label: 'On?' },
  translations: {},
  hasImage: false,
  shownAt: 1,
  answer: { state: 'open' },
}
const microtask = () => Promise.resolve()

// @proves Security: What leaves main is cleaned in one place on each way out: replies, published state, log
it('removes from slices and log lines what must not leave main', () => {
  const secrets = new SecretRegistry()
  secrets.add('CANARY-secret')
  const clock = new ManualClock()
  const sent: unknown[] = []
  const publisher = new StatePublisher(
    initialState({ version: '0', platform: 'test', host: 'electron' }),
    clock,
    (_name, payload) => void sent.push(payload),
    undefined,
    (value) => secrets.clean(value),
  )
  const failure = newFailure('internal', { detail: `CANARY-secret at 192.0.2.7 ${'x'.repeat(2_000)}` })
  publisher.set('endpoint', { profileId: 'a', status: 'failed', viewer: 'unknown', secure: false, failure })
  publisher.log(line('it is CANARY-secret'))
  clock.advance(100)
  expect(sent).toHaveLength(2)
  expect(JSON.stringify([sent, publisher.snapshot()])).not.toMatch(/CANARY|192/)
})

describe('slices', () => {
  // @proves Sessions and links: Events once per frame; prompts and sessions bypass the batch; drops are counted
  it('are sent once per frame with their newest value', () => {
    const { clock, sent, publisher } = setUp()
    for (let n = 0; n < 100; n += 1) publisher.set('link', link(n))
    expect(sent).toEqual([])
    clock.advance(16)
    expect(sent).toEqual([{ name: 'stateChanged', payload: { revision: 1, slices: { link: link(99) } } }])
  })

  it('of prompts and sessions are sent in the same turn, together with pending changes', async () => {
    const { sent, publisher } = setUp()
    publisher.set('link', link(1))
    publisher.set('prompts', [question])
    publisher.set('endedPrompts', [])
    expect(sent).toEqual([])
    await microtask()
    expect(sent).toHaveLength(1)
    expect(sent[0]?.payload).toEqual({
      revision: 1,
      slices: { link: link(1), endedPrompts: [] },
      lists: { prompts: { put: [question], gone: [] } },
    })
  })

  it('are not sent again after an urgent change has sent them', async () => {
    const { clock, sent, publisher } = setUp()
    publisher.set('link', link(1))
    publisher.set('session', null)
    await microtask()
    clock.advance(100)
    expect(sent).toHaveLength(1)
  })

  it('increase the revision by exactly one per event', async () => {
    const { clock, sent, publisher } = setUp()
    for (let n = 0; n < 5; n += 1) {
      publisher.set('link', link(n))
      if (n % 2) publisher.set('session', null)
      await microtask()
      clock.advance(16)
      publisher.acknowledged({ revision: sent.length, sequence: 0 })
    }
    const revisions = sent.map(({ payload }) => (payload as { revision: number }).revision)
    expect(revisions).toEqual(revisions.map((_, index) => index + 1))
    expect(publisher.snapshot().revision).toBe(revisions.length)
  })

  it('are reported to the watchers of the slice only, after the change', () => {
    const { publisher } = setUp()
    const seen: unknown[] = []
    publisher.watch('link', () => seen.push(publisher.state.link?.latencyMs))
    publisher.set('link', link(1))
    publisher.set('closing', { jobs: [tileIn('active')], question: 1 })
    publisher.set('link', link(2))
    expect(seen).toEqual([1, 2])
  })

  it('lose every field that the contract does not name', () => {
    const { clock, sent, publisher } = setUp()
    const leaking = { ...link(1), sessionToken: 'CANARY', nested: { token: 'CANARY' } }
    publisher.set('link', leaking)
    clock.advance(16)
    expect(JSON.stringify(sent)).not.toContain('CANARY')
  })
})

const ticket = (number: string, subject = '') => ({
  number,
  connectorNumber: '9',
  subject,
  vehicleName: '',
  licensePlate: '',
  inUse: false,
})

describe('long lists', () => {
  it('are sent as differences, however long they are', () => {
    const { clock, sent, publisher } = setUp()
    const many = Array.from({ length: 10_000 }, (_, index) => ticket(String(index)))
    publisher.set('tickets', many)
    clock.advance(16)
    publisher.acknowledged({ revision: 1, sequence: 0 })
    const changed = ticket('77', 'changed')
    publisher.set('tickets', [...many.map((one) => (one.number === '77' ? changed : one)), ticket('new')])
    clock.advance(16)
    expect(sent.at(-1)?.payload).toEqual({
      revision: 2,
      slices: {},
      lists: { tickets: { put: [changed, ticket('new')], gone: [] } },
    })
    publisher.set('tickets', many.slice(1))
    expect(publisher.snapshot().state.tickets).toHaveLength(9_999)
  })

  it('are sent whole when their order changed', () => {
    const { clock, sent, publisher } = setUp()
    publisher.set('tickets', [ticket('1'), ticket('2')])
    clock.advance(16)
    publisher.set('tickets', [ticket('2'), ticket('1')])
    clock.advance(16)
    expect(sent.at(-1)?.payload).toMatchObject({ slices: { tickets: [{ number: '2' }, { number: '1' }] } })
  })

  it('keep the last valid value of an invalid item, without effect on other items', () => {
    const { clock, publisher, unusable } = setUp()
    publisher.set('tickets', [ticket('1', 'good'), ticket('2')])
    clock.advance(16)
    const bad = { ...ticket('1'), inUse: 7 as unknown as boolean }
    publisher.set('tickets', [bad, { ...ticket('3'), inUse: 7 as unknown as boolean }, ticket('2', 'changed')])
    expect(publisher.snapshot().state.tickets).toEqual([ticket('1', 'good'), ticket('2', 'changed')])
    expect(unusable).toEqual([{ slice: 'tickets', problem: 'invalid_type inUse' }])
  })

  it('with a deferred value compute it once per frame, and whenever it is read', () => {
    const { clock, sent, publisher } = setUp()
    let made = 0
    const make = () => {
      made += 1
      return { tickets: [ticket(String(made))] }
    }
    for (let n = 0; n < 5_000; n += 1) publisher.setLater(['tickets'], make)
    expect(made).toBe(0)
    clock.advance(16)
    expect([made, sent.length]).toEqual([1, 1])
    publisher.setLater(['tickets'], make)
    expect(publisher.state.tickets).toEqual([ticket('2')])
  })
})

describe('a page that is behind', () => {
  const voltage = (publisher: StatePublisher, clock: ManualClock, value: number) => {
    publisher.set('link', link(value))
    clock.advance(16)
  }

  // @proves Faults: 35 page busy for 10 s; what a person sees: everything at once, late but complete
  it('gets no third event before it has drawn one, and then everything at once', () => {
    const { clock, sent, publisher } = setUp()
    for (let n = 1; n <= 10; n += 1) voltage(publisher, clock, n)
    expect(sent).toHaveLength(2)
    publisher.acknowledged({ revision: 1, sequence: 0 })
    clock.advance(16)
    expect(sent).toHaveLength(3)
    expect(sent.at(-1)?.payload).toMatchObject({ revision: 3, slices: { link: { latencyMs: 10 } } })
  })

  it('gets one more event every 2 s without an acknowledgement', () => {
    const { clock, sent, publisher } = setUp()
    for (let n = 1; n <= 3; n += 1) voltage(publisher, clock, n)
    expect(sent).toHaveLength(2)
    clock.advance(2_000)
    expect(sent).toHaveLength(3)
    clock.advance(60_000)
    expect(sent).toHaveLength(3)
  })

  // @proves Faults: 35 page busy for 10 s; what a person sees: everything at once, late but complete
  it('gets urgent changes once per frame, the first one at once', async () => {
    const { clock, sent, publisher } = setUp()
    for (let n = 1; n <= 1_000; n += 1) {
      publisher.set('closing', { jobs: [tileIn('active')], question: n })
      await microtask()
    }
    expect(sent).toHaveLength(1)
    clock.advance(16)
    expect(sent).toHaveLength(2)
    expect(sent.at(-1)?.payload).toMatchObject({ slices: { closing: { question: 1_000 } } })
  })

  it('gets no third batch of log lines before it has drawn one; the oldest unsent lines are dropped and counted', () => {
    const { clock, sent, publisher } = setUp()
    for (let n = 0; n < 10; n += 1) {
      for (let count = 0; count < 400; count += 1) publisher.log(line('x'))
      clock.advance(100)
    }
    expect(sent).toHaveLength(2)
    publisher.acknowledged({ revision: 0, sequence: 100 })
    clock.advance(100)
    const third = sent[2]?.payload as { lines: { sequence: number }[]; dropped: number } | undefined
    const { lines = [], dropped } = third ?? {}
    expect([lines.length, lines.at(0)?.sequence]).toEqual([100, 3_001])
    expect(dropped).toBe(2_800)
  })

  it('gets the state before each reply, so that the state is never older than a reply', () => {
    const { clock, sent, publisher } = setUp()
    for (let n = 1; n <= 5; n += 1) voltage(publisher, clock, n)
    publisher.flush()
    expect(sent.at(-1)?.payload).toMatchObject({ revision: 3, slices: { link: { latencyMs: 5 } } })
  })

  it('gets a very long line cut, with the number of missing characters', () => {
    const { publisher } = setUp()
    publisher.log(line('x'.repeat(4_000_000)))
    const [cut] = publisher.snapshot().logLines
    expect([cut?.content.length, cut?.cut]).toEqual([16_384, 3_983_616])
  })
})

describe('a slice that does not fit the contract', () => {
  it('keeps its last good value in events and snapshot, without effect on other slices', () => {
    const { clock, sent, publisher } = setUp()
    publisher.set('link', link(7))
    clock.advance(16)
    publisher.set('link', link(Number.NaN))
    publisher.set('closing', { jobs: [tileIn('active')], question: 1 })
    const snapshot = publisher.snapshot()
    expect(sent.at(-1)?.payload).toEqual({
      revision: 2,
      slices: { closing: { jobs: [tileIn('active')], question: 1 } },
    })
    expect(snapshot.state.link).toEqual(link(7))
    expect(contract.getState.reply.safeParse(snapshot).success).toBe(true)
    publisher.set('link', link(8))
    expect(publisher.snapshot()).toMatchObject({ revision: 3, state: { link: { latencyMs: 8 } } })
  })

  it('does not increase the revision when nothing else changed', () => {
    const { clock, sent, publisher } = setUp()
    publisher.set('link', link(Number.POSITIVE_INFINITY))
    clock.advance(16)
    expect(sent).toEqual([])
    expect(publisher.snapshot().revision).toBe(0)
  })

  it('is reported once until it is valid again, without its value', () => {
    const { clock, publisher, unusable } = setUp()
    for (const latency of [Number.NaN, Number.NaN, 1, Number.NaN]) {
      publisher.set('link', link(latency))
      clock.advance(16)
    }
    expect(unusable).toEqual([
      { slice: 'link', problem: 'invalid_type latencyMs' },
      { slice: 'link', problem: 'invalid_type latencyMs' },
    ])
  })
})

describe('a snapshot', () => {
  it('has the revision of the last event, so that the next one follows without a gap', () => {
    const { sent, publisher, clock } = setUp()
    publisher.set('link', link(7))
    const { revision, state } = publisher.snapshot()
    expect(state.link?.latencyMs).toBe(7)
    publisher.set('link', link(8))
    clock.advance(16)
    expect(sent.at(-1)?.payload).toMatchObject({ revision: revision + 1 })
  })
})

describe('log lines', () => {
  it('are numbered and sent together, ten times a second', () => {
    const { clock, sent, publisher } = setUp()
    publisher.log(line('a'))
    publisher.log(line('b'))
    clock.advance(99)
    expect(sent).toHaveLength(0)
    clock.advance(1)
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ name: 'logAppended', payload: { dropped: 0 } })
    const { lines } = (sent[0] as { payload: unknown }).payload as { lines: { sequence: number; content: string }[] }
    expect(lines.map(({ sequence, content }) => [sequence, content])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
  })

  // @proves Sessions and links: Events once per frame; prompts and sessions bypass the batch; drops are counted
  // @proves Faults: 34 flood of log lines and frames; what a person sees: the newest lines, with the number of dropped ones
  it('of a flood reach the page at most 1,000 a second; the others are dropped, oldest first, and counted', () => {
    const { clock, sent, publisher } = setUp()
    const events = () => sent.map(({ payload }) => payload as { lines: { sequence: number }[]; dropped: number })
    for (let tick = 0; tick < 100; tick += 1) {
      for (let n = 0; n < 500; n += 1) publisher.log(line('x'))
      clock.advance(100)
      publisher.acknowledged({ revision: 0, sequence: 50_000 })
    }
    const shown = events().reduce((sum, { lines }) => sum + lines.length, 0)
    expect(shown).toBe(10_000)
    for (let tick = 0; tick < 20; tick += 1) {
      clock.advance(100)
      publisher.acknowledged({ revision: 0, sequence: 50_000 })
    }
    const all = events()
    expect(all.reduce((sum, { lines, dropped }) => sum + lines.length + dropped, 0)).toBe(50_000)
    expect(all.at(-1)?.lines.at(-1)?.sequence).toBe(50_000)
  })

  it('of a burst are all shown within a second', () => {
    const { clock, sent, publisher } = setUp()
    for (let n = 0; n < 1_000; n += 1) publisher.log(line('x'))
    for (let tick = 0; tick < 10; tick += 1) {
      clock.advance(100)
      publisher.acknowledged({ revision: 0, sequence: 1_000 })
    }
    const events = sent.map(({ payload }) => payload as { lines: unknown[]; dropped: number })
    expect(events.map(({ lines, dropped }) => [lines.length, dropped])).toEqual(Array(10).fill([100, 0]))
  })

  it('are kept for a page that reloads: the last 2,000', () => {
    const { publisher } = setUp()
    for (let n = 1; n <= 100_000; n += 1) publisher.log(line(String(n)))
    const { logLines } = publisher.snapshot()
    expect(logLines).toHaveLength(2_000)
    expect(logLines.at(-1)?.sequence).toBe(100_000)
  })

  it('that do not fit the contract are dropped and reported', () => {
    const { publisher, unusable } = setUp()
    publisher.log({ ...line('a'), at: Number.NaN })
    publisher.log(line('b'))
    const snapshot = publisher.snapshot()
    expect(snapshot.logLines).toMatchObject([{ sequence: 1, content: 'b' }])
    expect(unusable).toEqual([{ slice: 'log', problem: 'invalid_type at' }])
  })

  // @proves Sessions and links: Events once per frame; prompts and sessions bypass the batch; drops are counted
  // @proves Faults: 34 flood of log lines and frames; what a person sees: the newest lines, with the number of dropped ones
  it('never delay a prompt', async () => {
    const { publisher, names } = setUp()
    for (let n = 1; n <= 5_000; n += 1) publisher.log(line(String(n)))
    publisher.set('prompts', [question])
    await microtask()
    expect(names()).toEqual(['stateChanged'])
  })
})
