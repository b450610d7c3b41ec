import { ControlAsker } from '../../src/openobd/session/control-asker.ts'
import type { EngineProcess } from '../../tests/support/engine-process.ts'
import { LineChild } from '../child.ts'
import { controllerOf, OurSession, outcomeValue } from '../our-session.ts'
import { pythonPath, pythonScript } from '../python.ts'
import { interleaved, parseRound, roundOf } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

/** A label sent, displayed by the engine and echoed: our client against the official one, without a viewer. */
export async function labelRoundTrip(engine: EngineProcess): Promise<Row> {
  const [ourCar, officialCar] = engine.ready.connectors
  if (!ourCar || !officialCar) throw new Error('Two connectors are needed.')
  const controller = controllerOf(engine.ready)
  const session = await OurSession.start(controller, ourCar)
  const asker = new ControlAsker(session.calls)
  const environment = { ...engine.environment, OPENOBD_CONNECTOR_ID: officialCar }
  const official = new LineChild(pythonPath(), [pythonScript('official_label.py')], environment)
  let number = 0
  try {
    await official.line()
    const [ours, theirs] = await interleaved(
      [
        (requests) => roundOf(requests, async () => outcomeValue(await asker.showLabel(`label ${number++}`))),
        async (requests) => parseRound(await official.ask(String(requests))),
      ],
      { rounds: 8, requests: 500, warmUp: 4_000 },
    )
    if (!ours || !theirs) throw new Error('Nothing was measured.')
    const our = summarise(ours.samples)
    const their = summarise(theirs.samples)
    return {
      title: 'label shown and echoed: our client ÷ official client',
      numbers: {
        'ours median µs': our.median,
        'ours p99 µs': our.p99,
        'official median µs': their.median,
        'official p99 µs': their.p99,
        'labels each': our.count,
      },
      verdicts: [
        { what: 'median', value: our.median / their.median, unit: '×', atMost: 0.59 },
        { what: 'our labels, one after the other', value: 1e6 / our.median, unit: '/s', atLeast: 4_000 },
      ],
    }
  } finally {
    asker.close()
    await official.close()
    await session.finish()
    controller.grpcChannel.close()
  }
}
