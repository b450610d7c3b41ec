import type { UdsChannel } from '../../src/openobd/diagnostics/uds-channel.ts'
import type { EngineProcess } from '../../tests/support/engine-process.ts'
import { LineChild } from '../child.ts'
import { controllerOf, OurSession, outcomeValue } from '../our-session.ts'
import { pythonPath, pythonScript } from '../python.ts'
import { interleaved, parseRound, roundOf } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

/** The request of every ISO-TP measurement: tester present, one frame each way. */
export const request = Buffer.from('3E00', 'hex')

/** Sends one request; anything but a positive answer ends the measurement. */
export async function askOnce(channel: UdsChannel): Promise<void> {
  const answer = outcomeValue(await channel.request(request))
  if (answer.kind !== 'positive') throw new Error(`The ECU answered: ${answer.kind}`)
}

/** ISO-TP request round trip of our client against the official Python client, both on our engine, two cars. */
export async function isotpRoundTrip(engine: EngineProcess): Promise<Row> {
  const [ourCar, officialCar] = engine.ready.connectors
  if (!ourCar || !officialCar) throw new Error('Two connectors are needed.')
  const controller = controllerOf(engine.ready)
  const session = await OurSession.start(controller, ourCar)
  const channel = await session.engineControl()
  const environment = { ...engine.environment, OPENOBD_CONNECTOR_ID: officialCar }
  const official = new LineChild(pythonPath(), [pythonScript('official_isotp.py'), '3E00'], environment)
  try {
    await official.line()
    const [ours, theirs] = await interleaved(
      [
        (requests) => roundOf(requests, () => askOnce(channel)),
        async (requests) => parseRound(await official.ask(String(requests))),
      ],
      { rounds: 10, requests: 1_000, warmUp: 8_000 },
    )
    if (!ours || !theirs) throw new Error('Nothing was measured.')
    const our = summarise(ours.samples)
    const their = summarise(theirs.samples)
    return {
      title: 'ISO-TP request: our client ÷ official client',
      numbers: {
        'ours median µs': our.median,
        'ours p99 µs': our.p99,
        'official median µs': their.median,
        'official p99 µs': their.p99,
        'requests each': our.count,
      },
      verdicts: [
        { what: 'median', value: our.median / their.median, unit: '×', atMost: 0.4 },
        { what: 'p99', value: our.p99 / their.p99, unit: '×', atMost: 0.6 },
        { what: 'processor time', value: ours.processor / theirs.processor, unit: '×', atMost: 0.25 },
      ],
    }
  } finally {
    channel.close()
    await official.close()
    await session.finish()
    controller.grpcChannel.close()
  }
}
