import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../src/openobd/clock.ts'
import { configureBuses, getConfiguration } from '../../src/openobd/diagnostics/config.ts'
import { UdsChannel } from '../../src/openobd/diagnostics/uds-channel.ts'
import { trustProfileEndpoint } from '../../src/openobd/grpc/endpoint.ts'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { ControlAsker } from '../../src/openobd/session/control-asker.ts'
import type { CustodyView } from '../../src/openobd/session/custody/custody-options.ts'
import { DirectCustody } from '../../src/openobd/session/custody/direct-custody.ts'
import { ScriptLog } from '../../src/openobd/session/script-log.ts'
import { SessionController } from '../../src/openobd/session/session-controller.ts'
import { type EcuDetectionNews, followEcuDetection, getVehicleDetails } from '../../src/openobd/session/vehicle-info.ts'
import { type ViewerStatus, WorkshopViewer } from '../../src/openobd/session/workshop-viewer.ts'
import type { WorkshopEvent } from '../../src/openobd/wire/workshop-event.ts'
import { EngineProcess } from '../support/engine-process.ts'
import { bad, good } from './client-bench.ts'

const timing = { clock: systemClock, random: Math.random }

async function connected(...options: string[]) {
  const engine = await EngineProcess.start({ args: options })
  const { host, port, clientId, clientSecret, clusterId } = engine.ready
  const grpcChannel = new GrpcChannel(good(trustProfileEndpoint({ host, port })))
  const controller = new SessionController(grpcChannel, { clientId, clientSecret, clusterId }, systemClock)
  const events: WorkshopEvent[] = []
  const status: ViewerStatus[] = []
  const viewer = new WorkshopViewer({
    controller,
    ...timing,
    onEvent: (event) => events.push(event),
    onStatus: (now) => status.push(now),
  })
  const views: CustodyView[] = []
  const custody = new DirectCustody({
    controller,
    ...timing,
    target: { kind: 'ticket', number: engine.ready.ticket },
    channelTo: () => grpcChannel,
    onChange: (view) => views.push(view),
  })
  onTestFinished(async () => {
    custody.release()
    viewer.stop()
    grpcChannel.close()
    await engine.stop()
  })
  return { ready: engine.ready, controller, viewer, events, status, custody, views }
}

describe('our client on our engine', () => {
  it('does a whole job, and the viewer sees and answers its prompt', async () => {
    const { viewer, events, status, custody } = await connected()
    viewer.start()
    await vi.waitFor(() => expect(events[0]?.kind).toBe('snapshot'))
    expect(status).toEqual(['live'])
    const calls = good(await custody.start())
    expect(good(await getVehicleDetails(calls)).name).toBeTruthy()
    await vi.waitFor(() => expect(custody.view.liveness).toBe('live'), { timeout: 3_000 })

    const news: EcuDetectionNews[] = []
    const stopFollowing = followEcuDetection(calls, systemClock, (one) => news.push(one))
    onTestFinished(stopFollowing)
    await vi.waitFor(() => expect(news.at(-1)?.status).toBe('ready'), { timeout: 15_000 })
    const last = news.at(-1)
    const isotp = last?.status === 'ready' ? last.ecus.find((ecu) => ecu.kind === 'isotp') : undefined
    if (isotp?.kind !== 'isotp') throw new Error('The car has no ECU on CAN.')
    good(await configureBuses(calls, [{ kind: 'can', name: 'bus', can: isotp.bus }]))
    const { requestId, responseId } = isotp
    const ecu = new UdsChannel(calls, systemClock, {
      kind: 'isotp',
      channel: { busName: 'bus', requestId, responseId },
    })
    const vin = good(await ecu.request(Uint8Array.of(0x22, 0xf1, 0x90)))
    expect(vin.kind).toBe('positive')
    expect(good(await getConfiguration(calls)).channels).toMatchObject([{ kind: 'isotp', channel: { requestId } }])
    ecu.close()

    const asker = new ControlAsker(calls)
    const answer = asker.askOption('Which axle?', ['front', 'rear'], { translations: { front: { de: 'vorne' } } })
    const shown = await vi.waitFor(() => {
      const event = events.find((one) => one.kind === 'prompt-shown')
      if (event?.kind !== 'prompt-shown') throw new Error('No prompt yet.')
      return event.prompt
    })
    expect(shown.screen).toMatchObject({ target: 'customer', translations: { front: { de: 'vorne' } } })
    const receipts = await Promise.all([
      viewer.answerPrompt(shown.id, 'tap-1', { kind: 'options', option: 1 }),
      viewer.answerPrompt(shown.id, 'tap-1', { kind: 'options', option: 1 }),
    ])
    expect(receipts.map((receipt) => good(receipt).outcome)).toEqual(['accepted', 'accepted'])
    expect(good(await viewer.answerPrompt(shown.id, 'tap-2', { kind: 'options', option: 0 })).outcome).toBe('answered')
    expect(good(await answer)).toBe(1)
    asker.close()
    await vi.waitFor(() => expect(events.some((one) => one.kind === 'prompt-ended')).toBe(true))

    const log = new ScriptLog(calls)
    log.write('warning', 'slow ECU')
    good(await log.close())
    await vi.waitFor(() =>
      expect(events.some((one) => one.kind === 'script-log' && one.line.level === 'warning')).toBe(true),
    )

    const serviceResult = { results: ['success' as const], userFeedback: 'success' as const, description: 'done' }
    good(await custody.finish(serviceResult))
    const sessionId = 'sessionId' in custody.view.state ? (custody.view.state.sessionId ?? '') : ''
    const record = good(await viewer.getSessionRecord(sessionId))
    expect(record).toMatchObject({ state: 'finished', serviceResult, acceptedFinishes: 1 })
  }, 40_000)

  it('works without workbench.v1 and says that there is no viewer', async () => {
    const { viewer, status, custody } = await connected('--without', 'workbench')
    viewer.start()
    await vi.waitFor(() => expect(status).toEqual(['absent']))
    good(await custody.start())
    good(await custody.finish({ results: ['needs-completion'] }))
    expect(bad(await viewer.getSessionRecord('x')).code).toBe('not-supported-by-server')
  })

  it('names what is wrong with an unknown ticket, a ticket in use and a second claim', async () => {
    const { controller, ready, custody } = await connected()
    expect(bad(await controller.startSession({ kind: 'ticket', number: '1' })).code).toBe('unknown-ticket')
    expect(bad(await controller.startSession({ kind: 'connector', number: '1' })).code).toBe('unknown-connector')
    good(await custody.start())
    expect(bad(await controller.startSession({ kind: 'ticket', number: ready.ticket })).code).toBe('resource-in-use')
    const wrong = new SessionController(
      controller.grpcChannel,
      { clientId: ready.clientId, clientSecret: 'x', clusterId: '001' },
      systemClock,
    )
    expect(bad(await wrong.getSessionList()).code).toBe('wrong-credentials')
  })

  // @proves Faults: 22 operator interrupts; what a person sees: “Stopped by the operator”
  it('ends cleanly when the operator interrupts', async () => {
    const { controller, custody } = await connected()
    good(await custody.start())
    const state = custody.view.state
    await vi.waitFor(() => expect(custody.view.liveness).toBe('live'), { timeout: 3_000 })
    good(await controller.interruptSession('sessionId' in state ? (state.sessionId ?? '') : ''))
    await vi.waitFor(() => expect(custody.view.state).toMatchObject({ phase: 'ended', end: { kind: 'interrupted' } }), {
      timeout: 500,
      interval: 5,
    })
  })
})
