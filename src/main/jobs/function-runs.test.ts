import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { ShownPrompt } from '../../openobd/wire/shown-prompt.ts'
import type { FunctionInfo } from '../../shared/app-state.ts'
import type { Fact } from '../../shared/facts.ts'
import type { FromFunctionHost, ToFunctionHost } from '../../shared/function-host.ts'
import { createLogger } from '../logging.ts'
import { SecretRegistry } from '../services/secret-registry.ts'
import { FunctionRuns } from './function-runs.ts'
import type { LiveSession } from './live-session.ts'
import { type JobState, jobStateOf, withFact } from './projections/job-state.ts'

type Message = Exclude<FromFunctionHost, { type: 'ready' }>
type Body = Message extends infer M ? (M extends { runId: string } ? Omit<M, 'runId'> : never) : never

const info: FunctionInfo = { id: 'f', name: 'Identify the car', version: '1', description: '' }

function opened(): JobState {
  const target = { kind: 'ticket', number: '1' } as const
  const server = { key: 'embedded', profileId: 'embedded' }
  const state = jobStateOf([{ kind: 'job-opened', job: 'j', sequence: 1, at: 1, actor: 'mechanic', server, target }])
  if (!state) throw new Error('no state')
  return state
}

function setUp(
  more: {
    functions?: FunctionInfo[] | 'none'
    access?: 'none'
    ended?: boolean
    mirrors?: boolean
    unreachable?: boolean
  } = {},
) {
  const clock = new ManualClock()
  let state = opened()
  let changes = 0
  const posted: (ToFunctionHost | { type: string })[] = []
  const mirrored: ShownPrompt[] = []
  const gone: string[] = []
  const log: string[] = []
  const secrets = new SecretRegistry()
  secrets.add('CANARY-token', 'token')
  let listener: ((message: Message) => void) | undefined
  let runId = ''
  const session = {
    isEnded: more.ended ?? false,
    access:
      more.access === 'none'
        ? undefined
        : { token: 'CANARY-token', endpoint: { host: '127.0.0.1', port: 1, secure: false } },
    handle: 'h',
    carLink: { running: more.unreachable ? 'impossible' : 'fine' },
  } as unknown as LiveSession
  const service = new FunctionRuns({
    host: () => ({
      functions: () => Promise.resolve(more.functions === 'none' ? undefined : (more.functions ?? [info])),
      run: (message, receive) => {
        posted.push(message)
        runId = message.runId
        listener = receive
      },
      passToken: (id, token) => void posted.push({ type: `token ${id === runId} ${token}` }),
      stopRun: (id) => void posted.push({ type: `stop ${id === runId}` }),
      stop: () => Promise.resolve(),
    }),
    clock,
    record: (...facts) => {
      changes += 1
      for (const fact of facts)
        state = withFact(state, { ...fact, job: 'j', sequence: state.sequence + 1, at: clock.wallMs() } as Fact)
    },
    run: (id) => state.runs.find((run) => run.runId === id),
    logger: createLogger({ write: (line) => void log.push(line) }, secrets),
    language: () => 'nl',
    mirrors: () => more.mirrors ?? false,
    onPrompt: (prompt) => void mirrored.push(prompt),
    onPromptEnded: (id, reason) => void gone.push(`${id} ${reason}`),
  })
  const say = (body: Body) => listener?.({ ...body, runId } as Message)
  const last = () => state.runs.at(-1)
  return { service, session, changes: () => changes, posted, mirrored, gone, log, secrets, clock, say, last }
}

const finding = (subject: string, value: string): Body => ({
  type: 'finding',
  subject,
  subjectKey: subject,
  subjectKind: 'control-unit',
  name: 'VIN',
  key: 'vin',
  value,
  outcome: 'value',
})
const label = (text: string) => ({ kind: 'label', label: text, minimalDisplayTimeMs: 0 }) as const
const prompt = (promptId: string, target: 'customer' | 'operator' = 'customer'): Body => ({
  type: 'prompt',
  promptId,
  target,
  control: label(promptId),
  translations: {},
})

describe('a run', () => {
  it('is one of exactly the function that was asked for', async () => {
    const { service, session, last } = setUp({ functions: [info, { ...info, id: 'g', name: 'Read the codes' }] })
    expect(await service.run(session, 's1', 'h')).toMatchObject({ failure: { code: 'not-found' } })
    await service.run(session, 's1', 'g')
    expect(last()).toMatchObject({ name: 'Read the codes' })
  })

  it('is refused with the reason while the car cannot be reached', async () => {
    const { service, session, posted } = setUp({ unreachable: true })
    expect(await service.run(session, 's1', 'f')).toMatchObject({ failure: { code: 'car-not-reached' } })
    expect(posted).toEqual([])
  })

  it('gets the newest token, its endpoint and the language, and its reports are shown', async () => {
    const { service, session, posted, last, say } = setUp()
    expect(await service.run(session, 's1', 'f')).toEqual({ ok: true, value: null })
    expect(posted[0]).toMatchObject({ type: 'run', functionId: 'f', sessionToken: 'CANARY-token', language: 'nl' })
    expect(last()).toMatchObject({ status: 'starting', name: 'Identify the car' })
    say({ type: 'started' })
    say(finding('7E0', 'old'))
    say(finding('7E0', 'new'))
    expect(last()).toMatchObject({ status: 'running', findings: [{ subject: '7E0', key: 'vin', value: 'new' }] })
    say({ type: 'ended', outcome: 'succeeded', suggestedResult: { results: ['success'] } })
    expect(last()).toMatchObject({ status: 'succeeded', suggestedResult: { results: ['success'] } })
    expect(last()?.endedAt).toBeDefined()
  })

  it('keeps the place of a value that is replaced, and counts the values beyond the limit', async () => {
    const { service, session, last, say } = setUp()
    await service.run(session, 's1', 'f')
    for (let number = 0; number < 502; number += 1) say(finding(String(number), 'old'))
    say(finding('0', 'new'))
    expect(last()?.findings).toHaveLength(500)
    expect(last()?.findings[0]).toMatchObject({ subject: '0', value: 'new' })
    expect(last()?.leftOut).toBe(2)
  })

  it('reports how many control units it will read, and a renamed value still replaces the older one', async () => {
    const { service, session, last, say } = setUp()
    await service.run(session, 's1', 'f')
    say({ type: 'extent', controlUnits: 10 })
    say(finding('7E0', 'old'))
    say({ ...finding('7E0', 'new'), subject: 'Motor', name: 'FIN' } as Body)
    expect(last()?.controlUnits).toBe(10)
    expect(last()?.findings).toMatchObject([{ subject: 'Motor', name: 'FIN', value: 'new' }])
  })

  it('has its own id', async () => {
    const { service, session, last, say } = setUp()
    await service.run(session, 's1', 'f')
    const first = last()?.runId
    say({ type: 'ended', outcome: 'stopped' })
    await service.run(session, 's1', 'f')
    expect(last()?.runId).not.toBe(first)
  })

  it.each([
    ['the process does not start', { functions: 'none' as const }, 'function-failed'],
    ['the function is unknown', { functions: [] }, 'not-found'],
    ['there is no token', { access: 'none' as const }, 'not-allowed-now'],
    ['the session has ended', { access: 'none' as const, ended: true }, 'session-ended'],
  ])('is refused when %s', async (_name, more, code) => {
    const { service, session, posted } = setUp(more)
    expect(await service.run(session, 's1', 'f')).toMatchObject({ failure: { code } })
    expect(posted).toEqual([])
  })

  it('is refused while another one runs, also when both are requested at once', async () => {
    const { service, session, posted, say } = setUp()
    const both = await Promise.all([service.run(session, 's1', 'f'), service.run(session, 's1', 'f')])
    expect(both.map(({ ok }) => ok)).toEqual([true, false])
    expect(await service.run(session, 's1', 'f')).toMatchObject({ failure: { code: 'not-allowed-now' } })
    say({ type: 'ended', outcome: 'succeeded' })
    expect(await service.run(session, 's1', 'f')).toMatchObject({ ok: true })
    expect(posted).toHaveLength(2)
  })

  it('gets every newer token', async () => {
    const { service, session, posted } = setUp()
    service.passToken('before')
    await service.run(session, 's1', 'f')
    service.passToken('t2')
    expect(posted.map(({ type }) => type)).toEqual(['run', 'token true t2'])
  })

  it('that failed says why without a secret or an address', async () => {
    const { service, session, last, say, log, secrets } = setUp()
    await service.run(session, 's1', 'f')
    say({
      type: 'ended',
      outcome: 'failed',
      failureCode: 'connection-lost',
      detail: 'with CANARY-token at 127.0.0.1:5',
    })
    expect(secrets.clean(last())).toMatchObject({
      status: 'failed',
      failure: { code: 'connection-lost', detail: 'with [secret] at …' },
    })
    expect(log.join('')).not.toContain('CANARY')
  })

  it('is ignored after its end', async () => {
    const { service, session, changes, say } = setUp()
    await service.run(session, 's1', 'f')
    say({ type: 'ended', outcome: 'stopped' })
    const count = changes()
    say(finding('a', 'c'))
    say({ type: 'ended', outcome: 'failed' })
    expect(changes()).toBe(count)
  })
})

describe('a stop', () => {
  it('is sent once and ends when the function reports it', async () => {
    const { service, session, posted, last, say } = setUp()
    expect(service.stop()).toMatchObject({ failure: { code: 'not-allowed-now' } })
    await service.run(session, 's1', 'f')
    service.stop()
    service.stop()
    say({ type: 'started' })
    expect(last()?.status).toBe('stopping')
    say({ type: 'ended', outcome: 'stopped' })
    expect(last()?.status).toBe('stopped')
    expect(posted.map(({ type }) => type)).toEqual(['run', 'stop true'])
  })

  it('without an answer ends after 10 s', async () => {
    const { service, session, last, clock } = setUp()
    await service.run(session, 's1', 'f')
    const stopped = service.stopAndWait()
    clock.advance(10_000)
    await stopped
    expect(last()).toMatchObject({ status: 'stopped' })
    expect(clock.pendingTimers).toBe(0)
  })

  it('is waited for only while a function runs', async () => {
    await setUp().service.stopAndWait()
  })
})

describe('prompts of a run', () => {
  it('are left to the viewer where there is one', async () => {
    const { service, session, mirrored, say } = setUp()
    await service.run(session, 's1', 'f')
    say(prompt('p1'))
    expect(mirrored).toEqual([])
  })

  it('are mirrored without a viewer: a newer one of the same target replaces it, an answered one stays', async () => {
    const { service, session, mirrored, gone, say } = setUp({ mirrors: true })
    await service.run(session, 's1', 'f')
    say(prompt('p1'))
    say({ type: 'promptEnded', promptId: 'p1', reason: 'answered' })
    say(prompt('o1', 'operator'))
    say(prompt('p2'))
    expect(mirrored.map(({ id, sessionId, functionName }) => [id, sessionId, functionName])).toEqual([
      ['p1', 's1', 'Identify the car'],
      ['o1', 's1', 'Identify the car'],
      ['p2', 's1', 'Identify the car'],
    ])
    expect(gone).toEqual(['p1 replaced'])
    say({ type: 'promptEnded', promptId: 'p2', reason: 'withdrawn' })
    say({ type: 'ended', outcome: 'succeeded' })
    expect(gone).toEqual(['p1 replaced', 'p2 withdrawn', 'o1 withdrawn'])
  })
})

describe('a run that ends', () => {
  it.each([
    ['succeeded', 'succeeded', false],
    ['stopped', 'stopped', false],
    ['failed', 'failed', true],
  ] as const)('as %s is recorded as %s', async (outcome, status, hasFailure) => {
    const { service, session, last, say, log } = setUp()
    await service.run(session, 's1', 'f')
    say({ type: 'ended', outcome, suggestedResult: { results: ['success'] } })
    expect(last()).toMatchObject({ status, suggestedResult: { results: ['success'] } })
    expect(last()?.failure?.code).toBe(hasFailure ? 'function-failed' : undefined)
    expect(log).toHaveLength(hasFailure ? 1 : 0)
  })

  it('makes room for the next one, and its fallback does not end that', async () => {
    const { service, session, last, say, clock } = setUp()
    await service.run(session, 's1', 'f')
    service.stop()
    say({ type: 'ended', outcome: 'stopped' })
    expect(await service.run(session, 's1', 'f')).toEqual({ ok: true, value: null })
    clock.advance(10_000)
    expect(last()?.status).not.toBe('stopped')
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a prompt that is mirrored', () => {
  it('has the words, translations and the picture of its function, and the time of this computer', async () => {
    const { service, session, mirrored, say, clock } = setUp({ mirrors: true })
    await service.run(session, 's1', 'f')
    say({ ...prompt('p1'), translations: { p1: { de: 'eins' } }, imageUrl: 'https://pictures.test/a.png' } as Body)
    say(prompt('p2'))
    expect(mirrored[0]).toEqual({
      id: 'p1',
      sessionId: 's1',
      contextId: '',
      functionName: 'Identify the car',
      screen: {
        target: 'customer',
        control: label('p1'),
        translations: { p1: { de: 'eins' } },
        imageUrl: 'https://pictures.test/a.png',
      },
      shownAt: clock.wallMs(),
    })
    expect(mirrored[1] && 'imageUrl' in mirrored[1].screen).toBe(false)
  })

  it('is withdrawn once, and an end of an unknown one is nothing', async () => {
    const { service, session, gone, say } = setUp({ mirrors: true })
    await service.run(session, 's1', 'f')
    say(prompt('p1'))
    say({ type: 'promptEnded', promptId: 'other', reason: 'withdrawn' })
    expect(gone).toEqual([])
    say({ type: 'promptEnded', promptId: 'p1', reason: 'withdrawn' })
    say({ type: 'ended', outcome: 'succeeded' })
    expect(gone).toEqual(['p1 withdrawn'])
  })
})

describe('a stop without a function', () => {
  it('passes no token and sends nothing', async () => {
    const { service, posted } = setUp()
    service.passToken('later')
    await service.stopAndWait()
    expect(posted).toEqual([])
  })
})
