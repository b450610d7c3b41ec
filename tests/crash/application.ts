/**
 * The application without its window: the back end on real files, with the journal in its worker and functions in their process. It
 * takes over what an earlier run left, works on new jobs, and kills itself at the planned point. Started by crash-bench.ts.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createBackend } from '../../src/main/backend.ts'
import { initialState } from '../../src/main/initial-state.ts'
import { Journal } from '../../src/main/jobs/journal/journal.ts'
import { type JournalThread, journalInWorker } from '../../src/main/jobs/journal/journal-thread.ts'
import { createLogger } from '../../src/main/logging.ts'
import { SecretRegistry } from '../../src/main/services/secret-registry.ts'
import { StatePublisher } from '../../src/main/services/state-publisher.ts'
import { openStorage } from '../../src/main/storage/storage.ts'
import { fakeEncryption } from '../../src/main/storage/testing/fake-encryption.ts'
import { bundled, nodeChildSpawner } from '../../src/main/testing/node-child.ts'
import { systemClock } from '../../src/openobd/clock.ts'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import type { AppState } from '../../src/shared/app-state.ts'
import type { FactKind } from '../../src/shared/facts.ts'
import type { PromptControl } from '../../src/shared/prompt.ts'
import type { ServiceResult } from '../../src/shared/service-result.ts'
import { SeededRandom } from '../simulation/time/random.ts'
import type { Round } from './crash-bench.ts'
import { report } from './report-lines.ts'

const round = JSON.parse(process.argv[2] ?? '') as Round
const { folder, death, bug } = round
const random = new SeededRandom(round.seed)
const waitMs = 20_000
/** Cars on a K-line need minutes. */
const stopAfterMs = 1_500

/** Dies when the planned facts are on their way to the disk. */
function dieAt(batch: number, kinds: readonly FactKind[]): void {
  if (!death) return
  const isIt = death.at === 'batch' ? batch === death.nth : kinds.includes(death.kind)
  if (!isIt) return
  if (death.at === 'after') setTimeout(die, death.delayMs)
  else {
    const until = process.hrtime.bigint() + BigInt(death.delayUs) * 1_000n
    while (process.hrtime.bigint() < until);
    die()
  }
}

function die(): never {
  report({ kind: 'dying' })
  process.kill(process.pid, 'SIGKILL')
  // The signal may arrive a moment later; nothing more may happen until then.
  for (;;);
}

/** The journal's worker; says what it is given and what it has acknowledged. */
function watchedWorker(): JournalThread {
  const file = new URL('../../src/main/jobs/journal/journal-worker.ts', import.meta.url)
  const worker = journalInWorker({ file, folder, nowMs: systemClock.wallMs, onReplaced: () => process.exit(7) })
  let batches = 0
  return {
    call(call) {
      if (call.kind !== 'append') return worker.call(call)
      const isEarly = bug === 'acknowledged-before-the-commit'
      const answer = isEarly ? delay(1).then(() => worker.call(call)) : worker.call(call)
      batches += 1
      const batch = batches
      const facts = call.batches.flatMap((one) => one.facts)
      const acknowledge = () => report({ kind: 'acknowledged', batch })
      report({ kind: 'posted', batch, facts: facts.map(({ job, sequence, kind }) => ({ job, sequence, kind })) })
      if (isEarly) acknowledge()
      else void answer.then(({ ok }) => ok && acknowledge())
      dieAt(
        batch,
        facts.map(({ kind }) => kind),
      )
      return answer
    },
  }
}

type Unary = (this: GrpcChannel, method: { path: string }, request: object, settings?: object) => Promise<unknown>

/** Says which finishes are sent. The function host has channels of its own, so that these are the sessions' finishes only. */
function watchFinishes(): void {
  const plain = GrpcChannel.prototype.unary as unknown as Unary
  const watched: Unary = async function (method, request, settings) {
    if (method.path !== openObdV1.session.service.finish.path) return plain.call(this, method, request, settings)
    const description = 'description' in request ? String(request.description) : ''
    const send = () => {
      report({ kind: 'finish-called', at: systemClock.wallMs(), description })
      return plain.call(this, method, request, settings)
    }
    const outcome = await send()
    if (bug === 'finish-repeated') {
      await delay(5)
      await send()
    }
    return outcome
  }
  GrpcChannel.prototype.unary = watched as unknown as typeof GrpcChannel.prototype.unary
}

watchFinishes()
const secrets = new SecretRegistry()
const storage = openStorage(folder, systemClock.wallMs())
const publisher = new StatePublisher(
  { ...initialState({ version: '0', platform: 'test', host: 'stand-in' }), storage: storage.opened },
  systemClock,
  () => undefined,
  undefined,
  (value) => secrets.clean(value),
)
const journal = new Journal({
  thread: watchedWorker(),
  clock: systemClock,
  random: Math.random,
  onView: (view) => publisher.set('journal', view),
})
if (bug === 'orphan') {
  const orphan = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
    detached: true,
    stdio: 'ignore',
  })
  if (orphan.pid !== undefined) report({ kind: 'child', pid: orphan.pid })
}
const { handlers } = createBackend({
  publisher,
  logger: createLogger({ write: () => undefined }, secrets),
  secrets,
  launch: {
    profileFolder: undefined,
    engineArguments: [],
    engineCredentials: undefined,
    connection: round.connection,
    isDemonstration: false,
    hasAdvanceableClock: false,
  },
  storage,
  journal,
  spawn: nodeChildSpawner((pid) => report({ kind: 'child', pid })),
  engineFile: bundled('engine/cli.js'),
  functionHostFile: bundled('functions/host.js'),
  gatewayFile: bundled('gateway/process.js'),
  childEnvironment: {},
  announceEngine: undefined,
  writeClipboard: () => undefined,
  applyTheme: () => undefined,
  saveFile: () => Promise.resolve(false),
  confirmPlaintext: () => Promise.resolve(false),
  openFiles: () => Promise.resolve(undefined),
  confirmUnprotected: () => Promise.resolve(false),
  clock: systemClock,
  encryption: fakeEncryption(true, Buffer.from(round.key, 'hex')),
})

/** Polls for a state; when it never comes, the round fails with what there was. */
async function until(what: string, isWanted: (state: AppState) => unknown): Promise<AppState> {
  for (let waited = 0; waited < waitMs; waited += 5) {
    if (isWanted(publisher.state)) return publisher.state
    await delay(5)
  }
  const { endpoint, jobs, unfinishedSessions, prompts, blockingSessions } = publisher.state
  const { left, unsent } = round
  const state = { left, unsent, endpoint, jobs, unfinishedSessions, prompts, blockingSessions }
  report({ kind: 'stuck', at: what, state: JSON.stringify(state).slice(0, 4_000) })
  process.exit(3)
}

let results = 0
/** A result that no other finish has. */
function newResult(): ServiceResult {
  results += 1
  return { results: ['success'], userFeedback: 'success', description: `Round ${round.number}, result ${results}.` }
}

/** Takes over what the run before left: every session that the engine still has must be offered. */
async function takeOver(): Promise<void> {
  const isSettled = (state: AppState, handle: string) =>
    state.unfinishedSessions.some((one) => one.handle === handle && one.state === 'open' && one.resume !== 'not-kept')
  const isUnsentShown = ({ unfinishedSessions }: AppState, { handle, description }: Round['unsent'][number]) =>
    unfinishedSessions.some((one) => one.handle === handle && one.pendingResult?.description === description)
  await until('the sessions that were left are offered', (state) => round.left.every((one) => isSettled(state, one)))
  await until('the results that were not sent are offered', (state) =>
    round.unsent.every((one) => isUnsentShown(state, one)),
  )
  const { unfinishedSessions } = await until('every offered session was asked about', (state) =>
    state.unfinishedSessions.every((one) => one.state !== 'not-checked'),
  )
  const wronglyOpen = unfinishedSessions.filter(({ state, handle }) => state === 'open' && !round.left.includes(handle))
  report({
    kind: 'offered',
    handles: unfinishedSessions.map(({ handle }) => handle),
    wronglyOpen: wronglyOpen.map(({ handle }) => handle),
  })
  for (const { handle, state, resume, summary } of publisher.state.unfinishedSessions) {
    if (state !== 'open') handlers.dismissUnfinishedSession({ handle })
    else if (resume === 'possible' && random.chance(0.5)) {
      const resumed = await handlers.resumeSession({ handle })
      if (resumed.ok) await workOn(handle)
      else await handlers.closeUnfinishedSession({ handle, serviceResult: newResult() })
    } else if (summary && random.chance(0.5)) await handlers.interruptSession({ handle: summary.handle })
    else await handlers.closeUnfinishedSession({ handle, serviceResult: newResult() })
  }
}

function choiceFor(control: PromptControl) {
  switch (control.kind) {
    case 'yesno':
      return { kind: 'yesno', yes: true } as const
    case 'continue':
      return { kind: 'continue' } as const
    default:
      throw new Error(`The script has no answer for ${control.kind}.`)
  }
}

/** Runs the function of a session, answers its prompts, stops it when it takes long, and ends the session. */
async function workOn(handle: string): Promise<void> {
  const { functions } = await until('the functions are listed', (state) => state.functions.length > 0)
  await until('the session is held', ({ jobs }) => jobs.some((job) => job.handle === handle && job.phase === 'active'))
  const ran = await handlers.runFunction({ handle, functionId: functions[0]?.id ?? '' })
  const tileOf = ({ jobs }: AppState) => jobs.find((job) => job.handle === handle)
  const openPrompt = ({ prompts }: AppState) =>
    prompts.find(
      ({ session, control, answer }) => session.key === handle && control.kind !== 'label' && answer.state === 'open',
    )
  const stop = setTimeout(() => void handlers.stopFunction({ handle }), stopAfterMs)
  while (ran.ok) {
    const isOver = (state: AppState) => tileOf(state)?.functionName === undefined
    const state = await until('a prompt or the end of the function', (one) => openPrompt(one) ?? isOver(one))
    const prompt = openPrompt(state)
    if (!prompt) break
    await handlers.answerPrompt({ promptId: prompt.id, answerId: randomUUID(), choice: choiceFor(prompt.control) })
  }
  clearTimeout(stop)
  if (random.chance(0.2)) await handlers.interruptSession({ handle })
  else await handlers.finishSession({ handle, serviceResult: newResult(), withoutRecord: false })
  await until('the session has ended', (state) => tileOf(state)?.phase === 'ended' || !tileOf(state))
  handlers.leaveSession({ handle })
}

async function newJob(): Promise<void> {
  const { tickets } = publisher.state
  const isFree = (one: (typeof tickets)[number]) =>
    !one.inUse && !publisher.state.jobs.some(({ target }) => target.number === one.number)
  const free = tickets.filter(isFree)
  if (free.length === 0) return
  const { number } = random.pick(free)
  const started = await handlers.startSession({ target: { kind: 'ticket', number }, withoutRecord: false })
  const tile = publisher.state.jobs.find(({ target, phase }) => target.number === number && phase !== 'ended')
  if (started.ok && tile) await workOn(tile.handle)
}

await until('the server is ready', (state) => state.endpoint.status === 'ready' && state.tickets.length > 0)
await takeOver()
await newJob()
if (random.chance(0.5)) await Promise.all([newJob(), delay(20).then(newJob)])
report({ kind: 'done' })
process.kill(process.pid, 'SIGKILL')
