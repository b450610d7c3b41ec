// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest'
import { defaultSettings } from '../../shared/default-settings.ts'
import { FakeWorkbench, fakeFailure } from '../testing/fake-workbench.ts'
import { sampleLog, samplePrompt, startState } from '../testing/sample-state.ts'
import { createMirrorStore, eventPlace, followMain, keptLogLines, withLogLines } from './mirror.ts'

const german = { ...defaultSettings, language: 'de', theme: 'light' } as const
const dutch = { ...defaultSettings, language: 'nl', theme: 'dark' } as const

async function following() {
  const fake = new FakeWorkbench(startState())
  const store = createMirrorStore()
  const stop = followMain(fake.api, store)
  await vi.waitFor(() => expect(store.getState().status).toBe('ready'))
  return { fake, store, stop }
}

describe('followMain', () => {
  it('reads one snapshot and then applies events', async () => {
    const { fake, store } = await following()
    fake.change({ settings: german })
    expect(store.getState().state?.settings).toEqual(german)
    expect(store.getState().revision).toBe(fake.revision)
    expect(fake.snapshots).toBe(1)
  })

  it('keeps unchanged slices', async () => {
    const { fake, store } = await following()
    const before = store.getState().state?.workshop
    fake.change({ settings: german })
    expect(store.getState().state?.workshop).toBe(before)
  })

  it('applies differences of long lists', async () => {
    const { fake, store } = await following()
    const first = startState().tickets[0]
    if (first === undefined) throw new Error('The sample has no ticket')
    const changed = { ...first, subject: 'Changed' }
    const added = { ...first, number: '1' }
    fake.revision += 1
    const put = [changed, added]
    fake.send({ revision: fake.revision, slices: {}, lists: { tickets: { put, gone: ['7848101'] } } })
    const tickets = store.getState().state?.tickets ?? []
    expect(tickets.map(({ number }) => number)).toEqual(['7848095', '7848117', '7848120', '1'])
    expect(tickets[0]).toEqual(changed)
  })

  it('reports to main what it has drawn, once per frame', async () => {
    const { fake, store } = await following()
    const seen: unknown[] = []
    fake.reply('acknowledge', (args) => {
      seen.push(args)
      return { ok: true, value: null }
    })
    fake.change({ settings: german })
    fake.change({ settings: dutch })
    fake.appendLog(sampleLog(0, 3))
    await vi.waitFor(() => expect(seen).toEqual([{ revision: store.getState().revision, sequence: 2 }]))
  })

  it('reads the whole state again when a revision is missing', async () => {
    const { fake, store } = await following()
    fake.changeUnheard({ settings: german })
    fake.change({ prompts: [samplePrompt(1, { kind: 'unknown' })] })
    await vi.waitFor(() => expect(store.getState().revision).toBe(fake.revision))
    expect(store.getState().state).toEqual(fake.state)
    expect(fake.snapshots).toBe(2)
  })

  it('ignores an event that the snapshot already contains', async () => {
    const { fake, store } = await following()
    fake.send({ revision: fake.revision, slices: { settings: dutch } })
    fake.send({ revision: fake.revision - 1, slices: { settings: dutch } })
    expect(store.getState().state?.settings.language).toBe('en')
  })

  it('keeps events that arrive before the snapshot', async () => {
    const fake = new FakeWorkbench(startState())
    const store = createMirrorStore()
    followMain(fake.api, store)
    fake.change({ settings: german })
    fake.change({ settings: dutch })
    await vi.waitFor(() => expect(store.getState().revision).toBe(fake.revision))
    expect(store.getState().state?.settings).toEqual(dutch)
  })

  it('reads the whole state again once, however many gaps appear meanwhile', async () => {
    const { fake, store } = await following()
    fake.changeUnheard({ settings: german })
    fake.change({ settings: dutch })
    fake.changeUnheard({ settings: german })
    fake.change({ settings: dutch })
    await vi.waitFor(() => expect(store.getState().revision).toBe(fake.revision))
    expect(fake.snapshots).toBeLessThanOrEqual(3)
    expect(store.getState().state?.settings).toEqual(dutch)
  })

  it('reports a failure when the first snapshot cannot be read', async () => {
    const fake = new FakeWorkbench(startState())
    const store = createMirrorStore()
    const getState = () => Promise.reject(new Error(fakeFailure('internal').code))
    followMain({ ...fake.api, getState }, store)
    await vi.waitFor(() => expect(store.getState().status).toBe('failed'))
  })

  it('keeps its state when a later snapshot cannot be read', async () => {
    const fake = new FakeWorkbench(startState())
    const store = createMirrorStore()
    let isBroken = false
    const getState = () => (isBroken ? Promise.reject(new Error('broken')) : fake.api.getState())
    followMain({ ...fake.api, getState }, store)
    await vi.waitFor(() => expect(store.getState().status).toBe('ready'))
    isBroken = true
    fake.changeUnheard({ settings: german })
    fake.change({ functions: [] })
    await vi.waitFor(() => expect(store.getState().status).toBe('ready'))
    expect(store.getState().state?.settings.language).toBe('en')
    isBroken = false
    fake.change({ functions: [] })
    await vi.waitFor(() => expect(store.getState().revision).toBe(fake.revision))
    expect(store.getState().state?.settings).toEqual(german)
  })

  it('ignores events after its end', async () => {
    const { fake, store, stop } = await following()
    stop()
    fake.change({ settings: german })
    expect(fake.listenerCount).toBe(0)
    expect(store.getState().state?.settings.language).toBe('en')
  })
})

describe('eventPlace', () => {
  const event = (revision: number) => ({ revision, slices: {} })
  it.each([
    [4, 'old'],
    [5, 'old'],
    [6, 'next'],
    [7, 'gap'],
  ])('after revision 5 an event of revision %i is %s', (revision, place) => {
    expect(eventPlace(5, event(revision))).toBe(place)
  })
})

describe('withLogLines', () => {
  const empty = { lines: [], dropped: 0, forgotten: 0 }

  it('adds no line twice', () => {
    const lines = sampleLog(0, 10)
    const log = withLogLines({ ...empty, lines }, { lines: sampleLog(0, 12), dropped: 0 })
    expect(log.lines.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 12 }, (_, index) => index))
  })

  it('adds up the lines that main dropped, also without a new line', () => {
    const log = withLogLines(withLogLines(empty, { lines: [], dropped: 3 }), { lines: sampleLog(0, 1), dropped: 4 })
    expect(log.dropped).toBe(7)
  })

  it('keeps at most 4 Mi characters and counts the dropped lines', () => {
    const heavy = sampleLog(0, 100).map((line) => ({ ...line, content: 'x'.repeat(100_000) }))
    const log = withLogLines(empty, { lines: heavy, dropped: 0 })
    expect(log.lines).toHaveLength(41)
    expect(log.forgotten).toBe(59)
    expect(log.lines.at(-1)?.sequence).toBe(99)
  })

  it('keeps the newest lines when there are too many', () => {
    const log = withLogLines(empty, { lines: sampleLog(0, keptLogLines + 5), dropped: 0 })
    expect(log.lines).toHaveLength(keptLogLines)
    expect(log.lines.at(-1)?.sequence).toBe(keptLogLines + 4)
  })
})
