import { setTimeout as sleep } from 'node:timers/promises'
import { engineFlags } from '../../build/bootstrap/engine-flags.mjs'
import type { SessionController } from '../../src/openobd/session/session-controller.ts'
import { EngineProcess } from '../../tests/support/engine-process.ts'
import { ManyLifts } from '../../tests/support/many-lifts.ts'
import { countLiving } from '../laboratory.ts'

import { LoadedSession, type LoadNotes } from '../load/loaded-session.ts'
import { Mechanic } from '../load/mechanic.ts'
import { HeapProbe, processorSeconds, residentMiB } from '../memory.ts'
import { controllerOf } from '../our-session.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

const lifts = 100
const warmUpSeconds = 20
const seconds = 60
const pace = { requestEveryMs: 250, promptEveryMs: 1_000, functionEveryMs: 10_000 }

const emptyNotes = (): LoadNotes => ({ requests: [], prompts: [], functions: [], failures: [] })

/** Resets the measurements, but keeps the failures. */
function forgetTimes({ requests, prompts, functions }: LoadNotes): void {
  for (const times of [requests, prompts, functions]) times.length = 0
}

/** Used heap after garbage collection, in MiB. */
async function kept(engine: EngineProcess, probe: HeapProbe): Promise<{ living: number; resident: number }> {
  const living = await probe.livingMiB()
  return { living, resident: residentMiB(engine.pid) }
}

/** Runs the load for a minute; returns the largest resident memory and the engine's share of one core. */
async function watch({ pid }: EngineProcess): Promise<{ peak: number; processor: number }> {
  let peak = 0
  const before = processorSeconds(pid)
  for (let second = 0; second < seconds; second++) {
    await sleep(1_000)
    peak = Math.max(peak, residentMiB(pid))
  }
  return { peak, processor: (processorSeconds(pid) - before) / seconds }
}

/** Counts that must be zero once every session has finished. */
async function countLeft(controller: SessionController): Promise<number> {
  const {
    open_sessions = 0,
    configured_buses = 0,
    open_channels = 0,
    prompts_on_display = 0,
    live_tokens = 0,
  } = await countLiving(controller)
  return open_sessions + configured_buses + open_channels + prompts_on_display + live_tokens
}

/** The load on an engine: measurements of its clients, its memory meanwhile, and live objects afterwards. */
async function load(engine: EngineProcess) {
  const notes = emptyNotes()
  const controller = controllerOf(engine.ready)
  const probe = await HeapProbe.open(engine)
  const mechanic = new Mechanic(controllerOf(engine.ready), notes.failures)
  const sessions: LoadedSession[] = []
  for (const ticket of engine.ready.tickets) sessions.push(await LoadedSession.start(engine.ready, ticket, notes))
  for (const [index, session] of sessions.entries()) session.run(pace, index / lifts)
  await sleep(warmUpSeconds * 1_000)
  const before = await kept(engine, probe)
  forgetTimes(notes)
  const { peak, processor } = await watch(engine)
  const times = {
    requests: summarise(notes.requests),
    prompts: summarise(notes.prompts),
    functions: summarise(notes.functions),
  }
  const after = await kept(engine, probe)
  await Promise.all(sessions.map((session) => session.finish()))
  mechanic.stop()
  probe.close()
  const left = await countLeft(controller)
  controller.grpcChannel.close()
  return { ...times, failures: notes.failures, before, after, peak, processor, left }
}

/** A hundred sessions at once, each with four conversations, a question a second and a nested function every ten. */
export async function hundredSessions(): Promise<Row> {
  await using workshop = await ManyLifts.write(lifts)
  await using engine = await EngineProcess.start({
    code: 'built',
    args: ['--lab', '--workshop', workshop.file],
    nodeArgs: [...engineFlags, ...HeapProbe.nodeArguments],
  })
  const { requests, prompts, functions, failures, before, after, peak, processor, left } = await load(engine)
  if (failures.length > 0) process.stderr.write(`${[...new Set(failures)].join('\n')}\n`)
  return {
    title: `${lifts} sessions at once for ${seconds} s`,
    numbers: {
      'request median ms': requests.median,
      'request p99 ms': requests.p99,
      'requests per second': requests.count / seconds,
      'question median ms': prompts.median,
      'question p99 ms': prompts.p99,
      'questions per second': prompts.count / seconds,
      'nested function median ms': functions.median,
      'nested function p99 ms': functions.p99,
      'nested functions per second': functions.count / seconds,
      'engine processor, cores': processor,
      'living heap before MiB': before.living,
      'living heap after MiB': after.living,
      'resident before MiB': before.resident,
      'resident after MiB': after.resident,
      'resident with garbage, peak MiB': peak,
      failures: failures.length,
    },
    verdicts: [
      { what: 'failures', value: failures.length, unit: '', atMost: 0 },
      { what: 'left behind', value: left, unit: '', atMost: 0 },
      { what: 'living heap after ÷ before', value: after.living / before.living, unit: '×', atMost: 1.1 },
      { what: 'resident memory after ÷ before', value: after.resident / before.resident, unit: '×', atMost: 1.1 },
      { what: 'ISO-TP request, median', value: requests.median, unit: 'ms' },
      { what: 'ISO-TP request, p99', value: requests.p99, unit: 'ms' },
    ],
  }
}
