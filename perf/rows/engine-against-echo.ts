import { SessionCalls } from '../../src/openobd/session/session-calls.ts'
import { fixedToken } from '../../src/openobd/testing/fixed-token.ts'
import { Token } from '../../src/openobd/token.ts'
import type { EngineProcess } from '../../tests/support/engine-process.ts'
import { LineChild } from '../child.ts'
import { controllerOf, loopbackChannel, OurSession, openEngineControl } from '../our-session.ts'
import { pythonPath, pythonScript } from '../python.ts'
import { interleaved, roundOf } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'
import { askOnce } from './isotp-round-trip.ts'

/** Our engine, with tokens, buses, ISO-TP and ECU, against a Python server that only echoes; same client. */
export async function engineAgainstEcho(engine: EngineProcess): Promise<Row> {
  const controller = controllerOf(engine.ready)
  const session = await OurSession.start(controller, engine.ready.connector)
  const onEngine = await session.engineControl()
  const echo = new LineChild(pythonPath(), [pythonScript('echo_server.py')])
  const echoChannel = loopbackChannel(Number(await echo.line()))
  const onEcho = openEngineControl(new SessionCalls(echoChannel, fixedToken(new Token('session', 'any'))))
  try {
    const [ours, theirs] = await interleaved(
      [
        (requests) => roundOf(requests, () => askOnce(onEngine)),
        (requests) => roundOf(requests, () => askOnce(onEcho)),
      ],
      { rounds: 10, requests: 1_000, warmUp: 8_000 },
    )
    if (!ours || !theirs) throw new Error('Nothing was measured.')
    const our = summarise(ours.samples)
    const their = summarise(theirs.samples)
    return {
      title: 'ISO-TP request: our engine ÷ Python echo server',
      numbers: {
        'engine median µs': our.median,
        'engine p99 µs': our.p99,
        'echo median µs': their.median,
        'echo p99 µs': their.p99,
        'requests each': our.count,
      },
      verdicts: [
        { what: 'median', value: our.median / their.median, unit: '×', atMost: 1 },
        { what: 'p99', value: our.p99 / their.p99, unit: '×', atMost: 1 },
      ],
    }
  } finally {
    onEngine.close()
    onEcho.close()
    echoChannel.close()
    await echo.close()
    await session.finish()
    controller.grpcChannel.close()
  }
}
