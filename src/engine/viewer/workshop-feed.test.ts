import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WorkshopEvent__Output } from '../../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { openObdV1, workbenchV1 } from '../../openobd/grpc/protos.ts'
import { serverChoices } from '../../server/protocol-choices.ts'
import { contextName } from '../session/context-name.ts'
import { EngineUnderTest, eventually } from '../testing/engine-under-test.ts'

const { watchWorkshop } = workbenchV1.viewer.service

describe('a viewer of the workshop', () => {
  let test: EngineUnderTest
  let controller: string

  beforeEach(async () => {
    test = await EngineUnderTest.start()
    controller = await test.controllerToken()
  })

  afterEach(() => test.stop())

  async function watch() {
    const stream = test.open(watchWorkshop, controller, test.connect())
    stream.send({})
    stream.halfClose()
    await eventually(() => stream.messages.length > 0, 'the snapshot is there')
    return stream
  }

  const kinds = (events: readonly WorkshopEvent__Output[]) => events.map(({ event }) => event)

  it('gets the whole workshop first', async () => {
    const { id } = await test.claimed('7848095')
    const { messages } = await watch()
    const snapshot = messages[0]?.snapshot
    expect(snapshot?.tickets.length).toBeGreaterThanOrEqual(6)
    expect(snapshot?.connectors.map(({ session_id }) => session_id).slice(0, 5)).toEqual([id, '', '', '', ''])
    expect(snapshot?.sessions.map(({ session_id, state }) => [session_id, state])).toEqual([[id, 'active']])
    expect(snapshot?.connectors[0]?.vin).not.toBe('')
  })

  it('then gets every change in order, with rising numbers', async () => {
    const { messages } = await watch()
    const { id, token } = await test.claimed('7848095')
    await test.call(openObdV1.session.service.finish, { result: ['RESULT_FAILURE'] }, token)
    await eventually(() => messages.at(-1)?.session_changed?.state === 'finished', 'the session is over')
    expect(messages.map(({ sequence }) => sequence)).toEqual(messages.map((_, index) => index))
    const states = messages.flatMap(({ session_changed }) => (session_changed ? [session_changed.state] : []))
    expect(states).toEqual(['available', 'active', 'finished'])
    const holders = messages.flatMap(({ ticket_changed: ticket }) =>
      ticket?.number === '7848095' ? [ticket.session_id] : [],
    )
    expect(holders).toEqual([id, ''])
  })

  it('sees a connector lose its voltage and identity with its plug', async () => {
    const { messages } = await watch()
    test.engine.faults.set('connector-unplugged', { connectorNumber: '900101060', sessionId: '' }, {})
    await eventually(() => messages.length > 1, 'the change has arrived')
    const connector = messages[1]?.connector_changed
    expect([connector?.plugged, connector?.vin, connector?.vehicle_name, connector?.ignition_on]).toEqual([
      false,
      '',
      '',
      false,
    ])
    expect(connector?._voltage).toBeUndefined()
  })

  it('does not hold the engine up when it does not read, and gets a fresh snapshot instead of what it missed', async () => {
    const lazy = await watch()
    lazy.raw.pause()
    const { id } = await test.claimed('7848095')
    const session = test.engine.sessions.get(id)
    const owner = contextName({ session, context: session.root })
    const line = 'x'.repeat(1000)
    for (let index = 0; index < 20 * serverChoices.viewerQueue; index += 1) {
      test.engine.scriptLog.write(owner, 'LOG_LEVEL_INFO', line)
      if (index % 100 === 0) await nextTurn()
    }
    lazy.raw.resume()
    await eventually(() => kinds(lazy.messages).filter((kind) => kind === 'snapshot').length === 2, 'a fresh snapshot')
    expect(lazy.messages.length).toBeLessThan(10 * serverChoices.viewerQueue)
    const again = lazy.messages.findLast(({ event }) => event === 'snapshot')?.snapshot
    expect(again?.sessions.map(({ session_id }) => session_id)).toEqual([id])
    expect(lazy.messages.map(({ sequence }) => sequence)).toEqual(lazy.messages.map((_, index) => index))
  })

  it('leaves nothing behind when it goes', async () => {
    const streams = [await watch(), await watch(), await watch()]
    for (const stream of streams) stream.cancel()
    await eventually(() => test.engine.gauges.read('openStreams') === 0, 'the streams are gone')
  })

  it('reads the record of a session that is no longer retrievable', async () => {
    const { id, token } = await test.claimed('7848095')
    await test.call(openObdV1.session.service.finish, { result: ['RESULT_NEEDS_VALIDATION'] }, token)
    await test.advance(3600)
    const { getSessionRecord } = workbenchV1.viewer.service
    const record = await test.call(getSessionRecord, { session_id: id }, await test.controllerToken())
    expect(record.service_result?.result).toEqual(['RESULT_NEEDS_VALIDATION'])
    expect(record.contexts).toHaveLength(1)
  })
})
