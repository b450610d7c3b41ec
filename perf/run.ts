/**
 * Measures the project and prints ratios, each against a named reference and measured in one run. Options: `--only <word>`
 * runs the rows whose name contains the word. Results are also written to perf/results/latest.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { EngineProcess } from '../tests/support/engine-process.ts'
import { claimToPrompt } from './rows/claim-to-prompt.ts'
import { engineColdStart } from './rows/cold-start.ts'
import { engineAgainstEcho } from './rows/engine-against-echo.ts'
import { floodsRow, longLogFlood } from './rows/floods.ts'
import { gatewayContexts } from './rows/gateway-contexts.ts'
import { gatewayIsotp } from './rows/gateway-isotp.ts'
import { gatewayStart } from './rows/gateway-start.ts'
import { hundredSessions } from './rows/hundred-sessions.ts'
import { isotpRoundTrip } from './rows/isotp-round-trip.ts'
import { jobSwitch } from './rows/job-switch.ts'
import { journalRow } from './rows/journal.ts'
import { labelRoundTrip } from './rows/label-round-trip.ts'
import { promptPainted } from './rows/prompt-painted.ts'
import { questionAgainstNothing } from './rows/question-against-nothing.ts'
import { recovery } from './rows/recovery.ts'
import { sessionsInTurn } from './rows/sessions-in-turn.ts'
import { simulatedDay } from './rows/simulated-day.ts'
import { tenMinutes } from './rows/ten-minutes.ts'
import { windowColdStart } from './rows/window-cold-start.ts'
import { passes, type Row, table } from './table.ts'

const measurements: Readonly<Record<string, (engine: EngineProcess) => Promise<Row>>> = {
  'isotp-round-trip': isotpRoundTrip,
  'engine-against-echo': engineAgainstEcho,
  'claim-to-prompt': claimToPrompt,
  'label-round-trip': labelRoundTrip,
  'prompt-painted': promptPainted,
  'question-against-nothing': questionAgainstNothing,
  'job-switch': jobSwitch,
  floods: floodsRow,
  'three-minute-log': longLogFlood,
  journal: journalRow,
  'ten-minutes': tenMinutes,
  'sessions-in-turn': sessionsInTurn,
  'gateway-contexts': gatewayContexts,
  'gateway-isotp': gatewayIsotp,
  'gateway-start': gatewayStart,
  'simulated-day': simulatedDay,
  'hundred-sessions': hundredSessions,
  recovery,
  'cold-start-engine': engineColdStart,
  'cold-start-window': windowColdStart,
}

/** Each row is measured on an engine of its own; one that cannot be measured gives the reason and does not stop the others. */
async function measure(name: string, row: (engine: EngineProcess) => Promise<Row>): Promise<Row> {
  process.stderr.write(`${name} …\n`)
  await using engine = await EngineProcess.start({ code: 'built' })
  try {
    return await row(engine)
  } catch (error) {
    return { title: name, numbers: {}, verdicts: [], skipped: error instanceof Error ? error.message : String(error) }
  }
}

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const [loadBefore = 0] = loadavg()
const rows: Row[] = []
for (const [name, row] of Object.entries(measurements)) {
  if (name.includes(values.only)) rows.push(await measure(name, row))
}

const results = join(import.meta.dirname, 'results')
const computer = {
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  node: process.version,
  loadBefore,
}
mkdirSync(results, { recursive: true })
writeFileSync(
  join(results, 'latest.json'),
  `${JSON.stringify({ measuredAt: new Date().toISOString(), computer, rows }, null, 2)}\n`,
)
console.log(table(rows))
console.log(
  `\n${computer.cores} cores, ${computer.processor}, Node ${computer.node}, load before ${loadBefore.toFixed(1)}`,
)
if (loadBefore > computer.cores / 2)
  console.log('The computer is busy with other things: the 99th percentiles show that more than us.')
const missed = rows.flatMap((row) => row.verdicts).filter((verdict) => passes(verdict) === false)
if (missed.length > 0) console.log(`${missed.length} goals missed; perf/README.md says what each row means.`)
