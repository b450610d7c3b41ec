import { join } from 'node:path'
import { type BusLog, BusLogFile, noBusLog } from '../car/bus-log.ts'
import { createEngine, type RunningEngine } from '../create-engine.ts'
import { dataFolder } from '../files/data-folder.ts'
import { playScript, readScript } from '../script/scripted-tester.ts'
import { type CliOptions, parseCliOptions, usage } from './cli-options.ts'
import { readCredentials } from './credentials.ts'
import { whenGone } from './process-watch.ts'
import { explain } from './startup-error.ts'

/** Additional API of a utility process of Electron. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: unknown }) => void): void
}

async function main(): Promise<void> {
  const options = parseCliOptions(process.argv.slice(2), process.env)
  if (options === 'help') {
    process.stdout.write(usage)
    return
  }
  const busLog = options.busLogFile === undefined ? undefined : new BusLogFile(options.busLogFile, complainAboutBusLog)
  const running = await start(options, busLog ?? noBusLog)
  const script = options.scriptFile === undefined ? undefined : readScript(running.engine, options.scriptFile)
  const stop = stopWhenAsked(options, async () => {
    await running.stop()
    await busLog?.close()
    process.exit(0)
  })
  process.stdout.write(`${JSON.stringify(readyLine(running))}\n`)
  if (script === undefined) return
  const report = await playScript(running.engine, script)
  running.engine.log.info(report, 'script ended')
  stop()
}

function start(options: CliOptions, busLog: BusLog): Promise<RunningEngine> {
  return createEngine(
    {
      workshopFile: options.workshopFile ?? join(dataFolder('workshops'), 'default.yaml'),
      vehicleFile: options.vehicleFile,
      scenarioFile: options.scenarioFile,
      isClockManual: options.isClockManual,
      seed: options.seed,
      hasLab: options.hasLab,
      hasWorkbench: options.hasWorkbench,
      ...readCredentials(options.credentialsFile, process.env),
      busLog,
      socketcandPort: options.socketcandPort,
      doipPort: options.doipPort,
      logLevel: options.logLevel,
    },
    options.port,
  )
}

function readyLine({ engine, socketcandPort, doipPort }: RunningEngine) {
  const tickets = engine.workshop.tickets.map(({ number }) => number)
  const connectors = engine.workshop.bays.map(({ number }) => number)
  return {
    event: 'ready',
    pid: process.pid,
    ...engine.endpoint,
    ...engine.credentials,
    ticket: tickets[0],
    connector: connectors[0],
    tickets,
    connectors,
    ...(socketcandPort !== undefined && { socketcand: socketcandPort }),
    ...(doipPort !== undefined && { doip: doipPort }),
  }
}

/** Stops once, at the first of: a signal, the closed standard input, the end of a watched process, a message of the parent. */
function stopWhenAsked(options: CliOptions, stop: () => Promise<void>): () => void {
  let isStopping = false
  const once = () => {
    if (isStopping) return
    isStopping = true
    void stop()
  }
  process.on('SIGTERM', once)
  process.on('SIGINT', once)
  if (options.endsWithProcesses.length > 0) whenGone(options.endsWithProcesses, once)
  if (options.endsWithStdin) process.stdin.on('end', once).on('close', once).on('error', once).resume()
  const parent = (process as { parentPort?: ParentPort }).parentPort
  parent?.on('message', ({ data }) => {
    if (typeof data === 'object' && data !== null && 'type' in data && data.type === 'stop') once()
  })
  return once
}

/** Without a reader of the ready line nobody knows the port and the credentials. */
function giveUpWithoutReader({ message }: Error): void {
  process.stderr.write(`Standard output cannot be written (${message}); keep it open until the ready line is there.\n`)
  process.exit(1)
}

function complainAboutBusLog(error: Error): void {
  process.stderr.write(`The bus log cannot be written (${error.message}); the engine goes on without it.\n`)
}

process.stdout.on('error', giveUpWithoutReader)
try {
  await main()
} catch (error) {
  const { text, exitCode } = explain(error)
  // A utility process is kept alive by the port to its parent, so it has to be ended.
  process.stderr.write(text, () => process.exit(exitCode))
}
