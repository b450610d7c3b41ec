import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WorkshopEvent__Output } from '../../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { workbenchV1 } from '../../openobd/grpc/protos.ts'
import { unavailable } from '../../server/refusal.ts'
import { contextToWire } from '../../server/viewer/viewed-session.ts'
import { choices } from '../protocol-choices.ts'
import { contextName } from '../session/context-name.ts'
import type { DiagnosticSession } from '../session/diagnostic-session.ts'
import { EngineUnderTest, eventually } from '../testing/engine-under-test.ts'

const { viewer, WorkshopEvent } = workbenchV1
const success = { result: ['RESULT_SUCCESS' as const] }

let test: EngineUnderTest
let session: DiagnosticSession

beforeEach(async () => {
  test = await EngineUnderTest.start()
  session = test.engine.sessions.get((await test.claimed('7848095')).id)
})

afterEach(() => test.stop())

async function watch(session_updates: boolean) {
  const stream = test.open(viewer.service.watchWorkshop, await test.controllerToken(), test.connect())
  stream.send({ session_updates })
  stream.halfClose()
  await eventually(() => stream.messages.length > 0, 'the snapshot is there')
  return stream
}

const bytesOf = (event: WorkshopEvent__Output) => WorkshopEvent.serialize(event).length
const kinds = (events: readonly WorkshopEvent__Output[]) => events.map(({ event }) => event)
const write = (content: string) =>
  test.engine.scriptLog.write(contextName({ session, context: session.root }), 'LOG_LEVEL_INFO', content)
const said = (events: readonly WorkshopEvent__Output[], content: string) =>
  eventually(() => events.some(({ script_log }) => script_log?.content === content), `"${content}" has arrived`)

/** Whether the newest event about the session knows its newest function. */
function isUpToDate(events: readonly WorkshopEvent__Output[]): boolean {
  const { snapshot, session_changed: whole, session_updated: update } = events.at(-1) ?? {}
  const contexts = update?.changed_contexts ?? whole?.contexts ?? snapshot?.sessions[0]?.contexts
  return contexts?.at(-1)?.id === session.contexts.at(-1)?.id
}

/** Calls a function with many details. */
function callFunction(): void {
  const child = session.startChild(session.root)
  const description = 'x'.repeat(1500)
  session.registerDetails(child, {
    id: 'f',
    name: 'Function',
    version: '1',
    description,
    products: [],
    vehicles: [],
  } as never)
  session.finish(child, success)
}

describe('a viewer that asks for updates of sessions', () => {
  // @proves The whole protocol: A viewer gets the record of a session once, then only its changes, and knows what the engine knows
  it('gets the whole record of a session once, and then only what changes', async () => {
    const { messages } = await watch(true)
    const other = test.engine.sessions.startOnTicket('7848112', 'test')
    await eventually(() => kinds(messages).includes('session_changed'), 'the new session is there')
    other.claim(other.root)
    await eventually(() => kinds(messages).includes('session_updated'), 'the change is there')
    other.end('interrupted', 'interruptSession')
    write('done')
    await said(messages, 'done')
    const told = messages.filter(({ session_changed: whole, session_updated: update }) => whole || update)
    expect(kinds(told)).toEqual(['session_changed', 'session_updated', 'session_updated'])
    expect(told[0]?.session_changed).toMatchObject({ session_id: other.id, state: 'available' })
    expect(told[2]?.session_updated).toMatchObject({
      session_id: other.id,
      state: 'interrupted',
      new_transitions: [{ from: 'active', to: 'interrupted' }],
      changed_contexts: [{ id: other.root.id, state: 'ended' }],
    })
  })

  it('gets the same few bytes for each function, however many ran before it', async () => {
    const { messages } = await watch(true)
    for (let call = 0; call < choices.rememberedContexts + 50; call += 1) {
      callFunction()
      await eventually(() => isUpToDate(messages), 'the function is told of')
    }
    const updates = messages.flatMap((event) => (event.session_updated ? [bytesOf(event)] : []))
    const context = bytesOf({
      session_updated: { changed_contexts: [contextToWire(session.contexts.at(-1) ?? session.root)] },
    } as never)
    expect(updates.length).toBe(choices.rememberedContexts + 50)
    expect(Math.max(...updates)).toBeLessThan(context + 200)
    expect(kinds(messages)).not.toContain('session_changed')
  })

  it.each([true, false])(
    '(%s) gets what changes within one turn of the event loop as one event',
    async (wantsUpdates) => {
      const { messages } = await watch(wantsUpdates)
      for (let call = 0; call < 20; call += 1) callFunction()
      await nextTurn()
      write('done')
      await said(messages, 'done')
      expect(kinds(messages)).toEqual(['snapshot', wantsUpdates ? 'session_updated' : 'session_changed', 'script_log'])
    },
  )

  it('gets what changed before another event before that event', async () => {
    const { messages } = await watch(true)
    const child = session.startChild(session.root)
    write('begun')
    session.finish(child, success)
    write('ended')
    await said(messages, 'ended')
    expect(kinds(messages)).toEqual(['snapshot', 'session_updated', 'script_log', 'session_updated', 'script_log'])
    const states = messages.flatMap(({ session_updated }) =>
      session_updated?.changed_contexts.map(({ state }) => state),
    )
    expect(states.filter(Boolean)).toEqual(['available', 'ended'])
  })

  it('hears of the end of a session that is forgotten at once', async () => {
    const { messages } = await watch(true)
    test.engine.sessions.lose(session, unavailable('restart'))
    write('done')
    await said(messages, 'done')
    const updates = messages.flatMap(({ session_updated }) => session_updated ?? [])
    expect(updates.map(({ state }) => state)).toEqual(['failed'])
  })
})

describe('a viewer that does not read', () => {
  it.each([true, false])(
    '(updates %s) costs few events for all that happens to a session meanwhile',
    async (wanted) => {
      const lazy = await watch(wanted)
      lazy.raw.pause()
      for (let call = 0; call < 2 * choices.rememberedContexts; call += 1) {
        callFunction()
        await nextTurn()
      }
      lazy.raw.resume()
      await eventually(() => isUpToDate(lazy.messages), 'it knows the newest function')
      expect(lazy.messages.length).toBeLessThan(choices.rememberedContexts)
      expect(kinds(lazy.messages).filter((kind) => kind === 'snapshot')).toHaveLength(1)
    },
  )

  it('gets a snapshot, not a queue of whole records, when it wants those and lines come in between', async () => {
    const lazy = await watch(false)
    lazy.raw.pause()
    for (let call = 0; call < choices.rememberedContexts; call += 1) {
      callFunction()
      write('a line')
      await nextTurn()
    }
    lazy.raw.resume()
    await eventually(() => isUpToDate(lazy.messages), 'it knows the newest function')
    expect(lazy.messages.at(-1)?.event).toBe('snapshot')
    expect(lazy.messages.length).toBeLessThan(choices.rememberedContexts)
    expect(lazy.messages.map(({ sequence }) => sequence)).toEqual(lazy.messages.map((_, index) => index))
  })
})
