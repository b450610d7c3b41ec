import { describe, expect, it } from 'vitest'
import { FaultProxy } from '../../tests/contract/fault-proxy.ts'
import { HostedWorkshop, outcomeValue } from '../../tests/support/hosted-workshop.ts'
import { systemClock } from '../openobd/clock.ts'
import { trustProfileEndpoint } from '../openobd/grpc/endpoint.ts'
import { GrpcChannel } from '../openobd/grpc/grpc-channel.ts'
import { ManualClock } from '../openobd/manual-clock.ts'
import type { DiagnosticBus } from './function-session.ts'
import { OpenObdSession } from './openobd-session.ts'
import { doipEcu, isotpEcu, klineEcu, tp20Ecu } from './testing/scripted-session.ts'
import { untranslated } from './translated-text.ts'

const question = { control: { kind: 'yesno', label: 'Ready?' }, texts: [untranslated('Ready?')] } as const
const bus = (number: number, pinPlus = number): DiagnosticBus => ({
  kind: 'can',
  name: `bus ${number}`,
  can: { pinPlus, pinMin: number + 8, protocol: 'isotp', bitRate: 500 },
})

/** A claimed session on a real engine, used without the host around it. */
async function claimed(clock?: ManualClock) {
  const workshop = await HostedWorkshop.openEngine()
  workshop.mechanic = () => undefined
  const proxy = new FaultProxy({ port: workshop.engine.ready.port })
  await proxy.listen()
  const { token } = await workshop.claimSession()
  const endpoint = outcomeValue(trustProfileEndpoint({ host: '127.0.0.1', port: proxy.port }))
  const tokens = { current: () => token, replace: () => Promise.resolve(undefined) }
  const session = new OpenObdSession(new GrpcChannel(endpoint), tokens, clock ?? systemClock, Math.random)
  const close = async () => {
    await session.close()
    await proxy.close()
    await workshop[Symbol.asyncDispose]()
  }
  return { workshop, proxy, session, [Symbol.asyncDispose]: close }
}

describe('the session of a hosted function', { timeout: 60_000 }, () => {
  it('ends a waiting question as connection lost when the platform is silent for 30 s', async () => {
    const clock = new ManualClock()
    await using at = await claimed(clock)
    const ui = at.session.openUserInterface()
    const asked = expect(ui.ask(question)).rejects.toMatchObject({ code: 'connection-lost' })
    await at.workshop.event((event) => (event.kind === 'prompt-shown' ? true : undefined))
    await at.proxy.setMode('black-hole')
    for (let second = 0; second < 45; second++) await clock.advanceAsync(1_000)
    await asked
  })

  it('shows no prompt after its user interface is closed', async () => {
    await using at = await claimed()
    const ui = at.session.openUserInterface()
    const asked = expect(ui.ask(question)).rejects.toMatchObject({ code: 'prompt-withdrawn' })
    await at.workshop.event((event) => (event.kind === 'prompt-shown' ? true : undefined))
    ui.close()
    await asked
    await expect(ui.ask(question)).rejects.toMatchObject({ code: 'prompt-withdrawn' })
    await at.workshop.event((event) => (event.kind === 'prompt-ended' ? true : undefined))
    expect(at.workshop.events.filter(({ kind }) => kind === 'prompt-shown')).toHaveLength(1)
  })

  it('sends every log line before it closes, and none afterwards', async () => {
    await using at = await claimed()
    const log = at.session.openScriptLog()
    for (let line = 1; line <= 200; line++) log.write('info', `line ${line}`)
    log.close()
    log.write('error', 'too late')
    await at.session.close()
    await at.workshop.event((event) =>
      event.kind === 'script-log' && event.line.content === 'line 200' ? true : undefined,
    )
    const lines = at.workshop.events.flatMap((event) => (event.kind === 'script-log' ? [event.line.content] : []))
    expect(lines).toEqual(Array.from({ length: 200 }, (_, index) => `line ${index + 1}`))
  })

  it('reports why buses cannot be configured', async () => {
    await using at = await claimed()
    await expect(at.session.configureBuses([1, 2, 3, 4, 5].map(bus))).rejects.toMatchObject({
      message: expect.stringContaining('4'),
    })
    await expect(at.session.configureBuses([bus(1), bus(2, 1)])).rejects.toMatchObject({
      code: 'invalid-input',
    })
  })

  it.each([
    ['ISO-TP', isotpEcu(0x7e0)],
    ['TP2.0', tp20Ecu(1)],
    ['K-line', klineEcu(0x35)],
    ['DoIP', doipEcu(0x1630)],
  ])('reports a bus that was never configured, not a silent %s ECU', async (_transport, ecu) => {
    await using at = await claimed()
    const conversation = at.session.openConversation('nowhere', ecu)
    await expect(conversation.request('22F190')).rejects.toMatchObject({ code: 'not-found' })
  })
})
