/**
 * A program: eight jobs for a simulated day, in the world of `tests/simulation`. Functions run in all of them every half hour, their
 * questions are answered, and when the server ends a session after its four hours, the next job begins. After each hour it prints a line of JSON with the heap of the process after garbage collection. Needs
 * `--expose-gc`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noBusLog } from '../../src/engine/car/bus-log.ts'
import { noEncryption } from '../../src/main/storage/encryption.ts'
import type { Prompt, PromptChoice } from '../../src/shared/prompt.ts'
import { installVirtualGlobals } from '../../tests/simulation/time/virtual-globals.ts'
import { Application } from '../../tests/simulation/world/application.ts'
import { World } from '../../tests/simulation/world/world.ts'

const hours = 24
const jobs = 8
const lookEveryMs = 10_000
const functionEveryMs = 30 * 60_000
const port = 50_051
const credentials = { clientId: 'day', clientSecret: 'secret of the simulated day', clusterId: '001' }
const functionNames = ['ask', 'read', 'ignore-stop']

const collect = (globalThis as { gc?: () => void }).gc
if (!collect) throw new Error('Run with --expose-gc.')

const world = new World(
  7,
  () => ({
    client: { called: () => undefined, withoutDeadline: () => undefined },
    server: () => ({ arrived: () => undefined, answered: () => undefined }),
    bus: noBusLog,
    gatewayStarted: () => undefined,
    engineStarted: () => undefined,
    engineGone: () => undefined,
  }),
  false,
)
const folder = mkdtempSync(join(tmpdir(), 'workbench-day-'))
const write = process.stdout.write.bind(process.stdout)
const restore = installVirtualGlobals(world.scheduler, world.productRandom)
const { scheduler } = world
const engine = world.startEngine('platform', world.computer('platform'), port, credentials)
let questions = 0
const application = new Application({
  world,
  computer: world.computer('workbench'),
  folder,
  random: world.random.fork(),
  connection: { host: '127.0.0.1', port, ...credentials },
  encryption: noEncryption,
  witness: {
    nextQuestion: () => ++questions,
    answerReceived: () => undefined,
    requestEnded: () => undefined,
    began: () => undefined,
    appended: () => undefined,
    published: () => undefined,
    pressed: () => () => undefined,
  },
})

const done = { started: 0, runs: 0, answers: 0 }

function answer({ id, control }: Prompt): void {
  const choice = choiceFor(control)
  if (!choice) return
  application.press('answerPrompt', { promptId: id, answerId: `answer-${id}`, choice }, () => {
    done.answers += 1
  })
}

function choiceFor(control: Prompt['control']): PromptChoice | undefined {
  switch (control.kind) {
    case 'yesno':
      return { kind: 'yesno', yes: true }
    case 'continue':
      return { kind: 'continue' }
    case 'freetext':
      return { kind: 'freetext', text: 'typed' }
    case 'options':
      return { kind: 'options', option: 0 }
    case 'number':
      return { kind: 'number', number: control.minimum }
    default:
      return undefined
  }
}

let nextRunAtMs = functionEveryMs
let round = 0

/** What a mechanic does who looks at the screen now. */
function look(): void {
  const { state } = application
  if (!state) return
  const ended = state.jobs.filter(({ phase }) => phase === 'ended')
  for (const { handle } of ended) application.press('leaveSession', { handle }, () => undefined)
  if (ended.length > 0) return
  const taken = new Set(state.jobs.map(({ target }) => target.number))
  const free = state.tickets.find(({ number }) => !taken.has(number))
  if (free && taken.size < jobs) {
    application.press('startSession', { target: { kind: 'ticket', number: free.number } }, (reply) => {
      done.started += Number(reply.ok)
    })
    return
  }
  for (const prompt of state.prompts) if (prompt.answer.state === 'open') answer(prompt)
  if (scheduler.nowMs < nextRunAtMs) return
  nextRunAtMs += functionEveryMs
  const name = functionNames[round++ % functionNames.length]
  const found = state.functions.find((one) => one.id === name || one.name === name)
  if (!found) throw new Error(`There is no function ${name}.`)
  for (const { handle } of state.jobs)
    application.press('runFunction', { handle, functionId: found.id }, (reply) => {
      done.runs += Number(reply.ok)
    })
}

application.start()
for (let hour = 1; hour <= hours; hour += 1) {
  for (let atMs = (hour - 1) * 3_600_000 + lookEveryMs; atMs <= hour * 3_600_000; atMs += lookEveryMs) {
    await scheduler.runUntil(atMs)
    look()
  }
  await scheduler.runUntil(hour * 3_600_000 + 1_000)
  for (let times = 0; times < 3; times += 1) collect()
  const open = application.published?.jobs.filter(({ phase }) => phase === 'active').length ?? 0
  const heapBytes = process.memoryUsage().heapUsed
  write(`${JSON.stringify({ hour, heapBytes, open, ...done, violations: world.violations.length })}\n`)
}
for (const { promise, text } of world.violations.slice(0, 3)) process.stderr.write(`${promise} ${text}\n`)
application.dispose()
engine.kill()
restore()
rmSync(folder, { recursive: true, force: true })
process.exit(0)
