import { status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually, refusal } from '../../engine/testing/engine-under-test.ts'
import { openObdV1, workbenchV1 } from '../../openobd/grpc/protos.ts'
import { GatewayBench } from '../testing/gateway-bench.ts'

const viewer = workbenchV1.viewer.service
const session = openObdV1.session.service
const controls = openObdV1.userInterface.service.openControlStream
const log = openObdV1.logging.service.openLogStream

describe('the viewer of the gateway', () => {
  const benches: GatewayBench[] = []
  afterEach(async () => {
    for (const bench of benches.splice(0)) await bench.stop()
  })
  async function start(hasWorkbench: boolean) {
    const bench = await GatewayBench.start({}, { hasWorkbench })
    benches.push(bench)
    const bearer = await bench.controllerToken()
    const watch = bench.open(viewer.watchWorkshop, bearer)
    watch.send({ session_updates: true })
    watch.halfClose()
    await eventually(() => watch.messages.length === 1, 'the snapshot is there')
    return { bench, bearer, watch }
  }

  it('shows a script, its question and its lines on a server that shows none, and takes the answer', async () => {
    const { bench, bearer, watch } = await start(false)
    expect(watch.messages[0]?.snapshot).toMatchObject({ sessions: [], prompts: [], tickets: [], connectors: [] })
    const { id, token } = await bench.claimed('7848095')
    const asking = bench.open(controls, token)
    asking.send({ target: 'INTERFACE_USER', control_yesno: { label: 'Ignition on?' } })
    const shown = () => watch.messages.find(({ prompt_shown }) => prompt_shown)?.prompt_shown
    await eventually(() => shown() !== undefined, 'the question is shown')
    const writing = bench.open(log, token)
    writing.send({ content: 'a line' })
    await eventually(
      () => watch.messages.some(({ script_log }) => script_log?.content === 'a line'),
      'the line is shown',
    )
    expect(shown()).toMatchObject({ session_id: id, control: { control_yesno: { label: 'Ignition on?' } } })
    const answer = { prompt_id: shown()?.id ?? '', answer_id: '1', yesno: true }
    expect(await bench.call(viewer.answerPrompt, answer, bearer)).toMatchObject({ outcome: 'ANSWER_ACCEPTED' })
    await eventually(() => asking.messages.length === 1, 'the script has the answer')
    const record = await bench.call(viewer.getSessionRecord, { session_id: id }, bearer)
    expect(record).toMatchObject({ session_id: id, state: 'active', ticket_number: '7848095', started_by: 'near' })
    await bench.call(session.finish, { result: ['RESULT_SUCCESS'] }, token)
    await eventually(
      () => watch.messages.some(({ session_updated }) => session_updated?.state === 'finished'),
      'the end is shown',
    )
    expect(watch.messages.map(({ sequence }) => sequence)).toEqual(watch.messages.map((_, index) => index))
    expect(watch.messages.some(({ prompt_ended }) => prompt_ended?.prompt_id === shown()?.id)).toBe(true)
  })

  it('knows nothing of a session that was not started through it', async () => {
    const { bench, bearer } = await start(false)
    const { id } = await bench.engine.claimed('7848112')
    expect(await refusal(bench.call(viewer.getSessionRecord, { session_id: id }, bearer))).toMatchObject({
      code: status.NOT_FOUND,
    })
    const answer = { prompt_id: 'unknown', answer_id: '1', yesno: true }
    expect(await bench.call(viewer.answerPrompt, answer, bearer)).toMatchObject({ outcome: 'ANSWER_WITHDRAWN' })
  })

  it.each([true, false])('answers controllers only, on a server with a viewer: %s', async (hasWorkbench) => {
    const { bench } = await start(hasWorkbench)
    const { id, token } = await bench.claimed()
    const watch = bench.open(viewer.watchWorkshop, token)
    watch.send({})
    watch.halfClose()
    expect((await watch.status).code).toBe(status.UNAUTHENTICATED)
    for (const bearer of [token, undefined])
      expect((await refusal(bench.call(viewer.getSessionRecord, { session_id: id }, bearer))).code).toBe(
        status.UNAUTHENTICATED,
      )
  })

  it('is that of a server that has one, with every event once', async () => {
    const { bench, bearer, watch } = await start(true)
    expect(watch.messages[0]?.snapshot?.tickets.length).toBeGreaterThan(0)
    const { id, token } = await bench.claimed('7848095')
    const asking = bench.open(controls, token)
    asking.send({ target: 'INTERFACE_USER', control_yesno: { label: 'Ignition on?' } })
    const writing = bench.open(log, token)
    writing.send({ content: 'a line' })
    const shown = () => watch.messages.flatMap(({ prompt_shown }) => (prompt_shown ? [prompt_shown] : []))
    const lines = () => watch.messages.filter(({ script_log }) => script_log?.content === 'a line')
    await eventually(() => shown().length > 0 && lines().length > 0, 'question and line are shown')
    const answer = { prompt_id: shown()[0]?.id ?? '', answer_id: '1', yesno: false }
    expect(await bench.call(viewer.answerPrompt, answer, bearer)).toMatchObject({ outcome: 'ANSWER_ACCEPTED' })
    await eventually(() => shown().length === 2, 'the answer is shown')
    expect(lines()).toHaveLength(1)
    expect(shown().map(({ answered_at }) => answered_at !== undefined)).toEqual([false, true])
    expect(await bench.call(viewer.getSessionRecord, { session_id: id }, bearer)).toMatchObject({ state: 'active' })
  })
})
