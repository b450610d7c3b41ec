import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WorkshopEvent } from '../../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { workbenchV1 } from '../../openobd/grpc/protos.ts'
import { ManualClock } from '../clock/manual-clock.ts'
import { Gauges } from '../gauges.ts'
import { PromptBoard } from '../prompts/prompt-board.ts'
import { serverChoices } from '../protocol-choices.ts'
import { PlainFeed, PlainSession, PlainViewer } from '../testing/viewer-bench.ts'
import { RemoteFeed } from './remote-feed.ts'
import { ScriptLog } from './script-log.ts'
import { sessionToWire } from './viewed-session.ts'
import { boardFeed, mergedFeed, scriptLogFeed, type ViewerSnapshot } from './viewer-feed.ts'

const { WorkshopEvent: wireEvent, SessionRecord } = workbenchV1
const received = (event: WorkshopEvent) => wireEvent.deserialize(wireEvent.serialize(event))
const recordOf = (session: Parameters<typeof sessionToWire>[0]) =>
  SessionRecord.deserialize(SessionRecord.serialize(sessionToWire(session)))
const prompt = (id: string, shownAt: number) => ({ id, session_id: 'a', shown_at: shownAt })

/** A server in front of another one: its viewer stream fills a remote feed, which a viewer of ours follows. */
function chain(shown: ViewerSnapshot = {}) {
  const source = new PlainFeed()
  source.current = shown
  const upstream = new PlainViewer(source)
  const feed = new RemoteFeed()
  let taken = 0
  const pass = async () => {
    await nextTurn()
    for (const event of upstream.events.slice(taken)) feed.take(received(event))
    taken = upstream.events.length
    await nextTurn()
  }
  return { source, feed, pass }
}

const details = { id: 'f', name: 'Function', version: '1', products: [], vehicles: [] }
const success = { result: ['RESULT_SUCCESS' as const], description: 'done' }
const steps: Record<string, (session: PlainSession) => void> = {
  claim: (session) => session.moveTo('active'),
  'start a function': (session) => session.setContext(`context ${session.contexts.length}`, {}),
  'name a function': (session) => session.setContext(session.contexts.at(-1)?.id ?? '', { details }),
  'end a function': (session) => {
    const id = session.contexts.at(-1)?.id ?? ''
    session.setContext(id, { state: 'ended', end: { result: success }, finishedAt: 2000 })
  },
  'forget a function': (session) => {
    if (session.contexts.length > 1) session.contexts.splice(1, 1)
  },
  finish: (session) => {
    session.serviceResult = success
    session.acceptedFinishes = 1
    session.moveTo('finished')
  },
}

describe('a feed of another server', () => {
  it('knows of each session what the other server knows, whatever happens to it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(fc.constantFrom(...Object.keys(steps), 'pass'), { maxLength: 30 }),
        async (isKnownFromStart, sequence) => {
          const session = new PlainSession('a')
          const { source, feed, pass } = chain(isKnownFromStart ? { sessions: [session] } : {})
          await pass()
          for (const name of sequence) {
            steps[name]?.(session)
            source.each((sink) => sink.sessionChanged(session))
            if (name === 'pass') await pass()
          }
          source.each((sink) => sink.sessionChanged(session))
          await pass()
          const [copy] = feed.snapshot().sessions ?? []
          expect(copy && recordOf(copy)).toEqual(recordOf(session))
        },
      ),
      { numRuns: 50 },
    )
  })

  it('passes changes on as small as they came', async () => {
    const session = new PlainSession('a')
    for (let count = 0; count < 50; count += 1) session.setContext(`context ${count}`, { details })
    const { source, feed, pass } = chain({ sessions: [session] })
    await pass()
    const viewer = new PlainViewer(feed)
    session.setContext('context 7', { state: 'active' })
    source.each((sink) => sink.sessionChanged(session))
    await pass()
    expect(viewer.events.at(-1)?.session_updated?.changed_contexts).toMatchObject([
      { id: 'context 7', state: 'active' },
    ])
    expect(viewer.events).toHaveLength(2)
  })

  it('keeps tickets, connectors and prompts up to date', async () => {
    const { source, feed, pass } = chain()
    const viewer = new PlainViewer(feed)
    source.current = { workshopName: 'W', tickets: [{ number: '1' }], connectors: [{ number: 'c' }], prompts: [] }
    source.each((sink) => sink.restarted())
    source.each((sink) => sink.happened({ ticket_changed: { number: '1', session_id: 'a' } }))
    source.each((sink) => sink.happened({ connector_changed: { number: 'c', online: true } }))
    source.each((sink) => sink.happened({ prompt_shown: prompt('p', 1) }))
    source.each((sink) => sink.happened({ prompt_shown: prompt('q', 2) }))
    source.each((sink) => sink.happened({ prompt_ended: { prompt_id: 'p', reason: 'PROMPT_END_REPLACED' } }))
    source.each((sink) => sink.happened({ script_log: { content: 'hello' } }))
    await pass()
    expect(feed.snapshot()).toMatchObject({
      workshopName: 'W',
      tickets: [{ number: '1', session_id: 'a' }],
      connectors: [{ number: 'c', online: true }],
      prompts: [{ id: 'q' }],
    })
    const kinds = ['ticket_changed', 'connector_changed', 'prompt_shown', 'prompt_shown', 'prompt_ended', 'script_log']
    expect(viewer.kinds.slice(-6)).toEqual(kinds)
  })

  it('withdraws the prompts of a lost stream, and starts again with the next snapshot', async () => {
    const { source, feed, pass } = chain()
    source.current = { workshopName: 'W', prompts: [prompt('p', 1)] }
    source.each((sink) => sink.restarted())
    await pass()
    const viewer = new PlainViewer(feed)
    feed.lost()
    expect(viewer.events.at(-1)?.prompt_ended).toEqual({ prompt_id: 'p', reason: 'PROMPT_END_WITHDRAWN' })
    expect(feed.snapshot()).toMatchObject({ workshopName: 'W', prompts: [] })
    source.each((sink) => sink.restarted())
    await pass()
    expect(viewer.events.at(-1)?.snapshot?.prompts).toMatchObject([{ id: 'p' }])
  })

  it('forgets the oldest final sessions when there are too many, and open ones never', () => {
    const feed = new RemoteFeed()
    const forgotten: string[] = []
    const nothing = () => undefined
    feed.follow({
      happened: nothing,
      sessionChanged: nothing,
      restarted: nothing,
      sessionForgotten: ({ id }) => forgotten.push(id),
    })
    const take = (id: string, state: string) => {
      const session = new PlainSession(id)
      session.moveTo(state)
      feed.take(received({ session_changed: sessionToWire(session) }))
    }
    take('open', 'active')
    for (let number = 0; number < serverChoices.rememberedRecords; number += 1) take(`done ${number}`, 'finished')
    expect(forgotten).toEqual(['done 0'])
    expect(feed.snapshot().sessions).toHaveLength(serverChoices.rememberedRecords)
  })
})

describe('merged feeds', () => {
  it('show a board beside another server: prompts in the order in which they were shown, lines as they come', async () => {
    const { source, feed: remote, pass } = chain()
    source.current = { workshopName: 'W', tickets: [{ number: '1' }], prompts: [prompt('early', 1), prompt('late', 9)] }
    source.each((sink) => sink.restarted())
    await pass()
    const clock = new ManualClock(5)
    const board = new PromptBoard(clock, new Gauges<'promptsOnDisplay'>())
    const log = new ScriptLog(clock)
    const owner = {
      sessionId: 'a',
      contextKey: 'a',
      contextId: '',
      functionName: 'Local',
      isSessionOver: () => false,
      wasIdle: () => undefined,
    }
    const desk = board.open({ owner, reply: () => undefined, end: () => undefined })
    const ask = (label: string) =>
      desk.show({ target: 'INTERFACE_USER', translations: [], ControlType: 'control_yesno', control_yesno: { label } })
    ask('one')
    const viewer = new PlainViewer(mergedFeed([remote, boardFeed(board), scriptLogFeed(log)]))
    const [{ snapshot } = {}] = viewer.events
    expect(snapshot?.workshop_name).toBe('W')
    expect(snapshot?.prompts?.map(({ shown_at }) => shown_at)).toEqual([1, 5, 9])
    ask('two')
    log.write(owner, 'LOG_LEVEL_INFO', 'hello')
    source.each((sink) => sink.happened({ prompt_ended: { prompt_id: 'late', reason: 'PROMPT_END_WITHDRAWN' } }))
    await pass()
    expect(viewer.kinds).toEqual(['snapshot', 'prompt_ended', 'prompt_shown', 'script_log', 'prompt_ended'])
    expect(viewer.events[3]?.script_log).toEqual({
      session_id: 'a',
      context_id: '',
      at: 5,
      level: 'LOG_LEVEL_INFO',
      content: 'hello',
    })
    desk.close()
  })
})
