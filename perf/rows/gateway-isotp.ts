import type { EngineProcess, EngineReady } from '../../tests/support/engine-process.ts'
import { LineChild } from '../child.ts'
import { startGateway } from '../gateway-child.ts'
import { controllerOf, OurSession } from '../our-session.ts'
import { pythonPath, pythonScript } from '../python.ts'
import { interleaved, parseRound, roundOf } from '../rounds.ts'
import { type Summary, summarise } from '../statistics.ts'
import type { Row } from '../table.ts'
import { askOnce } from './isotp-round-trip.ts'

/** The same car twice: two of the default workshop answer equally. */
interface Ways {
  readonly direct: { readonly ready: EngineReady; readonly connector: string }
  readonly through: { readonly ready: EngineReady; readonly connector: string }
}
const extent = { rounds: 10, requests: 500, warmUp: 4_000 }

/** ISO-TP request round trip through the gateway against the engine alone, for the official client and then for ours; both ways in turns. */
export async function gatewayIsotp(engine: EngineProcess): Promise<Row> {
  const [first, second] = engine.ready.connectors
  if (!first || !second) throw new Error('Two connectors are needed.')
  const gateway = await startGateway(engine.ready)
  const ways = {
    direct: { ready: engine.ready, connector: first },
    through: { ready: gateway.near, connector: second },
  }
  try {
    const official = await ofOfficialClient(engine, ways)
    const ours = await ofOurClient(ways)
    return {
      title: 'ISO-TP request: through the gateway ÷ direct',
      numbers: {
        'official direct median µs': official.direct.median,
        'official through median µs': official.through.median,
        'official direct p99 µs': official.direct.p99,
        'official through p99 µs': official.through.p99,
        'ours direct median µs': ours.direct.median,
        'ours through median µs': ours.through.median,
        'ours direct p99 µs': ours.direct.p99,
        'ours through p99 µs': ours.through.p99,
        'requests each': ours.direct.count,
      },
      verdicts: [
        {
          what: 'official client, median',
          value: official.through.median / official.direct.median,
          unit: '×',
          atMost: 1.6,
        },
        { what: 'official client, p99', value: official.through.p99 / official.direct.p99, unit: '×' },
        { what: 'our client, median', value: ours.through.median / ours.direct.median, unit: '×', atMost: 2.5 },
        { what: 'our client, p99', value: ours.through.p99 / ours.direct.p99, unit: '×' },
      ],
    }
  } finally {
    await gateway.process.close()
  }
}

async function ofOurClient({ direct, through }: Ways) {
  const sessions = [
    await OurSession.start(controllerOf(direct.ready), direct.connector),
    await OurSession.start(controllerOf(through.ready), through.connector),
  ]
  const channels = await Promise.all(sessions.map((session) => session.engineControl()))
  const rounds = await interleaved(
    channels.map((channel) => (requests: number) => roundOf(requests, () => askOnce(channel))),
    extent,
  )
  for (const channel of channels) channel.close()
  for (const session of sessions) await session.finish()
  return bothOf(rounds)
}

async function ofOfficialClient(engine: EngineProcess, { direct, through }: Ways) {
  const programs = [direct, through].map(
    ({ ready, connector }) =>
      new LineChild(pythonPath(), [pythonScript('official_isotp.py'), '3E00'], {
        ...engine.environment,
        OPENOBD_GRPC_PORT: String(ready.port),
        OPENOBD_PARTNER_CLIENT_ID: ready.clientId,
        OPENOBD_PARTNER_CLIENT_SECRET: ready.clientSecret,
        OPENOBD_CONNECTOR_ID: connector,
      }),
  )
  try {
    for (const program of programs) await program.line()
    const rounds = await interleaved(
      programs.map((program) => async (requests: number) => parseRound(await program.ask(String(requests)))),
      extent,
    )
    return bothOf(rounds)
  } finally {
    for (const program of programs) await program.close()
  }
}

function bothOf([direct, through]: readonly { readonly samples: number[] }[]): { direct: Summary; through: Summary } {
  if (!direct || !through) throw new Error('Nothing was measured.')
  return { direct: summarise(direct.samples), through: summarise(through.samples) }
}
