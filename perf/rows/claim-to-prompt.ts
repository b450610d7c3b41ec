import { systemClock } from '../../src/openobd/clock.ts'
import { ControlAsker } from '../../src/openobd/session/control-asker.ts'
import { SessionController } from '../../src/openobd/session/session-controller.ts'
import { FaultProxy } from '../../tests/contract/fault-proxy.ts'
import type { EngineProcess } from '../../tests/support/engine-process.ts'
import { LineChild } from '../child.ts'
import { loopbackChannel, OurSession, outcomeValue } from '../our-session.ts'
import { pythonPath, pythonScript } from '../python.ts'
import { interleaved, parseRound, type Round } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

const roundTripMs = 40

/** Starts a session, claims it and shows a label; the time in ms from the start to the label's echo. */
async function claimAndShow(controller: SessionController, connector: string): Promise<Round> {
  const begin = performance.now()
  const session = await OurSession.start(controller, connector)
  const asker = new ControlAsker(session.calls)
  outcomeValue(await asker.showLabel('first prompt'))
  const duration = performance.now() - begin
  asker.close()
  await session.finish()
  return { samples: [duration], processor: 0 }
}

/**
 * From the tap on a ticket to the first prompt with 40 ms round-trip delay, against the same flow of the official client.
 * Every cold flow has a port of its own: grpcio shares connections between channels to one address.
 */
export async function claimToPrompt(engine: EngineProcess): Promise<Row> {
  const { port, connector, connectors } = engine.ready
  const proxies: FaultProxy[] = []
  const farAway = async () => {
    const proxy = new FaultProxy({ port })
    proxies.push(proxy)
    proxy.delayMs = roundTripMs / 2
    return await proxy.listen()
  }
  const controllerFarAway = async () =>
    new SessionController(loopbackChannel(await farAway()), engine.ready, systemClock)
  const environment = { ...engine.environment, OPENOBD_CONNECTOR_ID: connectors[1] ?? connector }
  const official = new LineChild(pythonPath(), [pythonScript('official_claim.py')], environment)
  const connected = await controllerFarAway()
  try {
    await official.line()
    outcomeValue(await connected.token())
    const [application, nothing, theirs] = await interleaved(
      [
        () => claimAndShow(connected, connector),
        async () => {
          const controller = await controllerFarAway()
          const round = await claimAndShow(controller, connector)
          controller.grpcChannel.close()
          return round
        },
        async () => parseRound(await official.ask(String(await farAway()))),
      ],
      { rounds: 15, requests: 1 },
    )
    if (!application || !nothing || !theirs) throw new Error('Nothing was measured.')
    return rowOf(summarise(application.samples), summarise(nothing.samples), summarise(theirs.samples))
  } finally {
    await official.close()
    connected.grpcChannel.close()
    await Promise.all(proxies.map((proxy) => proxy.close()))
  }
}

type Summary = ReturnType<typeof summarise>

const rowOf = (application: Summary, nothing: Summary, official: Summary): Row => ({
  title: `claim → first prompt data at ${roundTripMs} ms: ours ÷ official`,
  numbers: {
    'connected as the application is, median ms': application.median,
    'p99 ms': application.p99,
    'from nothing, median ms': nothing.median,
    'official from nothing, median ms': official.median,
    'official p99 ms': official.p99,
    'claims each': application.count,
  },
  verdicts: [
    { what: 'connected, median', value: application.median / official.median, unit: '×', atMost: 0.78 },
    { what: 'connected, median', value: application.median, unit: 'ms', atMost: 138 },
    { what: 'from nothing, median', value: nothing.median / official.median, unit: '×' },
  ],
})
