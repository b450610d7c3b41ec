import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { serverChoices } from '../protocol-choices.ts'
import { PlainFeed, PlainSession, PlainViewer } from '../testing/viewer-bench.ts'
import type { ViewerSink } from './viewer-feed.ts'

const line = (content: string) => (sink: ViewerSink) => sink.happened({ script_log: { content } })

describe('a viewer of a feed', () => {
  it('gets a snapshot first, also of a feed that shows nothing', () => {
    const { events } = new PlainViewer(new PlainFeed())
    const snapshot = { workshop_name: '', tickets: [], connectors: [], sessions: [], prompts: [] }
    expect(events).toEqual([{ sequence: 0, snapshot }])
  })

  it('gets a change of a session before what happens after it, and several of one turn as one', async () => {
    const feed = new PlainFeed()
    const session = new PlainSession('a')
    const viewer = new PlainViewer(feed)
    feed.each((sink) => sink.sessionChanged(session))
    session.moveTo('active')
    feed.each((sink) => sink.sessionChanged(session))
    feed.each(line('afterwards'))
    session.moveTo('finished')
    feed.each((sink) => sink.sessionChanged(session))
    await nextTurn()
    expect(viewer.kinds).toEqual(['snapshot', 'session_changed', 'script_log', 'session_updated'])
    expect(viewer.events[1]?.session_changed?.state).toBe('active')
    expect(viewer.events[3]?.session_updated).toMatchObject({ session_id: 'a', state: 'finished' })
    expect(viewer.events.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3])
  })

  it('gets whole records when it did not ask for updates', async () => {
    const feed = new PlainFeed()
    const session = new PlainSession('a')
    feed.current = { sessions: [session] }
    const viewer = new PlainViewer(feed, false)
    session.moveTo('active')
    feed.each((sink) => sink.sessionChanged(session))
    await nextTurn()
    expect(viewer.events[1]?.session_changed).toMatchObject({ state: 'active', ticket_number: '7848095' })
  })

  it('gets a whole record again for a session that was forgotten in between', async () => {
    const feed = new PlainFeed()
    const session = new PlainSession('a')
    feed.current = { sessions: [session] }
    const viewer = new PlainViewer(feed)
    session.moveTo('finished')
    feed.each((sink) => sink.sessionChanged(session))
    feed.each((sink) => sink.sessionForgotten(session))
    feed.each((sink) => sink.sessionChanged(session))
    await nextTurn()
    expect(viewer.kinds).toEqual(['snapshot', 'session_updated', 'session_changed'])
  })

  it('gets a snapshot instead of more than its queue holds, and nothing is told twice', async () => {
    const feed = new PlainFeed()
    const session = new PlainSession('a')
    const viewer = new PlainViewer(feed)
    viewer.pause()
    feed.each(line('the last that is sent'))
    for (let count = 0; count < serverChoices.viewerQueue + 1; count += 1) feed.each(line('lost'))
    feed.current = { sessions: [session] }
    feed.each((sink) => sink.sessionChanged(session))
    await viewer.resume()
    expect(viewer.kinds).toEqual(['snapshot', 'script_log', 'snapshot'])
    feed.each(line('afterwards'))
    expect(viewer.kinds.slice(3)).toEqual(['script_log'])
  })

  it('keeps what fits into its queue', async () => {
    const feed = new PlainFeed()
    const viewer = new PlainViewer(feed)
    viewer.pause()
    for (let count = 0; count < serverChoices.viewerQueue; count += 1) feed.each(line('kept'))
    await viewer.resume()
    expect(viewer.kinds.filter((kind) => kind === 'script_log')).toHaveLength(serverChoices.viewerQueue)
  })

  it('gets a fresh snapshot when the feed starts again, without what waited before', async () => {
    const feed = new PlainFeed()
    const viewer = new PlainViewer(feed)
    viewer.pause()
    feed.each(line('sent'))
    feed.each(line('outdated'))
    feed.current = { workshopName: 'again' }
    feed.each((sink) => sink.restarted())
    await viewer.resume()
    expect(viewer.kinds).toEqual(['snapshot', 'script_log', 'snapshot'])
    expect(viewer.events[2]?.snapshot?.workshop_name).toBe('again')
  })

  it('follows no more once it has left', async () => {
    const feed = new PlainFeed()
    const viewer = new PlainViewer(feed)
    expect(feed.sinks.size).toBe(1)
    await viewer.leave()
    expect(feed.sinks.size).toBe(0)
  })
})
